/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * touching.c - have the subject lock and touch, no faster than the rate limit and within the guard
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/duration.h"
#include "monitor/loop.h"

/* How often the guard looks while a step is under way. */
#define TOUCH_GUARD_NS (50 * NS_PER_MS)

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Up to which byte of the current request the guard lets the subject go, DONE of it being done. */
static int ask_guard(struct run *run, uint64_t done, uint64_t *ret_allowed)
{
	uint64_t allowed;
	int r = guard_allows(run->tools->guard, run->spent + done, run->plan->unit, duration_now(),
			     &allowed);

	if (r < 0)
		return run_fail_room(run, r, &run->tools->guard->available);
	*ret_allowed = allowed - run->spent;
	return 0;
}

/* Looks at the guard while a request for TO is under way; halts the subject if need be. */
static int watch_guard(struct run *run, uint64_t to)
{
	uint64_t allowed = 0;
	int r = ask_guard(run, subject_touched(run->subject), &allowed);

	if (r == 0 && allowed < to)
		subject_halt(run->subject);
	return r;
}

/* Waits until the request is done up to byte TO; returns early when the guard halts it. */
static int await(struct run *run, uint64_t to)
{
	struct subject_answer answer;
	enum event event = EVENT_TIME;
	int r = 0;

	while (r == 0 && event != EVENT_ANSWER) {
		r = run_wait(run, duration_now() + TOUCH_GUARD_NS, &event);
		if (r == 0 && event == EVENT_TIME)
			r = watch_guard(run, to);
	}
	if (r < 0)
		return r;
	run->asked = false;
	if (subject_answered(run->subject, &answer) < 0)
		return run_fail(run, -EPIPE, "the subject does not answer");
	return answer.error < 0 ? run_refused(run, answer.error) : 0;
}

int run_request(struct run *run, struct subject_request request, struct rate_limiter *limiter,
		uint64_t end)
{
	uint64_t done, allowed, limited = UINT64_MAX;
	int r = 0;

	while (r == 0 && (done = subject_touched(run->subject)) < end) {
		r = ask_guard(run, done, &allowed);
		if (r < 0)
			return r;
		if (allowed <= done) {
			run->result->available = run->tools->guard->available;
			return run_stop(run, STOP_GUARD);
		}
		if (limiter) {
			rate_limiter_restart(limiter, done, duration_now());
			limited = rate_limiter_allows(limiter, duration_now());
		}
		if (limited <= done) {
			r = run_sleep(run, rate_limiter_due(limiter, done, end));
		} else {
			request.to = min_u64(end, min_u64(allowed, limited));
			subject_resume(run->subject);
			subject_ask(run->subject, &request);
			run->asked = true;
			r = await(run, request.to);
		}
	}
	return r;
}

int run_begin(struct run *run, enum touch_access access, uint32_t child, uint64_t span)
{
	struct subject_request request = {
		.type = SUBJECT_BEGIN, .what = access, .child = child, .to = span,
	};
	struct subject_answer answer;
	int r;

	run->spent += subject_touched(run->subject);
	r = run_ask(run, &request, &answer);
	return r < 0 || answer.error == 0 ? r : run_refused(run, answer.error);
}

int run_lock(struct run *run)
{
	struct subject_request request = { .type = SUBJECT_LOCK };
	int r;

	if (run->plan->lock == REGION_UNLOCKED)
		return 0;
	run->step = STEP_LOCK;
	snprintf(run->step_name, sizeof(run->step_name), "%s",
		 run->plan->lock == REGION_LOCKED ? "" : "lock:onfault");
	/* Without populating nothing is spent, and the whole is one call. */
	if (run->plan->lock == REGION_LOCKED_ONFAULT) {
		struct subject_answer answer;

		request.to = run->plan->size;
		r = run_ask(run, &request, &answer);
		if (r == 0 && answer.error < 0)
			r = run_refused(run, answer.error);
	} else {
		r = run_request(run, request, NULL, run->plan->size);
	}
	return r < 0 ? r : run_row(run, true);
}

/* Touches all once, with a row after every interval. */
static int take_pass(struct run *run, bool last)
{
	const struct observe_plan *plan = run->plan;
	struct subject_request request = { .type = SUBJECT_TOUCH };
	struct rate_limiter limiter = rate_limiter_begin(plan->rate, plan->unit, duration_now());
	uint64_t at = 0;
	int r = 0;

	while (r == 0 && at < plan->touch) {
		at = plan->touch - at > plan->interval ? at + plan->interval : plan->touch;
		r = run_request(run, request, plan->rate ? &limiter : NULL, at);
		if (r == 0)
			r = run_row(run, last && at == plan->touch);
	}
	return r;
}

int run_passes(struct run *run)
{
	int r = 0;

	for (uint64_t pass = 1; r == 0 && pass <= run->plan->passes; pass++) {
		r = run_begin(run, run->plan->access, 0, run->plan->span);
		if (r < 0)
			break;
		run->step = STEP_TOUCH;
		run->step_name[0] = '\0';
		run->pass = run->result->passes = pass;
		if (pass > 1)
			snprintf(run->step_name, sizeof(run->step_name), "pass:%" PRIu64, pass);
		r = take_pass(run, pass == run->plan->passes);
		if (r == 0)
			run->covered = run->touched = subject_touched(run->subject);
	}
	return r;
}
