/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver-request.c - ask the subject, no faster than the rate limit and within the guard */
#include <config.h>

#include <errno.h>

#include "lib/duration.h"
#include "workload/driver-request.h"

/* How often the guard looks while a request is under way. */
#define TOUCH_GUARD_NS (50 * NS_PER_MS)

/* A child that does not answer has died, or is about to: its death is why the run ends. */
int workload_refused(struct workload_driver *driver, int error)
{
	uint64_t deadline = duration_now() + NS_PER_SECOND;
	enum event event;
	int r = 0;

	while (r == 0 && error == -EPIPE && duration_now() < deadline)
		r = monitor_wait(driver->monitor, deadline, &event);
	if (r < 0)
		return r;
	driver->monitor->result->error = error;
	return monitor_stop(driver->monitor, STOP_REFUSED);
}

/* A subject that is dead cannot be asked: its pidfd says so when the answer is waited for. */
static void send_request(struct workload_driver *driver, const struct subject_request *request)
{
	subject_resume(driver->subject);
	subject_ask(driver->subject, request);
	driver->asked = true;
}

static int take_answer(struct workload_driver *driver, struct subject_answer *ret_answer)
{
	driver->asked = false;
	return subject_answered(driver->subject, ret_answer) < 0
		? monitor_fail(driver->monitor, -EPIPE, "the subject does not answer") : 0;
}

int workload_ask(struct workload_driver *driver, const struct subject_request *request,
		 struct subject_answer *ret_answer)
{
	enum event event = EVENT_TIME;
	int r = 0;

	send_request(driver, request);
	while (r == 0 && event != EVENT_DRIVER)
		r = monitor_wait(driver->monitor, DURATION_INFINITE, &event);
	return r < 0 ? r : take_answer(driver, ret_answer);
}

/* Up to which byte of the current request the guard lets the subject go, DONE of it being done. */
static int ask_guard(struct workload_driver *driver, uint64_t done, uint64_t *ret_allowed)
{
	struct guard *guard = driver->monitor->guard;
	uint64_t allowed;
	int r = guard_allows(guard, driver->spent + done, driver->workload->touch_params.unit,
			     duration_now(), &allowed);

	if (r < 0)
		return monitor_fail_available(driver->monitor, r, &guard->available);
	*ret_allowed = allowed - driver->spent;
	return 0;
}

/* Waits until the request is done up to byte TO; returns early when the guard halts it. */
static int await_request(struct workload_driver *driver, uint64_t to)
{
	struct subject_answer answer;
	enum event event = EVENT_TIME;
	uint64_t allowed = 0;
	int r = 0;

	while (r == 0 && event != EVENT_DRIVER) {
		r = monitor_wait(driver->monitor, duration_now() + TOUCH_GUARD_NS, &event);
		if (r < 0 || event != EVENT_TIME)
			continue;
		r = ask_guard(driver, subject_touched(driver->subject), &allowed);
		if (r == 0 && allowed < to)
			subject_halt(driver->subject);
	}
	if (r == 0)
		r = take_answer(driver, &answer);
	if (r < 0)
		return r;
	return answer.error < 0 ? workload_refused(driver, answer.error) : 0;
}

int workload_request(struct workload_driver *driver, struct subject_request request,
		     struct rate_limiter *limiter, uint64_t end)
{
	struct monitor *monitor = driver->monitor;
	uint64_t done, allowed, limited = UINT64_MAX;
	int r = 0;

	while (r == 0 && (done = subject_touched(driver->subject)) < end) {
		r = ask_guard(driver, done, &allowed);
		if (r < 0)
			return r;
		if (allowed <= done) {
			monitor->result->available = monitor->guard->available;
			return monitor_stop(monitor, STOP_GUARD);
		}
		if (limiter) {
			rate_limiter_restart(limiter, done, duration_now());
			limited = rate_limiter_allows(limiter, duration_now());
		}
		if (limited <= done) {
			r = monitor_sleep(monitor, rate_limiter_due(limiter, done, end));
			continue;
		}
		request.to = allowed < limited ? allowed : limited;
		request.to = request.to < end ? request.to : end;
		send_request(driver, &request);
		r = await_request(driver, request.to);
	}
	return r;
}

int workload_begin(struct workload_driver *driver, enum touch_access access, uint32_t child,
		   uint64_t span)
{
	struct subject_request request = {
		.type = SUBJECT_BEGIN, .what = access, .child = child, .to = span,
	};
	struct subject_answer answer;
	int r;

	driver->spent += subject_touched(driver->subject);
	r = workload_ask(driver, &request, &answer);
	return r < 0 || answer.error == 0 ? r : workload_refused(driver, answer.error);
}
