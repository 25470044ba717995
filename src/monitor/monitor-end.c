/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor-end.c - tell the death of a process from a signal to the monitor, when both come at once
 */
#include <config.h>

#include <poll.h>
#include <sys/wait.h>

#include "lib/duration.h"
#include "monitor/monitor-end.h"
#include "proc/process.h"
#include "proc/root.h"

/* The kernel counts an OOM kill a moment before it sends SIGKILL. */
#define COUNTED_NS (200 * NS_PER_MS)

/* How long a process with a pending SIGKILL may take to die: to free memory takes time. */
#define DYING_NS (60 * NS_PER_SECOND)

/* How often it is looked for signs of a death that has not been seen to begin. */
#define SIGN_MS 5

static bool has_process_state(pid_t pid, bool (*test)(const struct root *root, pid_t pid))
{
	struct root live;
	bool yes;

	if (root_open("/", &live) < 0)
		return false;
	yes = test(&live, pid);
	root_close(&live);
	return yes;
}

/*
 * A child leaves by itself only when its pipe has been closed: by its parent's death, that is.
 * A child is killed when the subject's first thread has ended, the subject's own pidfd tells it
 * when its last one has: of the two deaths that of the subject came first, though it is told
 * later. A signal to the monitor at the same time is not lost, but it is not why the run ends.
 */
int monitor_note_death(struct monitor *monitor, const struct pollfd *fds)
{
	struct run_result *result = monitor->result;
	struct driver *driver = monitor->driver;
	unsigned process = 0;

	while (process <= driver->child_count && !fds[process].revents)
		process++;
	if (process > driver->child_count)
		return 0;
	if (process && has_process_state(driver->subject.pid, process_is_zombie))
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
 * Who sends SIGTERM because of an OOM kill (systemd's OOMPolicy=stop) does so as soon as the kill
 * is counted, and the larger its victim, the longer it takes to die: what ended the run is
 * then the kill.
 */
int monitor_signalled(struct monitor *monitor, int number)
{
	bool counted = monitor->oom_monitor && oom_monitor_counted(monitor->oom_monitor);
	const struct driver *driver = monitor->driver;
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
			return monitor_note_death(monitor, fds);
		dying = has_process_state(driver->subject.pid, process_is_dying);
		for (unsigned i = 0; !dying && i < driver->child_count; i++)
			dying = has_process_state(driver->children[i].pid, process_is_dying);
		passed = duration_now() - began;
	} while (passed < (dying ? DYING_NS : counted ? COUNTED_NS : 0));
	return monitor_stop(monitor, STOP_SIGNAL);
}
