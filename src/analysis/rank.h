/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.h - why that victim: the task table ranked by the badness of its kernel */
#ifndef PT_RANK_H
#define PT_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oomreport/report.h"

/* How a kernel judged: oom_badness() in mm/oom_kill.c. */
enum oom_rule {
	OOM_RULE_UNKNOWN,	/* no table, or a kernel up to 2.6.35, which judged by virtual
				 * size, CPU time and nice value: not recomputable */
	OOM_RULE_ROOT_BONUS,	/* 2.6.36 to 4.16: rss + swap + page tables + adj, root 3 % less;
				 * at least 1 */
	OOM_RULE_CLAMPED,	/* 4.17 to 5.8: the same without the bonus */
	OOM_RULE_SIGNED,	/* 5.9 on: may be negative, so that low adjs are still ordered */
};

/* What a task with CAP_SYS_ADMIN, which a table does not tell from uid 0, was let off. */
enum oom_bonus {
	OOM_BONUS_NONE,		/* 4.17 on: commit d46078b28889 */
	OOM_BONUS_OF_TOTAL,	/* 30 off its adj; up to 3.13 */
	OOM_BONUS_OF_USE,	/* 3 % of its pages; 3.14 to 4.16, and in stable series before:
				 * commit 778c14affaf9 */
};

/* Tasks with one name, or one task: what they hold together. */
struct oom_sum {
	const char *comm;		/* in the report's table */
	size_t tasks;
	uint64_t held;			/* bytes: rss + swap + page tables */
};

#define OOM_NOTE_MAX 1600

/* No task of the table. */
#define OOM_NO_TASK SIZE_MAX

struct oom_ranking {
	enum oom_rule rule;
	enum oom_bonus bonus;		/* the one that the printed score fits, if there is one */
	bool thousandths;		/* the kernel compared thousandths: up to 3.4 */
	bool approximate;		/* the table lacks swap or page tables (EL6, before 3.6) */
	uint64_t page_size;		/* bytes; the report's, and never 0 */
	uint64_t total_pages;		/* what adj is a share of; OOM_UNKNOWN: adj not weighed */
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
	int64_t printed_score;		/* OOM_NO_NUMBER */
	int64_t computed_score;		/* badness * 1000 / total_pages; OOM_NO_NUMBER */
	char note[OOM_NOTE_MAX];	/* sentences: why it agrees, does not, or cannot be judged;
					 * names in it are safe for a terminal (lib/safe.h) */
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

void oom_ranking_free(struct oom_ranking *ranking);

/* What TASK holds: rss, swap and page tables as far as the table has them; bytes. */
uint64_t oom_task_held(const struct oom_task *task);

/*
 * TASK's badness in thousandths of the total, as kernels up to 5.0 printed it;
 * OOM_NO_NUMBER: not a candidate, or the total is not known.
 */
int64_t oom_task_score(const struct oom_ranking *ranking, const struct oom_task *task);

/* What TASK's adj adds to its badness, in pages; 0 when the total is not known. */
int64_t oom_task_adj_pages(const struct oom_ranking *ranking, const struct oom_task *task);

#endif
