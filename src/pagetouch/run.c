/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - wire plan, subject, observer, verdict and printer together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/stdio-guard.h"
#include "pagetouch/print-result.h"
#include "pagetouch/run.h"
#include "plot/plot.h"
#include "proc/hugetlb.h"
#include "proc/tasks.h"
#include "verdict/growth.h"

/* Growth of less than so much between two looks, while memory.high counts, is throttling. */
#define THROTTLE_LOOK_NS NS_PER_SECOND
#define THROTTLE_SLOW_BYTES (UINT64_C(16) << 20)

/* How often it is looked whether the subject is frozen, stopped, or waits for memory. */
#define STANDSTILL_LOOK_NS NS_PER_SECOND

/* How many of the highest oom_scores -v shows. */
#define TOP_SCORES 3

/* Once a signal has come, a reader that still does not read is not waited for any more. */
static int pagetouch_wait_for_reader(struct pagetouch_run *run)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (run->stalled)
		return poll(&output, 1, 0) == 1 ? 0 : -EINTR;
	if (signals_wait_writable(&run->signals, STDOUT_FILENO) == 0)
		return 0;
	run->stalled = true;
	return -EINTR;
}

static int on_sample(void *context, const struct sample *sample)
{
	struct pagetouch_run *run = context;

	if (stdio_is_writable(STDERR_FILENO))
		progress_wipe(&run->progress);
	if (run->plan.plot.file && !run->unkept)
		run->unkept = recording_add(&run->recording, sample);
	/* A reader that has stopped reading must not keep us from being ended. */
	if (run->plan.output.format != OUTPUT_NONE && pagetouch_wait_for_reader(run) < 0)
		return -EINTR;
	return printer_sample(&run->printer, sample);
}

/*
 * A note that cannot be written at once is not: nobody would look at guard and signals
 * meanwhile.
 */
static void on_note(void *context, const char *sentence)
{
	struct pagetouch_run *run = context;

	if (!stdio_is_writable(STDERR_FILENO))
		return;
	progress_wipe(&run->progress);
	if (run->plan.output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

/* Says once, while it happens, that memory.high makes the run slow. */
static void note_throttling(struct pagetouch_run *run, uint64_t touched, uint64_t elapsed_ns)
{
	uint64_t times;

	if (!run->plan.sandboxed || run->plan.sandbox.high == CGROUP_UNLIMITED ||
	    run->throttled || elapsed_ns - run->throttled_ns < THROTTLE_LOOK_NS)
		return;
	run->throttled_ns = elapsed_ns;
	times = oom_monitor_throttled(&run->oom_monitor);
	if (times && touched > 0 && touched - run->throttled_at < THROTTLE_SLOW_BYTES) {
		run->throttled = times;
		on_note(run, "throttled at memory.high: slow, not hung");
	}
	run->throttled_at = touched;
}

/* Says when it is found that the subject is kept from running, again if it goes on meanwhile. */
static void note_standstill(struct pagetouch_run *run, uint64_t elapsed_ns)
{
	char text[STANDSTILL_MAX];
	enum standstill found;

	if (elapsed_ns - run->standstill_ns < STANDSTILL_LOOK_NS)
		return;
	run->standstill_ns = elapsed_ns;
	found = standstill_find(&run->oom_monitor.live, run->subject.pid,
				&run->oom_monitor.chain, text);
	if (found != STANDSTILL_NONE && found != run->standstill)
		on_note(run, text);
	run->standstill = found;
}

static void on_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	struct pagetouch_run *run = context;

	if (stdio_is_writable(STDERR_FILENO))
		progress_tick(&run->progress, touched, elapsed_ns);
	note_throttling(run, touched, elapsed_ns);
	note_standstill(run, elapsed_ns);
	if (!run->subject.child_count)
		oom_monitor_look(&run->oom_monitor, elapsed_ns);
}

/* The signal that this process should die of for RUN to be seen as it was. */
static int signal_to_die_of(const struct pagetouch_run *run, const struct verdict *verdict)
{
	if (verdict->outcome == OUTCOME_INTERRUPTED &&
	    verdict->exit_status == EXIT_SIGNAL_BASE + verdict->signal)
		return verdict->signal;
	return verdict->quiet_failure && !run->signals.pipe_ignored ? SIGPIPE : 0;
}

/* The last word waits for a stopped terminal, but not after a signal. */
static bool wait_for_terminal(const struct pagetouch_run *run, const struct run_result *result)
{
	if (stdio_is_writable(STDERR_FILENO))
		return true;
	return !result->signal && !run->stalled &&
	       signals_wait_writable(&run->signals, STDERR_FILENO) == 0;
}

static void end_oom_monitor(struct pagetouch_run *run, const struct run_result *result)
{
	enum region_backing backing = run->plan.workload.region.backing;
	struct oom_monitor *oom_monitor = &run->oom_monitor;

	if (result->child) {
		oom_monitor->pid = result->child;
		oom_monitor->comm = CHILD_NAME;
	} else if (result->measured && !run->workload_result.stepped && backing != REGION_HEAP &&
		   backing != REGION_STACK) {
		oom_monitor->vsz = result->last.vsz;
	}
	oom_monitor_end(oom_monitor, result->reason == STOP_DIED);
}

static int pagetouch_conclude(struct pagetouch_run *run)
{
	struct run_result *result = &run->result;
	struct hugetlb_pool pool = { 0 };
	struct verdict_evidence evidence = {
		.workload = &run->plan.workload,
		.pool = &pool,
		.result = result,
		.workload_result = &run->workload_result,
		.machine = &run->machine,
		.touch = run->plan.workload.touch,
		.pid = (int)run->subject.pid,
		.unit = run->plan.output.unit,
		.verify = run->plan.verify,
		.expect = run->plan.expect,
		.oom_evidence = run->monitored ? &run->oom_monitor.oom_evidence : NULL,
		.sandbox = run->plan.sandboxed ? &run->plan.sandbox : NULL,
	};
	struct verdict *verdict = &run->verdict;
	int r;

	if (result->reason == STOP_UNSTARTED)
		hugetlb_pool_read(&run->root, run->plan.workload.region.huge_page, &pool);
	if (run->monitored)
		end_oom_monitor(run, result);
	verdict_decide(&evidence, verdict);
	host_time(verdict->time);
	if (wait_for_terminal(run, result)) {
		progress_wipe(&run->progress);
		print_result(verdict, run->plan.output.format, run->plan.verbose);
	}
	run->recording.verdict = verdict;
	run->recording.outcome = verdict_outcome_name(verdict->outcome);
	run->died_of = signal_to_die_of(run, verdict);
	r = result->reason == STOP_OUTPUT || (run->stalled && pagetouch_wait_for_reader(run) < 0)
		? 0 : printer_verdict(&run->printer, verdict);
	if (r < 0) {
		*result = (struct run_result){ .reason = STOP_OUTPUT, .error = r };
		return pagetouch_conclude(run);
	}
	return verdict->exit_status;
}

static int print_plan(struct pagetouch_run *run)
{
	uint64_t limit = run->plan.sandboxed ? run->plan.sandbox.limit : SAMPLE_MISSING;
	struct plan_record record = plan_record_of(&run->plan.workload, &run->host, &run->machine,
						   (int)run->subject.pid, limit);

	run->recording.workload = &run->plan.workload;
	run->recording.host = &run->host;
	run->recording.limit = limit;
	return printer_plan(&run->printer, &record);
}

/* Who would be killed if the machine ran out now: for -v, where there is no sandbox. */
static void show_top_scores(const struct pagetouch_run *run)
{
	struct task_score scores[TOP_SCORES];
	int found = tasks_by_oom_score(&run->root, scores, TOP_SCORES);

	for (int i = 0; i < found; i++)
		fprintf(stderr, "%s: oom_score %llu: pid %ld (%s)\n",
			program_invocation_short_name, (unsigned long long)scores[i].score,
			scores[i].pid, scores[i].comm);
}

static void show_start(const struct pagetouch_run *run)
{
	if (!run->plan.verbose)
		return;
	fprintf(stderr, "%s: the subject is pid %d\n", program_invocation_short_name,
		(int)run->subject.pid);
	if (run->plan.sandboxed)
		fprintf(stderr, "%s: its sandbox is %s, by way of %s\n",
			program_invocation_short_name, run->sandbox.path,
			sandbox_way_name(run->sandbox.way));
	if (run->sandbox.stale)
		fprintf(stderr, "%s: %u cgroups that earlier runs left beside it stay: processes "
			"are in them\n", program_invocation_short_name, run->sandbox.stale);
}

/* An OOM in a group of processes that die together takes the observer along (memory.oom.group). */
static void warn_of_group(struct pagetouch_run *run)
{
	char group[8];

	for (size_t i = 0; i < run->chain.count; i++) {
		if (cgroup_level_read(&run->root, &run->chain.levels[i],
				      "memory.oom.group", group, sizeof(group)) <= 0 ||
		    group[0] != '1')
			continue;
		on_note(run, "memory.oom.group is set on our own cgroup or above: an OOM kill "
				 "there takes this observer too, and then there is no verdict");
		return;
	}
}

/* Version 1 lets all wait at the limit instead of killing one: the observer stands still, too. */
static void warn_of_disabled_kills(struct pagetouch_run *run)
{
	char text[STANDSTILL_MAX];

	if (run->plan.sandboxed || run->plan.guard ||
	    !standstill_threatens(&run->root, &run->chain, text))
		return;
	on_note(run, text);
}

/* A scope takes us along: what limits us is read again. */
static int make_sandbox(struct pagetouch_run *run, struct error *err)
{
	int r = sandbox_make(&run->plan.sandbox, &run->sandbox, err);

	if (r < 0 || run->sandbox.way != SANDBOX_SCOPE)
		return r;
	cgroup_chain_free(&run->chain);
	r = cgroup_chain_read(&run->root, "self", &run->chain);
	if (r < 0)
		error_set_errno(err, r, "cannot read which memory cgroups we are in");
	return r;
}

static int start_subject(struct pagetouch_run *run, struct error *err)
{
	struct subject_spec spec = {
		.workload = &run->plan.workload,
		.cgroup = -1,
		.oom_score_adj = run->plan.oom_score_adj,
	};
	int r = 0;

	if (run->plan.sandboxed) {
		r = make_sandbox(run, err);
		spec.cgroup = run->counters.cgroup.fd = run->sandbox.fd;
		run->counters.version = run->sandbox.version;
	}
	if (r < 0)
		return r;
	oom_monitor_open(&run->oom_monitor);
	run->monitored = true;
	r = subject_start(&spec, &run->subject, err);
	if (r == 0)
		oom_monitor_begin(&run->oom_monitor, run->subject.pid, SUBJECT_NAME,
				  run->plan.sandboxed);
	return r;
}

/* Starts the subject and everything that watches it. */
static int pagetouch_start(struct pagetouch_run *run, struct error *err)
{
	int r = printer_open(&run->printer, &run->plan.output);

	if (r < 0) {
		error_set_errno(err, r, "cannot prepare the run");
		return r;
	}
	run->progress = progress_begin(run->plan.workload.touch,
				       run->plan.output.format == OUTPUT_NONE);
	warn_of_group(run);
	warn_of_disabled_kills(run);
	if (run->plan.verbose && !run->plan.sandboxed)
		show_top_scores(run);
	r = start_subject(run, err);
	if (r == 0)
		show_start(run);
	return r;
}

static bool reads(const struct workload *workload)
{
	for (size_t i = 0; i < workload->step_count; i++)
		if (step_reads(&workload->steps[i]))
			return true;
	return !touch_writes(workload->touch_params.access) &&
	       (workload->touch > 0 || workload->lock == REGION_LOCKED);
}

/* What the plan makes resident of the memory that the guard watches, at the least. */
static uint64_t memory_needed(const struct plan *plan, bool locked)
{
	const struct workload *workload = &plan->workload;
	struct growth_actions actions = {
		.region = &workload->region,
		.access = workload->touch_params.access,
		.covered = workload->touch,
		.locked = locked ? workload->region.bytes : 0,
		.threads = workload->threads,
	};
	struct growth_rule rule = growth_expect(&actions);

	/* A file's pages can be dropped, and hugetlb pages have been set apart. */
	if (rule.kind != GROWTH_ANON && rule.kind != GROWTH_SHMEM)
		return 0;
	return plan->sandboxed && plan->sandbox.limit < rule.least ? plan->sandbox.limit
								   : rule.least;
}

/* What the guard is going to stop is said beforehand, with what may be used. */
static void note_scarcity(struct pagetouch_run *run)
{
	const struct workload *workload = &run->plan.workload;
	bool locked = region_lock_fills(workload->region.backing, workload->lock);
	uint64_t needed = memory_needed(&run->plan, locked);
	char text[AVAILABLE_NAME_MAX + 256], needs[SIZE_TEXT_MAX], has[SIZE_TEXT_MAX];
	struct available_memory available;

	if (!run->guard.enabled || !needed ||
	    available_memory_read(&run->guard.source, true, &available) < 0 || needed <=
	    available_headroom(&available))
		return;
	snprintf(text, sizeof(text),
		 "%s are to become resident, but the guard lets only %s be used now (%s%s)%s",
		 size_text(needs, needed, SIZE_HUMAN),
		 size_text(has, available_headroom(&available), SIZE_HUMAN),
		 available.cgroup ? "memory cgroup " : "MemAvailable", available.cgroup
		 ? available.name : "",
		 locked ? "" : "; --touch 0 shows VSZ alone");
	on_note(run, text);
}

static void give_notes(struct pagetouch_run *run)
{
	char seed[96];

	if (run->plan.note)
		on_note(run, run->plan.note);
	note_scarcity(run);
	if (run->plan.workload.region.own_zeros && reads(&run->plan.workload))
		on_note(run, "this kernel has no page of zeros for what is only read: "
				 "reading makes memory resident, as writing does");
	if (run->plan.workload.touch_params.order != ORDER_RANDOM || run->plan.has_seed)
		return;
	snprintf(seed, sizeof(seed),
		 "the order is random:%" PRIu64 ", with which it can be had again",
		 run->plan.workload.touch_params.seed);
	on_note(run, seed);
}

/*
 * Draws what was kept, when all else is over and printed, and ends the subject, whose memory
 * gnuplot may need. Prints what goes wrong. Returns STATUS, or EXIT_FAILED.
 */
static int pagetouch_draw(struct pagetouch_run *run, int status)
{
	const struct plan *plan = &run->plan;
	struct error err;
	int r = run->unkept;

	/* No row, no picture: the verdict has said why. */
	if (!plan->plot.file || (r == 0 && !run->recording.count))
		return status;
	subject_end(&run->subject);
	if (r < 0)
		error_set_errno(&err, r, "--plot");
	else if (!run->stalled || plan->plot.kind != PICTURE_TEXT)
		r = draw_recording(&plan->plot, &run->recording, &plan->output.columns,
				   &run->signals, &run->died_of, &err);
	else
		r = -EINTR;
	/* Another signal may have come while standard output was stalled. */
	if (r == -EINTR && !run->died_of)
		run->died_of = signals_read(&run->signals);
	if (r == 0)
		return status;
	if (r != -EINTR && r != -EPIPE)
		error_print(&err);
	return EXIT_FAILED;
}

int pagetouch_run(struct pagetouch_run *run)
{
	struct monitor_sink sink = { run, on_sample, on_note, on_tick };
	struct monitor monitor = {
		.guard = &run->guard,
		.signals = &run->signals,
		.counters = &run->counters,
		.sandbox = &run->sandbox,
		.oom_monitor = &run->oom_monitor,
		.sink = &sink,
		.exact = run->plan.exact,
		.needs = run->plan.needs,
		.every = run->plan.every,
	};
	struct run_result *result = &run->result;
	struct error err;

	run->counters = (struct context_counters){ .machine = &run->root, .cgroup.fd = -1 };
	if (pagetouch_start(run, &err) < 0) {
		error_print(&err);
		return EXIT_FAILED;
	}
	give_notes(run);
	result->reason = STOP_OUTPUT;
	result->error = print_plan(run);
	if (result->error == 0)
		workload_follow(&run->plan.workload, &run->subject, &monitor, result,
				&run->workload_result);
	return pagetouch_draw(run, pagetouch_conclude(run));
}

static void remove_sandbox(struct pagetouch_run *run)
{
	int r = sandbox_remove(&run->sandbox);

	if (r < 0)
		fprintf(stderr, "%s: note: the sandbox stays: %s\n", program_invocation_short_name,
			r == -EBUSY ? "a process that is not ours is in it" : strerror(-r));
}

void pagetouch_close(struct pagetouch_run *run)
{
	subject_end(&run->subject);
	remove_sandbox(run);
	if (run->file > 0)
		close(run->file);
	if (run->monitored)
		oom_monitor_close(&run->oom_monitor);
	printer_close(&run->printer);
	recording_free(&run->recording);
	cgroup_chain_free(&run->chain);
	if (run->opened)
		root_close(&run->root);
	if (run->signals.fd > 0)
		close(run->signals.fd);
}
