/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.h - why that victim: the task table ranked by the badness of its kernel */
#ifndef PT_RANK_H
#define PT_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/badness.h"
#include "oomreport/report.h"

/* Tasks with one name, or one task: what they hold together. */
struct oom_sum {
	const char *comm;		/* in the report's table */
	size_t tasks;
	uint64_t held;			/* bytes: rss + swap + page tables */
};

/* No task of the table. */
#define OOM_NO_TASK SIZE_MAX

/* What a ranking says of the choice. */
enum oom_choice_case {
	OOM_CHOICE_NO_TABLE,	/* up to here nothing can be compared */
	OOM_CHOICE_OLD_RULE,	/* or without oom_score_adj in the table */
	OOM_CHOICE_NOBODY,
	OOM_CHOICE_NO_PAGE_SIZE,
	OOM_CHOICE_NOT_LISTED,
	OOM_CHOICE_EXEMPT,	/* chosen although its adj is -1000 */
	OOM_CHOICE_ALLOCATING,	/* vm.oom_kill_allocating_task */
	OOM_CHOICE_FIRST,	/* as computed */
	OOM_CHOICE_NOT_FIRST,
};

/* Why the computed order may not be the kernel's; bits. */
enum oom_reason {
	OOM_REASON_SWAPOFF = 1,		/* it was in swapoff(2) */
	OOM_REASON_SIGN = 1 << 1,	/* a kernel that took a negative badness for a huge one */
	OOM_REASON_NODES = 1 << 2,	/* who may not use the nodes is no candidate */
	OOM_REASON_COLUMNS = 1 << 3,	/* the table lacks swap or page tables */
	OOM_REASON_NO_TOTAL = 1 << 4,
	OOM_REASON_TOTAL = 1 << 5,	/* the total is guessed */
	OOM_REASON_PASSED_OVER = 1 << 6,	/* killed before, in vfork(2), or later figures */
};

struct oom_ranking {
	struct badness_scale scale;	/* with the bonus that the printed score fits, if any */
	bool approximate;		/* the table lacks swap or page tables (EL6, before 3.6) */
	bool total_guessed;		/* the kernel's may be another: the log lacks a part */
	const char *total_from;		/* "RAM and swap", "the limit of the cgroup"...: static */
	size_t *order;			/* owned: indices of all tasks listed: the candidates, the
					 * worst first, then the others, the largest first */
	size_t candidates;
	size_t exempt;			/* adj -1000 */
	size_t chosen;			/* index of the task that the kernel chose; OOM_NO_TASK */
	size_t rank_of_victim;		/* that task's; 0: not in the table, or not ranked */
	bool judged;			/* rank_of_victim can be compared with the choice */
	bool agrees;			/* valid when judged */
	enum oom_choice_case choice;
	unsigned reasons;		/* of OOM_CHOICE_NOT_FIRST */
	int64_t printed_score;		/* OOM_NO_NUMBER */
	int64_t computed_score;		/* badness * 1000 / total_pages; OOM_NO_NUMBER */
	struct oom_sum *sums;		/* owned: by name, the largest first */
	size_t sum_count;
	uint64_t held;			/* bytes, of all tasks listed; OOM_UNKNOWN */
};

/*
 * Ranks the tasks of *report, setting badness and rank in each, and compares with the task that
 * was chosen: that of the "Kill process" line, of the "oom-kill:" line, or the first victim.
 * Tasks that the kernel could not tell apart have the same rank. Returns 0 or -ENOMEM.
 */
int oom_rank(struct oom_report *report, struct oom_ranking *ret_ranking);

/* Whether REPORT says that no process could be killed; before 4.19 a panic alone says so. */
bool oom_nobody_killable(const struct oom_report *report);

void oom_ranking_free(struct oom_ranking *ranking);

/* What TASK holds: rss, swap and page tables as far as the table has them; bytes. */
uint64_t oom_task_held(const struct oom_task *task);

/*
 * TASK's badness in thousandths of the total, as kernels up to 5.0 printed it;
 * OOM_NO_NUMBER: not a candidate, or the total is not known.
 */
int64_t oom_task_score(const struct oom_ranking *ranking, const struct oom_task *task);

#endif
