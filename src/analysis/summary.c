/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c - many reports added up by what their kills have in common */
#include <config.h>

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cgroup-owner.h"
#include "analysis/explain-parts.h"
#include "analysis/summary.h"
#include "lib/macros.h"
#include "lib/timestamp.h"

const char *const summary_by_names[] = {
	[SUMMARY_BY_UNIT] = "unit", [SUMMARY_BY_HOST] = "host", [SUMMARY_BY_POD] = "pod",
	[SUMMARY_BY_COMM] = "comm", [SUMMARY_BY_CAUSE] = "cause", [SUMMARY_BY_DAY] = "day",
	NULL
};

static int compare_summary_keys(const void *left, const void *right)
{
	const struct summary_row *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* The row of KEY, which is made if need be; NULL: out of memory. */
static struct summary_row *summary_row_of(struct summary *summary, const char *key)
{
	struct summary_row wanted = { .key = (char *)key }, *row, **found;
	bool full = summary->count > SUMMARY_ROWS_MAX;

	found = full ? tfind(&wanted, &summary->keys, compare_summary_keys)
		     : tsearch(&wanted, &summary->keys, compare_summary_keys);
	/* The last row is of all that found no room. */
	if (full && !found)
		return summary->rows[SUMMARY_ROWS_MAX];
	if (!found || *found != &wanted)
		return found ? *found : NULL;
	tdelete(&wanted, &summary->keys, compare_summary_keys);
	found = reallocarray(summary->rows, summary->count + 1, sizeof(struct summary_row *));
	if (!found)
		return NULL;
	summary->rows = found;
	row = malloc(sizeof(*row));
	if (!row)
		return NULL;
	*row = (struct summary_row){
		.first_ns = SUMMARY_UNDATED, .last_ns = SUMMARY_UNDATED,
		.largest = OOM_UNKNOWN, .limit = OOM_UNKNOWN,
	};
	summary->rows[summary->count++] = row;
	if (summary->count > SUMMARY_ROWS_MAX)
		return row;
	row->key = strdup(key);
	return row->key && tsearch(row, &summary->keys, compare_summary_keys) ? row : NULL;
}

static void summary_row_add(struct summary_row *row, const struct oom_report *report,
			    const struct oom_victim *victim)
{
	const struct oom_time *time = victim && victim->time.has_wall ? &victim->time
								      : &report->time;
	uint64_t held = victim ? oom_victim_held(report, victim) : OOM_UNKNOWN;
	bool is_last = row->last_ns == SUMMARY_UNDATED;

	row->kills += victim != NULL;
	if (time->has_wall) {
		is_last = is_last || time->wall_ns >= row->last_ns;
		if (row->first_ns == SUMMARY_UNDATED || time->wall_ns < row->first_ns)
			row->first_ns = time->wall_ns;
		row->last_ns = is_last ? time->wall_ns : row->last_ns;
	}
	if (held != OOM_UNKNOWN && (row->largest == OOM_UNKNOWN || held > row->largest))
		row->largest = held;
	if (is_last && report->memcg.memory.limit != OOM_UNKNOWN)
		row->limit = report->memcg.memory.limit;
}

int summary_add(struct summary *summary, const struct oom_report *report)
{
	const char *path = report->memcg.task_path ? report->memcg.task_path : report->memcg.path;
	struct cgroup_owner owner = { .what = "" };
	struct summary_row *row;
	char day[TIMESTAMP_TEXT_MAX] = "";
	bool killed = false;

	summary->reports++;
	if (path && (summary->by == SUMMARY_BY_UNIT || summary->by == SUMMARY_BY_POD))
		cgroup_owner_find(path, 0, &owner);
	/* Once without a victim, if none was killed. */
	for (size_t i = 0; i < report->victim_count || !killed; i++) {
		const struct oom_victim *victim =
			i < report->victim_count ? &report->victims[i] : NULL;
		const struct oom_time *time = victim && victim->time.has_wall ? &victim->time
									      : &report->time;
		const char *keys[] = {
			[SUMMARY_BY_UNIT] = owner.kind == CGROUP_OWNER_ROOT ? "/"
					    : owner.unit[0] ? owner.unit : owner.what,
			[SUMMARY_BY_HOST] = report->host ? report->host : "",
			[SUMMARY_BY_POD] = owner.pod,
			[SUMMARY_BY_COMM] = victim ? victim->comm : "",
			[SUMMARY_BY_CAUSE] = oom_scope_name(report->scope),
			[SUMMARY_BY_DAY] = day,
		};

		killed = true;
		if (victim && victim->repeated)
			continue;
		if (time->has_wall)
			timestamp_format(day, time->wall_ns, TIMESTAMP_LOCAL);
		day[MIN(strlen(day), strlen("2026-11-24"))] = '\0';
		row = summary_row_of(summary, keys[summary->by]);
		if (!row)
			return -ENOMEM;
		summary_row_add(row, report, victim);
		summary->kills += victim != NULL;
		row->reports += row->report != summary->reports;
		row->report = summary->reports;
	}
	return 0;
}

static int compare_summary_rows(const void *left, const void *right)
{
	const struct summary_row *a = *(struct summary_row *const *)left;
	const struct summary_row *b = *(struct summary_row *const *)right;

	if (a->kills != b->kills)
		return a->kills < b->kills ? 1 : -1;
	if (a->last_ns != b->last_ns)
		return a->last_ns < b->last_ns ? 1 : -1;
	return !a->key || !b->key ? !a->key - !b->key : strcmp(a->key, b->key);
}

void summary_sort(struct summary *summary)
{
	if (summary->count)
		qsort(summary->rows, summary->count, sizeof(*summary->rows), compare_summary_rows);
}

static void keep_summary_row(void *row)
{
	(void)row;
}

void summary_free(struct summary *summary)
{
	tdestroy(summary->keys, keep_summary_row);
	for (size_t i = 0; i < summary->count; i++) {
		free(summary->rows[i]->key);
		free(summary->rows[i]);
	}
	free(summary->rows);
}
