/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft.c - a report that is read: what it lacks, and when it is complete, pages as bytes */
#include <config.h>

#include "oom/plausible.h"
#include "oom/reader.h"
#include "oom/scan-values.h"

/* More victims are not looked up in the table: only a log that was made up has so many. */
#define LOOKED_UP_MAX 1024

bool draft_is_over(const struct oom_draft *draft)
{
	return draft->report.victim_count || draft->report.none_killable ||
	       draft->report.already_exiting || draft->report.panic;
}

/* Rows of two tables that are written at once are not further apart. */
#define ROWS_NEAR 256

/* Whether DRAFT has got the row of that process just now. */
static bool has_row(const struct oom_draft *draft, struct text text)
{
	const struct oom_report *report = &draft->report;
	int64_t pid;

	if (!read_row_pid(text, &pid))
		return false;
	for (size_t i = 0; i < ROWS_NEAR && i < report->task_count; i++)
		if (report->tasks[report->task_count - 1 - i].pid == pid)
			return true;
	return false;
}

static bool has_node(const struct oom_draft *draft, struct text text)
{
	uint64_t node;

	text_skip_blanks(&text);
	if (!text_skip(&text, "Node ") || !text_take_u64(&text, &node))
		return false;
	for (size_t i = 0; i < draft->report.node_count; i++)
		if ((uint64_t)draft->report.nodes[i].node == node)
			return true;
	return false;
}

/* Whether a line of the machine's record says something that DRAFT has already. */
static bool has_counts(const struct oom_draft *draft, struct text text)
{
	struct text name;
	char copy[40];

	text_skip_blanks(&text);
	if (!text_take_until(&text, ":", &name))
		return false;
	text_copy_to(name, copy, sizeof(copy));
	return oom_figure(&draft->report.memory, copy) != OOM_UNKNOWN;
}

static bool has_counter(const struct oom_draft *draft, struct text text)
{
	const struct oom_memcg *memcg = &draft->report.memcg;
	const struct oom_counter *counter;

	text_skip_blanks(&text);
	counter = text_starts(text, "memory:") ? &memcg->memory
		: text_starts(text, "memory+swap:") ? &memcg->memsw
		: text_starts(text, "swap:") ? &memcg->swap : &memcg->kmem;
	return counter->usage != OOM_UNKNOWN;
}

/* Whether DRAFT has what TEXT, a count of the machine's pages, says. */
static bool has_pages(const struct oom_draft *draft, struct text text)
{
	const uint64_t *figure = read_pages_of(&draft->report, text);

	return figure && *figure != OOM_UNKNOWN;
}

/* A cgroup's report has no line of the machine's memory, and the machine's none of a cgroup. */
bool draft_is_of_another_kind(const struct oom_draft *draft, enum oom_message class)
{
	switch (class) {
	case OOM_MSG_MEMINFO:
	case OOM_MSG_COUNTS:
	case OOM_MSG_NODE:
	case OOM_MSG_ZONE:
	case OOM_MSG_BLOCKS:
	case OOM_MSG_HUGE:
	case OOM_MSG_PAGES:
		return draft->memcg_said;
	case OOM_MSG_COUNTER:
	case OOM_MSG_STATS:
	case OOM_MSG_MEMCG_TASK:
		return draft->report.has_memory;
	default:
		return false;
	}
}

/* The same of a report that has not had its kill. */
static bool lacks(const struct oom_draft *draft, enum oom_message class, struct text text)
{
	const struct oom_report *report = &draft->report;
	const struct oom_zone *zone = read_zone_of(report, text);

	switch (class) {
	case OOM_MSG_CPUSET:
		return !draft->has_cpuset;
	case OOM_MSG_CPU:
		return report->trigger.said && !draft->has_cpu && read_cpu_fits(report, text);
	case OOM_MSG_HARDWARE:
		return !draft->has_hardware;
	case OOM_MSG_TRACE:
		return draft->other || (report->trigger.said && !report->has_memory &&
					report->memcg.memory.usage == OOM_UNKNOWN &&
					!report->has_table);
	case OOM_MSG_MEMINFO:
		return !report->has_memory;
	case OOM_MSG_COUNTS:
		return !has_counts(draft, text);
	case OOM_MSG_NODE:
		return !has_node(draft, text);
	case OOM_MSG_ZONE:
		return !zone || !zone->figures.count;
	case OOM_MSG_BLOCKS:
		return !zone || !zone->has_blocks;
	case OOM_MSG_PAGES:
		return !has_pages(draft, text);
	case OOM_MSG_COUNTER:
		return !has_counter(draft, text);
	case OOM_MSG_MEMCG_TASK:
		return !report->memcg.task_path;
	case OOM_MSG_TABLE:
		return !report->has_table;
	case OOM_MSG_ROW:
		return !report->has_table || !has_row(draft, text);
	case OOM_MSG_DECISION:
		return report->decided.pid == OOM_NO_NUMBER && !report->constraint;
	case OOM_MSG_DECISION_REST:
		return report->decided.pid == OOM_NO_NUMBER;
	case OOM_MSG_CHOICE:
		return !report->choice.said;
	default:
		return true;
	}
}

bool draft_lacks(const struct oom_draft *draft, enum oom_message class, struct text text)
{
	bool decided = draft->report.decided.pid != OOM_NO_NUMBER;

	if (draft_is_over(draft))
		return class == OOM_MSG_GROUP || class == OOM_MSG_PANIC ||
		       class == OOM_MSG_OOM_PANIC ||
		       (class == OOM_MSG_DECISION_REST && !decided);
	return !draft_is_of_another_kind(draft, class) && lacks(draft, class, text);
}

/* Pages as bytes; of unknown size they are no bytes. */
static void scale(uint64_t *figure, uint64_t page)
{
	if (*figure != OOM_UNKNOWN)
		*figure = page ? value_times(*figure, page) : OOM_UNKNOWN;
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

/*
 * Up to 4.20 the constraint is not printed, but the zones of nodes that the asker's cpuset does
 * not allow are left out (show_mem() with SHOW_MEM_FILTER_NODES): those that are there have less
 * than the machine's RAM.
 */
static bool leaves_nodes_out(const struct oom_report *report)
{
	uint64_t present = 0;

	if (report->constraint || !report->cpuset || !strcmp(report->cpuset, "/") ||
	    !report->zone_count || report->ram == OOM_UNKNOWN)
		return false;
	for (size_t i = 0; i < report->zone_count; i++) {
		uint64_t part = oom_figure(&report->zones[i].figures, "present");

		if (part == OOM_UNKNOWN || __builtin_add_overflow(present, part, &present))
			return false;
	}
	return present < report->ram - report->ram / 8;
}

/* CONSTRAINT_NONE is said of memcgs too (5.0 to 5.3): the cgroup goes before it. */
static enum oom_scope find_scope(const struct oom_draft *draft)
{
	const struct oom_report *report = &draft->report;

	if (report->order == -1)
		return OOM_SCOPE_SYSRQ;
	if (draft->memcg_said || constraint_has(report, "MEMCG"))
		return OOM_SCOPE_MEMCG;
	/* With panic_on_oom=2 kernels up to 3.18 print the machine's memory for a cgroup too. */
	if (!report->constraint && draft->trace.scope == OOM_SCOPE_MEMCG)
		return OOM_SCOPE_MEMCG;
	if (constraint_has(report, "CPUSET") || draft->cpuset_said || leaves_nodes_out(report))
		return OOM_SCOPE_CPUSET;
	if (constraint_has(report, "MEMORY_POLICY") || draft->policy_said)
		return OOM_SCOPE_MEMPOLICY;
	if (report->global_said || draft->global_said || report->constraint || report->has_memory)
		return OOM_SCOPE_GLOBAL;
	return draft->trace.scope;
}

/* The score was printed of the chosen task; up to 5.0 a child of it may be the victim. */
static void give_score(struct oom_report *report)
{
	if (report->choice.said && report->victim_count)
		report->victims[0].score = report->choice.score;
}

/*
 * What the oom-kill line says of the victim, and the table, where the kill line is missing or
 * older.
 */
static void complete_victims(struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count && i < LOOKED_UP_MAX; i++) {
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

/* The kernel's first process is called swapper until it becomes the first program. */
static void find_boot(struct oom_report *report)
{
	int64_t pid = report->trigger.pid;

	if (report->boot == OOM_BOOT_NOT_SAID && report->trigger.said && (pid == 0 || pid == 1) &&
	    (!strcmp(report->trigger.comm, "swapper") ||
	     !strncmp(report->trigger.comm, "swapper/", 8)))
		report->boot = OOM_BOOT_KERNEL;
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

int draft_finish(struct oom_draft *draft)
{
	struct oom_report *report = &draft->report;
	uint64_t page;
	int r = 0;

	if (!panic_is_ours(report)) {
		free(report->panic);
		report->panic = NULL;
	}
	page = draft_page_size(draft);
	report->page_size_known = page != 0;
	if (page)
		report->page_size = page;
	scale_tasks(draft, page);
	scale_memory(report, page);
	oom_leave_out_implausible(report);
	report->scope = find_scope(draft);
	find_cuts(report);
	find_boot(report);
	if (report->choice.said && report->cut_end)
		r = read_presumed(report);
	give_score(report);
	complete_victims(report);
	return r;
}
