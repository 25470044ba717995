/* SPDX-License-Identifier: GPL-2.0-or-later */
/* observer.c - the phases of a run: warm up, map, touch, hold, finish */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/duration.h"
#include "observe/pace.h"
#include "observe/run.h"

/* Touches of single pages by which the status counters are tried. */
#define PROBES 4

/* Bytes: with steps up to here, the turns, not the touching, take the time. */
#define SHORT_STEP (1 << 20)

/* How often the guard looks while the subject rests, and while a step is under way. */
#define REST_GUARD_NS NS_PER_SECOND
#define TOUCH_GUARD_NS (50 * NS_PER_MS)

/* How long a subject that was told to halt may take to answer. */
#define HALT_NS (2 * NS_PER_SECOND)

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Whether one touched page moves VmRSS by exactly one page, PROBES times in a row. */
static int probe_counters(struct run *run, bool *ret_lagging)
{
	struct subject_answer answer;
	struct sample before, after;
	int r = run_read(run, STEP_TOUCH, false, &before);

	*ret_lagging = false;
	for (int i = 0; r == 0 && i < PROBES; i++) {
		r = run_order(run, SUBJECT_PROBE, &answer);
		if (r == 0)
			r = run_read(run, STEP_TOUCH, false, &after);
		if (r < 0)
			break;
		if (after.rss_status - before.rss_status != run->plan->page_size)
			*ret_lagging = true;
		before = after;
	}
	run->ending->vsz_before = before.vsz - SUBJECT_SCRATCH_PAGES * run->plan->page_size;
	return r;
}

static int warm_up(struct run *run)
{
	struct subject_answer answer;
	struct sample discarded;
	int r = run_order(run, SUBJECT_SCRATCH, &answer);

	if (r == 0 && answer.error < 0)
		return run_fail(run, answer.error, "the subject cannot map a scratch page");
	if (r == 0)
		r = run_read(run, STEP_TOUCH, true, &discarded);
	if (r == 0)
		r = probe_counters(run, &run->ending->lagging);
	if (r == 0 && run->ending->lagging)
		run->sink->note(run->sink->context,
				"this kernel's RSS counters lag behind (a touched page did not "
				"show in VmRSS): RSS and GREW are read from smaps_rollup");
	return r;
}

static int map_region(struct run *run)
{
	struct root live;
	struct subject_answer answer;
	int r = run_order(run, SUBJECT_MAP, &answer);

	if (r < 0 || answer.error == 0)
		return r;
	run->ending->error = answer.error;
	if (root_open("/", &live) == 0) {
		process_space_read(&live, run->subject->pid, &run->ending->space);
		root_close(&live);
	}
	return run_stop(run, STOP_MAP);
}

/* The baseline is the first row, and all its figures are of one reading. */
static int take_baseline(struct run *run)
{
	struct ending *ending = run->ending;
	int r = run_read(run, STEP_TOUCH, true, &ending->baseline);

	if (r < 0)
		return r;
	if (!run_is_exact(run)) {
		ending->baseline.exact = false;
		ending->baseline.rss = ending->baseline.rss_status;
	}
	ending->measured = true;
	run->started_ns = duration_now();
	run->ticked_ns = run->started_ns;
	return run_emit(run, &ending->baseline);
}

/* Looks at the guard while a request for TO is under way; halts the subject if need be. */
static int watch_guard(struct run *run, uint64_t to)
{
	uint64_t limit;
	int r = guard_allows(run->guard, subject_touched(run->subject), run->plan->page_size,
			     duration_now(), &limit);

	if (r < 0)
		return run_fail(run, r, "cannot read how much memory is left");
	if (limit < to)
		subject_halt(run->subject);
	return 0;
}

/* Has the subject touch up to byte TO; returns early when the guard halts it. */
static int touch_to(struct run *run, uint64_t to)
{
	struct subject_answer answer;
	enum event event = EVENT_TIME;
	int r = 0;

	atomic_store(&run->subject->board->stop, 0);
	subject_ask(run->subject, SUBJECT_TOUCH, to);
	run->asked = true;
	while (r == 0 && event != EVENT_ANSWER) {
		r = run_wait(run, duration_now() + TOUCH_GUARD_NS, &event);
		if (r == 0 && event == EVENT_TIME)
			r = watch_guard(run, to);
	}
	if (r < 0)
		return r;
	run->asked = false;
	return subject_answered(run->subject, &answer) < 0
		? run_fail(run, -EPIPE, "the subject does not answer") : 0;
}

/* While others eat the machine's memory, keeping ours would have us, or them, killed. */
static int guard_rest(struct run *run)
{
	int r;

	if (!run->guard->enabled)
		return 0;
	r = room_read(&run->guard->source, true, &run->ending->room);
	if (r < 0)
		return run_fail(run, r, "cannot read how much memory is left");
	return room_headroom(&run->ending->room) ? 0 : run_stop(run, STOP_GUARD);
}

/* Sleeps until WHEN, looking at the guard; an answer cannot come, nothing was asked. */
static int sleep_until(struct run *run, uint64_t when)
{
	enum event event;
	int r = 0;

	while (r == 0 && duration_now() < when) {
		r = run_wait(run, lesser(when, duration_now() + REST_GUARD_NS), &event);
		if (r == 0 && duration_now() - run->guarded_ns >= REST_GUARD_NS) {
			run->guarded_ns = duration_now();
			r = guard_rest(run);
		}
	}
	return r;
}

/* Touches up to byte END, no faster than the pace and no further than the guard allows. */
static int touch_step(struct run *run, struct pace *pace, uint64_t end)
{
	uint64_t touched, allowed, paced;
	int r = 0;

	while (r == 0 && (touched = subject_touched(run->subject)) < end) {
		uint64_t now = duration_now();

		r = guard_allows(run->guard, touched, run->plan->page_size, now, &allowed);
		if (r < 0)
			return run_fail(run, r, "cannot read how much memory is left");
		if (allowed <= touched) {
			run->ending->room = run->guard->room;
			return run_stop(run, STOP_GUARD);
		}
		pace_forgive(pace, touched, now);
		paced = pace_allows(pace, now);
		if (paced <= touched)
			r = sleep_until(run, pace_due(pace, touched, end));
		else
			r = touch_to(run, lesser(end, lesser(allowed, paced)));
	}
	return r;
}

/*
 * Observer and subject take turns. On two processors each turn wakes an idle one, which in
 * a virtual machine costs more than the reading itself; for short steps they share one.
 */
static bool share_processor(const struct run *run, cpu_set_t *ret_before)
{
	cpu_set_t one;
	int processor = sched_getcpu();

	if (run->plan->interval > SHORT_STEP || run->plan->rate || processor < 0 ||
	    processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof(*ret_before), ret_before) < 0)
		return false;
	CPU_ZERO(&one);
	CPU_SET((size_t)processor, &one);
	return sched_setaffinity(run->subject->pid, sizeof(one), &one) == 0 &&
	       sched_setaffinity(0, sizeof(one), &one) == 0;
}

static int take_steps(struct run *run)
{
	const struct observe_plan *plan = run->plan;
	struct pace pace = pace_begin(plan->rate, plan->page_size, run->started_ns);
	uint64_t at = 0;
	int r = 0;

	while (r == 0 && at < plan->touch) {
		at = plan->touch - at > plan->interval ? at + plan->interval : plan->touch;
		r = touch_step(run, &pace, at);
		if (r == 0)
			r = run_row(run, STEP_TOUCH, at == plan->touch);
	}
	return r;
}

static int touch_all(struct run *run)
{
	cpu_set_t before;
	bool shared = share_processor(run, &before);
	int r = take_steps(run);

	if (shared) {
		sched_setaffinity(0, sizeof(before), &before);
		if (!run->subject->reaped)
			sched_setaffinity(run->subject->pid, sizeof(before), &before);
	}
	return r;
}

static int hold(struct run *run)
{
	const struct observe_plan *plan = run->plan;
	uint64_t start = duration_now(), next = start + lesser(plan->every, UINT64_MAX - start);
	uint64_t end = start + lesser(plan->hold, UINT64_MAX - start);
	int r = 0;

	if (!plan->hold)
		return 0;
	while (r == 0 && duration_now() < end) {
		r = sleep_until(run, lesser(next, end));
		if (r == 0 && duration_now() >= next && next < end) {
			r = run_row(run, STEP_HOLD, false);
			/* Rows that were due while we were stopped are not made up for. */
			next += ((duration_now() - next) / plan->every + 1) * plan->every;
		}
	}
	return r < 0 ? r : run_row(run, STEP_HOLD, true);
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
	if (event == EVENT_ANSWER)
		subject_answered(run->subject, &answer);
}

/* Whether a row at the end would tell more than the last one that was shown. */
static bool ends_with_news(const struct run *run)
{
	if (run->ending->reason == STOP_OUTPUT)
		return false;
	return run->ending->last.step == STEP_HOLD || subject_touched(run->subject) != run->shown;
}

/*
 * A run that was cut short gets its exact last reading too, and its row if it adds one.
 * Whatever happens here does not change why the run ended.
 */
static void finish_early(struct run *run)
{
	struct ending *ending = run->ending;
	struct ending as_it_was = *ending;
	struct sample last = ending->last;
	int r;

	if (!ending->measured || (ending->reason != STOP_GUARD && ending->reason != STOP_SIGNAL &&
				  ending->reason != STOP_OUTPUT))
		return;
	halt_subject(run);
	if (ends_with_news(run)) {
		r = run_row(run, last.step, true);
		last = ending->last;
	} else {
		r = run_read(run, last.step, true, &last);
		last.seq = as_it_was.last.seq;
	}
	*ending = as_it_was;
	if (r == 0)
		ending->last = last;
}

static int carry_out(struct run *run)
{
	int r = warm_up(run);

	if (r == 0)
		r = map_region(run);
	if (r == 0)
		r = take_baseline(run);
	if (r == 0)
		r = touch_all(run);
	if (r == 0)
		r = hold(run);
	return r;
}

void observe_run(const struct observe_plan *plan, struct subject *subject,
		 struct guard *guard, struct signals *signals,
		 const struct observe_sink *sink, struct ending *ret_ending)
{
	struct run run = {
		.plan = plan,
		.sink = sink,
		.subject = subject,
		.guard = guard,
		.signals = signals,
		.ending = ret_ending,
	};

	memset(ret_ending, 0, sizeof(*ret_ending));
	if (sampler_new(subject->pid, plan->needs | NEED_ROLLUP, &run.sampler,
			&ret_ending->trouble) < 0) {
		ret_ending->reason = STOP_FAILED;
		return;
	}
	if (carry_out(&run) < 0)
		finish_early(&run);
	ret_ending->touched = subject_touched(subject);
	sampler_free(run.sampler);
}
