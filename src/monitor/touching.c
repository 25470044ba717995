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

/* Bytes: with steps up to here, rows take the time, not the touching. */
#define SHORT_STEP (UINT64_C(1) << 20)

/*
 * So long before a longer step should be done the observer is awake: on an idle processor a timer
 * is late by half of it, in a virtual machine (measured).
 */
#define LEAD_NS (400 * NS_PER_MS / 1000)

/* When it is first seen how fast the first step goes. */
#define FIRST_LOOK_NS NS_PER_MS

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

static void send_to(struct run *run, struct subject_request request, uint64_t to)
{
	request.to = to;
	run->sent_at = subject_touched(run->subject);
	run->sent_ns = duration_now();
	subject_resume(run->subject);
	subject_ask(run->subject, &request);
	run->asked = true;
}

/* How fast it went since the subject was sent, if it has counted anything since. */
static void note_speed(struct run *run, uint64_t now, uint64_t done)
{
	if (done > run->sent_at)
		run->ns_per_byte = (double)(now - run->sent_ns) / (double)(done - run->sent_at);
}

/* How long BYTES will take, at most an hour; 0: it is not known. */
static uint64_t time_for(const struct run *run, uint64_t bytes)
{
	double ns = run->ns_per_byte * (double)bytes, most = 3600.0 * (double)NS_PER_SECOND;

	return (uint64_t)(ns < most ? ns : most);
}

/* What *seen is at the beginning of a request, and when its answer has been looked for. */
#define NOT_YET (UINT64_MAX - 1)
#define EXPECTED UINT64_MAX

/*
 * Until when to sleep if the subject is to count TO bytes and has counted *seen at the last look.
 * The nearer, the better it is known when it will be there; if that is soon, the answer is looked
 * for now, once. Who does not get on is not looked at more often than by the guard.
 */
static uint64_t sleep_until(struct run *run, uint64_t to, uint64_t *seen)
{
	uint64_t now = duration_now(), done = subject_touched(run->subject), left;

	if (*seen == EXPECTED || *seen == done || done >= to ||
	    run->plan->interval <= SHORT_STEP || !run->subject->answers.spin_ns)
		return now + TOUCH_GUARD_NS;
	*seen = done;
	note_speed(run, now, done);
	left = time_for(run, to - done);
	if (left == 0)
		return now + FIRST_LOOK_NS;
	if (left > LEAD_NS)
		return now + min_u64(TOUCH_GUARD_NS,
				     left / 4 > LEAD_NS ? left / 4 * 3 : left - LEAD_NS);
	*seen = EXPECTED;
	channel_expect(&run->subject->answers, 2 * LEAD_NS);
	return now + TOUCH_GUARD_NS;
}

/* Waits until the request is done up to byte TO; returns early when the guard halts it. */
static int await(struct run *run, uint64_t to)
{
	struct subject_answer answer;
	enum event event = EVENT_TIME;
	uint64_t seen = NOT_YET;
	int r = 0;

	while (r == 0 && event != EVENT_ANSWER) {
		r = run_wait(run, sleep_until(run, to, &seen), &event);
		if (r == 0 && event == EVENT_TIME)
			r = watch_guard(run, to);
	}
	if (r < 0)
		return r;
	run->asked = false;
	if (subject_answered(run->subject, &answer) < 0)
		return run_fail(run, -EPIPE, "the subject does not answer");
	note_speed(run, duration_now(), subject_touched(run->subject));
	return answer.error < 0 ? run_refused(run, answer.error) : 0;
}

int run_request(struct run *run, struct subject_request request, struct rate_limiter *limiter,
		uint64_t end)
{
	uint64_t done, allowed, limited = UINT64_MAX, to;
	int r = run->asked ? await(run, end) : 0;

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
			to = min_u64(end, min_u64(allowed, limited));
			send_to(run, request, to);
			r = await(run, to);
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

/* Up to which byte the subject touches before the row after that at byte AT. */
static uint64_t touching_next_row(const struct observe_plan *plan, uint64_t at)
{
	return plan->touch - at > plan->interval ? at + plan->interval : plan->touch;
}

/*
 * A step is begun while the row before it, which has been read, is still to be printed; but not if
 * printing might take long, because then nobody would look at the guard.
 */
static int go_ahead(struct run *run, struct subject_request request, uint64_t at)
{
	uint64_t next = touching_next_row(run->plan, at), allowed;
	int r;

	if (run->plan->rate || next == at || !run->tools->sink->ready(run->tools->sink->context))
		return 0;
	r = ask_guard(run, at, &allowed);
	if (r == 0 && allowed >= next)
		send_to(run, request, next);
	return r;
}

/* The row at byte AT, which is not lost whatever comes of the next step. */
static int take_row(struct run *run, struct subject_request request, uint64_t at, bool exact)
{
	struct sample sample;
	int r = run_read(run, exact || run_is_exact(run), &sample), ahead;

	if (r < 0)
		return r;
	ahead = go_ahead(run, request, at);
	r = run_emit(run, &sample);
	return r < 0 ? r : ahead;
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
		at = touching_next_row(plan, at);
		r = run_request(run, request, plan->rate ? &limiter : NULL, at);
		if (r == 0)
			r = take_row(run, request, at, last && at == plan->touch);
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
