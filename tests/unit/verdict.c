/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c - each way in which a run can end: outcome, exit status, message, evidence, summary */
#include <config.h>

#include <errno.h>
#include <signal.h>

#include "../tap.h"
#include "verdict/verdict.h"
#include "workload/driver.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What a run was and how it ended. */
struct scene {
	struct workload workload;
	struct machine machine;
	struct run_result result;
	struct workload_result workload_result;
	bool verify;
	enum size_unit unit;
};

/* 64 KiB were to be touched, and were, and RSS grew by just that. */
static struct scene make_scene(enum stop_reason reason)
{
	struct scene scene = {
		.workload.region = { .bytes = 128 * KIB },
		.machine = { .mem_total = 16 * GIB, .mem_available = 8 * GIB },
		.result = {
			.reason = reason, .touched = 64 * KIB, .measured = true,
			.baseline = { .vsz = 3 * MIB, .rss_status = MIB, .rss_rollup = MIB },
		},
		.workload_result.vsz_before = 2 * MIB,
	};

	scene.result.last = scene.result.baseline;
	scene.result.last.touched = 64 * KIB;
	scene.result.last.rss_status += 64 * KIB;
	scene.result.last.rss_rollup += 64 * KIB;
	scene.result.last.anon_rollup = 64 * KIB;
	scene.result.last.minflt = 16;
	return scene;
}

/* Without steps the last sample is the last of the touching, too. */
static struct verdict decide(const struct scene *scene)
{
	struct workload_result workload_result = scene->workload_result;
	struct run_result result = scene->result;
	struct verdict_evidence evidence = {
		.workload = &scene->workload, .result = &result,
		.workload_result = &workload_result, .machine = &scene->machine,
		.touch = 64 * KIB, .pid = 4711, .unit = scene->unit, .verify = scene->verify,
	};
	struct verdict verdict;

	result.last.covered = result.last.touched;
	workload_result.filled = result.last;
	memset(&verdict, 0x5a, sizeof(verdict));
	verdict_decide(&evidence, &verdict);
	return verdict;
}

/* Checks outcome and exit status, and that messages have the form that all have. */
static void check(const struct verdict *verdict, enum outcome outcome, int status,
		  const char *name)
{
	size_t length = strlen(verdict->err.message);

	tap_is(verdict->outcome, outcome, name);
	tap_is(verdict->exit_status, status, "its exit status");
	tap_ok(!strchr(verdict->err.message, '\n') && !strchr(verdict->err.hint, '\n') &&
	       (!length || verdict->err.message[length - 1] != '.'),
	       "%s: the message is a sentence without a full stop", name);
	tap_ok(verdict->evidence_count >= 0 && verdict->evidence_count <= VERDICT_EVIDENCE_MAX,
	       "%s: the proofs are counted", name);
}

static void test_statuses(void)
{
	tap_is(EXIT_DONE, 0, "0: the plan was carried out");
	tap_is(EXIT_UNMET, 1, "1: an expectation was not met");
	tap_is(EXIT_USAGE, 2, "2: usage");
	tap_is(EXIT_GUARD, 3, "3: the guard stopped it");
	tap_is(EXIT_FAILED, 125, "125: pagetouch itself failed");
	tap_is(EXIT_SIGNAL_BASE, 128, "128+N: a signal");
}

static void test_completed(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict = decide(&scene);

	check(&verdict, OUTCOME_COMPLETED, 0, "completed");
	tap_is_text(verdict.err.message, "", "there is no trouble");
	tap_ok(verdict.measured && verdict.exact, "it was measured exactly");
	tap_is((int64_t)verdict.touched, (int64_t)(64 * KIB), "touched");
	tap_is((int64_t)verdict.vsz, (int64_t)(3 * MIB), "VSZ at the end");
	tap_is((int64_t)verdict.rss, (int64_t)(MIB + 64 * KIB), "RSS at the end");
	tap_is(verdict.grew, (int64_t)(64 * KIB), "RSS growth");
	tap_is(verdict.signal, 0, "no signal");
	tap_ok(!verdict.quiet_failure, "no failure");
	tap_ok(verdict.evidence_count > 0, "there is proof");
	tap_has(verdict.evidence_line[0], "65536", "with the growth in bytes");
	tap_has(verdict.evidence_line[0], "smaps_rollup", "and its source");
}

/* The limit is that of the plan, unless a step has changed it. */
static void test_limit(void)
{
	struct sandbox_spec sandbox = { .limit = 64 * MIB };
	struct scene scene = make_scene(STOP_DONE);
	struct verdict_evidence evidence = {
		.workload = &scene.workload, .result = &scene.result,
		.workload_result = &scene.workload_result, .machine = &scene.machine,
		.sandbox = &sandbox,
	};
	struct verdict verdict;

	verdict_decide(&evidence, &verdict);
	tap_is((int64_t)verdict.limit, (int64_t)(64 * MIB), "the limit as planned");
	scene.result.limit = 32 * MIB;
	verdict_decide(&evidence, &verdict);
	tap_is((int64_t)verdict.limit, (int64_t)(32 * MIB), "the limit at the end");
}

static void test_summary(void)
{
	static const char *const pieces[] = { "2048 KiB", "3072 KiB", "64 KiB", "exactly",
					      "smaps_rollup", "16 minor faults" };
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict = decide(&scene);

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		tap_has(verdict.summary, pieces[i], "the summary says what was seen");
	tap_ok(!strchr(verdict.summary, '\n'), "the summary is one line");
	scene.unit = SIZE_BYTES;
	verdict = decide(&scene);
	tap_has(verdict.summary, "65536 bytes", "the summary in bytes");
	scene.unit = SIZE_HUMAN;
	verdict = decide(&scene);
	tap_has(verdict.summary, "64.0 KiB", "the summary in human units");
}

static void test_summary_difference(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.result.last.rss_rollup += 12 * KIB;
	scene.result.last.file += 12 * KIB;
	scene.result.last.vsz += 132 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 0, "a difference alone is no failure");
	tap_is(verdict.grew, (int64_t)(76 * KIB), "the growth is as measured");
	tap_has(verdict.summary, "12 KiB more", "the summary says by how much");
	tap_has(verdict.summary, "file", "and why");
	tap_has(verdict.summary, "3204 KiB", "and where VSZ went");
	tap_ok(!strstr(verdict.summary, "exactly"), "and does not claim to be exact");
}

static void test_summary_falling(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.workload_result.vsz_before = 0;
	scene.result.last.rss_rollup = MIB - 8 * KIB;
	scene.result.last.file = 0;
	verdict = decide(&scene);
	tap_is(verdict.grew, -(int64_t)(8 * KIB), "RSS may fall");
	tap_has(verdict.summary, "8 KiB", "the summary says by how much");
	tap_has(verdict.summary, "fall", "and that it did");
	tap_has(verdict.summary, "72 KiB less", "and how far that is from what was touched");
	tap_has(verdict.summary, "VSZ stayed at 3072 KiB", "VSZ before the mapping is not known");
}

static void test_nothing_touched(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.verify = true;
	scene.result.touched = 0;
	scene.result.last = scene.result.baseline;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 0, "nothing touched, nothing grown");
	tap_ok(verdict.summary[0] && verdict.grew == 0, "that is a result too");
	scene.result.last.rss_rollup += 4 * KIB;
	scene.result.last.anon_rollup += 4 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 1, "nothing touched, but a page came in");
	tap_has(verdict.summary, "4 KiB", "it is told");
}

static void test_status_source(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.result.last.rss_rollup = SAMPLE_MISSING;
	scene.result.last.rss_status -= 4 * KIB;
	verdict = decide(&scene);
	tap_ok(!verdict.exact, "status is not exact");
	tap_is((int64_t)verdict.rss, (int64_t)(MIB + 60 * KIB), "RSS is by status");
	tap_is(verdict.grew, (int64_t)(60 * KIB), "so is its growth");
	tap_has(verdict.summary, "status", "the summary names the source");
	tap_has(verdict.evidence_line[0], "status", "so does the proof");
}

static void test_verified(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.verify = true;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 0, "verified");
	tap_is_text(verdict.err.message, "", "nothing to complain of");
	scene.result.last.anon_rollup -= 4 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 1, "one page too few");
	tap_has(verdict.err.message, "not verified", "it says so");
	tap_ok(verdict.summary[0], "and still what was seen");
	scene = make_scene(STOP_DONE);
	scene.verify = true;
	scene.result.last.vsz += 4 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 1, "VSZ moved");
	scene.result.last = make_scene(STOP_DONE).result.last;
	scene.result.last.rss_rollup = SAMPLE_MISSING;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 1, "without an exact source nothing is verified");
}

static void test_verified_shared(void)
{
	struct scene scene = make_scene(STOP_DONE);
	struct verdict verdict;

	scene.verify = true;
	scene.workload.region.backing = REGION_SHARED;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 1, "private growth does not verify a shared region");
	scene.result.last.anon_rollup = 0;
	scene.result.last.shmem_rollup = 64 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_COMPLETED, 0, "shared growth does");
}

static void test_guard_machine(void)
{
	struct scene scene = make_scene(STOP_GUARD);
	struct verdict verdict;

	scene.result.available = (struct available_memory){ .bytes = 2 * GIB, .reserve = 3 * GIB };
	scene.result.touched = 32 * KIB;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_GUARD, 3, "the guard, for the machine");
	tap_has(verdict.err.message, "MemAvailable", "it says what ran out");
	tap_has(verdict.err.message, "32 KiB of 64 KiB", "where it stopped");
	tap_has(verdict.err.message, "2.0 GiB", "what is left");
	tap_has(verdict.err.message, "3.0 GiB", "what stays in reserve");
	tap_has(verdict.err.hint, "--no-guard", "and how to go on");
	tap_has(verdict.evidence_line[0], "2147483648", "the proof has the bytes");
	tap_ok(verdict.summary[0], "what was seen is told too");
}

static void test_guard_cgroup(void)
{
	struct scene scene = make_scene(STOP_GUARD);
	struct verdict verdict;

	scene.result.available = (struct available_memory){ .bytes = 5 * MIB, .reserve = 4 * MIB,
					   .limit = 200 * MIB, .cgroup = true,
					   .name = "/batch/job" };
	verdict = decide(&scene);
	check(&verdict, OUTCOME_GUARD, 3, "the guard, for a memory cgroup");
	tap_has(verdict.err.message, "/batch/job", "it names the cgroup");
	tap_has(verdict.err.message, "200 MiB", "its limit");
	tap_has(verdict.err.message, "5.0 MiB", "what is left");
	tap_has(verdict.err.message, "4.0 MiB", "what stays in reserve");
	tap_has(verdict.evidence_line[0], "209715200", "the proof has the bytes");
	tap_has(verdict.evidence_line[0], "/batch/job", "and the cgroup");
}

static void test_guard_verify(void)
{
	struct scene scene = make_scene(STOP_GUARD);
	struct verdict verdict;

	scene.verify = true;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_GUARD, 3, "a guarded stop may be verified");
	scene.result.last.anon_rollup = 0;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_GUARD, 1, "and not verified");
}

static const struct {
	int number;
	const char *text;
	enum outcome outcome;	/* when it kills the subject */
} signals[] = {
	{ SIGINT, "SIGINT", OUTCOME_KILLED }, { SIGTERM, "SIGTERM", OUTCOME_SIGTERM },
	{ SIGHUP, "SIGHUP", OUTCOME_KILLED }, { SIGKILL, "SIGKILL", OUTCOME_KILLED },
	{ SIGSEGV, "SIGSEGV", OUTCOME_SIGSEGV }, { SIGBUS, "SIGBUS", OUTCOME_SIGBUS },
	{ SIGXCPU, "SIGXCPU", OUTCOME_KILLED }, { 40, "signal 40", OUTCOME_KILLED },
};

static void test_interrupted(void)
{
	for (size_t i = 0; i < 3; i++) {
		struct scene scene = make_scene(STOP_SIGNAL);
		struct verdict verdict;

		scene.result.signal = signals[i].number;
		verdict = decide(&scene);
		check(&verdict, OUTCOME_INTERRUPTED, 128 + signals[i].number, signals[i].text);
		tap_is(verdict.signal, signals[i].number, "the signal");
		tap_has(verdict.err.message, signals[i].text, "its name is told");
		tap_ok(verdict.summary[0], "what was seen is told too");
	}
}

static void test_killed(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct scene scene = make_scene(STOP_DIED);
		struct verdict verdict;

		scene.verify = true;
		scene.result.wait_status = signals[i].number | (i % 2 ? 0x80 : 0);
		scene.result.touched = 48 * KIB;
		verdict = decide(&scene);
		check(&verdict, signals[i].outcome, 128 + signals[i].number, signals[i].text);
		tap_is(verdict.signal, signals[i].number, "the signal");
		tap_is((int64_t)verdict.touched, (int64_t)(48 * KIB), "touched until its death");
		tap_has(verdict.err.message, signals[i].text, "its name is told");
		tap_has(verdict.err.message, "4711", "the subject's pid is told");
		tap_has(verdict.err.message, "48 KiB of 64 KiB", "and how far it came");
		tap_ok(verdict.evidence_count >= 2, "there is proof");
	}
}

static void test_sigkill(void)
{
	struct scene scene = make_scene(STOP_DIED);
	struct verdict verdict;

	scene.result.wait_status = SIGKILL;
	verdict = decide(&scene);
	tap_is(verdict.exit_status, 137, "SIGKILL is 137");
	tap_has(verdict.err.hint, "sender unknown", "who sent it nobody knows");
	scene.result.wait_status = SIGSEGV;
	verdict = decide(&scene);
	tap_is(verdict.exit_status, 139, "SIGSEGV is 139");
	tap_ok(!strstr(verdict.err.hint, "OOM"), "no OOM killer sends SIGSEGV");
}

/* A signal to the observer at the time of the death: the death is why the run ended. */
static void test_killed_and_signalled(void)
{
	static const struct { int death, signal; enum outcome outcome; int status; } cases[] = {
		{ SIGKILL, SIGTERM, OUTCOME_KILLED, 137 },
		{ SIGKILL, SIGHUP, OUTCOME_KILLED, 137 },
		{ SIGSEGV, SIGTERM, OUTCOME_SIGSEGV, 139 },
		{ SIGTERM, SIGINT, OUTCOME_SIGTERM, 143 },
		/* The same one to both, as to a cgroup. */
		{ SIGTERM, SIGTERM, OUTCOME_INTERRUPTED, 143 },
		{ SIGINT, SIGINT, OUTCOME_INTERRUPTED, 130 },
		{ SIGKILL, 0, OUTCOME_KILLED, 137 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct scene scene = make_scene(STOP_DIED);
		bool result = false, both = cases[i].signal && cases[i].signal != cases[i].death;
		struct verdict verdict;

		scene.result.wait_status = cases[i].death;
		scene.result.signal = cases[i].signal;
		verdict = decide(&scene);
		check(&verdict, cases[i].outcome, cases[i].status, "a death and a signal");
		for (int j = 0; j < verdict.evidence_count; j++)
			result |= strstr(verdict.evidence_line[j], "at the same time") != NULL;
		tap_ok(result == both, "the signal is told if it is another one");
	}
}

static void test_left(void)
{
	struct scene scene = make_scene(STOP_DIED);
	struct verdict verdict;

	scene.result.wait_status = 3 << 8;
	scene.result.measured = false;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_FAILED, 125, "a subject that leaves by itself");
	tap_has(verdict.err.message, "status 3", "its status is told");
	tap_is(verdict.signal, 0, "there is no signal");
	tap_ok(!verdict.measured && !verdict.summary[0], "nothing was measured, nothing is said");
}

static void test_map_refused(void)
{
	struct scene scene = make_scene(STOP_UNSTARTED);
	struct verdict verdict;

	scene.result.measured = false;
	scene.result.touched = 0;
	scene.result.error = -ENOMEM;
	scene.workload_result.space = (struct process_space){ .vm_size = MIB, .maps = 20,
		.largest_hole = GIB, .limit_as = MIB, .limit_data = PROCESS_UNLIMITED };
	verdict = decide(&scene);
	check(&verdict, OUTCOME_MAP_REFUSED, 125, "a refused mapping");
	tap_has(verdict.err.message, "RLIMIT_AS", "the cause is told");
	tap_ok(verdict.err.hint[0], "and the way out");
	tap_ok(verdict.evidence_count > 0, "there is proof");
	tap_has(verdict.evidence_line[0], strerror(ENOMEM), "it is the error of mmap");
	tap_ok(!verdict.measured && !verdict.summary[0], "nothing was measured, nothing is said");
}

static void test_map_machine(void)
{
	struct scene scene = make_scene(STOP_UNSTARTED);
	struct verdict verdict;

	scene.result.measured = false;
	scene.result.error = -ENOMEM;
	scene.workload.region = (struct region_spec){ .bytes = 64 * GIB, .reserve = true };
	verdict = decide(&scene);
	tap_has(verdict.err.message, "vm.overcommit_memory",
		"region and machine are part of the evidence");
}

static void test_output(void)
{
	struct scene scene = make_scene(STOP_OUTPUT);
	struct verdict verdict;

	scene.result.error = -ENOSPC;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_FAILED, 125, "a full disk");
	tap_has(verdict.err.message, strerror(ENOSPC), "the error is told");
	tap_ok(!verdict.quiet_failure, "it is told to the user");
	scene.result.error = -EPIPE;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_FAILED, 125, "a closed pipe");
	tap_ok(verdict.quiet_failure && !verdict.err.message[0], "is nothing to tell anybody");
}

static void test_failed(void)
{
	struct scene scene = make_scene(STOP_FAILED);
	struct verdict verdict;

	error_set(&scene.result.err, "cannot read the subject");
	error_hint(&scene.result.err, "mount proc");
	scene.verify = true;
	scene.result.last.anon_rollup = 0;
	verdict = decide(&scene);
	check(&verdict, OUTCOME_FAILED, 125, "a reading that failed");
	tap_is_text(verdict.err.message, "cannot read the subject", "its trouble is passed on");
	tap_is_text(verdict.err.hint, "mount proc", "with the way out");
}

static const struct {
	enum outcome outcome;
	const char *name;
} names[] = {
	{ OUTCOME_COMPLETED, "completed" }, { OUTCOME_GUARD, "guard" },
	{ OUTCOME_INTERRUPTED, "interrupted" }, { OUTCOME_OOM_SANDBOX, "oom-sandbox" },
	{ OUTCOME_OOM_ANCESTOR, "oom-ancestor" }, { OUTCOME_OOM_GLOBAL, "oom-global" },
	{ OUTCOME_OOMD, "oomd" }, { OUTCOME_SIGTERM, "sigterm" }, { OUTCOME_SIGBUS, "sigbus" },
	{ OUTCOME_SIGSEGV, "sigsegv" }, { OUTCOME_KILLED, "killed" },
	{ OUTCOME_MAP_REFUSED, "map-refused" }, { OUTCOME_FAILED, "failed" },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		tap_is_text(verdict_outcome_name(names[i].outcome), names[i].name,
			    "an outcome's name in records");
}

int main(void)
{
	test_statuses();
	test_completed();
	test_limit();
	test_summary();
	test_summary_difference();
	test_summary_falling();
	test_nothing_touched();
	test_status_source();
	test_verified();
	test_verified_shared();
	test_guard_machine();
	test_guard_cgroup();
	test_guard_verify();
	test_interrupted();
	test_killed();
	test_sigkill();
	test_killed_and_signalled();
	test_left();
	test_map_refused();
	test_map_machine();
	test_output();
	test_failed();
	test_names();
	return tap_done();
}
