/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - compare a report with what is wanted */
#include <config.h>

#include <string.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"
#include "oomreport/filter.h"

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define KERNEL_COMM_MAX 15

/* Takes a byte off *wanted, undoing \xNN if SHOWN says that it is written so. */
static unsigned char take_byte(struct strview *wanted, bool shown)
{
	int high = number_hex_digit(strview_byte(*wanted, 2));
	int low = number_hex_digit(strview_byte(*wanted, 3));
	bool escape = shown && strview_starts(*wanted, "\\x") && high >= 0 && low >= 0;
	int byte = escape ? high << 4 | low : wanted->at[0];

	*wanted = strview_from(*wanted, escape ? 4 : 1);
	return (unsigned char)byte;
}

/* How many bytes of TEXT the whole of WANTED is, if TEXT begins with it; else STRVIEW_NONE. */
static size_t filter_prefix_length(const char *text, struct strview wanted, bool shown)
{
	size_t length = 0;

	for (; wanted.length; length++)
		/* The NUL that ends TEXT may be wanted as \x00, but not passed. */
		if (!text[length] || (unsigned char)text[length] != take_byte(&wanted, shown))
			return STRVIEW_NONE;
	return length;
}

static bool filter_is_name(const char *comm, struct strview wanted, bool shown)
{
	size_t length = 0;

	if (filter_prefix_length(comm, wanted, shown) == strlen(comm))
		return true;
	if (strlen(comm) != KERNEL_COMM_MAX)
		return false;
	for (; wanted.length && length < KERNEL_COMM_MAX; length++)
		if ((unsigned char)comm[length] != take_byte(&wanted, shown))
			return false;
	return length == KERNEL_COMM_MAX;
}

static bool is_comm(const struct oom_filter *filter, const char *comm)
{
	return filter_is_name(comm, strview_of(filter->comm), false) ||
	       filter_is_name(comm, strview_of(filter->comm), true);
}

/* Takes the first component of WANTED off PATH, which may have the suffix of a unit there. */
static bool skip_component(const char **path, struct strview wanted, bool shown)
{
	static const char *const suffixes[] = { ".slice", ".scope", ".service" };
	size_t length = filter_prefix_length(*path, wanted, shown);

	if (length == STRVIEW_NONE)
		return false;
	*path += length;
	for (size_t i = 0; length && i < ARRAY_SIZE(suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (!strncmp(*path, suffixes[i], suffix) &&
		    (!(*path)[suffix] || (*path)[suffix] == '/')) {
			*path += suffix;
			break;
		}
	}
	return !**path || **path == '/';
}

/* Whether PATH is WANTED, or lies below it. */
static bool filter_is_below(const char *path, struct strview wanted, bool shown)
{
	for (;;) {
		struct strview component = strview_head(wanted, strview_find(wanted, "/"));

		if (!skip_component(&path, component, shown))
			return false;
		wanted = strview_from(wanted, component.length);
		if (!wanted.length)
			return true;
		if (!*path)
			return false;
		wanted = strview_from(wanted, 1);
		path++;
	}
}

/* WANTED, absolute or not, without slashes at its end; "/" becomes "". */
static bool is_in(const char *path, struct strview wanted, bool absolute, bool shown)
{
	if (!path)
		return false;
	if (absolute)
		return filter_is_below(path, wanted, shown);
	for (path = strchr(path, '/'); path; path = strchr(path + 1, '/'))
		if (filter_is_below(path + 1, wanted, shown))
			return true;
	return false;
}

/* Takes DIRECTORY from the front, if PATH is it or lies in it. */
static bool skip_directory(struct strview *path, const char *directory)
{
	struct strview rest = *path;

	if (!strview_skip(&rest, directory) || (rest.length && rest.at[0] != '/'))
		return false;
	*path = rest;
	return true;
}

static bool is_cgroup(const struct oom_filter *filter, const char *path)
{
	struct strview wanted = strview_of(filter->cgroup);

	if (skip_directory(&wanted, "/sys/fs/cgroup"))
		skip_directory(&wanted, "/memory");
	while (wanted.length && wanted.at[wanted.length - 1] == '/')
		wanted.length--;
	return is_in(path, wanted, filter->cgroup[0] == '/', false) ||
	       is_in(path, wanted, filter->cgroup[0] == '/', true);
}

static bool has_pid(const struct oom_filter *filter, const struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count; i++)
		if (report->victims[i].pid == filter->pid)
			return true;
	/* Where the log was cut before the kill, the decision tells whom it was to be. */
	if (!report->victim_count && report->selected.pid == filter->pid)
		return true;
	return report->trigger.present && report->trigger.pid == filter->pid;
}

static bool has_comm(const struct oom_filter *filter, const struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count; i++)
		if (is_comm(filter, report->victims[i].comm))
			return true;
	if (!report->victim_count && report->selected.pid != OOM_NO_NUMBER &&
	    is_comm(filter, report->selected.comm))
		return true;
	return report->trigger.present && is_comm(filter, report->trigger.comm);
}

static bool has_cgroup(const struct oom_filter *filter, const struct oom_report *report)
{
	return is_cgroup(filter, report->memcg.path) ||
	       is_cgroup(filter, report->memcg.task_path) ||
	       is_cgroup(filter, report->group_path);
}

/* What says where a kill was may have been suppressed by the kernel, or not be in the log. */
static bool lacks_cgroup(const struct oom_report *report)
{
	return !report->memcg.path && !report->memcg.task_path && !report->group_path;
}

static enum oom_match match_time(const struct oom_filter *filter, const struct oom_time *time)
{
	if (!filter->has_since && !filter->has_until)
		return OOM_MATCHES;
	if (!time->has_wall)
		return OOM_UNDATED;
	if ((filter->has_since && time->wall_ns < filter->since_ns) ||
	    (filter->has_until && time->wall_ns > filter->until_ns))
		return OOM_DIFFERS;
	return OOM_MATCHES;
}

enum oom_match oom_filter_match(const struct oom_filter *filter, const struct oom_report *report)
{
	enum oom_match matches;

	if ((filter->has_pid && !has_pid(filter, report)) ||
	    (filter->comm && !has_comm(filter, report)))
		return OOM_DIFFERS;
	matches = match_time(filter, &report->time);
	if (matches == OOM_DIFFERS || !filter->cgroup || has_cgroup(filter, report))
		return matches;
	return lacks_cgroup(report) ? OOM_UNPLACED : OOM_DIFFERS;
}
