/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.c - wait for what happens, read processes, give rows, finish */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "monitor/monitor.h"
#include "proc/process.h"
#include "proc/root.h"

/* How long the sink may go without a tick. */
#define TICK_NS (100 * NS_PER_MS)

/* How often the guard looks while the subject rests. */
#define REST_GUARD_NS NS_PER_SECOND

/* How long a process that was killed may take to die. */
#define VICTIM_NS (10 * NS_PER_SECOND)

/* The kernel counts an OOM kill a moment before it sends SIGKILL. */
#define COUNTED_NS (200 * NS_PER_MS)

/* How long a process with a pending SIGKILL may take to die: to free memory takes time. */
#define DYING_NS (60 * NS_PER_SECOND)

/* How often it is looked for signs of a death that has not been seen to begin. */
#define SIGN_MS 5

/* So many files, and no more, may be open at once where the library reads a process. */
#define LIBRARY_FILES 4

int monitor_stop(struct monitor *monitor, enum stop_reason reason)
{
	monitor->result->reason = reason;
	return -ECANCELED;
}

int monitor_fail(struct monitor *monitor, int error, const char *what)
{
	error_set_errno(&monitor->result->err, error, what);
	return monitor_stop(monitor, STOP_FAILED);
}

/*
 * Ends the run because of whom FDS, the pidfds of the subject and of its children, which have been
 * polled, say that he has died. Returns 0 if nobody has.
 *
 * A child leaves by itself only when its pipe has been closed: by its parent's death, that is.
 * A child is killed when the subject's first thread has ended, the subject's own pidfd tells it
 * when its last one has: of the two deaths that of the subject came first, though it is told
 * later. A signal to the monitor at the same time is not lost, but it is not why the run ends.
 */
static int note_death(struct monitor *monitor, const struct pollfd *fds)
{
	struct run_result *result = monitor->result;
	struct driver *driver = monitor->driver;
	unsigned process = 0;

	while (process <= driver->child_count && !fds[process].revents)
		process++;
	if (process > driver->child_count)
		return 0;
	if (process && process_is_zombie(&monitor->sampler.root, driver->subject.pid))
		process = 0;
	result->wait_status = driver->reap(driver, process);
	if (process && WIFEXITED(result->wait_status)) {
		process = 0;
		result->wait_status = driver->reap(driver, process);
	}
	if (process)
		result->child = driver->children[process - 1].pid;
	if (!result->signal)
		result->signal = signals_read(monitor->signals);
	return monitor_stop(monitor, STOP_DIED);
}

/*
 * Ends the run because signal NUMBER has reached the monitor; or because of a death that was under
 * way then, which is waited for.
 *
 * Who sends SIGTERM because of an OOM kill (systemd's OOMPolicy=stop) does so as soon as the kill
 * is counted, and the larger its victim, the longer it takes to die: what ended the run is
 * then the kill.
 */
static int note_signal(struct monitor *monitor, int number)
{
	bool counted = monitor->oom_monitor && oom_monitor_counted(monitor->oom_monitor);
	const struct driver *driver = monitor->driver;
	const struct root *root = &monitor->sampler.root;
	struct pollfd fds[1 + DRIVER_CHILDREN_MAX] = {
		{ .fd = driver->subject.pidfd, .events = POLLIN },
	};
	uint64_t began = duration_now(), passed;
	bool dying = false;

	monitor->result->signal = number;
	for (unsigned i = 0; i < driver->child_count; i++)
		fds[1 + i] = (struct pollfd){ .fd = driver->children[i].pidfd, .events = POLLIN };
	do {
		if (poll(fds, 1 + driver->child_count, dying || counted ? SIGN_MS : 0) > 0)
			return note_death(monitor, fds);
		dying = process_is_dying(root, driver->subject.pid);
		for (unsigned i = 0; !dying && i < driver->child_count; i++)
			dying = process_is_dying(root, driver->children[i].pid);
		passed = duration_now() - began;
	} while (passed < (dying ? DYING_NS : counted ? COUNTED_NS : 0));
	return monitor_stop(monitor, STOP_SIGNAL);
}

/* What is waited for: the driver, a signal, a new limit, the subject's death, a child's death. */
enum { WAIT_DRIVER, WAIT_SIGNAL, WAIT_CHANGE, WAIT_DEATH, WAIT_CHILD };

int monitor_wait(struct monitor *monitor, uint64_t deadline_ns, enum event *ret_event)
{
	struct driver *driver = monitor->driver;
	struct pollfd fds[WAIT_CHILD + DRIVER_CHILDREN_MAX] = {
		[WAIT_DRIVER] = { .fd = driver->event_fd, .events = POLLIN },
		[WAIT_SIGNAL] = { .fd = monitor->signals->fd, .events = POLLIN },
		[WAIT_CHANGE] = { .fd = monitor->change ? monitor->change->pidfd : -1,
				  .events = POLLIN },
		[WAIT_DEATH] = { .fd = driver->subject.pidfd, .events = POLLIN },
	};
	uint64_t now = duration_now(), left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SECOND),
		.tv_nsec = (long)(left % NS_PER_SECOND),
	};
	struct signalfd_siginfo info;

	for (unsigned i = 0; i < driver->child_count; i++)
		fds[WAIT_CHILD + i] = (struct pollfd){ .fd = driver->children[i].pidfd,
						       .events = POLLIN };
	if (ppoll(fds, WAIT_CHILD + driver->child_count, &timeout, NULL) < 0 && errno != EINTR)
		return monitor_fail(monitor, -errno, "cannot wait for the subject");
	now = duration_now();
	if (monitor->started_ns && now - monitor->ticked_ns >= TICK_NS) {
		monitor->ticked_ns = now;
		monitor->sink->tick(monitor->sink->context,
				    driver->touched ? driver->touched(driver) : 0,
				    now - monitor->started_ns);
	}
	if (fds[WAIT_SIGNAL].revents && signals_read_info(monitor->signals, &info) &&
	    !(driver->pass_on && driver->pass_on(driver, &info)))
		return note_signal(monitor, (int)info.ssi_signo);
	*ret_event = EVENT_DRIVER;
	if (fds[WAIT_DRIVER].revents & POLLIN)
		return 0;
	*ret_event = fds[WAIT_CHANGE].revents ? EVENT_CHANGED : EVENT_TIME;
	return note_death(monitor, &fds[WAIT_DEATH]);
}

/* While others eat the machine's memory, keeping ours would have us, or them, killed. */
int monitor_guard(struct monitor *monitor, uint64_t needed)
{
	struct available_memory *available = &monitor->result->available;
	int r;

	if (!monitor->guard->enabled)
		return 0;
	r = available_memory_read(&monitor->guard->source, true, available);
	if (r < 0) {
		available_memory_error(available, r, &monitor->result->err);
		return monitor_stop(monitor, STOP_FAILED);
	}
	return available_headroom(available) < needed ? monitor_stop(monitor, STOP_GUARD) : 0;
}

int monitor_sleep(struct monitor *monitor, uint64_t when)
{
	enum event event;
	int r = 0;

	while (r == 0 && duration_now() < when) {
		r = monitor_wait(monitor, MIN(when, duration_now() + REST_GUARD_NS), &event);
		if (r == 0 && duration_now() - monitor->guarded_ns >= REST_GUARD_NS) {
			monitor->guarded_ns = duration_now();
			r = monitor_guard(monitor, 1);
		}
	}
	return r;
}

int monitor_hold(struct monitor *monitor, uint64_t time)
{
	uint64_t start = duration_now(), every = monitor->every;
	uint64_t next = start + MIN(every, UINT64_MAX - start);
	uint64_t end = start + MIN(time, UINT64_MAX - start);
	int r = 0;

	while (r == 0 && duration_now() < end) {
		r = monitor_sleep(monitor, MIN(next, end));
		if (r == 0 && duration_now() >= next && next < end) {
			r = monitor_row(monitor, false);
			/* Rows that were due while we were stopped are not made up for. */
			next += ((duration_now() - next) / every + 1) * every;
		}
	}
	return r < 0 ? r : monitor_row(monitor, true);
}

/*
 * Process PID, of which WHO is said, has no memory any more: it is dying, which takes a second for
 * every few GiB that have to be given back. Waits for the death itself, unless /proc does not know
 * the process, or it is alive after all: the library does not tell a process that is gone from one
 * that it had no files or no memory for.
 */
static int wait_for_death(struct monitor *monitor, pid_t pid, const char *who)
{
	int event_fd = monitor->driver->event_fd, r = 0, seen = -ESRCH;
	int fds[LIBRARY_FILES], count = 0;
	char path[32];
	enum event event;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	/* What the driver has to do would be the next event for ever. */
	monitor->driver->event_fd = -1;
	while (r == 0 && (seen == -ENOENT || seen == -ESRCH)) {
		uint64_t vsz;

		r = monitor_wait(monitor, duration_now() + NS_PER_SECOND, &event);
		if (r == 0 && access(path, F_OK) < 0)
			break;
		if (r == 0)
			seen = process_status_field(&monitor->sampler.root, pid, "VmSize", &vsz);
	}
	monitor->driver->event_fd = event_fd;
	if (r < 0)
		return r;
	if (seen == -ENOENT || seen == -ESRCH) {
		monitor_fail(monitor, -ESRCH, who);
		error_hint(&monitor->result->err,
			   "/proc shows another pid namespace: mount proc in this one (unshare --mount-proc)");
		return -ECANCELED;
	}
	/* It lives: what the library lacked is files, or else memory. */
	while (count < LIBRARY_FILES && (fds[count] = open("/", O_PATH | O_CLOEXEC)) >= 0)
		count++;
	for (int i = 0; i < count; i++)
		close(fds[i]);
	return monitor_fail(monitor, seen ? seen : count < LIBRARY_FILES ? -EMFILE : -ENOMEM, who);
}

int monitor_read(struct monitor *monitor, unsigned process, bool exact, struct sample *ret_sample)
{
	unsigned needs = monitor->needs | (exact ? NEED_ROLLUP : 0);
	const struct sample *baseline = &monitor->result->baseline;
	/* Of a child: it has just been read, and what is around both with it. */
	const struct sample *parent = process ? &monitor->result->last : NULL;
	struct driver *driver = monitor->driver;
	uint64_t now = duration_now();
	const char *what = parent ? "cannot read the subject's child"
			 : exact ? "cannot read the subject's smaps_rollup"
				 : "cannot read the subject's status";
	pid_t pid = parent ? driver->children[process - 1].pid : driver->subject.pid;
	int r;

	exact = exact && !driver->read;
	r = driver->read ? driver->read(driver, &monitor->sampler, monitor->needs, ret_sample)
			 : sampler_read(&monitor->sampler, pid, needs, ret_sample);

	if (r == 0 && driver->describe) {
		r = driver->describe(driver, process, exact, ret_sample);
		what = r < 0 ? "cannot read the subject's smaps" : what;
	}
	if (r == 0 && !parent && !driver->looks) {
		what = needs & NEED_COMMITTED ? "cannot read the sandbox's memory, or Committed_AS"
					      : "cannot read the sandbox's memory";
		r = context_counters_read(monitor->counters, needs, ret_sample);
	}
	if (r == -ESRCH)
		return wait_for_death(monitor, pid, parent ? "cannot read the subject's child"
					     : "cannot read the subject");
	if (r < 0)
		return monitor_fail(monitor, r, what);
	if (parent) {
		ret_sample->of_child = true;
		ret_sample->cg = parent->cg;
		ret_sample->committed = parent->committed;
	}
	/* The moment is that in which reading begins: walking the page tables takes time. */
	ret_sample->elapsed_ns = parent ? parent->elapsed_ns
			       : monitor->started_ns ? now - monitor->started_ns : 0;
	ret_sample->exact = exact;
	ret_sample->rss = exact ? ret_sample->rss_rollup : ret_sample->rss_status;
	if (monitor->result->measured)
		ret_sample->grew = (int64_t)(ret_sample->rss - (exact ? baseline->rss_rollup
								      : baseline->rss_status));
	return 0;
}

int monitor_row(struct monitor *monitor, bool exact)
{
	struct run_result *result = monitor->result;
	struct sample sample;
	int number, r;

	/* The first row is the baseline, and all its figures are of one reading. */
	exact = exact || monitor->exact || !result->measured;
	for (unsigned i = 0; i <= monitor->driver->child_count; i++) {
		r = monitor_read(monitor, i, exact, &sample);
		if (r < 0)
			return r;
		if (!result->measured) {
			sample.exact = monitor->exact && sample.exact;
			sample.rss = sample.exact ? sample.rss : sample.rss_status;
			result->baseline = sample;
			result->measured = true;
			monitor->started_ns = monitor->ticked_ns = duration_now();
		}
		sample.seq = monitor->seq++;
		result->error = monitor->sink->sample(monitor->sink->context, &sample);
		if (i == 0)
			result->last = sample;
		/* EINTR: standard output was stalled and a signal came. */
		if (result->error == -EINTR && (number = signals_read(monitor->signals)) != 0)
			return note_signal(monitor, number);
		if (result->error < 0)
			return monitor_stop(monitor, STOP_OUTPUT);
	}
	return 0;
}

int monitor_change_limit(struct monitor *monitor, enum sandbox_bound bound, uint64_t bytes,
			 int *ret_error)
{
	const struct sandbox *sandbox = monitor->sandbox;
	uint64_t kills = sandbox_kills(sandbox), deadline;
	enum event event = EVENT_TIME;
	struct limit_change change;
	int r = sandbox_limit_begin(sandbox, bound, bytes, &change);

	if (r < 0)
		return monitor_fail(monitor, r, "cannot change the limit of the sandbox");
	monitor->change = &change;
	while (r == 0 && event != EVENT_CHANGED)
		r = monitor_wait(monitor, DURATION_INFINITE, &event);
	monitor->change = NULL;
	*ret_error = sandbox_limit_end(&change);
	if (bound == SANDBOX_LIMIT)
		monitor->result->limit = sandbox_limit_read(sandbox);
	if (r < 0 || *ret_error < 0)
		return r;
	/* Whom the kernel has killed for it may still be dying: no row is to show his rest. */
	deadline = duration_now() + VICTIM_NS;
	while (r == 0 && sandbox_kills(sandbox) > kills && duration_now() < deadline)
		r = monitor_wait(monitor, deadline, &event);
	return r;
}

/*
 * A run that was cut short gets its exact last reading too, and its row if it adds one.
 * Nothing but a death here changes why the run ended.
 */
static void finish_early(struct monitor *monitor)
{
	struct run_result *result = monitor->result, as_it_was = *result;
	struct driver *driver = monitor->driver;
	struct sample last = result->last;
	bool news;
	int r;

	if (!result->measured ||
	    (result->reason != STOP_GUARD && result->reason != STOP_SIGNAL &&
	     result->reason != STOP_OUTPUT && result->reason != STOP_REFUSED))
		return;
	news = !driver->halt || driver->halt(driver, &last);
	if (news && as_it_was.reason != STOP_OUTPUT) {
		r = monitor_row(monitor, true);
		last = result->last;
	} else {
		r = monitor_read(monitor, 0, true, &last);
		last.seq = as_it_was.last.seq;
	}
	/* A death in the midst of it is how the run ended: the kernel did not wait for us. */
	if (result->reason == STOP_DIED &&
	    (as_it_was.reason == STOP_SIGNAL || as_it_was.reason == STOP_GUARD)) {
		as_it_was.reason = STOP_DIED;
		as_it_was.wait_status = result->wait_status;
		as_it_was.child = result->child;
		if (!as_it_was.signal)
			as_it_was.signal = result->signal;
	}
	*result = as_it_was;
	/* What could not be printed was taken all the same. */
	if (r == 0 || last.seq != as_it_was.last.seq)
		result->last = last;
}

void monitor_run(struct monitor *monitor, struct run_result *ret_result)
{
	struct driver *driver = monitor->driver;
	int r, number;

	memset(ret_result, 0, sizeof(*ret_result));
	monitor->result = ret_result;
	r = sampler_open(&monitor->sampler, monitor->needs | NEED_ROLLUP);
	if (r < 0) {
		error_set(&ret_result->err, "cannot read /proc through %s: %s", sampler_backend,
			  strerror(-r));
		if (!error_hint_errno(&ret_result->err, r))
			error_hint(&ret_result->err, "is proc mounted on /proc?");
		r = monitor_stop(monitor, STOP_FAILED);
	} else {
		r = driver->lead(driver, monitor);
	}
	/* One that came after the last wait is not to be lost. */
	number = r == 0 ? signals_read(monitor->signals) : 0;
	if (number)
		r = note_signal(monitor, number);
	if (r < 0)
		finish_early(monitor);
	if (monitor->started_ns)
		ret_result->elapsed_ns = duration_now() - monitor->started_ns;
	sampler_close(&monitor->sampler);
}
