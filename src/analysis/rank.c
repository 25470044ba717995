/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.c - put tasks in the order in which their kernel would have killed them */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/memory-usage.h"
#include "analysis/rank.h"
#include "lib/cleanup.h"
#include "lib/macros.h"

/* Which of ONE and OTHER comes first, the larger: -1, 1; 0: neither. */
#define DESCENDING(member) ((one->member < other->member) - (one->member > other->member))

/* A task as it is sorted. */
struct entry {
	size_t index;
	bool candidate, chosen;
	int64_t points, raw;
	uint64_t held;
};

uint64_t oom_task_held(const struct oom_task *task)
{
	return oom_plus(oom_plus(oom_plus(0, task->rss), task->swap), task->pgtables);
}

int64_t oom_task_score(const struct oom_ranking *ranking, const struct oom_task *task)
{
	return badness_is_candidate(&ranking->scale, task)
	       ? badness_task_score(&ranking->scale, task) : OOM_NO_NUMBER;
}

/*
 * Root's bonus changed in stable series too, and not every root process has CAP_SYS_ADMIN; before
 * 5.0 nothing says that a node, not the machine, ran out. A printed score tells.
 */
static void rank_fit_to_score(const struct oom_report *report, const struct oom_task *chosen,
			      struct oom_ranking *ranking)
{
	static const enum oom_bonus bonuses[] = {
		OOM_BONUS_OF_USE, OOM_BONUS_OF_TOTAL, OOM_BONUS_NONE,
	};
	struct badness_scale other = ranking->scale;
	struct oom_totalpages totalpages;

	if (badness_task_score(&other, chosen) == ranking->printed_score)
		return;
	for (size_t i = 0; other.rule == OOM_RULE_ROOT_BONUS && i < 3; i++) {
		other.bonus = bonuses[i];
		if (badness_task_score(&other, chosen) == ranking->printed_score) {
			ranking->scale = other;
			return;
		}
	}
	other = ranking->scale;
	for (size_t i = 0; oom_totalpages_other(report, i, &totalpages); i++) {
		other.total_pages = totalpages.pages;
		/* All nodes together have more present than is managed. */
		if (totalpages.pages < ranking->scale.total_pages &&
		    badness_task_score(&other, chosen) == ranking->printed_score) {
			ranking->scale = other;
			ranking->total_from = totalpages.name;
			ranking->total_guessed = true;
			return;
		}
	}
}

/* Sets the rule and the total by which the tasks are ranked; CHOSEN may be NULL. */
static void rank_choose_scale(const struct oom_report *report, const struct oom_task *chosen,
			      struct oom_ranking *ranking)
{
	struct oom_totalpages totalpages = oom_totalpages_of(report);
	struct badness_scale *scale = &ranking->scale;
	int64_t worst = INT64_MIN;

	*scale = badness_scale_of(report, totalpages.pages);
	for (size_t i = 0; i < report->task_count && !report->kernel; i++) {
		int64_t raw = badness_raw(scale, &report->tasks[i]);

		if (badness_is_candidate(scale, &report->tasks[i]))
			worst = MAX(worst, raw);
	}
	/*
	 * Where the kernel's version is not known: somebody below 0 was chosen, though another was
	 * worse, and nobody was above. So they all counted as 1, as it was before 5.9.
	 */
	if (chosen && !report->kernel && !report->columns.rss_kinds &&
	    scale->rule == OOM_RULE_SIGNED && worst < 1 && badness_raw(scale, chosen) < worst)
		scale->rule = OOM_RULE_CLAMPED;
	/* Then nobody knows what was held. */
	if (!report->page_size_known)
		scale->rule = OOM_RULE_UNKNOWN;
	ranking->approximate = (report->has_table || report->task_count) &&
			       !(report->columns.swap && report->columns.pgtables);
	ranking->total_guessed = totalpages.guessed;
	ranking->total_from = totalpages.name;
	/* With oom_kill_allocating_task nobody was weighed, and 0 is printed. */
	ranking->printed_score = report->choice.present && !report->allocating_task
				 ? report->choice.score : OOM_NO_NUMBER;
	if (chosen && ranking->printed_score != OOM_NO_NUMBER &&
	    scale->rule != OOM_RULE_UNKNOWN && !ranking->approximate)
		rank_fit_to_score(report, chosen, ranking);
}

/* The worst first; of those that the kernel cannot tell apart the chosen one, then the larger. */
static int entry_compare(const void *left, const void *right)
{
	const struct entry *one = left, *other = right;
	int order = DESCENDING(candidate);

	order = order ? order : DESCENDING(points);
	order = order ? order : DESCENDING(chosen);
	order = order ? order : DESCENDING(raw);
	order = order ? order : DESCENDING(held);
	return order ? order : -DESCENDING(index);
}

/* Sorts, and gives those with the same points the same rank: 1, 1, 3. */
static int rank_sort_tasks(struct oom_report *report, struct oom_ranking *ranking)
{
	const struct badness_scale *scale = &ranking->scale;
	size_t count = report->task_count;
	CLEANUP_FREE struct entry *entries = calloc(count, sizeof(*entries));

	ranking->order = calloc(count, sizeof(*ranking->order));
	if (!entries || !ranking->order)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct oom_task *task = &report->tasks[i];

		entries[i] = (struct entry){ .index = i, .held = oom_task_held(task) };
		if (badness_is_candidate(scale, task)) {
			entries[i].candidate = true;
			entries[i].chosen = i == ranking->chosen;
			entries[i].points = badness_points(scale, task);
			entries[i].raw = badness_raw(scale, task);
		}
	}
	qsort(entries, count, sizeof(*entries), entry_compare);
	for (size_t i = 0; i < count; i++) {
		struct oom_task *task = &report->tasks[entries[i].index];
		bool tie = i > 0 && entries[i].points == entries[i - 1].points;

		ranking->order[i] = entries[i].index;
		task->badness = OOM_NO_NUMBER;
		task->rank = 0;
		if (!entries[i].candidate)
			continue;
		task->badness = scale->rule == OOM_RULE_SIGNED ? entries[i].raw
							       : MAX(entries[i].raw, 1);
		task->rank = tie ? report->tasks[entries[i - 1].index].rank : i + 1;
		ranking->candidates++;
	}
	return 0;
}

static int sum_compare_names(const void *left, const void *right)
{
	const struct oom_sum *one = left, *other = right;

	return strcmp(one->comm, other->comm);
}

static int sum_compare(const void *left, const void *right)
{
	const struct oom_sum *one = left, *other = right;
	int order = DESCENDING(held);

	return order ? order : strcmp(one->comm, other->comm);
}

static int rank_sum_names(const struct oom_report *report, struct oom_ranking *ranking)
{
	struct oom_sum *sums = calloc(report->task_count, sizeof(*sums)), *sum = sums;

	ranking->sums = sums;
	if (!sums)
		return -ENOMEM;
	for (size_t i = 0; i < report->task_count; i++) {
		uint64_t held = oom_task_held(&report->tasks[i]);

		sums[i] = (struct oom_sum){ report->tasks[i].comm, 1, held };
		ranking->held = oom_plus(ranking->held, held);
	}
	qsort(sums, report->task_count, sizeof(*sums), sum_compare_names);
	for (size_t i = 1; i < report->task_count; i++) {
		if (strcmp(sum->comm, sums[i].comm) != 0) {
			*++sum = sums[i];
			continue;
		}
		sum->tasks++;
		sum->held = oom_plus(sum->held, sums[i].held);
	}
	ranking->sum_count = (size_t)(sum - sums) + 1;
	qsort(sums, ranking->sum_count, sizeof(*sums), sum_compare);
	return 0;
}

/* Compares the order with the choice, and why they may differ; CHOSEN may be NULL. */
static void rank_judge(const struct oom_report *report, const struct oom_task *chosen,
		       struct oom_ranking *ranking)
{
	if (chosen) {
		ranking->rank_of_victim = chosen->rank;
		ranking->computed_score = oom_task_score(ranking, chosen);
	}
	if (chosen && chosen->rank && !report->allocating_task) {
		ranking->agrees = chosen->rank == 1;
		/* What is missing can make a task worse than it seems, never better. */
		ranking->judged = ranking->agrees || !ranking->approximate;
		/* Without a total no adj is weighed; it must not be able to turn the order. */
		for (size_t i = 0; i < report->task_count; i++) {
			const struct oom_task *task = &report->tasks[i];

			if (ranking->scale.total_pages == OOM_UNKNOWN && task->rank &&
			    (chosen->rank == 1 ? task->adj > chosen->adj
					       : task->adj < chosen->adj))
				ranking->judged = ranking->agrees = false;
		}
	}
	if (!report->task_count)
		ranking->choice = OOM_CHOICE_NO_TABLE;
	else if (ranking->scale.rule == OOM_RULE_UNKNOWN && report->page_size_known)
		ranking->choice = OOM_CHOICE_OLD_RULE;
	else if (!report->choice.present && report->selected.pid == OOM_NO_NUMBER &&
		 !report->victim_count)
		ranking->choice = OOM_CHOICE_NOBODY;
	else if (!report->page_size_known)
		ranking->choice = OOM_CHOICE_NO_PAGE_SIZE;
	else if (!chosen)
		ranking->choice = OOM_CHOICE_NOT_LISTED;
	else if (!chosen->rank)
		ranking->choice = OOM_CHOICE_EXEMPT;
	else if (report->allocating_task)
		ranking->choice = OOM_CHOICE_ALLOCATING;
	else
		ranking->choice = ranking->judged && ranking->agrees ? OOM_CHOICE_FIRST
								     : OOM_CHOICE_NOT_FIRST;
	if (ranking->choice != OOM_CHOICE_NOT_FIRST)
		return;
	if (!strcmp(chosen->comm, "swapoff"))
		ranking->reasons |= OOM_REASON_SWAPOFF;
	if (report->kernel && oom_kernel_number(report->kernel) == 508 &&
	    badness_raw(&ranking->scale, chosen) < 0)
		ranking->reasons |= OOM_REASON_SIGN;
	if (report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY)
		ranking->reasons |= OOM_REASON_NODES;
	if (!ranking->approximate && ranking->scale.total_pages == OOM_UNKNOWN)
		ranking->reasons |= OOM_REASON_NO_TOTAL;
	else if (!ranking->approximate && ranking->total_guessed)
		ranking->reasons |= OOM_REASON_TOTAL;
	ranking->reasons |= ranking->approximate ? OOM_REASON_COLUMNS : OOM_REASON_PASSED_OVER;
}

int oom_rank(struct oom_report *report, struct oom_ranking *ret_ranking)
{
	struct oom_ranking ranking = { .chosen = OOM_NO_TASK, .computed_score = OOM_NO_NUMBER };
	const struct oom_task *chosen;
	int64_t pid = OOM_NO_NUMBER;

	/* The one that the kernel chose before it may have turned to a child of it. */
	if (report->choice.present && report->choice.pid != OOM_NO_NUMBER)
		pid = report->choice.pid;
	else if (report->selected.pid != OOM_NO_NUMBER && !oom_names_two_threads(report))
		pid = report->selected.pid;
	else if (report->victim_count)
		pid = report->victims[0].pid;
	chosen = oom_find_task(report, pid);
	/* Where a process's leader has exited, a thread stands for it in the table. */
	for (size_t i = 0; i < report->task_count && !chosen && pid != OOM_NO_NUMBER; i++)
		if (report->tasks[i].tgid == pid)
			chosen = &report->tasks[i];
	if (chosen)
		ranking.chosen = (size_t)(chosen - report->tasks);
	rank_choose_scale(report, chosen, &ranking);
	for (size_t i = 0; i < report->task_count; i++)
		ranking.exempt += report->columns.adj && report->tasks[i].adj <= BADNESS_EXEMPT;
	if (report->task_count &&
	    (rank_sort_tasks(report, &ranking) < 0 || rank_sum_names(report, &ranking) < 0)) {
		oom_ranking_free(&ranking);
		return -ENOMEM;
	}
	/* What the table counts in pages is not known, and page tables alone are no sum. */
	if (!report->page_size_known) {
		ranking.held = OOM_UNKNOWN;
		ranking.sum_count = 0;
	}
	rank_judge(report, chosen, &ranking);
	*ret_ranking = ranking;
	return 0;
}

bool oom_nobody_killable(const struct oom_report *report)
{
	return report->none_killable ||
	       (report->panic && strstr(report->panic, "no killable processes"));
}

void oom_ranking_free(struct oom_ranking *ranking)
{
	free(ranking->order);
	free(ranking->sums);
	ranking->order = NULL;
	ranking->sums = NULL;
	ranking->candidates = ranking->sum_count = 0;
}
