/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-victim.c - who was killed, and what came back of a victim's memory */
#include <config.h>

#include <inttypes.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

#define VICTIMS_SHOWN 8
#define REAPED_SHOWN 3

/* 4.6 */
#define REAPER_SINCE 406

/* What VICTIM, whose row is TASK, or NULL, held. */
static void explain_held(struct oom_textbuf *buf, const struct oom_victim *victim,
			 const struct oom_task *task)
{
	uint64_t held = oom_victim_held(buf->report, victim);
	uint64_t tables = victim->pgtables;
	int64_t uid = victim->uid == OOM_NO_NUMBER && task ? task->uid : victim->uid;
	struct oom_part parts[] = {
		{ "anonymous", victim->anon },
		{ "file", victim->file },
		{ "shared memory", victim->shmem },
	};

	/*
	 * Kernels 5.4 and 5.5, before a fix, printed bytes for kB: 1024 times too much. Page
	 * tables of a 64th of the address space are not to be believed; the table had it right.
	 */
	if (tables != OOM_UNKNOWN && victim->total_vm != OOM_UNKNOWN &&
	    tables > victim->total_vm / 64 + (UINT64_C(1) << 20))
		tables = task ? task->pgtables : OOM_UNKNOWN;
	oom_sentence(buf, "%s", TASK(victim));
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
		oom_append(buf,
			   "%s was chosen; the line that says who was killed is not in the log, and up to Linux 5.0 it may have been a child of it",
			   held == OOM_UNKNOWN ? "" : " and");
	else if (held == OOM_UNKNOWN)
		oom_append(buf, " was killed; how much it held, the log does not say");
	oom_append(buf, ".");
}

static void explain_victim(struct oom_textbuf *buf, const struct oom_victim *victim, bool first)
{
	const struct oom_report *report = buf->report;
	const struct oom_task *task = oom_find_task(report, victim->pid);
	uint64_t total_vm = victim->total_vm == OOM_UNKNOWN && task ? task->total_vm
								    : victim->total_vm;
	int64_t adj = victim->adj;

	explain_held(buf, victim, task);
	if (total_vm != OOM_UNKNOWN)
		oom_sentence(buf, first ? "Its VSZ of %s was address space: mapped, not used."
					: "VSZ %s.", BYTES(total_vm));
	if (adj == OOM_NO_NUMBER && task && report->columns.adj)
		adj = task->adj;
	if (adj != OOM_NO_NUMBER && (first || victim->adj != report->victims[0].adj))
		oom_sentence(buf, "Its oom_score_adj was %" PRId64 ".", adj);
	/*
	 * Thousandths since 2.6.36, whose first line has oom_score_adj and whose kill line has
	 * sizes; with swap and adj they can be more than 1000. Before it was a number of another
	 * kind, and large.
	 */
	if (victim->score != OOM_NO_NUMBER && !report->allocating_task)
		oom_sentence(buf, "The kernel gave it a score of %" PRId64 "%s.", victim->score,
			     victim->score <= 3000 &&
			     (report->trigger.adj != OOM_NO_NUMBER || report->columns.adj ||
			      victim->total_vm != OOM_UNKNOWN) ? " of 1000" : "");
	oom_paragraph(buf);
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
			oom_sentence(buf,
				     "Nobody: the process that was chosen was exiting already.");
	}
	for (size_t i = 0; i < report->victim_count && shown < VICTIMS_SHOWN; i++)
		if (!report->victims[i].repeated)
			explain_victim(buf, &report->victims[i], shown++ == 0);
	if (count > shown)
		oom_sentence(buf, "And %zu more.", count - shown);
}

/* What the OOM reaper got back, and what it could not. */
static void explain_reaped(struct oom_textbuf *buf, const struct oom_victim *victim)
{
	const struct oom_reaped *reaped = &victim->reaped;
	const struct oom_time *killed = &victim->time, *done = &reaped->time;
	uint64_t before = oom_plus(victim->anon, victim->file);
	uint64_t left = oom_plus(reaped->anon, reaped->file);

	oom_sentence(buf, "The OOM reaper was done with %s", TASK(victim));
	if (killed->has_monotonic && done->has_monotonic &&
	    done->monotonic_ns - killed->monotonic_ns >= 1000)
		oom_append(buf, " %s after the kill",
			   SPAN((uint64_t)done->monotonic_ns - (uint64_t)killed->monotonic_ns));
	if (before != OOM_UNKNOWN && before && left != OOM_UNKNOWN)
		oom_append(buf, " and got back %s of the %s that was not shared memory",
			   left ? BYTES(oom_minus(before, left)) : "all", BYTES(before));
	oom_append(buf, ".");
	if (left != OOM_UNKNOWN && left)
		oom_sentence(buf, "%s was left until its exit.", BYTES(left));
	if (reaped->shmem != OOM_UNKNOWN && reaped->shmem)
		oom_sentence(buf,
			     "%s of shared memory it could not free: such memory stays until %s has exited and nobody else maps it, and what is in tmpfs, /dev/shm or a memfd stays as long as the file does.",
			     BYTES(reaped->shmem), TASK(victim));
}

void oom_explain_reclaimed(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	unsigned kernel = oom_kernel_number(report->kernel);
	uint64_t shmem = oom_shmem_kept(report);
	size_t shown = 0, more = 0;

	if (!report->victim_count)
		return;
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (!victim->reaped.present && !victim->reaped.failed)
			continue;
		if (shown == REAPED_SHOWN) {
			more++;
			continue;
		}
		if (victim->reaped.present)
			explain_reaped(buf, victim);
		else
			oom_sentence(buf,
				     "The OOM reaper could not get at the memory of %s, which therefore stayed until it had exited.",
				     TASK(victim));
		oom_paragraph(buf);
		shown++;
	}
	if (more)
		oom_sentence(buf, "The reaper has a line for %zu more.", more);
	/* Before 4.6 there was no reaper, and later it prints no line if the exit was faster. */
	if (!shown && kernel && kernel < REAPER_SINCE)
		oom_sentence(buf,
			     "The memory came back when the process had exited, which the log does not show: kernels before 4.6 have no OOM reaper.");
	else if (!shown && report->cut_end)
		oom_sentence(buf, "The log ends before it could say.");
	else if (!shown)
		oom_sentence(buf,
			     "There is no line of the OOM reaper: the memory came back when the process had exited; when that was, the log does not say.");
	if (!shown && shmem && oom_at_least(shmem, 25, oom_victim_held(report, buf->victim)))
		oom_sentence(buf,
			     "Of it %s was shared memory, which comes back only when nobody maps it any more and no file in tmpfs, /dev/shm or a memfd holds it.",
			     BYTES(shmem));
}
