/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-victim.c - who was killed, and why that one */
#include <config.h>

#include <inttypes.h>

#include "why/explain-parts.h"

#define VICTIMS_SHOWN 8
#define SUM_TASKS 3

/*
 * Thousandths since 2.6.36, whose first line has oom_score_adj and whose kill line has sizes; with
 * swap and adj they can be more than 1000. Before it was a number of another kind, and large.
 */
static bool score_is_share(const struct oom_report *report, const struct oom_victim *victim)
{
	return victim->score <= 3000 &&
	       (report->trigger.adj != OOM_NO_NUMBER || report->columns.adj ||
		victim->total_vm != OOM_UNKNOWN);
}

/*
 * Kernels 5.4 and 5.5, before a fix, printed bytes for kB: 1024 times too much. Page tables of a
 * 64th of the address space are not to be believed; the table of processes had it right.
 */
static uint64_t page_tables(const struct oom_report *report, const struct oom_victim *victim)
{
	const struct oom_task *task = oom_find_task(report, victim->pid);

	if (victim->pgtables == OOM_UNKNOWN || victim->total_vm == OOM_UNKNOWN ||
	    victim->pgtables <= victim->total_vm / 64 + (UINT64_C(1) << 20))
		return victim->pgtables;
	return task ? task->pgtables : OOM_UNKNOWN;
}

static void say_held(struct oom_telling *telling, const struct oom_victim *victim)
{
	uint64_t held = oom_victim_held(telling->report, victim);
	uint64_t tables = page_tables(telling->report, victim);
	struct oom_part parts[] = {
		{ "anonymous", victim->anon },
		{ "file", victim->file },
		{ "shared memory", victim->shmem },
	};

	if (held == OOM_UNKNOWN)
		return;
	oom_more(telling, " held %s", SAY(held));
	if (victim->anon != OOM_UNKNOWN && held) {
		oom_more(telling, ": ");
		oom_more_parts(telling, parts, sizeof(parts) / sizeof(parts[0]), OOM_UNKNOWN);
	}
	if (tables && tables != OOM_UNKNOWN)
		oom_more(telling, "; and %s of page tables", SAY(tables));
}

static void say_adj_score(struct oom_telling *telling, const struct oom_victim *victim, bool first)
{
	const struct oom_report *report = telling->report;
	const struct oom_task *task = oom_find_task(report, victim->pid);
	int64_t adj = victim->adj;

	if (adj == OOM_NO_NUMBER && task && report->columns.adj)
		adj = task->adj;
	if (adj != OOM_NO_NUMBER && (first || victim->adj != report->victims[0].adj))
		oom_say(telling, "Its oom_score_adj was %" PRId64 ".", adj);
	if (victim->score == OOM_NO_NUMBER || report->allocating_task)
		return;
	if (!score_is_share(report, victim))
		oom_say(telling, "The kernel gave it a score of %" PRId64 ".", victim->score);
	else
		oom_say(telling, "The kernel gave it a score of "
			"%" PRId64 " of 1000.", victim->score);
}

static void say_swap(struct oom_telling *telling, const struct oom_victim *victim)
{
	const struct oom_task *task = oom_find_task(telling->report, victim->pid);

	if (task && task->swap != OOM_UNKNOWN && task->swap)
		oom_more(telling, "; %s more in swap", SAY(task->swap));
}

static void tell_victim(struct oom_telling *telling, const struct oom_victim *victim, bool first)
{
	const struct oom_task *task = oom_find_task(telling->report, victim->pid);
	int64_t uid = victim->uid;
	uint64_t total_vm = victim->total_vm;

	if (uid == OOM_NO_NUMBER && task)
		uid = task->uid;
	if (total_vm == OOM_UNKNOWN && task)
		total_vm = task->total_vm;
	oom_say(telling, "%s", WHO(victim->comm, victim->pid));
	if (uid != OOM_NO_NUMBER)
		oom_more(telling, ", uid %" PRId64 ",", uid);
	say_held(telling, victim);
	say_swap(telling, victim);
	if (victim->presumed)
		oom_more(telling, "%s was chosen; the line that says who was killed is not in the "
			 "log, and up to Linux 5.0 it may have been a child of it",
			 oom_victim_held(telling->report, victim) == OOM_UNKNOWN ? "" : " and");
	else if (oom_victim_held(telling->report, victim) == OOM_UNKNOWN)
		oom_more(telling, " was killed; how much it held, the log does not say");
	oom_more(telling, ".");
	if (total_vm != OOM_UNKNOWN)
		oom_say(telling, first ? "Its VSZ of %s was address space: mapped, not used."
				       : "VSZ %s.", SAY(total_vm));
	say_adj_score(telling, victim, first);
	oom_paragraph(telling, OOM_HEAD_KILLED);
}

static void tell_chosen(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	if (report->panic && !report->choice.said && report->decided.pid == OOM_NO_NUMBER)
		oom_say(telling, "Nobody: the kernel panicked.");
	else if (report->none_killable)
		oom_say(telling, "Nobody: no process could be killed.");
	else if (report->already_exiting)
		oom_say(telling, "Nobody: the process that was chosen was exiting already.");
	oom_paragraph(telling, OOM_HEAD_KILLED);
}

void oom_tell_killed(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	size_t count = oom_victims(report), shown = 0;

	if (!report->victim_count)
		tell_chosen(telling);
	for (size_t i = 0; i < report->victim_count && shown < VICTIMS_SHOWN; i++) {
		if (report->victims[i].repeated)
			continue;
		tell_victim(telling, &report->victims[i], shown == 0);
		shown++;
	}
	if (count > shown) {
		oom_say(telling, "And %zu more.", count - shown);
		oom_paragraph(telling, OOM_HEAD_KILLED);
	}
}

/* One service is many processes, and the kernel weighs each by itself. */
static void say_sums(struct oom_telling *telling)
{
	const struct oom_ranking *ranking = telling->ranking;
	const struct oom_sum *sum = ranking->sums;
	const struct oom_victim *victim = oom_first_victim(telling->report);
	const struct oom_task *task = victim ? oom_find_task(telling->report, victim->pid) : NULL;

	if (!ranking->sum_count || sum->tasks < SUM_TASKS || !sum->held)
		return;
	if (task && sum->held <= oom_task_held(task))
		return;
	oom_say(telling,
	"By name, the %zu processes called %s had most: %s together with swap and page "
		"tables, shared pages counted for each", sum->tasks,
		NAME(sum->comm), SAY(sum->held));
	if (task)
		oom_more(telling, ", against %s of %s", SAY(oom_task_held(task)),
			 WHO(victim->comm, victim->pid));
	oom_more(telling, ".");
}

void oom_tell_why(struct oom_telling *telling)
{
	const struct oom_ranking *ranking = telling->ranking;

	if (ranking->note[0])
		oom_say(telling, "%s", ranking->note);
	if (ranking->exempt && !telling->report->none_killable)
		oom_say(telling, "%zu process%s exempt (oom_score_adj -1000).", ranking->exempt,
			ranking->exempt == 1 ? " was" : "es were");
	say_sums(telling);
	oom_paragraph(telling, OOM_HEAD_WHY);
}
