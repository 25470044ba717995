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
#include "lib/macros.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "pagetouch/run.h"
#include "plot/plot.h"
#include "proc/machine.h"
#include "proc/process.h"
#include "verdict/growth.h"

/* How often it is looked why a run may be slow: throttled, frozen, stopped, short of memory. */
#define SLOW_LOOK_NS NS_PER_SECOND

/* Growth of less than so much between two looks, while memory.high counts, is throttling. */
#define THROTTLE_SLOW_BYTES (UINT64_C(16) << 20)

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
		live_wipe(&run->progress.live);
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
	live_wipe(&run->progress.live);
	if (run->plan.output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

static void on_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	struct pagetouch_run *run = context;
	const struct plan *plan = &run->plan;
	struct oom_monitor *oom_monitor = &run->oom_monitor;
	bool slow = touched > 0 && touched - run->looked_at < THROTTLE_SLOW_BYTES;
	char text[STANDSTILL_MAX];
	enum standstill found;

	if (stdio_is_writable(STDERR_FILENO))
		progress_tick(&run->progress, touched, elapsed_ns);
	if (!run->subject.child_count)
		oom_monitor_look(oom_monitor, elapsed_ns);
	if (elapsed_ns - run->looked_ns < SLOW_LOOK_NS)
		return;
	run->looked_ns = elapsed_ns;
	run->looked_at = touched;
	/* It is said once, while it happens, that memory.high makes the run slow. */
	if (!run->throttled && slow && plan->sandboxed && plan->sandbox.high != CGROUP_UNLIMITED &&
	    oom_monitor_throttled(oom_monitor)) {
		run->throttled = true;
		on_note(run, "throttled at memory.high: slow, not hung");
	}
	/* And that the subject is kept from running, again if it goes on meanwhile. */
	found = standstill_find(&oom_monitor->live, run->subject.pid, &oom_monitor->chain, text);
	if (found != STANDSTILL_NONE && found != run->standstill)
		on_note(run, text);
	run->standstill = found;
}

/* What of where we are may keep the run from ending as it should. */
static void warn_of_surroundings(struct pagetouch_run *run)
{
	const struct plan *plan = &run->plan;
	struct task_score scores[TOP_SCORES];
	char text[STANDSTILL_MAX], group[8];
	int found = 0;

	for (size_t i = 0; i < run->chain.count; i++) {
		if (cgroup_level_read(&run->root, &run->chain.levels[i], "memory.oom.group", group,
				      sizeof(group)) <= 0 || group[0] != '1')
			continue;
		on_note(run,
			"memory.oom.group is set on our own cgroup or above: an OOM kill there takes this observer too, and then there is no verdict");
		break;
	}
	/* Version 1 lets all wait at the limit: the observer stands still, too. */
	if (!plan->sandboxed && !plan->guard &&
	    standstill_threatens(&run->root, &run->chain, false, text))
		on_note(run, text);
	/* Who would be killed if the machine ran out now. */
	if (plan->verbose && !plan->sandboxed)
		found = tasks_by_oom_score(&run->root, scores, TOP_SCORES);
	for (int i = 0; i < found; i++)
		fprintf(stderr, "%s: oom_score %" PRIu64 ": pid %ld (%s)\n",
			program_invocation_short_name, scores[i].score, scores[i].pid,
			scores[i].comm);
}

/* Starts the subject and everything that watches it. */
static int pagetouch_start(struct pagetouch_run *run, struct error *err)
{
	const struct plan *plan = &run->plan;
	const char *name = program_invocation_short_name;
	int r = printer_open(&run->printer, &plan->output, stdout);

	run->counters = (struct context_counters){ .machine = &run->root, .cgroup.fd = -1 };
	if (r < 0) {
		error_set_errno(err, r, "cannot prepare the run");
		return r;
	}
	run->progress = progress_begin(plan->workload.touch, plan->output.format == OUTPUT_NONE);
	warn_of_surroundings(run);
	if (plan->sandboxed) {
		r = sandbox_make(&plan->sandbox, &run->sandbox, err);
		if (r < 0)
			return r;
		run->counters.cgroup.fd = run->sandbox.fd;
		run->counters.version = run->sandbox.version;
	}
	/* A scope takes us along: what limits us is read again. */
	if (plan->sandboxed && run->sandbox.way == SANDBOX_SCOPE) {
		cgroup_chain_free(&run->chain);
		r = cgroup_chain_read(&run->root, "self", &run->chain);
		if (r < 0) {
			error_set_errno(err, r, "cannot read which memory cgroups we are in");
			return r;
		}
	}
	oom_monitor_open(&run->oom_monitor);
	run->monitored = true;
	r = subject_start(&plan->workload, run->counters.cgroup.fd, plan->oom_score_adj,
			  &run->subject, err);
	if (r < 0)
		return r;
	oom_monitor_begin(&run->oom_monitor, run->subject.pid, SUBJECT_NAME, plan->sandboxed);
	if (!plan->verbose)
		return 0;
	fprintf(stderr, "%s: the subject is pid %d\n", name, (int)run->subject.pid);
	if (plan->sandboxed)
		fprintf(stderr, "%s: its sandbox is %s, by way of %s\n", name, run->sandbox.path,
			sandbox_way_name(run->sandbox.way));
	if (run->sandbox.stale)
		fprintf(stderr,
			"%s: %u cgroups that earlier runs left beside it stay: processes are in them\n",
			name, run->sandbox.stale);
	return 0;
}

static void give_notes(struct pagetouch_run *run)
{
	const struct plan *plan = &run->plan;
	const struct workload *workload = &plan->workload;
	const struct touch_params *touch_params = &workload->touch_params;
	bool locked = region_lock_fills(workload->region.backing, workload->lock);
	bool reads = !touch_writes(touch_params->access) &&
		     (workload->touch > 0 || workload->lock == REGION_LOCKED);
	struct growth_rule rule = growth_expect(workload, workload->touch,
						locked ? workload->region.bytes : 0);
	uint64_t needed = plan->sandboxed ? MIN(rule.least, plan->sandbox.limit) : rule.least;
	char text[AVAILABLE_NAME_MAX + 256], needs[SIZE_TEXT_MAX], has[SIZE_TEXT_MAX];
	struct available_memory available;

	if (plan->note)
		on_note(run, plan->note);
	/*
	 * What the guard is going to stop is said beforehand, with what may be used. A file's
	 * pages can be dropped, and hugetlb pages have been set apart.
	 */
	if (run->guard.enabled && needed &&
	    (rule.kind == GROWTH_ANON || rule.kind == GROWTH_SHMEM) &&
	    available_memory_read(&run->guard.source, true, &available) == 0 &&
	    needed > available_headroom(&available)) {
		size_text(needs, needed, SIZE_HUMAN);
		size_text(has, available_headroom(&available), SIZE_HUMAN);
		snprintf(text, sizeof(text),
			 "%s are to become resident, but the guard lets only %s be used now (%s%s)%s",
			 needs, has, available.cgroup ? "memory cgroup " : "MemAvailable",
			 available.cgroup ? available.name : "",
			 locked ? "" : "; --touch 0 shows VSZ alone");
		on_note(run, text);
	}
	for (size_t i = 0; i < workload->step_count; i++)
		reads = reads || workload->steps[i].rule->does & STEP_READS;
	if (workload->region.own_zeros && reads)
		on_note(run,
			"this kernel has no page of zeros for what is only read: reading makes memory resident, as writing does");
	if (touch_params->order != ORDER_RANDOM || plan->has_seed)
		return;
	snprintf(text, sizeof(text),
		 "the order is random:%" PRIu64 ", with which it can be had again",
		 touch_params->seed);
	on_note(run, text);
}

void print_result(const struct verdict *verdict, enum output_format format, bool verbose)
{
	int shown = verbose ? verdict->evidence_count : MIN(verdict->evidence_count, 1);

	if (verdict->summary[0] && (format == OUTPUT_TABLE || format == OUTPUT_CSV) &&
	    (verdict->outcome == OUTCOME_COMPLETED || verdict->outcome == OUTCOME_GUARD ||
	     verdict->outcome == OUTCOME_INTERRUPTED) && verdict->exit_status != EXIT_UNMET)
		terminal_print(stderr, verdict->summary);
	/* With --quiet an end that was expected is no error. */
	if (format != OUTPUT_NONE || verdict->exit_status != EXIT_DONE) {
		if (verdict->err.message[0])
			terminal_say("", verdict->err.message);
		if (verdict->err.message[0] && verdict->err.hint[0])
			terminal_say("", verdict->err.hint);
	}
	/* Where the subject lived to the end of the run, its growth is what matters. */
	if (verdict->outcome < OUTCOME_OOM_SANDBOX || verdict->outcome > OUTCOME_KILLED ||
	    format == OUTPUT_NONE || format == OUTPUT_JSON)
		return;
	for (int i = 0; i < shown; i++)
		terminal_say("evidence: ", verdict->evidence_line[i]);
}

int draw_recording(const struct plot_request *request, const struct recording *recording,
		   const struct column_choice *choice, struct signals *signals, int *died_of,
		   struct error *err)
{
	int cancel = *died_of ? -1 : signals->fd;
	char *text = NULL;
	int r = plot_draw(request, recording, choice, cancel, &text, err);

	/* A picture that is text goes below the rows. */
	if (r == 0 && text)
		r = signals_wait_writable(signals, STDOUT_FILENO);
	if (r == 0 && text) {
		errno = 0;
		fputs(text, stdout);
		r = stream_flush(stdout);
		if (r == -EPIPE && !signals->pipe_ignored)
			*died_of = SIGPIPE;
		if (r < 0)
			error_set_errno(err, r, "cannot write to standard output");
	}
	free(text);
	if (r == -EINTR && !*died_of)
		*died_of = signals_read(signals);
	return r;
}

static int pagetouch_conclude(struct pagetouch_run *run)
{
	const struct workload *workload = &run->plan.workload;
	struct oom_monitor *oom_monitor = &run->oom_monitor;
	struct run_result *result = &run->result;
	struct hugetlb_pool pool = { 0 };
	struct verdict_evidence evidence = {
		.workload = workload,
		.pool = &pool,
		.result = result,
		.workload_result = &run->workload_result,
		.machine = &run->machine,
		.touch = workload->touch,
		.pid = (int)run->subject.pid,
		.unit = run->plan.output.unit,
		.verify = run->plan.verify,
		.expect = run->plan.expect,
		.oom_evidence = run->monitored ? &oom_monitor->oom_evidence : NULL,
		.sandbox = run->plan.sandboxed ? &run->plan.sandbox : NULL,
	};
	struct verdict *verdict = &run->verdict;

	if (result->reason == STOP_UNSTARTED)
		hugetlb_pool_read(&run->root, workload->region.huge_page, &pool);
	if (result->child) {
		oom_monitor->pid = result->child;
		oom_monitor->comm = CHILD_NAME;
	} else if (result->measured && !run->workload_result.stepped &&
		   !region_is(workload->region.backing, REGION_IS_GROWING)) {
		oom_monitor->vsz = result->last.vsz;
	}
	if (run->monitored)
		oom_monitor_end(oom_monitor, result->reason == STOP_DIED);
	verdict_decide(&evidence, verdict);
	host_time(verdict->time);
	/* The last word waits for a stopped terminal, but not after a signal. */
	if (stdio_is_writable(STDERR_FILENO) ||
	    (!result->signal && !run->stalled &&
	     signals_wait_writable(&run->signals, STDERR_FILENO) == 0)) {
		live_wipe(&run->progress.live);
		print_result(verdict, run->plan.output.format, run->plan.verbose);
	}
	run->recording.verdict = verdict;
	run->recording.outcome = verdict_outcome_name(verdict->outcome);
	/* The signal that this process should die of for the run to be seen as it was. */
	run->died_of = verdict->quiet_failure && !run->signals.pipe_ignored ? SIGPIPE : 0;
	if (verdict->outcome == OUTCOME_INTERRUPTED &&
	    verdict->exit_status == EXIT_SIGNAL_BASE + verdict->signal)
		run->died_of = verdict->signal;
	if (result->reason == STOP_OUTPUT || (run->stalled && pagetouch_wait_for_reader(run) < 0))
		return verdict->exit_status;
	result->error = printer_verdict(&run->printer, verdict);
	if (result->error == 0)
		return verdict->exit_status;
	*result = (struct run_result){ .reason = STOP_OUTPUT, .error = result->error };
	return pagetouch_conclude(run);
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
	if (r == 0 && !run->recording.count)
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

static int pagetouch_carry_out(struct pagetouch_run *run)
{
	const struct plan *plan = &run->plan;
	struct monitor_sink sink = { run, on_sample, on_note, on_tick };
	struct monitor monitor = {
		.guard = &run->guard,
		.signals = &run->signals,
		.counters = &run->counters,
		.sandbox = &run->sandbox,
		.oom_monitor = &run->oom_monitor,
		.sink = &sink,
		.exact = plan->exact,
		.needs = plan->needs,
		.every = plan->every,
	};
	uint64_t limit = plan->sandboxed ? plan->sandbox.limit : SAMPLE_MISSING;
	struct plan_record record = plan_record_of(&plan->workload, &run->host, &run->machine,
						   (int)run->subject.pid, limit);
	struct run_result *result = &run->result;
	int status;

	give_notes(run);
	run->recording.workload = &plan->workload;
	run->recording.host = &run->host;
	run->recording.limit = limit;
	result->reason = STOP_OUTPUT;
	result->error = printer_plan(&run->printer, &record);
	if (result->error == 0)
		workload_follow(&plan->workload, &run->subject, &monitor, result,
				&run->workload_result);
	status = pagetouch_conclude(run);
	return plan->plot.file ? pagetouch_draw(run, status) : status;
}

int pagetouch_run(struct pagetouch_run *run)
{
	struct error err;
	int status = pagetouch_prepare(run, &err), r;

	if (status == EXIT_DONE && pagetouch_start(run, &err) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_DONE)
		status = pagetouch_carry_out(run);
	else
		error_print(&err);
	subject_end(&run->subject);
	r = run->plan.sandboxed ? sandbox_remove(&run->sandbox) : 0;
	if (r < 0)
		fprintf(stderr, "%s: note: the sandbox stays: %s\n", program_invocation_short_name,
			r == -EBUSY ? "a process that is not ours is in it" : strerror(-r));
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
	return status;
}
