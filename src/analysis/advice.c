/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - what to change, each advice with the figure that it rests on; settings first */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/advice.h"

/* Tasks with one name that are a service with many workers rather than a program with helpers. */
#define MANY_TASKS 5

const struct oom_sum *oom_many_of_one_name(const struct oom_textbuf *buf, uint64_t whole)
{
	const struct oom_sum *sum = buf->ranking->sums;

	if (!buf->ranking->sum_count || sum->tasks < MANY_TASKS || !buf->largest ||
	    !oom_at_least(sum->held, 40, whole) || oom_task_held(buf->largest) > sum->held / 2)
		return NULL;
	return sum;
}

void oom_append_unmapped(struct oom_textbuf *buf, uint64_t shmem)
{
	const struct oom_report *report = buf->report;
	uint64_t mapped = 0;

	if (!report->columns.rss_kinds || !oom_table_whole(report))
		return;
	for (size_t i = 0; i < report->task_count; i++)
		mapped = oom_plus(mapped, report->tasks[i].rss_shmem);
	if (mapped < shmem / 2)
		oom_sentence(buf,
			     "The processes listed had at most %s of it mapped: the rest is in files.",
			     BYTES(mapped));
}

/* vm.oom_kill_allocating_task, where it has not killed the first of the ranking anyway. */
static void advise_allocating(struct oom_textbuf *buf)
{
	const struct oom_victim *victim = buf->victim;
	const struct oom_choice *chosen = &buf->report->choice;
	const struct oom_task *largest = buf->largest, *killed = buf->killed;

	oom_sentence(buf,
		     "Set vm.oom_kill_allocating_task to 0 if the largest process should go first");
	if (victim)
		oom_append(buf, ": %s was chosen because it asked, not for its size",
			   chosen->present ? WHO(chosen->comm, chosen->pid)
					   : WHO(victim->comm, victim->pid));
	if (killed && largest && oom_task_held(largest) > oom_task_held(killed))
		oom_append(buf, ", and %s had more, %s with swap and page tables",
			   WHO(largest->comm, largest->pid), BYTES(oom_task_held(largest)));
	oom_append(buf, ".");
	oom_paragraph(buf, OOM_SECTION_ADVICE);
}

/* What was set so that it came to this. */
static void advise_settings(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t exempt = buf->ranking->exempt;

	if (report->scope == OOM_SCOPE_SYSRQ)
		oom_sentence(buf,
			     "If nobody should be able to kill by SysRq-f, take 64 out of the sum in kernel.sysrq; /proc/sysrq-trigger stays open to root.");
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (report->allocating_task && buf->ranking->rank_of_victim != 1)
		advise_allocating(buf);
	if (oom_nobody_killable(report) && exempt && exempt >= report->tasks_listed) {
		oom_sentence(buf, "Raise the oom_score_adj of a process that may be killed: ");
		if (exempt == 1)
			oom_append(buf, "the only one listed is exempt at -1000");
		else
			oom_append(buf, "all %zu listed are exempt at -1000", exempt);
		oom_append(buf,
			   ". With nobody to kill a machine panics and a memory cgroup stands still.");
	}
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		oom_sentence(buf,
			     "Set vm.panic_on_oom to 0 if a process should be killed instead of the machine: the panic names this sysctl.");
	oom_paragraph(buf, OOM_SECTION_ADVICE);
}

void oom_explain_advice(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_task *killed = buf->killed, *largest = buf->largest;
	size_t victims = oom_victims(report);

	advise_settings(buf);
	if (report->scope == OOM_SCOPE_MEMCG)
		oom_advise_memcg(buf);
	else if (report->scope != OOM_SCOPE_SYSRQ)
		oom_advise_machine(buf);
	/* A process that is spared, or nearly so, holds more than the one that was killed. */
	if (killed && largest && report->columns.adj && largest != killed &&
	    largest->adj <= -500 && oom_task_held(largest) / 2 >= oom_task_held(killed) &&
	    !report->allocating_task)
		oom_sentence(buf,
			     "Ask whether %s should keep its oom_score_adj of %d: with swap and page tables it had %s, while %s was killed for %s.",
			     WHO(largest->comm, largest->pid), largest->adj,
			     BYTES(oom_task_held(largest)),
			     WHO(buf->victim->comm, buf->victim->pid),
			     BYTES(oom_task_held(killed)));
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (report->group && victims >= 2) {
		oom_sentence(buf,
			     "If one process should die instead of %zu, set memory.oom.group to 0",
			     victims);
		if (report->group_path)
			oom_append(buf, " in %s", PATH(report->group_path));
		oom_append(buf,
			   ": systemd sets it for OOMPolicy=kill, a kubelet unless singleProcessOOMKill is true.");
	}
	oom_paragraph(buf, OOM_SECTION_ADVICE);
}
