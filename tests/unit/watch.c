/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c - what is said of the end of a command that was followed */
#include <config.h>

#include <errno.h>
#include <signal.h>

#include "../tap.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "pagewatch/fit-tries.h"
#include "verdict/watch.h"

#define MIB (UINT64_C(1) << 20)
#define KILLED(number) (number)
#define EXITED(status) ((status) << 8)

static struct watch_peaks peaks = {
	.known = true, .rss = 200 * MIB, .rss_ns = 1500 * NS_PER_MS, .pss = 150 * MIB,
	.pss_rss = 200 * MIB, .procs = 3,
	.cgroup = SAMPLE_MISSING,
	.largest = { .pid = 77, .comm = "cc1", .rss = 120 * MIB },
};

static struct verdict decide(struct run_result result, const struct oom_evidence *oom_evidence,
			     struct watch_evidence evidence)
{
	static struct verdict verdict;

	result.elapsed_ns = 61 * NS_PER_SECOND + 1;
	evidence.result = &result;
	evidence.peaks = &peaks;
	evidence.name = "make";
	evidence.pid = 70;
	evidence.unit = SIZE_HUMAN;
	evidence.oom_evidence = oom_evidence;
	watch_decide(&evidence, &verdict);
	return verdict;
}

static void test_ends(void)
{
	struct run_result done = { .reason = STOP_DIED, .wait_status = EXITED(0) };
	struct run_result failed = { .reason = STOP_DIED, .wait_status = EXITED(2) };
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	struct run_result stopped = { .reason = STOP_SIGNAL, .signal = SIGINT };
	struct watch_evidence ours = { .ours = true };
	struct verdict verdict = decide(done, NULL, ours);

	tap_is(verdict.outcome, OUTCOME_COMPLETED, "status 0 is completed");
	tap_is_text(verdict.summary, "make ended after 1 min 1 s. Its peak, as far as seen, was 200 MiB RSS (PSS 150 MiB) after 1.5 s, in 3 processes, of which cc1 (pid 77) held most: 120 MiB.",
		    "the summary");
	tap_is_text(verdict.err.message, "", "nothing went wrong");
	verdict = decide(failed, NULL, ours);
	tap_ok(verdict.outcome == OUTCOME_EXITED && verdict.exit_status == 2,
	       "another status is the command's own");
	tap_is_text(verdict.err.message, "make ended with status 2 after 1 min 1 s", "and said");
	verdict = decide(killed, NULL, ours);
	tap_ok(verdict.outcome == OUTCOME_KILLED && verdict.exit_status == 137,
	       "a SIGKILL of unknown origin");
	tap_has(verdict.err.message, "make (pid 70) was killed by SIGKILL (signal 9) after",
		"is not called OOM");
	tap_has(verdict.err.hint, "sender unknown", "and its sender is not known");
	verdict = decide(killed, NULL,
			 (struct watch_evidence){ .ours = true, .unexecuted = true });
	tap_has(verdict.err.message, "make was never executed: the process (pid 70) that was to execute it was killed by SIGKILL (signal 9) after",
		"a command that was not reached is not said to have been killed");
	verdict = decide(stopped, NULL, (struct watch_evidence){ 0 });
	tap_ok(verdict.outcome == OUTCOME_INTERRUPTED && verdict.exit_status == 0,
	       "Ctrl-C ends following a process, which is no failure");
	tap_has(verdict.summary, "make was followed for 1 min 1 s", "as is said");
	verdict = decide((struct run_result){ .reason = STOP_DIED }, NULL,
			 (struct watch_evidence){ 0 });
	tap_ok(verdict.outcome == OUTCOME_COMPLETED && verdict.exit_status == 0,
	       "the end of a process that is not ours, whose status is not known");
}

static void test_charge(void)
{
	struct run_result done = { .reason = STOP_DIED, .wait_status = EXITED(0) };

	peaks.cgroup = 300 * MIB;
	tap_has(decide(done, NULL, (struct watch_evidence){ .ours = true }).summary,
		"held most: 120 MiB. Its sandbox was charged for 300 MiB at the most.",
		"what the sandbox counted");
	peaks.cgroup = SAMPLE_MISSING;
	peaks.pss_rss = 180 * MIB;
	tap_has(decide(done, NULL, (struct watch_evidence){ .ours = true }).summary,
		"200 MiB RSS (PSS 150 MiB when RSS was 180 MiB) after",
		"a PSS of another moment is said to be one");
	peaks.pss_rss = 200 * MIB;
}

static void test_demands(void)
{
	struct run_result done = { .reason = STOP_DIED, .wait_status = EXITED(0) };
	struct run_result failed = { .reason = STOP_DIED, .wait_status = EXITED(2) };
	static const struct {
		uint64_t rss, pss;
		int status;
	} demands[] = {
		{ 0, 0, 0 }, { 200 * MIB, 150 * MIB, 0 }, { 200 * MIB - 1, 0, 1 },
		{ 0, 150 * MIB - 1, 1 }, { 1, 1, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(demands); i++) {
		struct watch_evidence evidence = { .ours = true, .max_rss = demands[i].rss,
						   .max_pss = demands[i].pss };

		tap_is(decide(done, NULL, evidence).exit_status, demands[i].status,
		       "what a peak may be");
		tap_is(decide(failed, NULL, evidence).exit_status, 2, "a failure comes first");
	}
}

/* One level, the sandbox, in which KILLS were counted. */
static struct oom_evidence make_evidence(struct oom_monitor_level *level, uint64_t kills)
{
	static char name[] = "/pagetouch-1";

	*level = (struct oom_monitor_level){
		.version = 2, .name = name,
		.before = { .known = true, .has_local = true },
		.after = { .known = true, .has_local = true, .oom_kill = kills,
			   .local_oom_kill = kills, .local_oom = kills },
		.peak = { .peak = 64 * MIB, .limit = 64 * MIB },
	};
	return (struct oom_evidence){ .levels = level, .count = 1, .alone = true,
				      .whole_paths = true, .kmsg_error = -EPERM };
}

static void test_victims(void)
{
	struct run_result failed = { .reason = STOP_DIED, .wait_status = EXITED(2) };
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	struct watch_evidence ours = { .ours = true };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	struct verdict verdict = decide(killed, &evidence, ours);

	tap_is(verdict.outcome, OUTCOME_OOM_SANDBOX, "the command itself");
	tap_ok(!strstr(verdict.summary, "The OOM killer took"), "is not told of twice");
	verdict = decide(failed, &evidence, ours);
	tap_is(verdict.outcome, OUTCOME_EXITED, "a command that outlives its child's kill");
	tap_has(verdict.summary, "The OOM killer took 1 of its processes, by the counter",
		"which the counter proves");
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1",
							.anon = 60 * MIB };
	snprintf(evidence.victims[0].memcg, sizeof(evidence.victims[0].memcg), "/pagetouch-1");
	verdict = decide(failed, &evidence, ours);
	tap_has(verdict.summary, "The OOM killer took cc1 (pid 77), which held 60.0 MiB of anonymous memory, at the limit of the sandbox.",
		"the kernel's log names it");
	tap_ok(!strstr(verdict.summary, "by the counter"), "once");
	evidence.alone = false;
	snprintf(evidence.victims[0].memcg, sizeof(evidence.victims[0].memcg), "/user.slice");
	verdict = decide(failed, &evidence, ours);
	tap_has(verdict.summary, "at the limit of memory cgroup /user.slice.", "a limit above");
	evidence.victims[0].memcg[0] = '\0';
	evidence.victims[0].scope = OOM_SCOPE_GLOBAL;
	verdict = decide(failed, &evidence, ours);
	tap_has(verdict.summary, "anonymous memory, because the machine ran out of memory.",
		"or the machine's");
	evidence.victims[0].scope = OOM_SCOPE_MEMCG;
	verdict = decide(failed, &evidence, ours);
	tap_has(verdict.summary, "anonymous memory, at the limit of a memory cgroup.",
		"or a cgroup's whose path was not logged");
	evidence.victims[0].scope = OOM_SCOPE_UNKNOWN;
	verdict = decide(failed, &evidence, ours);
	tap_has(verdict.summary, "anonymous memory.", "or it is not known whose");
	evidence = make_evidence(&level, 0);
	verdict = decide(failed, &evidence, ours);
	tap_ok(!strstr(verdict.summary, "OOM"), "where nothing was counted nothing is said");
	evidence = make_evidence(&level, 1);
	evidence.alone = false;
	verdict = decide(failed, &evidence, ours);
	tap_ok(!strstr(verdict.summary, "OOM"), "a count in a cgroup of others' proves nothing");
}

static void test_cgroup(void)
{
	struct run_result stopped = { .reason = STOP_SIGNAL, .signal = SIGINT };
	struct run_result gone = { .reason = STOP_DONE };
	struct watch_evidence followed = { 0 };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 2);
	struct verdict verdict;

	evidence.alone = false;
	evidence.is_cgroup = true;
	/* They were below it. */
	level.after.local_oom_kill = level.after.local_oom = 0;
	verdict = decide(stopped, &evidence, followed);
	tap_ok(verdict.outcome == OUTCOME_INTERRUPTED && verdict.exit_status == 1,
	       "kills that a followed cgroup counts are no success");
	tap_is_text(verdict.err.message, "make was followed for 1 min 1 s, and the OOM killer took 2 of its processes, as far as is known",
		    "and said");
	tap_ok(!strstr(verdict.summary, "was followed for"), "once");
	tap_has(verdict.evidence_line[0], "oom_kill went from 0 to 2", "the counter is evidence");
	evidence = make_evidence(&level, 0);
	evidence.alone = false;
	evidence.is_cgroup = true;
	evidence.vmstat_known = true;
	evidence.vmstat_after = 1;
	verdict = decide(stopped, &evidence, followed);
	tap_ok(verdict.exit_status == 0 && !verdict.evidence_count &&
	       !strstr(verdict.summary, "OOM"), "a kill elsewhere is not its");
	/* Its counters went with it. */
	level.after.known = false;
	evidence.kmsg_error = 0;
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1" };
	verdict = decide(gone, &evidence, followed);
	tap_ok(verdict.outcome == OUTCOME_COMPLETED && verdict.exit_status == 1,
	       "the log names one of a cgroup that has been removed");
	tap_has(verdict.err.message, "make ended after 1 min 1 s, and the OOM killer took 1 of",
		"which is said");
	tap_has(verdict.summary, "The OOM killer took cc1 (pid 77)", "with its name");
	followed.expect = (struct expectation){ "completed", 1U << OUTCOME_COMPLETED };
	tap_is(decide(gone, &evidence, followed).exit_status, 1,
	       "that its end was expected does not hide it");
	evidence.victim_count = 0;
	tap_is(decide(gone, &evidence, followed).exit_status, 0, "without one it is met");
}

static void test_peaks(void)
{
	struct watch_peaks seen = { 0 };
	struct sample sample = { .rss = 10, .pss = SAMPLE_MISSING, .procs = 1, .elapsed_ns = 5 };
	struct tree_largest largest = { .pid = 1, .rss = 10 };

	watch_peaks_add(&seen, &sample, &largest);
	tap_ok(seen.known && seen.rss == 10 && seen.pss == SAMPLE_MISSING, "the first row");
	sample = (struct sample){ .rss = 8, .pss = 3, .procs = 2, .elapsed_ns = 6 };
	largest = (struct tree_largest){ .pid = 2, .rss = 7 };
	watch_peaks_add(&seen, &sample, &largest);
	tap_ok(seen.rss == 10 && seen.rss_ns == 5 && seen.pss == 3 && seen.pss_rss == 8,
	       "a lower one adds its PSS");
	largest.rss = 30;
	watch_peaks_add(&seen, &sample, &largest);
	tap_ok(seen.rss == 30 && seen.largest.pid == 2, "a spike of one process is a peak");
}

static void test_fit(void)
{
	static const struct {
		uint64_t low, high, step, next;
	} tries[] = {
		{ 0, 104, 4, 52 }, { 52, 104, 4, 76 }, { 100, 104, 4, 0 }, { 96, 104, 4, 100 },
		{ 0, 4, 4, 0 }, { 0, 5, 4, 4 }, { 100, 107, 4, 104 }, { 0, 3, 4, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
		tap_is((int64_t)fit_next(tries[i].low, tries[i].high, tries[i].step),
		       (int64_t)tries[i].next, "the next limit to try");
	for (uint64_t need = 1; need < 300; need++) {
		uint64_t low = 0, high = 1000, next;
		int count = 0;

		while ((next = fit_next(low, high, 4)) != 0 && count++ < 20)
			*(next >= need ? &high : &low) = next;
		if (count > 12 || high < need || high - low > 4)
			tap_ok(false, "a need of %d is found in %d tries", (int)need, count);
	}
	tap_is((int64_t)fit_suggest(100 * MIB), 110 * (int64_t)MIB, "a tenth to spare");
	tap_is((int64_t)fit_suggest(4 * MIB), 5 * (int64_t)MIB, "in whole MiB");
}

static void test_why(void)
{
	struct run_result failed = { .reason = STOP_DIED, .wait_status = EXITED(137) };
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	struct run_result stopped = { .reason = STOP_DIED, .wait_status = KILLED(SIGTERM) };
	static char why[] = "cc1 (pid 77) is the only candidate.";
	struct watch_evidence ours = { .ours = true };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	struct verdict verdict = decide(failed, &evidence, ours);

	tap_has(verdict.summary, "by the counter of its sandbox. make itself was not killed: it ended with status 137 (128 + SIGKILL).",
		"what the command made of the death of its child");
	tap_ok(!strstr(verdict.summary, "Why"), "nothing is known of why");
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1", .why = why };
	tap_has(decide(failed, &evidence, ours).summary,
		"of anonymous memory. Why that one: cc1 (pid 77) is the only candidate. make itself was not killed: it ended with status 137 (128 + SIGKILL).",
		"why the kernel chose that one");
	tap_has(decide((struct run_result){ .reason = STOP_DIED }, &evidence, ours).summary,
		"make itself was not killed: it ended with status 0.", "that it took no notice of it");
	tap_ok(!strstr(decide(stopped, &evidence, ours).summary, "itself"),
	       "of a command that another signal killed, its death is told");
	tap_ok(!strstr(decide(failed, &evidence, (struct watch_evidence){ 0 }).summary, "itself"),
	       "the status of a process that is not ours is not known");
	evidence.victims[0].pid = 70;
	verdict = decide(killed, &evidence, ours);
	tap_has(verdict.summary, " Why that one: cc1 (pid 77) is the only candidate.",
		"the command itself has such a reason, too");
	tap_ok(!strstr(verdict.summary, "itself") && !strstr(verdict.summary, "took"),
	       "and no more is said of it");
	tap_ok(!strstr(decide(stopped, &evidence, ours).summary, "Why"),
	       "nothing of it when it died of another signal");
}

static void test_sender(void)
{
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	struct watch_evidence ours = { .ours = true };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	struct verdict verdict;

	evidence.sender = (struct kill_sender){ .known = true, .pid = 91, .comm = "earlyoom" };
	verdict = decide(killed, &evidence, ours);
	tap_is(verdict.outcome, OUTCOME_KILLED, "what was counted is not of who was killed by another");
	tap_has(verdict.err.hint, "sent by earlyoom (pid 91): no counter and no record",
		"who is named");
	tap_has(verdict.summary, "The OOM killer took 1 of its processes",
		"what was counted is of one of its processes");
	evidence.sender.kernel = true;
	tap_is(decide(killed, &evidence, ours).outcome, OUTCOME_OOM_SANDBOX,
	       "control: the kernel has sent it");
	evidence = make_evidence(&level, 0);
	evidence.sender = (struct kill_sender){ .known = true, .pid = 91, .kernel = true };
	verdict = decide(killed, &evidence, ours);
	tap_is(verdict.outcome, OUTCOME_KILLED, "the kernel, and no counter: no OOM kill");
	tap_has(verdict.err.hint, "sent by the kernel, while process 91 ran: no counter",
		"what is known of it");
	evidence.sender = (struct kill_sender){ .known = true, .pid = 70, .self = true };
	tap_has(decide(killed, &evidence, ours).err.hint, "it sent the signal to itself: no counter",
		"a command that kills itself");
}

/* What was counted on the machine is of the command only if its victims are not known. */
static void test_others(void)
{
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	struct run_result stopped = { .reason = STOP_DIED, .wait_status = KILLED(SIGINT) };
	struct watch_evidence ours = { .ours = true };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	struct verdict verdict;

	evidence.kmsg_error = 0;
	evidence.kill_record.others = 1;
	evidence.vmstat_known = true;
	evidence.vmstat_before = 5;
	evidence.vmstat_after = 6;
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1" };
	verdict = decide(killed, &evidence, ours);
	tap_has(verdict.err.hint, "sender unknown: no counter and no record says",
		"the kill that was counted was of a child");
	evidence.vmstat_after = 7;
	tap_has(decide(killed, &evidence, ours).err.hint, "nothing says that it was the command's",
		"control: one more was counted, of who knows whom");
	evidence.sender = (struct kill_sender){ .known = true, .pid = 70, .self = true };
	tap_has(decide(killed, &evidence, ours).err.hint, "it sent the signal to itself: no counter",
		"who has killed itself was not that one");
	evidence = make_evidence(&level, 0);
	evidence.vmstat_known = true;
	evidence.vmstat_after = 1;
	verdict = decide(stopped, &evidence, ours);
	tap_has(verdict.evidence_line[0], "wait status: killed by signal 2",
		"what was counted on the machine does not bear on another signal");
	tap_is(verdict.evidence_count, 1, "and is no evidence");
	verdict = decide(killed, &evidence, ours);
	tap_has(verdict.evidence_line[0], "/proc/vmstat: oom_kill went from 0 to 1",
		"control: on SIGKILL it may bear");
}

/* A process that is followed with -p: nobody here waits for it. */
static void test_attached(void)
{
	struct run_result died = { .reason = STOP_DIED };
	struct watch_evidence foreign = { 0 }, oom = { 0 }, killed = { 0 };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	struct verdict verdict;

	if (expectation_parse("oom", &oom.expect, &verdict.err) < 0 ||
	    expectation_parse("killed", &killed.expect, &verdict.err) < 0)
		tap_ok(false, "the test expects what there is");
	verdict = decide(died, &evidence, foreign);
	tap_ok(verdict.outcome == OUTCOME_COMPLETED && verdict.exit_status == 0,
	       "a count alone does not say that it was killed");
	tap_is(decide(died, &evidence, oom).exit_status, EXIT_UNMET, "nor meets --expect oom");
	evidence.sender = (struct kill_sender){ .known = true, .pid = 91, .comm = "earlyoom" };
	verdict = decide(died, &evidence, foreign);
	tap_ok(verdict.outcome == OUTCOME_KILLED && verdict.exit_status == 0,
	       "a SIGKILL that was traced is how it ended");
	tap_has(verdict.err.message, "make (pid 70) was killed by SIGKILL (signal 9) after",
		"as is said");
	tap_has(verdict.err.hint, "sent by earlyoom (pid 91): ", "with its sender");
	tap_has(verdict.evidence_line[0], "trace of signals: SIGKILL, sent by earlyoom",
		"which proves most");
	for (int i = 0; i < verdict.evidence_count; i++)
		tap_ok(!strstr(verdict.evidence_line[i], "wait status"),
		       "its wait status is its parent's to know");
	tap_is(decide(died, &evidence, killed).exit_status, EXIT_DONE, "--expect killed");
	tap_is(decide(died, &evidence, oom).exit_status, EXIT_UNMET, "--expect oom is not met");
	evidence = make_evidence(&level, 1);
	evidence.kill_record.killed_found = true;
	evidence.kill_record.killed = (struct oom_killed){ .pid = 70, .memcg = true };
	verdict = decide(died, &evidence, foreign);
	tap_ok(verdict.outcome == OUTCOME_OOM_SANDBOX && verdict.exit_status == EXIT_UNMET,
	       "the kernel's log says that it was OOM-killed");
	tap_is(decide(died, &evidence, oom).exit_status, EXIT_DONE, "--expect oom is met");
	tap_is(decide(died, &evidence, killed).exit_status, EXIT_UNMET,
	       "--expect killed is not");
	evidence = make_evidence(&level, 1);
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1" };
	verdict = decide(died, &evidence, foreign);
	tap_ok(verdict.outcome == OUTCOME_COMPLETED && verdict.exit_status == 0,
	       "a descendant that was OOM-killed does not decide");
	tap_has(verdict.summary, "The OOM killer took cc1 (pid 77)", "but is told of");
}

static void test_where(void)
{
	struct run_result failed = { .reason = STOP_DIED, .wait_status = EXITED(2) };
	struct run_result killed = { .reason = STOP_DIED, .wait_status = KILLED(SIGKILL) };
	static char none[] = "", library[] = "/lib/a b\n";
	struct where_entry entries[] = {
		{ .kind = MAPPING_HEAP, .name = none },
		{ .kind = MAPPING_ARENA, .name = none },
		{ .kind = MAPPING_STACK, .name = none },
		{ .kind = MAPPING_ANON, .name = none },
		{ .kind = MAPPING_FILE, .name = library },
	};
	struct where where = { .entries = entries, .count = ARRAY_SIZE(entries), .read_count = 2 };
	struct watch_evidence ours = { .ours = true, .where = &where };
	struct oom_monitor_level level;
	struct oom_evidence evidence = make_evidence(&level, 1);
	static const uint64_t held[] = { 1, 40, 2, 0, 3 };

	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		entries[i].shares[WHERE_LAST].figures.rss = held[i] * MIB;
		entries[i].shares[WHERE_PEAK].figures.rss = i == 0 ? 50 * MIB : 0;
	}
	where.readings[WHERE_LAST] = (struct where_reading){
		.elapsed_ns = 700 * NS_PER_MS, .all.figures.rss = 46 * MIB,
	};
	where.readings[WHERE_PEAK] = (struct where_reading){
		.elapsed_ns = 300 * NS_PER_MS, .all.figures.rss = 50 * MIB,
	};
	tap_has(decide(killed, &evidence, ours).summary,
		" When they were last read, after 700 ms, the mappings held 46.0 MiB: 40.0 MiB malloc arenas, 3.0 MiB files (/lib/a b\\x0a), 2.0 MiB stacks.",
		"what it held before it was OOM-killed, the most first");
	tap_ok(!strstr(decide(failed, &evidence, ours).summary, "mappings"),
	       "nothing of it when it is not known that it was a kill");
	evidence.victim_count = 1;
	evidence.victims[0] = (struct oom_victim_seen){ .pid = 77, .comm = "cc1" };
	tap_has(decide(failed, &evidence, ours).summary,
		" When they were last read at a peak, after 300 ms, the mappings held 50.0 MiB: 50.0 MiB heap.",
		"of a command that outlives the kill, the peak");
	tap_ok(!strstr(decide(killed, NULL, ours).summary, "mappings"),
	       "nothing of a SIGKILL by who knows whom");
}

/* Tries with limits in MiB and times in ms. */
static void test_slower(void)
{
	static const struct {
		struct { int limit, ms; enum fit_end end; bool at_limit; } list[6];
		int count, slower, fast, usual;
		const char *name;
	} cases[] = {
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 1010, FIT_LIVED, true },
		    { 25, 900, FIT_KILLED, true } }, 3, 0, 0, 1000, "no slower" },
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 1300, FIT_LIVED, true },
		    { 25, 3000, FIT_LIVED, true } }, 3, 50, 100, 1000, "slower" },
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 1300, FIT_LIVED, false } }, 2, 0, 0,
		  1000, "slower, but not for its limit" },
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 1300, FIT_LIVED, true },
		    { 50, 1001, FIT_LIVED, true } }, 3, 0, 0, 1000, "slower by chance" },
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 1100, FIT_LIVED, true } }, 2, 0, 0,
		  1000, "by less than can be told" },
		{ { { 100, 10000, FIT_LIVED, false }, { 50, 10400, FIT_LIVED, true } }, 2, 0, 0,
		  10000, "by less than 5 %" },
		{ { { 100, 1400, FIT_LIVED, false }, { 60, 1000, FIT_LIVED, false },
		    { 50, 1300, FIT_LIVED, true } }, 3, 50, 60, 1000, "a first try that was cold" },
		{ { { 100, 1000, FIT_LIVED, false }, { 50, 5000, FIT_KILLED, true } }, 2, 0, 0,
		  1000, "what it does not live with is not slower" },
		{ { { 100, 1000, FIT_LIVED, true }, { 50, 1300, FIT_LIVED, true } }, 2, 50, 100,
		  1000, "also if no limit is enough" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fit_tries tries = { .count = (size_t)cases[i].count };

		for (size_t j = 0; j < tries.count; j++)
			tries.list[j] = (struct fit_try){
				.limit = (uint64_t)cases[i].list[j].limit * MIB,
				.elapsed_ns = (uint64_t)cases[i].list[j].ms * NS_PER_MS,
				.end = cases[i].list[j].end,
				.at_limit = cases[i].list[j].at_limit,
			};
		fit_find_slower(&tries);
		tap_ok(tries.slower == (uint64_t)cases[i].slower * MIB &&
		       tries.fast == (uint64_t)cases[i].fast * MIB &&
		       fit_usual_time(&tries) == (uint64_t)cases[i].usual * NS_PER_MS, "%s",
		       cases[i].name);
	}
}

int main(void)
{
	test_fit();
	test_slower();
	test_ends();
	test_charge();
	test_demands();
	test_victims();
	test_cgroup();
	test_why();
	test_sender();
	test_others();
	test_attached();
	test_where();
	test_peaks();
	return tap_done();
}
