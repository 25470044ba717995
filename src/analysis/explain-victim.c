/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-victim.c - who was killed, and why that one */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

#define VICTIMS_SHOWN 8
#define SUM_TASKS 3

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

static void append_adj_score(struct oom_textbuf *buf, const struct oom_victim *victim, bool first)
{
	const struct oom_report *report = buf->report;
	const struct oom_task *task = oom_find_task(report, victim->pid);
	int64_t adj = victim->adj;
	bool share;

	if (adj == OOM_NO_NUMBER && task && report->columns.adj)
		adj = task->adj;
	if (adj != OOM_NO_NUMBER && (first || victim->adj != report->victims[0].adj))
		oom_sentence(buf, "Its oom_score_adj was %" PRId64 ".", adj);
	if (victim->score == OOM_NO_NUMBER || report->allocating_task)
		return;
	/*
	 * Thousandths since 2.6.36, whose first line has oom_score_adj and whose kill line has
	 * sizes; with swap and adj they can be more than 1000. Before it was a number of another
	 * kind, and large.
	 */
	share = victim->score <= 3000 &&
		(report->trigger.adj != OOM_NO_NUMBER || report->columns.adj ||
		 victim->total_vm != OOM_UNKNOWN);
	oom_sentence(buf, "The kernel gave it a score of %" PRId64 "%s.", victim->score,
		     share ? " of 1000" : "");
}

static void explain_victim(struct oom_textbuf *buf, const struct oom_victim *victim, bool first)
{
	const struct oom_task *task = oom_find_task(buf->report, victim->pid);
	uint64_t held = oom_victim_held(buf->report, victim);
	uint64_t tables = page_tables(buf->report, victim);
	int64_t uid = victim->uid == OOM_NO_NUMBER && task ? task->uid : victim->uid;
	uint64_t total_vm = victim->total_vm == OOM_UNKNOWN && task ? task->total_vm
								    : victim->total_vm;
	struct oom_part parts[] = {
		{ "anonymous", victim->anon },
		{ "file", victim->file },
		{ "shared memory", victim->shmem },
	};

	oom_sentence(buf, "%s", WHO(victim->comm, victim->pid));
	if (uid != OOM_NO_NUMBER)
		oom_append(buf, ", uid %" PRId64 ",", uid);
	if (held != OOM_UNKNOWN) {
		oom_append(buf, " held %s", BYTES(held));
		if (victim->anon != OOM_UNKNOWN && held) {
			oom_append(buf, ": ");
			oom_append_parts(buf, parts, ARRAY_SIZE(parts), OOM_UNKNOWN);
		}
		if (tables && tables != OOM_UNKNOWN)
			oom_append(buf, "; and %s of page tables", BYTES(tables));
	}
	if (task && task->swap != OOM_UNKNOWN && task->swap)
		oom_append(buf, "; %s more in swap", BYTES(task->swap));
	if (victim->presumed)
		oom_append(buf, "%s was chosen; the line that says who was killed is not in the "
			   "log, and up to Linux 5.0 it may have been a child of it",
			   held == OOM_UNKNOWN ? "" : " and");
	else if (held == OOM_UNKNOWN)
		oom_append(buf, " was killed; how much it held, the log does not say");
	oom_append(buf, ".");
	if (total_vm != OOM_UNKNOWN)
		oom_sentence(buf, first ? "Its VSZ of %s was address space: mapped, not used."
					: "VSZ %s.", BYTES(total_vm));
	append_adj_score(buf, victim, first);
	oom_paragraph(buf, OOM_SECTION_KILLED);
}

void oom_explain_killed(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t count = oom_victims(report), shown = 0;

	if (!report->victim_count) {
		if (report->panic && !report->choice.present &&
		    report->selected.pid == OOM_NO_NUMBER)
			oom_sentence(buf, "Nobody: the kernel panicked.");
		else if (report->none_killable)
			oom_sentence(buf, "Nobody: no process could be killed.");
		else if (report->already_exiting)
			oom_sentence(buf, "Nobody: the process that was chosen was exiting "
				     "already.");
	}
	for (size_t i = 0; i < report->victim_count && shown < VICTIMS_SHOWN; i++)
		if (!report->victims[i].repeated)
			explain_victim(buf, &report->victims[i], shown++ == 0);
	if (count > shown)
		oom_sentence(buf, "And %zu more.", count - shown);
	oom_paragraph(buf, OOM_SECTION_KILLED);
}

void oom_explain_why(struct oom_textbuf *buf)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_sum *sum = ranking->sums;
	const struct oom_victim *victim = oom_first_victim(buf->report);
	const struct oom_task *task = victim ? oom_find_task(buf->report, victim->pid) : NULL;

	size_t at = 0;

	for (size_t i = 0; i < ranking->note_end_count; at = ranking->note_ends[i++] + 1)
		oom_sentence(buf, "%.*s", (int)(ranking->note_ends[i] - at), ranking->note + at);
	if (at < strlen(ranking->note))
		oom_sentence(buf, "%s", ranking->note + at);
	if (ranking->exempt && !oom_nobody_killable(buf->report))
		oom_sentence(buf, "%zu process%s exempt (oom_score_adj -1000).", ranking->exempt,
			     ranking->exempt == 1 ? " was" : "es were");
	/* One service is many processes, and the kernel weighs each by itself. */
	if (ranking->sum_count && sum->tasks >= SUM_TASKS && sum->held &&
	    (!task || sum->held > oom_task_held(task))) {
		oom_sentence(buf, "By name, the %zu processes called %s had most: %s together "
			     "with swap and page tables, shared pages counted for each",
			     sum->tasks, NAME(sum->comm), BYTES(sum->held));
		if (task)
			oom_append(buf, ", against %s of %s", BYTES(oom_task_held(task)),
				   WHO(victim->comm, victim->pid));
		oom_append(buf, ".");
	}
	oom_paragraph(buf, OOM_SECTION_WHY);
}
