/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h - many reports added up by what their kills have in common */
#ifndef PT_SUMMARY_H
#define PT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "oomreport/report.h"

/* So many rows are kept apart; what comes after is added up in one. */
#define SUMMARY_ROWS_MAX 10000

/* No time is known. */
#define SUMMARY_UNDATED INT64_MIN

enum summary_by {
	SUMMARY_BY_UNIT,	/* the victim's systemd unit, or else what its cgroup belongs to;
				 * "/" for the root cgroup */
	SUMMARY_BY_HOST,
	SUMMARY_BY_POD,		/* the victim's Kubernetes pod, by its UID */
	SUMMARY_BY_COMM,	/* the victim's name */
	SUMMARY_BY_CAUSE,	/* the scope: oom_scope_name() */
	SUMMARY_BY_DAY,		/* in the local time zone: "2026-11-24" */
};

/* "unit", "host", ..., ended by NULL. */
extern const char *const summary_by_names[];

struct summary_row {
	char *key;		/* as the log has it; owned; "": it is not known; NULL: the keys
				 * that found no room */
	uint64_t kills;		/* processes */
	uint64_t reports, report;	/* that have such kills; the number of the last */
	int64_t first_ns, last_ns;	/* since 1970, or SUMMARY_UNDATED */
	uint64_t largest;	/* that a victim held, bytes; OOM_UNKNOWN */
	uint64_t limit;		/* of the cgroup, at the last kill that names one, bytes;
				 * OOM_UNKNOWN */
};

struct summary {
	enum summary_by by;
	struct summary_row **rows;	/* owned, as are they */
	size_t count;
	uint64_t kills, reports;	/* of all rows together */
	void *keys;			/* the rows by their keys: tsearch(3) */
};

/* Adds the kills of *report; one that names no victim counts as a report. Returns 0 or -ENOMEM. */
int summary_add(struct summary *summary, const struct oom_report *report);

/* Puts the row with the most kills first, of those with as many the one with the latest. */
void summary_sort(struct summary *summary);

void summary_free(struct summary *summary);

#endif
