/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft.c - a report that has been read: pages become bytes, and the whole is looked at */
#include <config.h>

#include <stdlib.h>

#include "oom/reader.h"

/* x86 and most others; said to be a guess. */
#define USUAL_PAGE (UINT64_C(4) << 10)

/* Larger pages exist on no kernel. */
#define LARGEST_PAGE (UINT64_C(256) << 10)

static void scale(uint64_t *figure, uint64_t page)
{
	if (*figure != OOM_UNKNOWN && __builtin_mul_overflow(*figure, page, figure))
		*figure = UINT64_MAX - 1;
}

static const struct oom_victim *victim_in_table(const struct oom_report *report,
						const struct oom_task **ret_task)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (victim->total_vm == OOM_UNKNOWN)
			continue;
		*ret_task = oom_find_task(report, victim->pid);
		if (*ret_task && (*ret_task)->total_vm)
			return victim;
	}
	return NULL;
}

/* The victim's size is said in kB and, in the table, in pages: the quotient is a page. */
static uint64_t page_of_victim(const struct oom_report *report)
{
	const struct oom_task *task;
	const struct oom_victim *victim = victim_in_table(report, &task);

	for (uint64_t page = USUAL_PAGE; victim && page <= LARGEST_PAGE; page *= 2)
		if (victim->total_vm / page == task->total_vm)
			return page;
	return 0;
}

/* The machine's record counts pages, a node's line kB: so does their quotient. */
static uint64_t page_of_nodes(const struct oom_report *report)
{
	uint64_t pages = oom_figure(&report->memory, "inactive_anon"), bytes = 0;

	for (size_t i = 0; i < report->node_count; i++) {
		uint64_t part = oom_figure(&report->nodes[i].figures, "inactive_anon");

		if (part == OOM_UNKNOWN || __builtin_add_overflow(bytes, part, &bytes))
			return 0;
	}
	if (pages == OOM_UNKNOWN || pages < 64)
		return 0;
	for (uint64_t page = USUAL_PAGE; page <= LARGEST_PAGE; page *= 2)
		if (bytes / page >= pages - pages / 8 && bytes / page <= pages + pages / 8)
			return page;
	return 0;
}

static void find_page_size(struct oom_draft *draft)
{
	struct oom_report *report = &draft->report;
	uint64_t page = draft->block_page;

	if (!page)
		page = page_of_victim(report);
	if (!page)
		page = page_of_nodes(report);
	report->page_size_known = page != 0;
	report->page_size = page ? page : USUAL_PAGE;
}

static void scale_tasks(struct oom_draft *draft, uint64_t page)
{
	bool tables_in_pages = false;

	for (size_t i = 0; i < draft->column_count; i++)
		tables_in_pages |= draft->columns[i] == DRAFT_PTES;
	for (size_t i = 0; i < draft->report.task_count; i++) {
		struct oom_task *task = &draft->report.tasks[i];

		scale(&task->total_vm, page);
		scale(&task->rss, page);
		scale(&task->rss_anon, page);
		scale(&task->rss_file, page);
		scale(&task->rss_shmem, page);
		scale(&task->swap, page);
		if (tables_in_pages)
			scale(&task->pgtables, page);
	}
}

static void scale_memory(struct oom_report *report, uint64_t page)
{
	uint64_t *const figures[] = {
		&report->pagecache, &report->swapcache, &report->ram, &report->ram_highmem,
		&report->ram_reserved, &report->ram_cma, &report->ram_hwpoisoned,
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		scale(figures[i], page);
	for (size_t i = 0; i < report->memory.count; i++)
		scale(&report->memory.list[i].bytes, page);
}

static bool constraint_has(const struct oom_report *report, const char *piece)
{
	return report->constraint && strstr(report->constraint, piece);
}

/* CONSTRAINT_NONE is said of memcgs too (5.0 to 5.3): the cgroup goes before it. */
static enum oom_scope find_scope(const struct oom_draft *draft)
{
	const struct oom_report *report = &draft->report;

	if (report->order == -1)
		return OOM_SCOPE_SYSRQ;
	if (draft->memcg_said || constraint_has(report, "MEMCG"))
		return OOM_SCOPE_MEMCG;
	if (constraint_has(report, "CPUSET"))
		return OOM_SCOPE_CPUSET;
	if (constraint_has(report, "MEMORY_POLICY"))
		return OOM_SCOPE_MEMPOLICY;
	if (report->global_said || draft->global_said || report->constraint || report->has_memory)
		return OOM_SCOPE_GLOBAL;
	return OOM_SCOPE_UNKNOWN;
}

/* The score was printed of the chosen task; up to 5.0 a child of it may be the victim. */
static void give_score(struct oom_report *report)
{
	if (report->choice.said && report->victim_count)
		report->victims[0].score = report->choice.score;
}

/* What the oom-kill line says of the victim, and the table, where the kill line is missing or older. */
static void complete_victims(struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		struct oom_victim *victim = &report->victims[i];
		const struct oom_task *task;

		if (victim->pid == report->decided.pid && victim->uid == OOM_NO_NUMBER)
			victim->uid = report->decided.uid;
		if (victim->uid != OOM_NO_NUMBER && victim->adj != OOM_NO_NUMBER)
			continue;
		task = oom_find_task(report, victim->pid);
		if (!task)
			continue;
		if (victim->uid == OOM_NO_NUMBER)
			victim->uid = task->uid;
		if (victim->adj == OOM_NO_NUMBER && report->columns.adj)
			victim->adj = task->adj;
	}
}

static bool panic_is_ours(const struct oom_report *report)
{
	if (!report->panic)
		return false;
	if (strstr(report->panic, "emory"))
		return true;
	for (size_t i = 0; i < report->victim_count; i++)
		if (report->victims[i].pid == 1)
			return true;
	return false;
}

static void find_cuts(struct oom_report *report)
{
	bool concluded = report->victim_count || report->panic || report->none_killable ||
			 report->already_exiting;

	report->cut_start = !report->trigger.said;
	report->cut_end = !concluded;
}

void draft_finish(struct oom_draft *draft)
{
	struct oom_report *report = &draft->report;

	if (!panic_is_ours(report)) {
		free(report->panic);
		report->panic = NULL;
	}
	find_page_size(draft);
	scale_tasks(draft, report->page_size);
	scale_memory(report, report->page_size);
	report->scope = find_scope(draft);
	give_score(report);
	complete_victims(report);
	find_cuts(report);
}
