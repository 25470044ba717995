/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - compare a report with what is wanted */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "analysis/cgroup-owner.h"
#include "analysis/filter.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define KERNEL_COMM_MAX 15

/* No cgroup has a longer path (PATH_MAX). */
#define WANTED_MAX 4096

/* WANTED with each \xNN undone, as far as BUFFER of SIZE bytes has room for it. */
static struct strview unescape_wanted(const char *wanted, char *buffer, size_t size)
{
	struct strview rest = strview_of(wanted);
	size_t length = 0;

	while (rest.length && length < size) {
		int high = number_hex_digit(strview_byte(rest, 2));
		int low = number_hex_digit(strview_byte(rest, 3));
		bool escape = strview_starts(rest, "\\x") && high >= 0 && low >= 0;

		buffer[length++] = escape ? (char)(high << 4 | low) : rest.at[0];
		rest = strview_from(rest, escape ? 4 : 1);
	}
	return (struct strview){ buffer, length };
}

/* Whether a process has the name that is wanted or, where none is, the pid. */
static bool is_process(const char *name, int64_t pid, int64_t other_pid, const char *comm)
{
	char buffer[OOM_COMM_MAX];
	struct strview wanted[2];
	size_t length = strlen(comm);

	if (!name)
		return other_pid == pid;
	wanted[0] = strview_of(name);
	wanted[1] = unescape_wanted(name, buffer, sizeof(buffer));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if ((wanted[i].length == length ||
		     (wanted[i].length > length && length == KERNEL_COMM_MAX)) &&
		    !memcmp(wanted[i].at, comm, length))
			return true;
	return false;
}

static bool has_process(const struct oom_report *report, const char *name, int64_t pid)
{
	for (size_t i = 0; i < report->victim_count; i++)
		if (is_process(name, pid, report->victims[i].pid, report->victims[i].comm))
			return true;
	/* Where the log was cut before the kill, the decision tells whom it was to be. */
	if (!report->victim_count && report->selected.pid != OOM_NO_NUMBER &&
	    is_process(name, pid, report->selected.pid, report->selected.comm))
		return true;
	return report->trigger.present &&
	       is_process(name, pid, report->trigger.pid, report->trigger.comm);
}

/* Takes PIECE from the front of a path, if a part of it ends there. */
static bool filter_skip(struct strview *path, const char *piece)
{
	struct strview rest = *path;

	if (!strview_skip(&rest, piece) || (rest.length && rest.at[0] != '/'))
		return false;
	*path = rest;
	return true;
}

/* Whether PATH is WANTED, or lies below it. Parts of it may have the suffix of a unit. */
static bool filter_is_below(struct strview path, struct strview wanted)
{
	static const char *const suffixes[] = { ".slice", ".scope", ".service" };

	for (;;) {
		struct strview part = strview_head(wanted, strview_find(wanted, "/"));

		if (path.length < part.length || memcmp(path.at, part.at, part.length) != 0)
			return false;
		path = strview_from(path, part.length);
		for (size_t i = 0; part.length && i < ARRAY_SIZE(suffixes); i++)
			if (filter_skip(&path, suffixes[i]))
				break;
		if (path.length && path.at[0] != '/')
			return false;
		if (part.length == wanted.length)
			return true;
		if (!path.length)
			return false;
		wanted = strview_from(wanted, part.length + 1);
		path = strview_from(path, 1);
	}
}

static bool has_cgroup(const struct oom_report *report, const char *cgroup)
{
	const char *const paths[] = {
		report->memcg.path, report->memcg.task_path, report->group_path,
	};
	char buffer[WANTED_MAX];
	struct strview wanted[] = {
		strview_of(cgroup), unescape_wanted(cgroup, buffer, sizeof(buffer)),
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (filter_skip(&wanted[i], "/sys/fs/cgroup"))
			filter_skip(&wanted[i], "/memory");
		while (strview_last(wanted[i]) == '/')
			wanted[i].length--;
		for (size_t j = 0; j < ARRAY_SIZE(paths); j++) {
			struct strview path = strview_of(paths[j] ? paths[j] : "");

			if (path.length && cgroup[0] == '/' && filter_is_below(path, wanted[i]))
				return true;
			while (cgroup[0] != '/' && strview_skip_past(&path, "/"))
				if (filter_is_below(path, wanted[i]))
					return true;
		}
	}
	return false;
}

static bool is_host(const char *host, const char *wanted)
{
	size_t length = strlen(host), sought = strlen(wanted);
	size_t both = MIN(length, sought);

	return !strncasecmp(host, wanted, both) && (host[both] == '\0' || host[both] == '.') &&
	       (wanted[both] == '\0' || wanted[both] == '.');
}

/* Whether the cgroup at PATH, which may be NULL, has the owner that is wanted. */
static bool has_owner(const struct oom_filter *filter, const char *path)
{
	static const struct pods no_pods = { 0 };
	struct cgroup_owner owner;
	char user[24];

	if (!path)
		return false;
	cgroup_owner_find(path, 0, &owner);
	snprintf(user, sizeof(user), "%" PRId64, filter->user);
	if (filter->pod &&
	    (!owner.pod[0] || !pods_is_called(filter->pods ? filter->pods : &no_pods, owner.pod,
					      filter->pod)))
		return false;
	if (filter->container &&
	    (!owner.container[0] ||
	     strncmp(owner.container, filter->container, strlen(filter->container)) != 0))
		return false;
	if (filter->job && strcmp(owner.job, filter->job) != 0)
		return false;
	return !filter->has_user || !strcmp(owner.user, user);
}

static bool has_victim_of(const struct oom_report *report, int64_t uid)
{
	for (size_t i = 0; i < report->victim_count; i++)
		if (report->victims[i].uid == uid)
			return true;
	return false;
}

/* Whether the cgroups of the report, and who they belong to, are those that are wanted. */
static bool has_place(const struct oom_filter *filter, const struct oom_report *report)
{
	struct oom_filter owner = *filter;

	if ((filter->cgroup && !has_cgroup(report, filter->cgroup)) ||
	    (filter->unit && !has_cgroup(report, filter->unit)))
		return false;
	owner.has_user = filter->has_user && !has_victim_of(report, filter->user);
	if (!owner.pod && !owner.container && !owner.job && !owner.has_user)
		return true;
	return has_owner(&owner, report->memcg.path) ||
	       has_owner(&owner, report->memcg.task_path) ||
	       has_owner(&owner, report->group_path);
}

enum oom_match oom_filter_match(const struct oom_filter *filter, const struct oom_report *report)
{
	const struct oom_time *time = &report->time;
	bool undated = (filter->has_since || filter->has_until) && !time->has_wall;

	if ((filter->has_pid && !has_process(report, NULL, filter->pid)) ||
	    (filter->comm && !has_process(report, filter->comm, 0)))
		return OOM_DIFFERS;
	if (!undated && ((filter->has_since && time->wall_ns < filter->since_ns) ||
			 (filter->has_until && time->wall_ns > filter->until_ns)))
		return OOM_DIFFERS;
	if (filter->host && report->host && !is_host(report->host, filter->host))
		return OOM_DIFFERS;
	if (has_place(filter, report))
		return undated ? OOM_UNDATED
		     : filter->host && !report->host ? OOM_HOSTLESS : OOM_MATCHES;
	/* What says where a kill was may have been suppressed, or not be in the log. */
	return report->memcg.path || report->memcg.task_path || report->group_path
		? OOM_DIFFERS : OOM_UNPLACED;
}
