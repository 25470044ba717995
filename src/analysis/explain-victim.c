/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-victim.c - who was killed, what came back of its memory, and what followed */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/duration.h"
#include "lib/macros.h"

#define VICTIMS_SHOWN 8
#define REAPED_SHOWN 3

/* 4.6 */
#define REAPER_SINCE 406

/* A report that comes later is an event of its own. */
#define AT_ONCE_NS (10 * (int64_t)NS_PER_SECOND)

static void explain_victim(struct oom_textbuf *buf, const struct oom_victim *victim, bool first)
{
	const struct oom_report *report = buf->report;
	const struct oom_task *task = oom_find_task(report, victim->pid);
	uint64_t held = oom_victim_held(report, victim), tables = victim->pgtables;
	uint64_t total_vm = victim->total_vm == OOM_UNKNOWN && task ? task->total_vm
								    : victim->total_vm;
	int64_t uid = victim->uid == OOM_NO_NUMBER && task ? task->uid : victim->uid;
	int64_t adj = victim->adj == OOM_NO_NUMBER && task && report->columns.adj ? task->adj
										  : victim->adj;
	bool known = held != OOM_UNKNOWN;
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
	SAY("%s%s%s%s%s%s%s.", TASK(victim),
	    PART_IF(uid != OOM_NO_NUMBER, ", uid %" PRId64 ",", uid),
	    PART_IF(known, " held %s", BYTES(held)),
	    PART_IF(known && held && victim->anon != OOM_UNKNOWN, ": %s",
		    PARTS(parts, OOM_UNKNOWN)),
	    PART_IF(known && tables && tables != OOM_UNKNOWN, "; and %s of page tables",
		    BYTES(tables)),
	    PART_IF(task && task->swap != OOM_UNKNOWN && task->swap, "; %s more in swap",
		    BYTES(task->swap)),
	    victim->presumed ? oom_words(buf,
		    "%s was chosen; the line that says who was killed is not in the log, and up to Linux 5.0 it may have been a child of it",
		    known ? " and" : "")
	    : known ? "" : " was killed; how much it held, the log does not say");
	SAY_IF(total_vm != OOM_UNKNOWN,
	       first ? "Its VSZ of %s was address space: mapped, not used." : "VSZ %s.",
	       BYTES(total_vm));
	SAY_IF(adj != OOM_NO_NUMBER && (first || victim->adj != report->victims[0].adj),
	       "Its oom_score_adj was %" PRId64 ".", adj);
	/*
	 * Thousandths since 2.6.36, whose first line has oom_score_adj and whose kill line has
	 * sizes; with swap and adj they can be more than 1000. Before it was a number of another
	 * kind, and large.
	 */
	SAY_IF(victim->score != OOM_NO_NUMBER && !report->allocating_task,
	       "The kernel gave it a score of %" PRId64 "%s.", victim->score,
	       victim->score <= 3000 && (report->trigger.adj != OOM_NO_NUMBER ||
					 report->columns.adj || victim->total_vm != OOM_UNKNOWN)
	       ? " of 1000" : "");
	oom_paragraph(buf);
}

void oom_explain_killed(struct oom_textbuf *buf, const struct oom_report *report)
{
	size_t count = oom_victims(report), shown = 0;

	if (report->victim_count)
		;
	else if (report->panic && !report->choice.present && report->selected.pid == OOM_NO_NUMBER)
		SAY("Nobody: the kernel panicked.");
	else if (report->none_killable)
		SAY("Nobody: no process could be killed.");
	else if (report->already_exiting)
		SAY("Nobody: the process that was chosen was exiting already.");
	for (size_t i = 0; i < report->victim_count && shown < VICTIMS_SHOWN; i++)
		if (!report->victims[i].repeated)
			explain_victim(buf, &report->victims[i], shown++ == 0);
	SAY_IF(count > shown, "And %zu more.", count - shown);
}

/* Shared memory that the victims held and the reaper did not get back; OOM_UNKNOWN. */
static uint64_t shmem_kept(const struct oom_report *report)
{
	uint64_t most = OOM_UNKNOWN;

	/* Victims may share it with each other: the largest is what they have at least. */
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		uint64_t kept = victim->reaped.present ? victim->reaped.shmem : victim->shmem;

		if (kept != OOM_UNKNOWN && (most == OOM_UNKNOWN || kept > most))
			most = kept;
	}
	return most;
}

/* What the OOM reaper got back, and what it could not. */
static void explain_reaped(struct oom_textbuf *buf, const struct oom_victim *victim)
{
	const struct oom_reaped *reaped = &victim->reaped;
	const struct oom_time *killed = &victim->time, *done = &reaped->time;
	uint64_t before = oom_plus(victim->anon, victim->file);
	uint64_t left = oom_plus(reaped->anon, reaped->file);

	SAY_IF(!reaped->present,
	       "The OOM reaper could not get at the memory of %s, which therefore stayed until it had exited.",
	       TASK(victim));
	if (reaped->present) {
		SAY("The OOM reaper was done with %s%s%s.", TASK(victim),
		    PART_IF(killed->has_monotonic && done->has_monotonic &&
			    done->monotonic_ns - killed->monotonic_ns >= 1000,
			    " %s after the kill", SPAN((uint64_t)done->monotonic_ns -
				 (uint64_t)killed->monotonic_ns)),
		    PART_IF(before != OOM_UNKNOWN && before && left != OOM_UNKNOWN,
			    " and got back %s of the %s that was not shared memory",
			    left ? BYTES(oom_minus(before, left)) : "all", BYTES(before)));
		SAY_IF(left != OOM_UNKNOWN && left, "%s was left until its exit.", BYTES(left));
		SAY_IF(reaped->shmem != OOM_UNKNOWN && reaped->shmem,
		       "%s of shared memory it could not free: such memory stays until %s has exited and nobody else maps it, and what is in tmpfs, /dev/shm or a memfd stays as long as the file does.",
		       BYTES(reaped->shmem), TASK(victim));
	}
	oom_paragraph(buf);
}

void oom_explain_reclaimed(struct oom_textbuf *buf, const struct oom_report *report)
{
	unsigned kernel = oom_kernel_number(report->kernel);
	uint64_t shmem = shmem_kept(report);
	size_t lines = 0;

	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_reaped *reaped = &report->victims[i].reaped;

		if ((reaped->present || reaped->failed) && lines++ < REAPED_SHOWN)
			explain_reaped(buf, &report->victims[i]);
	}
	SAY_IF(lines > REAPED_SHOWN, "The reaper has a line for %zu more.", lines - REAPED_SHOWN);
	if (lines || !report->victim_count)
		return;
	/* Before 4.6 there was no reaper, and later it prints no line if the exit was faster. */
	SAY("%s", kernel && kernel < REAPER_SINCE ?
	    "The memory came back when the process had exited, which the log does not show: kernels before 4.6 have no OOM reaper."
	    : report->cut_end ? "The log ends before it could say." :
	    "There is no line of the OOM reaper: the memory came back when the process had exited; when that was, the log does not say.");
	SAY_IF(shmem && oom_at_least(shmem, 25, oom_victim_held(report, buf->victim)),
	       "Of it %s was shared memory, which comes back only when nobody maps it any more and no file in tmpfs, /dev/shm or a memfd holds it.",
	       BYTES(shmem));
}

/* The last that was heard of this report before the next one began. */
static const struct oom_time *last_heard(const struct oom_report *report,
					 const struct oom_report *next, const char **ret_event)
{
	const struct oom_time *last = &report->time;

	*ret_event = "this report";
	for (size_t i = 0; i < 2 * report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i / 2];
		const struct oom_time *time = i % 2 ? &victim->reaped.time : &victim->time;

		if (time->has_monotonic && last->has_monotonic &&
		    time->monotonic_ns >= last->monotonic_ns &&
		    !(next->time.has_monotonic && time->monotonic_ns > next->time.monotonic_ns)) {
			last = time;
			*ret_event = i % 2 ? "the reaper was done" : "the kill";
		}
	}
	return last;
}

/* Why the kill of VICTIM was not enough, by the most certain of what can be told. */
static void explain_cause(struct oom_textbuf *buf, const struct oom_victim *victim, int64_t ns)
{
	const struct oom_report *report = buf->report, *next = buf->next;
	const struct oom_task *largest = buf->largest, *grown = NULL;
	uint64_t shmem = shmem_kept(report), held = oom_victim_held(report, victim), most = 0;
	const char *who = TASK(victim);

	if (largest && largest->pid != victim->pid && held != OOM_UNKNOWN &&
	    oom_task_held(largest) / 2 > held) {
		SAY("That kill had spared %s, which had more: %s with swap and page tables.",
		    TASK(largest), BYTES(oom_task_held(largest)));
	} else if (buf->killed && oom_table_whole(next) && !oom_find_task(next, victim->pid)) {
		/* The task that both tables have and that has grown most in between */
		for (size_t i = 0; i < report->task_count; i++) {
			const struct oom_task *before = &report->tasks[i];
			const struct oom_task *now = oom_find_task(next, before->pid);

			if (now && !strcmp(now->comm, before->comm) &&
			    oom_minus(oom_task_held(now), oom_task_held(before)) > most) {
				most = oom_task_held(now) - oom_task_held(before);
				grown = now;
			}
		}
		SAY("%s had exited by then%s.", who, grown && oom_at_least(most, 25, held)
		    ? oom_words(buf, ", and %s had grown by %s", TASK(grown), BYTES(most))
		    : ": what it gave back was not enough");
	} else if (oom_at_least(shmem, 50, held)) {
		SAY("Likely because the %s of shared memory of %s had not come back yet: the reaper cannot free it, so %s had to exit first, and others were killed meanwhile.",
		    BYTES(shmem), who, NAME(victim->comm));
	} else if (oom_find_task(next, victim->pid)) {
		SAY("%s had not exited yet: the next report's table still has it.", who);
	} else if (ns < (int64_t)NS_PER_SECOND && !victim->reaped.present) {
		SAY("Likely because the memory of %s had not come back yet.", who);
	} else {
		SAY("So that kill did not give back enough of what was missing.");
	}
}

/* The next report, if it is of the same machine and follows at once, as far as the log tells. */
void oom_explain_next(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_report *next = buf->next;
	const char *event, *host = report->host;
	const struct oom_time *last;
	const struct oom_victim *victim;
	bool same, overflows = true;
	struct cgroup_owner owner;
	int64_t ns = 0;

	SAY_IF(report->panic, "The kernel panicked: \"%s\".", SAFE(report->panic));
	oom_paragraph(buf);
	if (!next || (host && next->host ? strcmp(host, next->host) != 0 : host != next->host))
		return;
	last = last_heard(report, next, &event);
	victim = next->victim_count ? next->victims : NULL;
	same = report->scope == next->scope && next->scope != OOM_SCOPE_SYSRQ &&
	       (next->scope != OOM_SCOPE_MEMCG ||
		(report->memcg.path && next->memcg.path &&
		 !strcmp(report->memcg.path, next->memcg.path)));
	if (last->has_monotonic && next->time.has_monotonic)
		overflows = __builtin_sub_overflow(next->time.monotonic_ns, last->monotonic_ns,
						   &ns);
	else if (last->has_wall && next->time.has_wall)
		overflows = __builtin_sub_overflow(next->time.wall_ns, last->wall_ns, &ns);
	if (overflows || ns < 0 || ns > AT_ONCE_NS)
		return;
	if (!last->has_monotonic && ns == 0)
		SAY("Within the same second,");
	else if (ns < 1000)
		SAY("At the same time, as far as the log tells,");
	else
		SAY("%s after %s,", SPAN((uint64_t)ns), event);
	if (next->trigger.present)
		ADD(" %s invoked the OOM killer again", TASK(&next->trigger));
	else
		ADD(" the OOM killer ran again");
	if (victim && next->trigger.pid == victim->pid)
		ADD(", and was killed itself");
	else if (victim)
		ADD(", and %s was killed%s", TASK(victim), buf->victim ? " too" : "");
	if (next->scope == OOM_SCOPE_MEMCG && !same) {
		cgroup_owner_find(next->memcg.path, 0, &owner);
		ADD(", at the limit of %s", oom_memcg_name(buf, next->memcg.path, &owner));
	}
	ADD(".");
	if (same && buf->victim)
		explain_cause(buf, buf->victim, ns);
}
