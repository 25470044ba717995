/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-record.h - what a report says of one process that it may have killed */
#ifndef PT_KILL_RECORD_H
#define PT_KILL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "oomreport/report.h"

#define OOM_PATH_MAX 1024

/* Whose limit the process was chosen for. Paths are escaped as by error_escape(). */
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

/* The process that is looked for. */
struct oom_sought {
	int64_t pid;		/* in the initial pid namespace, of which the log speaks;
				 * OOM_NO_NUMBER: it is not known there */
	const char *comm;	/* tell it from others in its cgroup without a pid: name, */
	uint64_t total_vm;	/* and VSZ, bytes; OOM_UNKNOWN: it may be anything */
	const char *cgroup;	/* the path of its memory cgroup, not escaped; NULL: not known */
	bool whole;		/* it begins at the root, as in the log; else it is the end of that
				 * path, as seen from within a cgroup namespace */
};

struct oom_kill_record {
	bool chosen_found, killed_found;	/* which of these is valid */
	bool elsewhere;			/* it was found, but in another cgroup */
	uint64_t others;		/* processes of its cgroup that were killed, not it */
	struct oom_chosen chosen;
	struct oom_killed killed;
};

/*
 * Adds to *kill_record what REPORT says of SOUGHT. Where its pid is not known it is found by the
 * whole path of its cgroup together with its name; a path that is not there, or was cut because it
 * was too long for a record, says neither yes nor no.
 */
void oom_kill_record_add(const struct oom_report *report, const struct oom_sought *sought,
			 struct oom_kill_record *kill_record);

#endif
