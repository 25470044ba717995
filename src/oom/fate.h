/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fate.h - what a report says of one process that it may have killed */
#ifndef PT_FATE_H
#define PT_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "oom/report.h"

#define OOM_PATH_MAX 1024

/* Whose limit the process was chosen for. Paths are escaped as by trouble_escape(). */
struct oom_chosen {
	int64_t pid;			/* in the initial pid namespace; or OOM_NO_NUMBER */
	bool global;			/* no cgroup's limit: the machine or nodes of it */
	char memcg[OOM_PATH_MAX];	/* whose limit ran out; "": no memcg's */
	char task_memcg[OOM_PATH_MAX];	/* where the victim lived */
};

/* That it was killed, and what it held. Sizes in bytes, 0 where the kernel does not say. */
struct oom_killed {
	int64_t pid;
	bool memcg;			/* for a cgroup's limit */
	bool global;			/* for the machine; up to 5.0 neither may be said */
	bool sized;			/* the sizes are valid */
	uint64_t total_vm, anon, file, shmem, pgtables;
};

struct oom_fate {
	bool chosen_found, killed_found;	/* which of these is valid */
	struct oom_chosen chosen;
	struct oom_killed killed;
};

/*
 * Adds to *fate what REPORT says of the process PID, or of the one that lived alone in a cgroup
 * whose last path component is SANDBOX (NULL: in none): the log has the pid of the initial
 * namespace, which from within another one is not ours, but nobody else has that name.
 */
void oom_fate_add(const struct oom_report *report, int64_t pid, const char *sandbox,
		  struct oom_fate *fate);

#endif
