/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run-result.c - tell the death of a process from a signal to the observer, when both come at once
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>

#include "lib/duration.h"
#include "monitor/loop.h"
#include "proc/process.h"
#include "proc/root.h"

/* The kernel counts an OOM kill a moment before it sends SIGKILL. */
#define COUNTED_NS (200 * NS_PER_MS)

/* How long a process with a pending SIGKILL may take to die: to free memory takes time. */
#define DYING_NS (60 * NS_PER_SECOND)

/* How often it is looked for signs of a death that has not been seen to begin. */
#define SIGN_MS 5

int run_stop(struct run *run, enum stop_reason reason)
{
	run->result->reason = reason;
	return -ECANCELED;
}

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

/* A signal to the observer at the same time is not lost, but it is not why the run ends. */
static int subject_died(struct run *run)
{
	struct run_result *result = run->result;

	subject_reap(run->subject);
	result->wait_status = run->subject->wait_status;
	if (!result->signal)
		result->signal = signals_read(run->tools->signals);
	return run_stop(run, STOP_DIED);
}

/*
 * A child leaves by itself only when its pipe has been closed: by its parent's death, that is.
 * A child is killed when the subject's first thread has ended, the subject's own pidfd tells it
 * when its last one has: of the two deaths that of the subject came first, though it is told
 * later.
 */
static int child_died(struct run *run, unsigned index)
{
	struct run_result *result = run->result;
	int status;

	if (has_process_state(run->subject->pid, process_is_zombie))
		return subject_died(run);
	status = subject_reap_child(run->subject, index);
	if (WIFEXITED(status))
		return subject_died(run);
	result->child = run->subject->children[index].pid;
	result->wait_status = status;
	if (!result->signal)
		result->signal = signals_read(run->tools->signals);
	return run_stop(run, STOP_DIED);
}

int run_note_death(struct run *run, const struct pollfd *subject, const struct pollfd *children)
{
	if (subject->revents)
		return subject_died(run);
	for (unsigned i = 0; i < run->subject->child_count; i++)
		if (children[i].revents)
			return child_died(run, i);
	return 0;
}

static bool is_anybody_dying(const struct subject *subject)
{
	bool dying = has_process_state(subject->pid, process_is_dying);

	for (unsigned i = 0; !dying && i < subject->child_count; i++)
		dying = has_process_state(subject->children[i].pid, process_is_dying);
	return dying;
}

/* Looks for a death for at most MS. Returns as run_note_death(). */
static int await_death(struct run *run, int ms)
{
	const struct subject *subject = run->subject;
	struct pollfd fds[1 + SUBJECT_CHILDREN_MAX] = {
		{ .fd = subject->pidfd, .events = POLLIN },
	};

	for (unsigned i = 0; i < subject->child_count; i++)
		fds[1 + i] = (struct pollfd){ .fd = subject->children[i].pidfd,
					      .events = POLLIN };
	return poll(fds, 1 + subject->child_count, ms) > 0 ? run_note_death(run, fds, fds + 1) : 0;
}

/*
 * Who sends SIGTERM because of an OOM kill (systemd's OOMPolicy=stop) does so as soon as the kill
 * is counted, and the larger its victim, the longer it takes to die: what ended the run is
 * then the kill.
 */
int run_signalled(struct run *run, int number)
{
	uint64_t began = duration_now(), passed;
	bool counted = run->tools->oom_monitor && oom_monitor_counted(run->tools->oom_monitor),
	dying = false;
	int r = 0;

	run->result->signal = number;
	do {
		r = await_death(run, dying || counted ? SIGN_MS : 0);
		dying = r == 0 && is_anybody_dying(run->subject);
		passed = duration_now() - began;
	} while (r == 0 && passed < (dying ? DYING_NS : counted ? COUNTED_NS : 0));
	return r < 0 ? r : run_stop(run, STOP_SIGNAL);
}
