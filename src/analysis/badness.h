/* SPDX-License-Identifier: GPL-2.0-or-later */
/* badness.h - a task's badness, by the arithmetic of the kernel that judged it */
#ifndef PT_BADNESS_H
#define PT_BADNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/rank.h"
#include "oomreport/report.h"

/* An oom_score_adj with which a task is never chosen: OOM_SCORE_ADJ_MIN. */
#define BADNESS_EXEMPT (-1000)

/* How a kernel judges: oom_badness() of 2.6.36, 3.4, 3.10, 4.4, 4.19, 5.4 and 6.1. */
struct badness_scale {
	enum oom_rule rule;
	enum oom_bonus bonus;
	bool thousandths;	/* compares thousandths: before 3.5, commit a7f638f999ff */
	bool adj_present;		/* the table has oom_score_adj */
	uint64_t total_pages;	/* OOM_UNKNOWN: without adj and bonus of total */
	uint64_t page_size;	/* bytes, above 0 */
};

/*
 * The scale of *report, for a total of TOTAL_PAGES. The rule follows from the kernel's version,
 * or from what the report looks like where it names none.
 */
struct badness_scale badness_scale_of(const struct oom_report *report, uint64_t total_pages);

/* The scale by which RANKING was made. */
struct badness_scale badness_scale_from(const struct oom_ranking *ranking);

/* Whether TASK may be chosen at all, as far as the table tells. */
bool badness_is_candidate(const struct badness_scale *scale, const struct oom_task *task);

/* Rss, swap and page tables of TASK in pages, each rounded down as the kernel has it. */
int64_t badness_held_pages(const struct badness_scale *scale, const struct oom_task *task);

/* What TASK's adj counts for in pages: adj times a thousandth of the total, rounded down first. */
int64_t badness_adj_pages(const struct badness_scale *scale, const struct oom_task *task);

/* Pages held with bonus and adj, neither raised to 1 nor cut at 1000 thousandths. */
int64_t badness_raw(const struct badness_scale *scale, const struct oom_task *task);

/* What the kernel compares: pages, at least 1 before 5.9; or thousandths, 1 to 1000. */
int64_t badness_points(const struct badness_scale *scale, const struct oom_task *task);

/* POINTS in thousandths of the total, rounded towards 0; OOM_NO_NUMBER without a total. */
int64_t badness_score(const struct badness_scale *scale, int64_t points);

/* TASK's points in thousandths of the total, as they are printed; OOM_NO_NUMBER likewise. */
int64_t badness_task_score(const struct badness_scale *scale, const struct oom_task *task);

#endif
