/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.c - the phases of a run: warm up, map, touch, hold, steps, finish */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "monitor/loop.h"

/* Touches of single pages by which the status counters are tried. */
#define PROBES 4

/* How often the guard looks while the subject rests. */
#define REST_GUARD_NS NS_PER_SECOND

/* How long a subject that was told to halt may take to answer. */
#define HALT_NS (2 * NS_PER_SECOND)

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Whether one touched page moves VmRSS by exactly one page, PROBES times in a row. */
static int probe_counters(struct run *run, bool *ret_lagging)
{
	struct subject_answer answer;
	struct sample before, after;
	int r = run_read(run, false, &before);

	*ret_lagging = false;
	for (int i = 0; r == 0 && i < PROBES; i++) {
		r = run_call(run, SUBJECT_PROBE, &answer);
		if (r == 0)
			r = run_read(run, false, &after);
		if (r < 0)
			break;
		if (after.rss_status - before.rss_status != run->plan->page_size)
			*ret_lagging = true;
		before = after;
	}
	run->result->vsz_before = before.vsz - SUBJECT_SCRATCH_PAGES * run->plan->page_size;
	return r;
}

/* Has TYPE carried out, which the subject needs for the run; WHAT says what failed. */
static int prepare(struct run *run, enum subject_request_type type, const char *what)
{
	struct subject_answer answer;
	int r = run_call(run, type, &answer);

	if (r < 0 || answer.error == 0)
		return r;
	r = run_fail(run, answer.error, what);
	if (type == SUBJECT_POOL)
		error_hint(&run->result->err, "ask for fewer threads, or see ulimit -u, "
			   "ulimit -v and pids.max of the cgroup");
	return r;
}

/* A kernel that does not know the access says so now, before anything is mapped. */
static int observer_try_access(struct run *run)
{
	struct subject_answer answer;
	int r = run_call(run, SUBJECT_TRY, &answer);

	if (r < 0 || answer.error == 0)
		return r;
	r = run_fail(run, answer.error, "this kernel cannot populate memory");
	error_set(&run->result->err, "--access %s: this kernel cannot populate memory: %s",
		  touch_access_name(run->plan->access), strerror(-answer.error));
	error_hint(&run->result->err, "Linux 5.14 or later is needed; use --access %s",
		   touch_writes(run->plan->access) ? "write" : "read");
	return r;
}

static int warm_up(struct run *run)
{
	struct sample discarded;
	int r = prepare(run, SUBJECT_POOL, "the subject cannot start its threads");

	if (r == 0)
		r = prepare(run, SUBJECT_SCRATCH, "the subject cannot map a scratch page");
	if (r == 0)
		r = observer_try_access(run);
	if (r == 0)
		r = run_read(run, true, &discarded);
	if (r == 0)
		r = probe_counters(run, &run->result->lagging);
	if (r == 0 && run->result->lagging)
		run->tools->sink->note(run->tools->sink->context,
				       "this kernel's RSS counters lag behind (a touched page did "
				       "not show in VmRSS): RSS and GREW are read from "
				       "smaps_rollup");
	if (r == 0)
		r = prepare(run, SUBJECT_RELEASE, "the subject cannot give its scratch page back");
	return r;
}

static int observer_map_region(struct run *run)
{
	struct root live;
	struct subject_answer answer;
	int r = context_counters_begin(run->tools->counters, run->plan->needs);

	if (r < 0)
		return run_fail(run, r, "cannot read Committed_AS");
	r = run_call(run, SUBJECT_MAP, &answer);
	run->address = answer.value;
	if (r < 0 || answer.error == 0)
		return r;
	run->result->error = answer.error;
	if (root_open("/", &live) == 0) {
		process_space_read(&live, run->subject->pid, &run->result->space);
		root_close(&live);
	}
	return run_stop(run, STOP_MAP);
}

/* The baseline is the first row, and all its figures are of one reading. */
static int take_baseline(struct run *run)
{
	struct run_result *result = run->result;
	int r = run_read(run, true, &result->baseline);

	if (r < 0)
		return r;
	if (!run_is_exact(run)) {
		result->baseline.exact = false;
		result->baseline.rss = result->baseline.rss_status;
	}
	result->measured = true;
	run->started_ns = duration_now();
	run->ticked_ns = run->started_ns;
	return run_emit(run, &result->baseline);
}

/* While others eat the machine's memory, keeping ours would have us, or them, killed. */
static int guard_rest(struct run *run)
{
	int r;

	if (!run->tools->guard->enabled)
		return 0;
	r = available_memory_read(&run->tools->guard->source, true, &run->result->available);
	if (r < 0)
		return run_fail_room(run, r, &run->result->available);
	return available_headroom(&run->result->available) ? 0 : run_stop(run, STOP_GUARD);
}

int run_sleep(struct run *run, uint64_t when)
{
	enum event event;
	int r = 0;

	while (r == 0 && duration_now() < when) {
		r = run_wait(run, min_u64(when, duration_now() + REST_GUARD_NS), &event);
		if (r == 0 && duration_now() - run->guarded_ns >= REST_GUARD_NS) {
			run->guarded_ns = duration_now();
			r = guard_rest(run);
		}
	}
	return r;
}

int run_hold(struct run *run, uint64_t time)
{
	const struct observe_plan *plan = run->plan;
	uint64_t start = duration_now(), next = start + min_u64(plan->every, UINT64_MAX - start);
	uint64_t end = start + min_u64(time, UINT64_MAX - start);
	int r = 0;

	while (r == 0 && duration_now() < end) {
		r = run_sleep(run, min_u64(next, end));
		if (r == 0 && duration_now() >= next && next < end) {
			r = run_row(run, false);
			/* Rows that were due while we were stopped are not made up for. */
			next += ((duration_now() - next) / plan->every + 1) * plan->every;
		}
	}
	return r < 0 ? r : run_row(run, true);
}

/* --hold: between the touching and the steps. */
static int hold(struct run *run)
{
	if (!run->plan->hold)
		return 0;
	run->step = STEP_HOLD;
	run->step_name[0] = '\0';
	return run_hold(run, run->plan->hold);
}

/* Stops a request that is under way, so that the last reading is of a subject at rest. */
static void halt_subject(struct run *run)
{
	uint64_t deadline = duration_now() + HALT_NS;
	struct subject_answer answer;
	enum event event = EVENT_TIME;

	if (!run->asked)
		return;
	subject_halt(run->subject);
	while (event != EVENT_ANSWER && duration_now() < deadline)
		if (run_wait(run, deadline, &event) < 0)
			return;
	run->asked = event != EVENT_ANSWER;
	if (event == EVENT_ANSWER)
		subject_answered(run->subject, &answer);
}

/* Whether a row at the end would tell more than the last one that was shown. */
static bool ends_with_news(const struct run *run)
{
	if (run->result->reason == STOP_OUTPUT)
		return false;
	/* What was refused has not been done. */
	if (run->result->reason == STOP_STEP && run->step != STEP_TOUCH)
		return false;
	return run->step != STEP_TOUCH || run_touched(run) != run->shown;
}

static void keep_death(struct run_result *result, const struct run_result *death)
{
	result->reason = STOP_DIED;
	result->wait_status = death->wait_status;
	result->child = death->child;
	if (!result->signal)
		result->signal = death->signal;
}

/*
 * A run that was cut short gets its exact last reading too, and its row if it adds one.
 * Nothing but a death here changes why the run ended.
 */
static void finish_early(struct run *run)
{
	struct run_result *result = run->result;
	struct run_result as_it_was = *result;
	struct sample last = result->last;
	int r;

	if (!result->measured || (result->reason != STOP_GUARD && result->reason != STOP_SIGNAL &&
				  result->reason != STOP_OUTPUT && result->reason != STOP_STEP))
		return;
	halt_subject(run);
	if (ends_with_news(run)) {
		r = run_row(run, true);
		last = result->last;
	} else {
		r = run_read(run, true, &last);
		last.seq = as_it_was.last.seq;
	}
	/* A death in the midst of it is how the run ended: the kernel did not wait for us. */
	if (result->reason == STOP_DIED &&
	    (as_it_was.reason == STOP_SIGNAL || as_it_was.reason == STOP_GUARD))
		keep_death(&as_it_was, result);
	*result = as_it_was;
	/* What could not be printed was taken all the same. */
	if (r < 0 && last.seq == as_it_was.last.seq)
		return;
	result->last = last;
	if (!result->stepped)
		result->filled = last;
}

/*
 * While answers follow each other signals are looked for now and then: none is
 * to be lost at the end.
 */
static int heed_signal(struct run *run)
{
	int number = signals_read(run->tools->signals);

	return number ? run_signalled(run, number) : 0;
}

static int observer_carry_out(struct run *run)
{
	int r = warm_up(run);

	if (r == 0)
		r = observer_map_region(run);
	if (r == 0)
		r = take_baseline(run);
	if (r == 0)
		r = run_lock(run);
	if (r == 0)
		r = run_passes(run);
	if (r == 0)
		r = hold(run);
	if (r == 0)
		r = run_steps(run);
	return r < 0 ? r : heed_signal(run);
}

/* How far it came; true also when the subject is dead. */
static void note_progress(const struct run *run)
{
	struct run_result *result = run->result;

	result->elapsed_ns = run->started_ns ? duration_now() - run->started_ns : 0;
	result->touched = run_touched(run);
	result->step_done = subject_touched(run->subject);
	if (run->step != STEP_TOUCH || run->pass > 1) {
		struct sample sample = { .step = run->step };

		memcpy(sample.name, run->step_name, sizeof(sample.name));
		snprintf(result->step, sizeof(result->step), "%s", sample_step_name(&sample));
	}
}

void observe_run(const struct observe_plan *plan, const struct observe_tools *tools,
		 struct run_result *ret_result)
{
	struct run run = {
		.plan = plan,
		.tools = tools,
		.subject = tools->subject,
		.result = ret_result,
	};

	memset(ret_result, 0, sizeof(*ret_result));
	if (sampler_new(run.subject->pid, plan->needs | NEED_ROLLUP, &run.sampler,
			&ret_result->err) < 0) {
		ret_result->reason = STOP_FAILED;
		return;
	}
	if (observer_carry_out(&run) < 0)
		finish_early(&run);
	note_progress(&run);
	sampler_free(run.sampler);
	for (unsigned i = 0; i < SUBJECT_CHILDREN_MAX; i++)
		sampler_free(run.child_samplers[i]);
}
