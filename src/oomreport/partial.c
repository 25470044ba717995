/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial.c - a report that is read: what it lacks, and when it is complete, pages as bytes */
#include <config.h>

#include "oomreport/plausible.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* More victims are not looked up in the table: only a log that was made up has so many. */
#define LOOKED_UP_MAX 1024

bool partial_is_over(const struct oom_partial *partial)
{
	return partial->report.victim_count || partial->report.none_killable ||
	       partial->report.already_exiting || partial->report.panic;
}

/* Rows of two tables that are written at once are not further apart. */
#define ROWS_NEAR 256

/* Whether PARTIAL has got the row of that process just now. */
static bool partial_has_row(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	int64_t pid;

	if (!read_row_pid(text, &pid))
		return false;
	for (size_t i = 0; i < ROWS_NEAR && i < report->task_count; i++)
		if (report->tasks[report->task_count - 1 - i].pid == pid)
			return true;
	return false;
}

static bool has_node(const struct oom_partial *partial, struct strview text)
{
	uint64_t node;

	strview_skip_blanks(&text);
	if (!strview_skip(&text, "Node ") || !strview_take_u64(&text, &node))
		return false;
	for (size_t i = 0; i < partial->report.node_count; i++)
		if ((uint64_t)partial->report.nodes[i].node == node)
			return true;
	return false;
}

/* Whether a line of the machine's record says something that PARTIAL has already. */
static bool has_counts(const struct oom_partial *partial, struct strview text)
{
	struct strview name;
	char copy[40];

	strview_skip_blanks(&text);
	if (!strview_take_until(&text, ":", &name))
		return false;
	strview_copy_to(name, copy, sizeof(copy));
	return oom_figure(&partial->report.memory, copy) != OOM_UNKNOWN;
}

static bool has_counter(const struct oom_partial *partial, struct strview text)
{
	const struct oom_memcg *memcg = &partial->report.memcg;
	const struct oom_counter *counter;

	strview_skip_blanks(&text);
	counter = strview_starts(text, "memory:") ? &memcg->memory
		: strview_starts(text, "memory+swap:") ? &memcg->memsw
		: strview_starts(text, "swap:") ? &memcg->swap : &memcg->kmem;
	return counter->usage != OOM_UNKNOWN;
}

/* Whether PARTIAL has what TEXT, a count of the machine's pages, says. */
static bool has_pages(const struct oom_partial *partial, struct strview text)
{
	const uint64_t *figure = read_pages_of(&partial->report, text);

	return figure && *figure != OOM_UNKNOWN;
}

/* A cgroup's report has no line of the machine's memory, and the machine's none of a cgroup. */
bool partial_is_of_another_kind(const struct oom_partial *partial, enum oom_line_type type)
{
	unsigned flags = oom_line_kinds[type].flags;

	return (flags & OOM_LINE_MACHINES && partial->memcg_present) ||
	       (flags & OOM_LINE_MEMCGS && partial->report.has_memory);
}

/* The same of a report that has not had its kill. */
static bool lacks(const struct oom_partial *partial, enum oom_line_type type, struct strview text)
{
	const struct oom_report *report = &partial->report;
	const struct oom_zone *zone = read_zone_of(report, text);

	switch (type) {
	case OOM_LINE_CPUSET:
		return !partial->has_cpuset;
	case OOM_LINE_CPU:
		return report->trigger.present && !partial->has_cpu && read_cpu_fits(report, text);
	case OOM_LINE_HARDWARE:
		return !partial->has_hardware;
	case OOM_LINE_TRACE:
		return partial->other || (report->trigger.present && !report->has_memory &&
					  report->memcg.memory.usage == OOM_UNKNOWN &&
					  !report->has_table);
	case OOM_LINE_MEMINFO:
		return !report->has_memory;
	case OOM_LINE_COUNTS:
		return !has_counts(partial, text);
	case OOM_LINE_NODE:
		return !has_node(partial, text);
	case OOM_LINE_ZONE:
		return !zone || !zone->figures.count;
	case OOM_LINE_BLOCKS:
		return !zone || !zone->has_blocks;
	case OOM_LINE_PAGES:
		return !has_pages(partial, text);
	case OOM_LINE_COUNTER:
		return !has_counter(partial, text);
	case OOM_LINE_MEMCG_TASK:
		return !report->memcg.task_path;
	case OOM_LINE_TABLE:
		return !report->has_table;
	case OOM_LINE_ROW:
		return !report->has_table || !partial_has_row(partial, text);
	case OOM_LINE_DECISION:
		return report->selected.pid == OOM_NO_NUMBER && !report->constraint;
	case OOM_LINE_DECISION_REST:
		return report->selected.pid == OOM_NO_NUMBER;
	case OOM_LINE_CHOICE:
		return !report->choice.present;
	default:
		return true;
	}
}

bool partial_lacks(const struct oom_partial *partial, enum oom_line_type type, struct strview text)
{
	bool selected = partial->report.selected.pid != OOM_NO_NUMBER;

	if (partial_is_over(partial))
		return oom_line_kinds[type].flags & OOM_LINE_AT_END &&
		       !(type == OOM_LINE_DECISION_REST && selected);
	return !partial_is_of_another_kind(partial, type) && lacks(partial, type, text);
}

/* Pages as bytes; of unknown size they are no bytes. */
static void scale(uint64_t *figure, uint64_t page)
{
	if (*figure != OOM_UNKNOWN)
		*figure = page ? value_times(*figure, page) : OOM_UNKNOWN;
}

static void scale_tasks(struct oom_partial *partial, uint64_t page)
{
	bool tables_in_pages = false;

	for (size_t i = 0; i < partial->column_count; i++)
		tables_in_pages |= partial->columns[i] == PARTIAL_PTES;
	for (size_t i = 0; i < partial->report.task_count; i++) {
		struct oom_task *task = &partial->report.tasks[i];

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
static enum oom_scope partial_find_scope(const struct oom_partial *partial)
{
	const struct oom_report *report = &partial->report;

	if (report->order == -1)
		return OOM_SCOPE_SYSRQ;
	if (partial->memcg_present || constraint_has(report, "MEMCG"))
		return OOM_SCOPE_MEMCG;
	/* With panic_on_oom=2 kernels up to 3.18 print the machine's memory for a cgroup too. */
	if (!report->constraint && partial->trace.scope == OOM_SCOPE_MEMCG)
		return OOM_SCOPE_MEMCG;
	if (constraint_has(report, "CPUSET") || partial->cpuset_present ||
	    leaves_nodes_out(report))
		return OOM_SCOPE_CPUSET;
	if (constraint_has(report, "MEMORY_POLICY") || partial->policy_present)
		return OOM_SCOPE_MEMPOLICY;
	if (report->global_present || partial->global_present || report->constraint ||
	    report->has_memory)
		return OOM_SCOPE_GLOBAL;
	return partial->trace.scope;
}

/* The score was printed of the chosen task; up to 5.0 a child of it may be the victim. */
static void give_score(struct oom_report *report)
{
	if (report->choice.present && report->victim_count)
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

		if (victim->pid == report->selected.pid && victim->uid == OOM_NO_NUMBER)
			victim->uid = report->selected.uid;
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

	if (report->boot == OOM_BOOT_UNKNOWN && report->trigger.present &&
	    (pid == 0 || pid == 1) &&
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

	report->cut_start = !report->trigger.present;
	report->cut_end = !concluded;
}

int partial_finish(struct oom_partial *partial)
{
	struct oom_report *report = &partial->report;
	uint64_t page;
	int r = 0;

	if (!panic_is_ours(report)) {
		free(report->panic);
		report->panic = NULL;
	}
	page = partial_page_size(partial);
	report->page_size_known = page != 0;
	if (page)
		report->page_size = page;
	scale_tasks(partial, page);
	scale_memory(report, page);
	oom_leave_out_implausible(report);
	report->scope = partial_find_scope(partial);
	find_cuts(report);
	find_boot(report);
	if (report->choice.present && report->cut_end)
		r = read_presumed(report);
	give_score(report);
	complete_victims(report);
	return r;
}
