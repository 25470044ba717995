/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finish.c - a report that has been read: pages as bytes, without figures that no machine can have
 * (numbers are garbled on their way into a log), and what follows from the whole
 */
#include <config.h>

#include <stdio.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "oomreport/partial.h"

/*
 * PAGE_COUNTER_MAX and its older relations, in kB: 9007199254740991, less a page, or twice that.
 * No limit that anybody sets comes near. That of 32-bit kernels is LONG_MAX pages.
 */
#define UNLIMITED_KB (UINT64_C(1) << 52)
#define UNLIMITED_32_KB (UINT64_C(0x7fffffff) * 4)

/* Sizes that kernels have. */
#define SMALLEST_PAGE (UINT64_C(4) << 10)
#define LARGEST_PAGE (UINT64_C(256) << 10)

/* What 52 bits of a physical address reach, and 57 of a virtual one: no machine has more. */
#define PHYSICAL_MAX (UINT64_C(1) << 52)
#define VIRTUAL_MAX (UINT64_C(1) << 57)

/* Kernels whose "pages RAM" are the machine's, also where a report is of some nodes. */
#define RAM_IS_ALL 400

/* Of fewer pages a quotient says little. */
#define PAGES_MIN 64

/* More victims are not looked up in the table: only a log that was made up has so many. */
#define LOOKED_UP_MAX 1024

/* The page for which PAGES are BYTES, give or take an eighth; 0: none. */
static uint64_t page_by_quotient(uint64_t bytes, uint64_t pages)
{
	if (bytes == OOM_UNKNOWN || pages == OOM_UNKNOWN || pages < PAGES_MIN)
		return 0;
	for (uint64_t page = SMALLEST_PAGE; page <= LARGEST_PAGE; page *= 2)
		if (bytes / page >= pages - pages / 8 && bytes / page <= pages + pages / 8)
			return page;
	return 0;
}

/* A victim's size is said in kB and, in the table, in pages: the quotient is a page. */
static uint64_t page_of_victim(const struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count && i < LOOKED_UP_MAX; i++) {
		uint64_t size = report->victims[i].total_vm;
		const struct oom_task *task = size == OOM_UNKNOWN
			? NULL : oom_find_task(report, report->victims[i].pid);

		if (!task || !task->total_vm)
			continue;
		for (uint64_t page = SMALLEST_PAGE; page <= LARGEST_PAGE; page *= 2)
			if (size / page == task->total_vm)
				return page;
		/* It may have grown between the two. */
		return page_by_quotient(size, task->total_vm);
	}
	return 0;
}

/* The size of a page by what proves it, in bytes; 0: nothing does, or two figures differ. */
static uint64_t partial_page_size(const struct oom_partial *partial)
{
	/* x86 has one size; what else a kernel may be called (arm64, loongson) has several. */
	static const char *const x86[] = { "x86_64", "amd64", "i386", "i586", "i686" };
	static const char *const own[] = { "total_rss", "rss", "anon" };
	const struct oom_report *report = &partial->report;
	uint64_t page = partial->block_page, bytes = OOM_UNKNOWN, only = 0, victim;
	bool is_x86 = partial->trace.x86;

	/*
	 * What the kernel computes from the size itself decides. PAGE_COUNTER_MAX, which says that
	 * there is no limit, is LONG_MAX / PAGE_SIZE pages since 3.19
	 * (include/linux/page_counter.h): 2^63 less a page.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(report->memcg.counters); i++) {
		uint64_t limit = report->memcg.counters[i].limit;
		uint64_t counted = (UINT64_C(1) << 63) - limit;

		if (limit == OOM_UNKNOWN || counted < SMALLEST_PAGE ||
		    counted > LARGEST_PAGE || counted & (counted - 1))
			continue;
		if (page && page != counted)
			return 0;
		page = counted;
	}
	if (page)
		return page;
	/* The only process of a cgroup has what the cgroup counts, and some pages of files. */
	for (size_t i = 0; i < ARRAY_SIZE(own) && bytes == OOM_UNKNOWN; i++)
		bytes = oom_figure(&report->memcg.stats, own[i]);
	if (report->tasks_listed == 1 && report->task_count == 1)
		only = page_by_quotient(bytes, report->tasks[0].rss);
	victim = page_of_victim(report);
	if (only && victim)
		return only == victim ? only : 0;
	if (only || victim)
		return only | victim;
	/* The machine's record counts pages, a node's line kB. */
	bytes = 0;
	for (size_t i = 0; i < report->node_count && bytes != OOM_UNKNOWN; i++)
		bytes = number_add_saturated(bytes, oom_figure(&report->nodes[i].figures,
							       "inactive_anon"));
	page = page_by_quotient(bytes, oom_figure(&report->memory, "inactive_anon"));
	for (size_t i = 0; report->kernel && i < ARRAY_SIZE(x86); i++)
		is_x86 |= strstr(report->kernel, x86[i]) != NULL;
	return page || !is_x86 ? page : SMALLEST_PAGE;
}

/* Counts a figure that is left out, NAME of WHAT or by itself; the first has its name told. */
static void note_implausible(struct oom_report *report, const char *name, const char *what)
{
	if (!report->implausible++)
		snprintf(report->implausible_name, sizeof(report->implausible_name), "%s%s%s",
			 name, what ? " of " : "", what ? what : "");
}

/* Figures in UNITs become bytes; unknown if the unit is (0), or they are more than MOST. */
static void finish_figures(struct oom_report *report, uint64_t *figures, size_t count,
			   uint64_t unit, uint64_t most, const char *name, const char *what)
{
	for (uint64_t *figure = figures; figure < figures + count; figure++) {
		if (*figure != OOM_UNKNOWN)
			*figure = unit ? value_times(*figure, unit) : OOM_UNKNOWN;
		if (*figure == OOM_UNKNOWN || *figure <= most)
			continue;
		*figure = OOM_UNKNOWN;
		note_implausible(report, name, what);
	}
}

/* Takes figure INDEX out of the list. */
static void leave_out(struct oom_report *report, struct oom_figures *figures, size_t index,
		      const char *what)
{
	struct oom_figure *figure = &figures->list[index];

	note_implausible(report, figure->name, what);
	memmove(figure, figure + 1, (--figures->count - index) * sizeof(*figure));
}

/* The same for a list, from which they are taken. A limit that is none is the largest number. */
static void finish_list(struct oom_report *report, struct oom_figures *figures, uint64_t unit,
			uint64_t most, const char *what)
{
	for (size_t i = figures->count; i--; ) {
		uint64_t *bytes = &figures->list[i].bytes;

		if (*bytes != OOM_UNKNOWN)
			*bytes = unit ? value_times(*bytes, unit) : OOM_UNKNOWN;
		if (*bytes != OOM_UNKNOWN && *bytes > most &&
		    !strstr(figures->list[i].name, "limit"))
			leave_out(report, figures, i, what);
	}
}

static void finish_zone(struct oom_report *report, struct oom_zone *zone)
{
	static const char *const marks[] = { "min", "low", "high" };
	struct oom_figures *figures = &zone->figures;
	uint64_t size, managed, mark[ARRAY_SIZE(marks)];
	bool agree;
	char what[32];

	snprintf(what, sizeof(what), "zone %s", zone->name);
	finish_list(report, figures, 1, PHYSICAL_MAX, what);
	size = oom_figure(figures, "present");
	managed = oom_figure(figures, "managed");
	if (size == OOM_UNKNOWN || (managed != OOM_UNKNOWN && managed > size))
		size = managed;
	if (size == OOM_UNKNOWN || !size)
		return;
	/*
	 * A watermark may be above all that a zone has: vm.min_free_kbytes can be set so. But its
	 * three are in order.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		mark[i] = oom_figure(figures, marks[i]);
	agree = mark[0] <= mark[1] && mark[1] <= mark[2] && mark[2] != OOM_UNKNOWN;
	for (size_t i = figures->count; i--; ) {
		struct strview name = strview_of(figures->list[i].name);
		uint64_t bytes = figures->list[i].bytes;

		if (bytes != OOM_UNKNOWN && bytes > size && !strview_is(name, "managed") &&
		    !(agree && strview_is_among(name, "min low high")))
			leave_out(report, figures, i, what);
	}
}

/* Turns what the kernel prints in pages, of PAGE bytes or (0) unknown, and checks all figures. */
static void finish_all_figures(struct oom_partial *partial, uint64_t page)
{
	static const char *const counters[] = { "memory", "swap", "memory+swap", "kmem" };
	struct oom_report *report = &partial->report;
	struct oom_caches *const caches[] = { &report->slabs, &report->allocations };
	uint64_t most = PHYSICAL_MAX;

	for (uint64_t *figure = report->in_pages;
	     figure < report->in_pages + ARRAY_SIZE(report->in_pages); figure++)
		finish_figures(report, figure, 1, page, PHYSICAL_MAX,
			       figure == &report->pagecache ? "pagecache pages"
			       : figure == &report->swapcache ? "pages in swap cache"
			       : "pages of RAM", NULL);
	finish_figures(report, &report->swap_total, 1, 1, PHYSICAL_MAX, "total", "swap");
	finish_figures(report, &report->swap_free, 1, 1, MIN(report->swap_total, PHYSICAL_MAX),
		       "free", "swap");
	/* Old kernels leave out the RAM of nodes that were not allowed. */
	if (report->ram != OOM_UNKNOWN && oom_kernel_number(report->kernel) >= RAM_IS_ALL)
		most = report->ram;
	finish_list(report, &report->memory, page, most, "the machine");
	for (size_t i = 0; i < report->node_count; i++)
		finish_list(report, &report->nodes[i].figures, 1, PHYSICAL_MAX, "a node");
	for (size_t i = 0; i < report->zone_count; i++)
		finish_zone(report, &report->zones[i]);
	for (size_t i = 0; i < ARRAY_SIZE(caches); i++)
		for (size_t j = 0; j < caches[i]->count; j++) {
			struct oom_cache *cache = &caches[i]->list[j];

			finish_figures(report, &cache->used, 1, 1, PHYSICAL_MAX, "use",
				       cache->name);
			finish_figures(report, &cache->total, 1, 1, PHYSICAL_MAX, "total",
				       cache->name);
		}
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		finish_figures(report, &report->memcg.counters[i].usage, 1, 1, PHYSICAL_MAX,
			       "usage", counters[i]);
	finish_list(report, &report->memcg.stats, 1, PHYSICAL_MAX, "the memory cgroup");
	for (size_t i = 0; i < report->task_count; i++) {
		struct oom_task *task = &report->tasks[i];

		finish_figures(report, &task->total_vm, 1, page, VIRTUAL_MAX, "total_vm",
			       "a task");
		for (size_t j = 0; j < ARRAY_SIZE(task->sizes); j++)
			finish_figures(report, &task->sizes[j], 1,
				       &task->sizes[j] != &task->pgtables ||
				       partial->tables_in_pages ? page : 1,
				       PHYSICAL_MAX, "memory", "a task");
	}
	for (size_t i = 0; i < report->victim_count; i++) {
		struct oom_victim *victim = &report->victims[i];

		finish_figures(report, &victim->total_vm, 1, 1, VIRTUAL_MAX, "total-vm",
			       "the kill line");
		finish_figures(report, victim->sizes, ARRAY_SIZE(victim->sizes), 1, PHYSICAL_MAX,
			       "memory", "the kill line");
		finish_figures(report, victim->reaped.left, ARRAY_SIZE(victim->reaped.left), 1,
			       PHYSICAL_MAX, "memory", "the kill line");
	}
}

static bool constraint_has(const struct oom_report *report, const char *piece)
{
	return report->constraint && strstr(report->constraint, piece);
}

/* CONSTRAINT_NONE is said of memcgs too (5.0 to 5.3): the cgroup goes before it. */
static enum oom_scope partial_find_scope(const struct oom_partial *partial)
{
	const struct oom_report *report = &partial->report;
	bool nodes_left_out = !report->constraint && report->cpuset &&
			      strcmp(report->cpuset, "/") != 0 && report->zone_count &&
			      report->ram != OOM_UNKNOWN;
	uint64_t present = 0;

	/*
	 * Up to 4.20 the constraint is not printed, but the zones of nodes that the asker's cpuset
	 * does not allow are left out (show_mem() with SHOW_MEM_FILTER_NODES): those that are
	 * there have less than the machine's RAM.
	 */
	for (size_t i = 0; nodes_left_out && i < report->zone_count; i++)
		present = number_add_saturated(present, oom_figure(&report->zones[i].figures,
								   "present"));
	nodes_left_out &= present < report->ram - report->ram / 8;
	if (report->order == -1)
		return OOM_SCOPE_SYSRQ;
	if (partial->memcg_present || constraint_has(report, "MEMCG"))
		return OOM_SCOPE_MEMCG;
	/* With panic_on_oom=2 kernels up to 3.18 print the machine's memory for a cgroup too. */
	if (!report->constraint && partial->trace.scope == OOM_SCOPE_MEMCG)
		return OOM_SCOPE_MEMCG;
	if (constraint_has(report, "CPUSET") || partial->cpuset_present || nodes_left_out)
		return OOM_SCOPE_CPUSET;
	if (constraint_has(report, "MEMORY_POLICY") || partial->policy_present)
		return OOM_SCOPE_MEMPOLICY;
	if (report->global_present || partial->global_present || report->constraint ||
	    report->has_memory)
		return OOM_SCOPE_GLOBAL;
	return partial->trace.scope;
}

int partial_finish(struct oom_partial *partial)
{
	struct oom_report *report = &partial->report;
	uint64_t page = partial_page_size(partial);
	bool panic_is_ours = report->panic && strstr(report->panic, "emory");
	struct oom_victim *victim;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(report->memcg.counters); i++) {
		uint64_t limit = report->memcg.counters[i].limit;

		report->memcg.counters[i].unlimited = limit != OOM_UNKNOWN &&
			(limit / 1024 >= UNLIMITED_KB || limit / 1024 == UNLIMITED_32_KB);
	}
	for (size_t i = 0; i < report->victim_count; i++)
		panic_is_ours |= report->victims[i].pid == 1;
	if (!panic_is_ours) {
		free(report->panic);
		report->panic = NULL;
	}
	report->page_size_known = page != 0;
	if (page)
		report->page_size = page;
	finish_all_figures(partial, page);
	report->scope = partial_find_scope(partial);
	report->cut_start = !report->trigger.present;
	report->cut_end = !partial_is_over(partial);
	/* The kernel's first process is called swapper until it becomes the first program. */
	if (report->boot == OOM_BOOT_UNKNOWN && report->trigger.present &&
	    (report->trigger.pid == 0 || report->trigger.pid == 1) &&
	    (!strcmp(report->trigger.comm, "swapper") ||
	     !strncmp(report->trigger.comm, "swapper/", 8)))
		report->boot = OOM_BOOT_KERNEL;
	/* "Kill process 123 (x) score 9 or sacrifice child", and no line of a kill */
	if (report->choice.present && report->cut_end) {
		r = read_add_victim(report, report->choice.pid, strview_of(report->choice.comm),
				    &victim);
		if (r > 0)
			victim->presumed = true;
	}
	/* It was printed of the chosen task; up to 5.0 a child of it may be the victim. */
	if (report->choice.present && report->victim_count)
		report->victims[0].score = report->choice.score;
	/* The oom-kill line and the table know what the kill line, missing or older, does not. */
	for (size_t i = 0; i < report->victim_count && i < LOOKED_UP_MAX; i++) {
		const struct oom_task *task = NULL;

		victim = &report->victims[i];
		if (victim->pid == report->selected.pid && victim->uid == OOM_NO_NUMBER)
			victim->uid = report->selected.uid;
		if (victim->uid == OOM_NO_NUMBER || victim->adj == OOM_NO_NUMBER)
			task = oom_find_task(report, victim->pid);
		if (task && victim->uid == OOM_NO_NUMBER)
			victim->uid = task->uid;
		if (task && victim->adj == OOM_NO_NUMBER && report->columns.adj)
			victim->adj = task->adj;
	}
	return r;
}
