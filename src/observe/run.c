/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - the observer's events: wait, order, read, stop */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/duration.h"
#include "observe/run.h"

/* How long the sink may go without a tick. */
#define TICK_NS (100 * NS_PER_MS)

int run_stop(struct run *run, enum stop_reason reason)
{
	run->ending->reason = reason;
	return -ECANCELED;
}

int run_fail(struct run *run, int error, const char *what)
{
	trouble_set(&run->ending->trouble, "%s: %s", what, strerror(-error));
	return run_stop(run, STOP_FAILED);
}

static int poll_until(struct pollfd *fds, nfds_t count, uint64_t deadline_ns)
{
	uint64_t now = duration_now();
	uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SECOND),
		.tv_nsec = (long)(left % NS_PER_SECOND),
	};

	return ppoll(fds, count, &timeout, NULL);
}

/* An answer comes before the death that may have followed it. */
static int sort_event(struct run *run, const struct pollfd fds[static 3], enum event *ret_event)
{
	if (fds[2].revents && (run->ending->signal = signals_read(run->signals)) != 0)
		return run_stop(run, STOP_SIGNAL);
	if (fds[0].revents & POLLIN) {
		*ret_event = EVENT_ANSWER;
		return 0;
	}
	if (fds[1].revents) {
		subject_reap(run->subject);
		run->ending->wait_status = run->subject->wait_status;
		return run_stop(run, STOP_DIED);
	}
	*ret_event = EVENT_TIME;
	return 0;
}

static void tick(struct run *run)
{
	uint64_t now = duration_now();

	if (!run->started_ns || now - run->ticked_ns < TICK_NS)
		return;
	run->ticked_ns = now;
	run->sink->tick(run->sink->context, subject_touched(run->subject), now - run->started_ns);
}

int run_wait(struct run *run, uint64_t deadline_ns, enum event *ret_event)
{
	struct pollfd fds[3] = {
		{ .fd = run->subject->answers, .events = POLLIN },
		{ .fd = run->subject->pidfd, .events = POLLIN },
		{ .fd = run->signals->fd, .events = POLLIN },
	};
	int r;

	r = poll_until(fds, 3, deadline_ns);
	if (r < 0 && errno != EINTR)
		return run_fail(run, -errno, "cannot wait for the subject");
	tick(run);
	if (r <= 0) {
		*ret_event = EVENT_TIME;
		return 0;
	}
	return sort_event(run, fds, ret_event);
}

int run_order(struct run *run, enum subject_order order, struct subject_answer *ret_answer)
{
	enum event event = EVENT_TIME;
	int r;

	/* A subject that is dead cannot be asked: its pidfd says so below. */
	subject_ask(run->subject, order, 0);
	do {
		r = run_wait(run, DURATION_INFINITE, &event);
		if (r < 0)
			return r;
	} while (event != EVENT_ANSWER);
	return subject_answered(run->subject, ret_answer) < 0
		? run_fail(run, -EPIPE, "the subject does not answer") : 0;
}

/*
 * The subject has no memory any more: it is dying, which takes a second for every few GiB that
 * have to be given back. Waits for the death itself, unless /proc does not know the subject.
 */
static int wait_for_death(struct run *run)
{
	char path[32];
	enum event event;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d", (int)run->subject->pid);
	while (r == 0) {
		r = run_wait(run, duration_now() + NS_PER_SECOND, &event);
		if (r == 0 && access(path, F_OK) < 0)
			break;
	}
	if (r < 0)
		return r;
	r = run_fail(run, -ESRCH, "cannot read the subject");
	trouble_remedy(&run->ending->trouble, "/proc shows another pid namespace: mount proc in this one "
		       "(unshare --mount-proc)");
	return r;
}

int run_read(struct run *run, enum sample_step step, bool exact, struct sample *ret_sample)
{
	const struct sample *baseline = &run->ending->baseline;
	unsigned needs = run->plan->needs | (exact ? NEED_ROLLUP : 0);
	int r = sampler_read(run->sampler, needs, ret_sample);

	if (r == -ESRCH)
		return wait_for_death(run);
	if (r < 0)
		return run_fail(run, r, exact ? "cannot read the subject's smaps_rollup"
					      : "cannot read the subject's status");
	ret_sample->step = step;
	ret_sample->exact = exact;
	ret_sample->elapsed_ns = run->started_ns ? duration_now() - run->started_ns : 0;
	ret_sample->touched = subject_touched(run->subject);
	ret_sample->rss = exact ? ret_sample->rss_rollup : ret_sample->rss_status;
	if (run->ending->measured)
		ret_sample->grew = (int64_t)(ret_sample->rss - (exact ? baseline->rss_rollup
								      : baseline->rss_status));
	return 0;
}

bool run_is_exact(const struct run *run)
{
	return run->plan->exact || run->ending->lagging;
}

int run_emit(struct run *run, const struct sample *sample)
{
	struct ending *ending = run->ending;

	ending->last = *sample;
	ending->last.seq = run->seq++;
	run->shown = sample->touched;
	ending->error = run->sink->sample(run->sink->context, &ending->last);
	/* EINTR: standard output was stalled and a signal came. */
	if (ending->error == -EINTR && (ending->signal = signals_read(run->signals)) != 0)
		return run_stop(run, STOP_SIGNAL);
	return ending->error < 0 ? run_stop(run, STOP_OUTPUT) : 0;
}

int run_row(struct run *run, enum sample_step step, bool exact)
{
	struct sample sample;
	int r = run_read(run, step, exact || run_is_exact(run), &sample);

	return r < 0 ? r : run_emit(run, &sample);
}
