/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standstill.h - why a subject that is alive does not get on */
#ifndef PT_STANDSTILL_H
#define PT_STANDSTILL_H

#include <stdbool.h>
#include <sys/types.h>

#include "proc/cgroup.h"
#include "proc/root.h"

#define STANDSTILL_MAX 768

enum standstill {
	STANDSTILL_NONE,
	STANDSTILL_OOM,		/* v1 oom_kill_disable: at the limit everybody waits */
	STANDSTILL_FROZEN,	/* by a freezer cgroup */
	STANDSTILL_STOPPED,	/* SIGSTOP and the like, or a tracer */
};

/*
 * Looks why process PID, whose memory cgroups CHAIN has, is kept from running; TEXT is a sentence
 * unless the answer is STANDSTILL_NONE.
 */
enum standstill standstill_find(const struct root *root, pid_t pid,
				const struct cgroup_chain *chain,
				char text[static STANDSTILL_MAX]);

/*
 * Whether a process in the cgroups of CHAIN, of version 1, would stand still at a limit because
 * oom_kill_disable is set, or NOW: whether one does; then TEXT is a sentence.
 */
bool standstill_threatens(const struct root *root, const struct cgroup_chain *chain, bool now,
			  char text[static STANDSTILL_MAX]);

/* Pure: by the texts of /proc/PID/status and /proc/PID/wchan, and of v1's memory.oom_control. */
enum standstill standstill_by_state(const char *status, const char *wchan);
bool standstill_waits_for_memory(const char *oom_control);

#endif
