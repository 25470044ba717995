/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.h - which reports are wanted: by time, host, process, cgroup and its owner */
#ifndef PT_FILTER_H
#define PT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "oomreport/report.h"
#include "proc/pods.h"

/* What a report must be; all zero wants every report. */
struct oom_filter {
	bool has_since, has_until;
	int64_t since_ns, until_ns;	/* since 1970, UTC; both included */
	bool has_pid;
	int64_t pid;		/* a victim's or the trigger's */
	const char *comm;	/* a victim's or the trigger's name; NULL: any */
	const char *cgroup;	/* the limited one or the victim's, or one above; NULL: any */
	/* Of the owner of either cgroup; NULL: any */
	const char *unit;	/* systemd's, with or without its suffix, or one above */
	const char *pod;	/* its UID, or its name if `pods` has it */
	const char *container;	/* the beginning of its id, or its name */
	const char *job;	/* Slurm's number */
	const struct pods *pods;	/* those that are known; NULL: none */
	bool has_user;
	int64_t user;		/* a victim's UID, or that of the user whose slice it is */
	const char *host;	/* with or without its domain; NULL: any */
};

enum oom_match {
	OOM_MATCHES,
	OOM_DIFFERS,
	OOM_UNDATED,	/* a time was asked for, and only that the report does not have */
	OOM_UNPLACED,	/* a cgroup or its owner was asked for, and the report names none */
	OOM_HOSTLESS,	/* a host was asked for, and the report names none */
	OOM_MATCH_COUNT
};

/*
 * Looks at *report with FILTER. Names and paths may be written as the kernel has them or as they
 * are shown, with \xNN. A name of more than 15 bytes is cut as the kernel cut it. A cgroup's path
 * may have /sys/fs/cgroup, or also /memory of version 1, in front; without a leading "/" it is
 * looked for below any cgroup. Its parts may lack the suffix of a unit (.slice, .scope, .service).
 * What is asked of an owner is asked of one and the same.
 */
enum oom_match oom_filter_match(const struct oom_filter *filter, const struct oom_report *report);

#endif
