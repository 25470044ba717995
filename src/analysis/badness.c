/* SPDX-License-Identifier: GPL-2.0-or-later */
/* badness.c - points of a task: what it holds, its adj, and root's bonus */
#include <config.h>

#include "analysis/badness.h"
#include "lib/macros.h"

/* Logs are not trusted: with this bound no sum or product below can overflow. */
#define PAGES_MAX (INT64_MAX / 8)

static int64_t badness_to_pages(const struct badness_scale *scale, uint64_t bytes)
{
	uint64_t pages = bytes == OOM_UNKNOWN ? 0 : bytes / scale->page_size;

	return (int64_t)MIN(pages, (uint64_t)PAGES_MAX);
}

static int64_t bound_adj(const struct oom_task *task)
{
	return MAX(MIN(task->adj, 1000), -1000);
}

/* A thousandth of the total, which is 0 for less than 1000 pages; the division comes first. */
static int64_t thousandth(const struct badness_scale *scale)
{
	if (scale->total_pages == OOM_UNKNOWN)
		return 0;
	return (int64_t)MIN(scale->total_pages, (uint64_t)PAGES_MAX) / 1000;
}

bool badness_is_candidate(const struct badness_scale *scale, const struct oom_task *task)
{
	return scale->rule != OOM_RULE_UNKNOWN && task->adj > BADNESS_EXEMPT;
}

int64_t badness_held_pages(const struct badness_scale *scale, const struct oom_task *task)
{
	return badness_to_pages(scale, task->rss) + badness_to_pages(scale, task->swap) +
	       badness_to_pages(scale, task->pgtables);
}

int64_t badness_adj_pages(const struct badness_scale *scale, const struct oom_task *task)
{
	return scale->rule != OOM_RULE_UNKNOWN ? bound_adj(task) * thousandth(scale) : 0;
}

/* Root's discount, as a number of pages or of thousandths, of HELD of the same. */
static int64_t bonus_of(const struct badness_scale *scale, const struct oom_task *task,
			int64_t held, int64_t one_thousandth)
{
	if (task->uid != 0 || scale->bonus == OOM_BONUS_NONE)
		return 0;
	/* 3 %, without a product that may overflow */
	if (scale->bonus == OOM_BONUS_OF_USE)
		return held / 100 * 3 + held % 100 * 3 / 100;
	return 30 * one_thousandth;
}

int64_t badness_raw(const struct badness_scale *scale, const struct oom_task *task)
{
	int64_t held = badness_held_pages(scale, task);

	return held - bonus_of(scale, task, held, thousandth(scale)) +
	       badness_adj_pages(scale, task);
}

int64_t badness_points(const struct badness_scale *scale, const struct oom_task *task)
{
	int64_t points;

	if (!scale->thousandths || scale->total_pages == OOM_UNKNOWN) {
		points = badness_raw(scale, task);
		return scale->rule == OOM_RULE_SIGNED || points > 0 ? points : 1;
	}
	points = MIN(badness_score(scale, badness_held_pages(scale, task)), PAGES_MAX);
	points += bound_adj(task) - bonus_of(scale, task, points, 1);
	return MAX(MIN(points, 1000), 1);
}

int64_t badness_score(const struct badness_scale *scale, int64_t points)
{
	int64_t total, whole, rest, score;

	if (scale->total_pages == OOM_UNKNOWN)
		return OOM_NO_NUMBER;
	/* mem_cgroup_get_max() ?: 1 */
	total = MAX((int64_t)MIN(scale->total_pages, (uint64_t)PAGES_MAX), 1);
	if (__builtin_mul_overflow(points % total, 1000, &rest))
		rest = points % total / (total / 1000);
	else
		rest /= total;
	if (__builtin_mul_overflow(points / total, 1000, &whole) ||
	    __builtin_add_overflow(whole, rest, &score))
		return points > 0 ? INT64_MAX : INT64_MIN + 1;
	return score;
}

int64_t badness_task_score(const struct badness_scale *scale, const struct oom_task *task)
{
	int64_t points = badness_points(scale, task);

	if (scale->thousandths && scale->total_pages != OOM_UNKNOWN)
		return points;
	return badness_score(scale, points);
}

/* Kernels that do not say their version, by what they print. */
static enum oom_rule rule_by_look(const struct oom_report *report)
{
	if (report->columns.rss_kinds)
		return OOM_RULE_SIGNED;
	if (report->columns.old_adj)
		return OOM_RULE_ROOT_BONUS;
	/* The oom-kill line came with 5.0, the score went with 5.1. */
	if (report->selected.pid != OOM_NO_NUMBER)
		return report->choice.present ? OOM_RULE_CLAMPED : OOM_RULE_SIGNED;
	if (report->choice.present)
		return OOM_RULE_ROOT_BONUS;
	return OOM_RULE_SIGNED;
}

struct badness_scale badness_scale_of(const struct oom_report *report, uint64_t total_pages)
{
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;
	struct badness_scale scale = {
		.total_pages = total_pages,
		.page_size = report->page_size ? report->page_size : UINT64_C(4) << 10,
	};

	/*
	 * oom_score_adj came with the rewrite in 2.6.36, which EL6 has in its 2.6.32. A log may
	 * have lost the header of the table, but not its rows.
	 */
	if ((!report->has_table && !report->task_count) || !report->columns.adj)
		return scale;
	if (!kernel)
		scale.rule = rule_by_look(report);
	else if (kernel < 417)
		scale.rule = OOM_RULE_ROOT_BONUS;
	else
		scale.rule = kernel < 509 ? OOM_RULE_CLAMPED : OOM_RULE_SIGNED;
	scale.thousandths = kernel ? kernel < 305 : report->columns.old_adj;
	if (scale.rule == OOM_RULE_ROOT_BONUS)
		scale.bonus = kernel >= 314 || (!kernel && !report->columns.old_adj)
			      ? OOM_BONUS_OF_USE : OOM_BONUS_OF_TOTAL;
	return scale;
}
