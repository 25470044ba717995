/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - what to change, each advice with the figure that it rests on */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analysis/advice.h"
#include "analysis/explain.h"

/* Tasks with one name that are a service with many workers rather than a program with helpers. */
#define MANY_TASKS 5

const struct oom_sum *oom_many_of_one_name(const struct oom_textbuf *buf, uint64_t whole)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *largest = oom_largest_task(buf->report);

	if (!ranking->sum_count || ranking->sums->tasks < MANY_TASKS || !largest ||
	    !oom_at_least(ranking->sums->held, 40, whole) ||
	    oom_task_held(largest) > ranking->sums->held / 2)
		return NULL;
	return ranking->sums;
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
		oom_sentence(buf, "The processes listed had at most %s of it mapped: the rest is "
			     "in files.", BYTES(mapped));
}

static void advise_allocating(struct oom_textbuf *buf)
{
	const struct oom_victim *victim = oom_first_victim(buf->report);
	const struct oom_choice *chosen = &buf->report->choice;
	const struct oom_task *largest = oom_largest_task(buf->report);
	const struct oom_task *task = victim ? oom_find_task(buf->report, victim->pid) : NULL;

	if (!buf->report->allocating_task || buf->ranking->rank_of_victim == 1)
		return;
	oom_sentence(buf, "Set vm.oom_kill_allocating_task to 0 if the largest process should go "
		     "first");
	if (victim)
		oom_append(buf, ": %s was chosen because it asked, not for its size",
			   chosen->present ? WHO(chosen->comm, chosen->pid)
					: WHO(victim->comm, victim->pid));
	if (task && largest && oom_task_held(largest) > oom_task_held(task))
		oom_append(buf, ", and %s had more, %s with swap and page tables",
			   WHO(largest->comm, largest->pid), BYTES(oom_task_held(largest)));
	oom_append(buf, ".");
}

static void advise_group(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t count = oom_victims(report);

	if (!report->group || count < 2)
		return;
	oom_sentence(buf, "If one process should die instead of %zu, set memory.oom.group to "
		     "0", count);
	if (report->group_path)
		oom_append(buf, " in %s", PATH(report->group_path));
	oom_append(buf, ": systemd sets it for OOMPolicy=kill, a kubelet unless "
		   "singleProcessOOMKill is true.");
}

/* What was set so that it came to this. */
static void advise_settings(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t exempt = buf->ranking->exempt;

	if (report->scope == OOM_SCOPE_SYSRQ)
		oom_sentence(buf,
			     "If nobody should be able to kill by SysRq-f, take 64 out of the "
			     "sum in kernel.sysrq; /proc/sysrq-trigger stays open to root.");
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	advise_allocating(buf);
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (oom_nobody_killable(report) && exempt && exempt >= report->tasks_listed) {
		oom_sentence(buf, "Raise the oom_score_adj of a process that may be killed: ");
		if (exempt == 1)
			oom_append(buf, "the only one listed is exempt at -1000");
		else
			oom_append(buf, "all %zu listed are exempt at -1000", exempt);
		oom_append(buf, ". With nobody to kill a machine panics and a memory cgroup "
			   "stands still.");
	}
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		oom_sentence(buf, "Set vm.panic_on_oom to 0 if a process should be killed instead "
			     "of the machine: the panic names this sysctl.");
	oom_paragraph(buf, OOM_SECTION_ADVICE);
}

/* A process that is spared, or nearly so, holds more than the one that was killed. */
static void advise_protected(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_victim *victim = oom_first_victim(report);
	const struct oom_task *killed = victim ? oom_find_task(report, victim->pid) : NULL;
	const struct oom_task *largest = oom_largest_task(report);

	if (!killed || !largest || !report->columns.adj || largest == killed ||
	    largest->adj > -500 || oom_task_held(largest) / 2 < oom_task_held(killed) ||
	    report->allocating_task)
		return;
	oom_sentence(buf, "Ask whether %s should keep its oom_score_adj of %d: with swap and page "
		"tables it had %s, while %s was killed for %s.", WHO(largest->comm, largest->pid),
		largest->adj,
		BYTES(oom_task_held(largest)), WHO(victim->comm, victim->pid),
		BYTES(oom_task_held(killed)));
}

/* The weights are known only when all have spoken, so that each adviser speaks twice. */
void oom_advise_by(struct oom_textbuf *buf, oom_adviser *const advisers[], size_t count,
		   bool findings)
{
	struct advice {
		oom_adviser *adviser;
		const struct oom_finding *finding;
		uint64_t weight;
	} sorted[OOM_ADVISERS_MAX];
	size_t all = count + (findings ? oom_finding_count : 0);

	for (size_t i = 0; i < all; i++) {
		struct advice advice = { .adviser = i < count ? advisers[i] : NULL };
		size_t place = i;

		buf->weight = 0;
		if (advice.adviser) {
			advice.adviser(buf);
			buf->length = buf->end_count = 0;
		} else {
			advice.finding = &oom_findings[i - count];
			buf->weight = oom_finding_bytes(&buf->memory_usage, advice.finding);
		}
		advice.weight = buf->weight;
		for (; place && sorted[place - 1].weight < advice.weight; place--)
			sorted[place] = sorted[place - 1];
		sorted[place] = advice;
	}
	for (size_t i = 0; i < all; i++) {
		const struct oom_finding *finding = sorted[i].finding;

		if (sorted[i].adviser) {
			sorted[i].adviser(buf);
		} else if (sorted[i].weight && finding->advice &&
			   !(finding->unless &&
			     oom_finding_bytes(&buf->memory_usage, finding->unless))) {
			oom_append_finding(buf, finding, finding->advice);
			if (finding->go_on)
				finding->go_on(buf);
		}
		oom_paragraph(buf, OOM_SECTION_ADVICE);
	}
}

void oom_explain_advice(struct oom_textbuf *buf)
{
	advise_settings(buf);
	if (buf->report->scope == OOM_SCOPE_MEMCG)
		oom_advise_memcg(buf);
	else if (buf->report->scope != OOM_SCOPE_SYSRQ)
		oom_advise_machine(buf);
	advise_protected(buf);
	oom_paragraph(buf, OOM_SECTION_ADVICE);
	advise_group(buf);
	oom_paragraph(buf, OOM_SECTION_ADVICE);
}
