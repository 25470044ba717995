/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rank.h - why that victim: a task's badness, by the arithmetic of the kernel that judged it and
 * as a share of the memory that ran out, in pages; and the task table ranked by it
 */
#ifndef PT_RANK_H
#define PT_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oomreport/report.h"

/* An oom_score_adj with which a task is never chosen: OOM_SCORE_ADJ_MIN. */
#define BADNESS_EXEMPT (-1000)

/* How a kernel judges: oom_badness() in mm/oom_kill.c. */
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

struct oom_totalpages {
	uint64_t pages;		/* OOM_UNKNOWN: the log does not say */
	bool guessed;		/* the kernel's number may be another */
	const char *name;	/* "RAM and swap", "the limit of the cgroup", ...: static */
};

/*
 * totalpages of constrained_alloc() in mm/oom_kill.c: RAM that the kernel manages and swap, or
 * the nodes of a cpuset or of a memory policy and swap (pages present since 5.4, before pages
 * spanned, which no report has), or mem_cgroup_get_max() in mm/memcontrol.c: the limit, and
 * what swap it leaves to the cgroup (which depends on the machine's, of which a cgroup's report
 * does not speak, and on swappiness).
 */
struct oom_totalpages oom_totalpages_of(const struct oom_report *report);

/*
 * Other totals that *report may be about when its scope was not printed (before 5.0) and the
 * usual one does not fit: the nodes of mems_allowed, then each single node. Returns false when
 * there is no INDEX-th, counted from 0.
 */
bool oom_totalpages_other(const struct oom_report *report, size_t index,
			  struct oom_totalpages *ret_totalpages);

/* The rule with its figures, as they are in 2.6.36, 3.4, 3.10, 4.4, 4.19, 5.4 and 6.1. */
struct badness_scale {
	enum oom_rule rule;
	enum oom_bonus bonus;
	bool thousandths;	/* compares thousandths: up to 3.4, commit a7f638f999ff */
	uint64_t total_pages;	/* what adj is a share of; OOM_UNKNOWN: adj not weighed */
	uint64_t page_size;	/* bytes, above 0 */
};

/*
 * The scale of *report, for a total of TOTAL_PAGES. The rule follows from the kernel's version,
 * or from what the report looks like where it names none.
 */
struct badness_scale badness_scale_of(const struct oom_report *report, uint64_t total_pages);

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
