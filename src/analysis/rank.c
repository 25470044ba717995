/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.c - put tasks in the order in which their kernel would have killed them */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/badness.h"
#include "analysis/rank-note.h"
#include "analysis/rank-scale.h"
#include "analysis/rank.h"
#include "lib/cleanup.h"

/* A task as it is sorted. */
struct entry {
	size_t index;
	bool candidate, chosen;
	int64_t points, raw;
	uint64_t held;
};

uint64_t oom_task_held(const struct oom_task *task)
{
	const uint64_t parts[] = { task->rss, task->swap, task->pgtables };
	uint64_t held = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] != OOM_UNKNOWN && __builtin_add_overflow(held, parts[i], &held))
			return OOM_UNKNOWN - 1;
	return held;
}

static uint64_t add_held(uint64_t one, uint64_t other)
{
	return one < OOM_UNKNOWN - 1 - other ? one + other : OOM_UNKNOWN - 1;
}

/* The worst first; of those that the kernel cannot tell apart the chosen one, then the larger. */
static int by_badness(const void *left, const void *right)
{
	const struct entry *one = left, *other = right;

	if (one->candidate != other->candidate)
		return one->candidate ? -1 : 1;
	if (one->candidate && one->points != other->points)
		return one->points > other->points ? -1 : 1;
	if (one->candidate && one->chosen != other->chosen)
		return one->chosen ? -1 : 1;
	if (one->candidate && one->raw != other->raw)
		return one->raw > other->raw ? -1 : 1;
	if (one->held != other->held)
		return one->held > other->held ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

static void fill_entry(struct entry *entry, const struct badness_scale *scale,
		       const struct oom_task *task)
{
	entry->candidate = badness_is_candidate(scale, task);
	entry->points = badness_points(scale, task);
	entry->raw = badness_raw(scale, task);
	entry->held = oom_task_held(task);
}

/* Sorts, and gives those with the same points the same rank: 1, 1, 3. */
static int put_in_order(struct oom_report *report, const struct badness_scale *scale,
			struct oom_ranking *ranking)
{
	size_t count = report->task_count;
	CLEANUP_FREE struct entry *entries = calloc(count, sizeof(*entries));

	ranking->order = calloc(count, sizeof(*ranking->order));
	if (!entries || !ranking->order)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		entries[i].index = i;
		entries[i].chosen = i == ranking->chosen;
		fill_entry(&entries[i], scale, &report->tasks[i]);
	}
	qsort(entries, count, sizeof(*entries), by_badness);
	for (size_t i = 0; i < count; i++) {
		struct oom_task *task = &report->tasks[entries[i].index];
		bool tie = i > 0 && entries[i].points == entries[i - 1].points;

		ranking->order[i] = entries[i].index;
		task->badness = OOM_NO_NUMBER;
		task->rank = 0;
		if (!entries[i].candidate)
			continue;
		task->badness = scale->rule == OOM_RULE_SIGNED || entries[i].raw > 0
				? entries[i].raw : 1;
		task->rank = tie ? report->tasks[entries[i - 1].index].rank : i + 1;
		ranking->candidates++;
	}
	return 0;
}

static int by_name(const void *left, const void *right)
{
	const struct oom_sum *one = left, *other = right;

	return strcmp(one->comm, other->comm);
}

static int rank_by_size(const void *left, const void *right)
{
	const struct oom_sum *one = left, *other = right;

	if (one->held != other->held)
		return one->held > other->held ? -1 : 1;
	return strcmp(one->comm, other->comm);
}

static int add_up(const struct oom_report *report, struct oom_ranking *ranking)
{
	struct oom_sum *sums = calloc(report->task_count, sizeof(*sums));
	size_t count = 0;

	ranking->sums = sums;
	if (!sums)
		return -ENOMEM;
	for (size_t i = 0; i < report->task_count; i++) {
		uint64_t held = oom_task_held(&report->tasks[i]);

		sums[i] = (struct oom_sum){ report->tasks[i].comm, 1, held };
		ranking->held = add_held(ranking->held, held);
	}
	qsort(sums, report->task_count, sizeof(*sums), by_name);
	for (size_t i = 0; i < report->task_count; i++) {
		if (count && !strcmp(sums[count - 1].comm, sums[i].comm)) {
			sums[count - 1].tasks++;
			sums[count - 1].held = add_held(sums[count - 1].held, sums[i].held);
		} else {
			sums[count++] = sums[i];
		}
	}
	qsort(sums, count, sizeof(*sums), rank_by_size);
	ranking->sum_count = count;
	return 0;
}

/* The pid that the kernel chose, before it may have turned to a child of that process. */
static int64_t chosen_pid(const struct oom_report *report)
{
	if (report->choice.present && report->choice.pid != OOM_NO_NUMBER)
		return report->choice.pid;
	if (report->selected.pid != OOM_NO_NUMBER && !oom_names_two_threads(report))
		return report->selected.pid;
	return report->victim_count ? report->victims[0].pid : OOM_NO_NUMBER;
}

/* The row of PID; where a process's leader has exited, that of the thread that stands for it. */
static size_t row_of(const struct oom_report *report, int64_t pid)
{
	const struct oom_task *task = oom_find_task(report, pid);

	if (task)
		return (size_t)(task - report->tasks);
	for (size_t i = 0; i < report->task_count && pid != OOM_NO_NUMBER; i++)
		if (report->tasks[i].tgid == pid)
			return i;
	return OOM_NO_TASK;
}

/* Without a total no adj is weighed; the order is right if no adj can turn it around. */
static bool certain_without_total(const struct oom_report *report, const struct oom_task *chosen)
{
	for (size_t i = 0; i < report->task_count; i++) {
		const struct oom_task *task = &report->tasks[i];

		if (task->rank &&
		    (chosen->rank == 1 ? task->adj > chosen->adj : task->adj < chosen->adj))
			return false;
	}
	return true;
}

int64_t oom_task_score(const struct oom_ranking *ranking, const struct oom_task *task)
{
	struct badness_scale scale = badness_scale_from(ranking);

	if (!badness_is_candidate(&scale, task))
		return OOM_NO_NUMBER;
	return badness_task_score(&scale, task);
}

int64_t oom_task_adj_pages(const struct oom_ranking *ranking, const struct oom_task *task)
{
	struct badness_scale scale = badness_scale_from(ranking);

	return badness_adj_pages(&scale, task);
}

static void rank_judge(const struct oom_report *report, struct oom_ranking *ranking)
{
	const struct oom_task *chosen;

	if (ranking->chosen == OOM_NO_TASK)
		return;
	chosen = &report->tasks[ranking->chosen];
	ranking->rank_of_victim = chosen->rank;
	ranking->computed_score = oom_task_score(ranking, chosen);
	if (!chosen->rank || report->allocating_task)
		return;
	ranking->agrees = chosen->rank == 1;
	/* What is missing can make a task worse than it seems, never better. */
	ranking->judged = ranking->agrees || !ranking->approximate;
	if (ranking->total_pages == OOM_UNKNOWN && !certain_without_total(report, chosen))
		ranking->judged = ranking->agrees = false;
}

int oom_rank(struct oom_report *report, struct oom_ranking *ret_ranking)
{
	struct oom_ranking ranking = {
		.total_pages = OOM_UNKNOWN,
		.printed_score = OOM_NO_NUMBER,
		.computed_score = OOM_NO_NUMBER,
	};
	struct badness_scale scale;

	ranking.chosen = row_of(report, chosen_pid(report));
	scale = rank_choose_scale(report, &ranking);
	for (size_t i = 0; i < report->task_count; i++)
		ranking.exempt += report->columns.adj && report->tasks[i].adj <= BADNESS_EXEMPT;
	if (report->task_count &&
	    (put_in_order(report, &scale, &ranking) < 0 || add_up(report, &ranking) < 0)) {
		oom_ranking_free(&ranking);
		return -ENOMEM;
	}
	/* What the table counts in pages is not known, and page tables alone are no sum. */
	if (!report->page_size_known) {
		ranking.held = OOM_UNKNOWN;
		ranking.sum_count = 0;
	}
	rank_judge(report, &ranking);
	rank_note(report, &ranking);
	*ret_ranking = ranking;
	return 0;
}

void oom_ranking_free(struct oom_ranking *ranking)
{
	free(ranking->order);
	free(ranking->sums);
	ranking->order = NULL;
	ranking->sums = NULL;
	ranking->candidates = ranking->sum_count = 0;
}
