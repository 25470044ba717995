/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * badness.c - points of a task: what it holds, its adj, and root's bonus; and the total that they
 * are a share of
 */
#include <config.h>

#include <stdio.h>

#include "analysis/memory-usage.h"
#include "analysis/rank.h"
#include "lib/macros.h"

/* Logs are not trusted: with this bound no sum below can overflow, nor a thousandfold of it. */
#define PAGES_MAX (INT64_MAX / 8000)

static int64_t badness_bound(uint64_t pages)
{
	return (int64_t)MIN(pages, (uint64_t)PAGES_MAX);
}

static int64_t badness_adj(const struct oom_task *task)
{
	return MAX(MIN(task->adj, 1000), -1000);
}

/* A thousandth of the total, which is 0 for less than 1000 pages; the division comes first. */
static int64_t thousandth(const struct badness_scale *scale)
{
	return scale->total_pages == OOM_UNKNOWN ? 0 : badness_bound(scale->total_pages) / 1000;
}

bool badness_is_candidate(const struct badness_scale *scale, const struct oom_task *task)
{
	return scale->rule != OOM_RULE_UNKNOWN && task->adj > BADNESS_EXEMPT;
}

int64_t badness_held_pages(const struct badness_scale *scale, const struct oom_task *task)
{
	const uint64_t parts[] = { task->rss, task->swap, task->pgtables };
	int64_t pages = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		pages += parts[i] == OOM_UNKNOWN ? 0 : badness_bound(parts[i] / scale->page_size);
	return pages;
}

int64_t badness_adj_pages(const struct badness_scale *scale, const struct oom_task *task)
{
	return scale->rule != OOM_RULE_UNKNOWN ? badness_adj(task) * thousandth(scale) : 0;
}

/* Root's discount, as a number of pages or of thousandths, of HELD of the same. */
static int64_t bonus_of(const struct badness_scale *scale, const struct oom_task *task,
			int64_t held, int64_t one_thousandth)
{
	if (task->uid != 0 || scale->bonus == OOM_BONUS_NONE)
		return 0;
	return scale->bonus == OOM_BONUS_OF_USE ? held * 3 / 100 : 30 * one_thousandth;
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
	points += badness_adj(task) - bonus_of(scale, task, points, 1);
	return MAX(MIN(points, 1000), 1);
}

int64_t badness_score(const struct badness_scale *scale, int64_t points)
{
	if (scale->total_pages == OOM_UNKNOWN)
		return OOM_NO_NUMBER;
	/* mem_cgroup_get_max() ?: 1 */
	return MAX(MIN(points, INT64_MAX / 1000), INT64_MIN / 1000) * 1000 /
	       MAX(badness_bound(scale->total_pages), 1);
}

int64_t badness_task_score(const struct badness_scale *scale, const struct oom_task *task)
{
	int64_t points = badness_points(scale, task);

	if (scale->thousandths && scale->total_pages != OOM_UNKNOWN)
		return points;
	return badness_score(scale, points);
}

/* What the totals are called, without swap and with it. */
static const char *const ram_names[] = { "RAM", "RAM and swap" };
static const char *const limit_names[] = { "the limit of the cgroup",
					   "the limit of the cgroup and its swap" };
static const char *const cpuset_names[] = { "the nodes of the cpuset",
					    "the nodes of the cpuset, and swap" };
static const char *const policy_names[] = { "the nodes of the memory policy",
					    "the nodes of the memory policy, and swap" };
static const char *const node_names[] = { "one node's memory", "one node's memory, and swap" };

/* MEMORY and SWAP, bytes, in pages: OOM_UNKNOWN if MEMORY is, or if there cannot be so much. */
static struct oom_totalpages totalpages_make(const struct oom_report *report, uint64_t memory,
					     uint64_t swap, bool guessed,
					     const char *const *names)
{
	uint64_t page_size = report->page_size ? report->page_size : UINT64_C(4) << 10;
	uint64_t bytes = oom_plus(memory, swap);

	return (struct oom_totalpages){
		.pages = memory == OOM_UNKNOWN || bytes == OOM_UNKNOWN - 1 ? OOM_UNKNOWN
									   : bytes / page_size,
		.guessed = guessed, .name = names[swap != 0],
	};
}

/*
 * The nodes in LIST, or where it or they are not there, the whole machine: a guess if nodes were
 * asked for, or without the count of RAM, which no memory cgroup's report has, nor one that is cut
 * off; these say nothing of swap either.
 */
static struct oom_totalpages totalpages_of_nodes(const struct oom_report *report, const char *list,
						 const char *const *names)
{
	uint64_t present = list ? oom_zones_sum(report, list, "present") : OOM_UNKNOWN;
	uint64_t ram = oom_minus(report->ram, report->ram_reserved < report->ram
					      ? report->ram_reserved : 0);
	/* Without the swap lines: the kernel was built without swap. */
	uint64_t swap = report->swap_total == OOM_UNKNOWN ? 0 : report->swap_total;

	if (present != OOM_UNKNOWN)
		return totalpages_make(report, present, swap,
				       oom_kernel_number(report->kernel) < 504, names);
	if (ram == OOM_UNKNOWN)
		ram = oom_zones_sum(report, NULL, "managed");
	if (ram == OOM_UNKNOWN)
		ram = oom_zones_sum(report, NULL, "present");
	return totalpages_make(report, ram, swap,
			       names != ram_names || report->ram == OOM_UNKNOWN, ram_names);
}

struct oom_totalpages oom_totalpages_of(const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	uint64_t limit = memcg->memory.limit, swap = OOM_UNKNOWN;
	struct oom_totalpages totalpages;

	if (report->scope == OOM_SCOPE_CPUSET)
		return totalpages_of_nodes(report, report->mems_allowed, cpuset_names);
	if (report->scope == OOM_SCOPE_MEMPOLICY)
		return totalpages_of_nodes(report, report->nodemask, policy_names);
	if (report->scope != OOM_SCOPE_MEMCG)
		return totalpages_of_nodes(report, NULL, ram_names);
	/* The limit, and the swap that the cgroup may use beside it */
	if (limit == OOM_UNKNOWN || memcg->memory.unlimited)
		return totalpages_make(report, OOM_UNKNOWN, 0, false, limit_names);
	if (memcg->swap.usage != OOM_UNKNOWN || memcg->swap.limit != OOM_UNKNOWN)
		swap = memcg->swap.unlimited ? OOM_UNKNOWN : memcg->swap.limit;
	else if (memcg->memsw.limit != OOM_UNKNOWN && !memcg->memsw.unlimited)
		swap = oom_minus(memcg->memsw.limit, limit);
	/* OOM_UNKNOWN is the largest number, so that the smaller one is the one that is known. */
	swap = MIN(swap, report->swap_total);
	totalpages = totalpages_make(report, limit, swap == OOM_UNKNOWN ? 0 : swap,
				     swap != 0 && report->swap_total == OOM_UNKNOWN, limit_names);
	/* mem_cgroup_get_max() ?: 1 */
	totalpages.pages = MAX(totalpages.pages, 1);
	return totalpages;
}

bool oom_totalpages_other(const struct oom_report *report, size_t index,
			  struct oom_totalpages *ret_totalpages)
{
	const struct oom_zone *zones = report->zones;
	char list[16];

	/* More is no machine, but somebody's joke. */
	if (report->scope == OOM_SCOPE_MEMCG || report->global_present ||
	    report->zone_count > 256 || index > 32)
		return false;
	if (index == 0) {
		*ret_totalpages = totalpages_of_nodes(report, report->mems_allowed, cpuset_names);
		return true;
	}
	/* The zones of a node follow each other. */
	for (size_t i = 0; i < report->zone_count; i++) {
		if ((i && zones[i].node == zones[i - 1].node) || --index)
			continue;
		snprintf(list, sizeof(list), "%d", zones[i].node);
		*ret_totalpages = totalpages_of_nodes(report, list, node_names);
		return true;
	}
	return false;
}

struct badness_scale badness_scale_of(const struct oom_report *report, uint64_t total_pages)
{
	const struct oom_columns *columns = &report->columns;
	unsigned kernel = oom_kernel_number(report->kernel);
	bool named = report->selected.pid != OOM_NO_NUMBER, scored = report->choice.present;
	struct badness_scale scale = {
		.total_pages = total_pages,
		.page_size = report->page_size ? report->page_size : UINT64_C(4) << 10,
	};

	/*
	 * oom_score_adj came with the rewrite in 2.6.36, which EL6 has in its 2.6.32. A log may
	 * have lost the header of the table, but not its rows.
	 */
	if ((!report->has_table && !report->task_count) || !columns->adj)
		return scale;
	/*
	 * Kernels that do not say their version, by what they print: the oom-kill line, which
	 * names the task, came with 5.0, the score went with 5.1.
	 */
	if (kernel)
		scale.rule = kernel < 417 ? OOM_RULE_ROOT_BONUS
			     : kernel < 509 ? OOM_RULE_CLAMPED : OOM_RULE_SIGNED;
	else
		scale.rule = columns->rss_kinds ? OOM_RULE_SIGNED
			     : columns->old_adj || (scored && !named) ? OOM_RULE_ROOT_BONUS
			     : scored ? OOM_RULE_CLAMPED : OOM_RULE_SIGNED;
	scale.thousandths = kernel ? kernel < 305 : columns->old_adj;
	if (scale.rule == OOM_RULE_ROOT_BONUS)
		scale.bonus = kernel >= 314 || (!kernel && !columns->old_adj)
			      ? OOM_BONUS_OF_USE : OOM_BONUS_OF_TOTAL;
	return scale;
}
