/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plausible.c - figures that no machine can have: numbers are garbled on their way into a log */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "oomreport/reader.h"

/* What 52 bits of a physical address reach, and 57 of a virtual one: no machine has more. */
#define PHYSICAL_MAX (UINT64_C(1) << 52)
#define VIRTUAL_MAX (UINT64_C(1) << 57)

/* Kernels whose "pages RAM" are the machine's, also where a report is of some nodes. */
#define RAM_IS_ALL 400

static bool is_more(uint64_t figure, uint64_t most)
{
	return figure != OOM_UNKNOWN && figure > most;
}

/* Counts a figure that is left out, NAME of WHAT or by itself; the first has its name told. */
static void plausible_note(struct oom_report *report, const char *name, const char *what)
{
	if (!report->implausible++)
		snprintf(report->implausible_name, sizeof(report->implausible_name), "%s%s%s",
			 name, what ? " of " : "", what ? what : "");
}

static void check_figure(struct oom_report *report, uint64_t *figure, uint64_t most,
			 const char *name, const char *what)
{
	if (!is_more(*figure, most))
		return;
	*figure = OOM_UNKNOWN;
	plausible_note(report, name, what);
}

static void check_sizes(struct oom_report *report, uint64_t *sizes, size_t count,
			const char *what)
{
	for (size_t i = 0; i < count; i++)
		check_figure(report, &sizes[i], PHYSICAL_MAX, "memory", what);
}

/* Takes figure INDEX out of the list. */
static void leave_out(struct oom_report *report, struct oom_figures *figures, size_t index,
		      const char *what)
{
	struct oom_figure *figure = &figures->list[index];

	plausible_note(report, figure->name, what);
	memmove(figure, figure + 1, (--figures->count - index) * sizeof(*figure));
}

/* A limit that is none is the largest number. */
static void check_list(struct oom_report *report, struct oom_figures *figures, uint64_t most,
		       const char *what)
{
	for (size_t i = figures->count; i--; )
		if (is_more(figures->list[i].bytes, most) &&
		    !strstr(figures->list[i].name, "limit"))
			leave_out(report, figures, i, what);
}

static void check_zone(struct oom_report *report, struct oom_zone *zone)
{
	static const char *const marks[] = { "min", "low", "high" };
	struct oom_figures *figures = &zone->figures;
	uint64_t size, mark[ARRAY_SIZE(marks)];
	bool agree;
	char what[32];

	snprintf(what, sizeof(what), "zone %s", zone->name);
	check_list(report, figures, PHYSICAL_MAX, what);
	size = oom_figure(figures, "present");
	if (is_more(oom_figure(figures, "managed"), size) || size == OOM_UNKNOWN)
		size = oom_figure(figures, "managed");
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

		if (is_more(figures->list[i].bytes, size) && !strview_is(name, "managed") &&
		    !(agree && strview_is_one_of(name, marks, ARRAY_SIZE(marks))))
			leave_out(report, figures, i, what);
	}
}

static void check_caches(struct oom_report *report, struct oom_caches *caches)
{
	for (size_t i = 0; i < caches->count; i++) {
		struct oom_cache *cache = &caches->list[i];

		check_figure(report, &cache->used, PHYSICAL_MAX, "use", cache->name);
		check_figure(report, &cache->total, PHYSICAL_MAX, "total", cache->name);
	}
}

void oom_leave_out_implausible(struct oom_report *report)
{
	static const char *const counters[] = { "memory", "swap", "memory+swap", "kmem" };
	struct oom_memcg *memcg = &report->memcg;

	for (size_t i = 0; i < ARRAY_SIZE(report->in_pages); i++) {
		uint64_t *figure = &report->in_pages[i];

		check_figure(report, figure, PHYSICAL_MAX,
			     figure == &report->pagecache ? "pagecache pages"
			     : figure == &report->swapcache ? "pages in swap cache"
			     : "pages of RAM", NULL);
	}
	check_figure(report, &report->swap_total, PHYSICAL_MAX, "total", "swap");
	check_figure(report, &report->swap_free, MIN(report->swap_total, PHYSICAL_MAX), "free",
		     "swap");
	/* Old kernels leave out the RAM of nodes that were not allowed. */
	check_list(report, &report->memory, report->ram == OOM_UNKNOWN ||
		   oom_kernel_number(report->kernel) < RAM_IS_ALL ? PHYSICAL_MAX : report->ram,
		   "the machine");
	for (size_t i = 0; i < report->node_count; i++)
		check_list(report, &report->nodes[i].figures, PHYSICAL_MAX, "a node");
	for (size_t i = 0; i < report->zone_count; i++)
		check_zone(report, &report->zones[i]);
	check_caches(report, &report->slabs);
	check_caches(report, &report->allocations);
	for (size_t i = 0; i < ARRAY_SIZE(memcg->counters); i++)
		check_figure(report, &memcg->counters[i].usage, PHYSICAL_MAX, "usage",
			     counters[i]);
	check_list(report, &memcg->stats, PHYSICAL_MAX, "the memory cgroup");
	for (size_t i = 0; i < report->task_count; i++) {
		struct oom_task *task = &report->tasks[i];

		check_figure(report, &task->total_vm, VIRTUAL_MAX, "total_vm", "a task");
		check_sizes(report, task->sizes, ARRAY_SIZE(task->sizes), "a task");
	}
	for (size_t i = 0; i < report->victim_count; i++) {
		struct oom_victim *victim = &report->victims[i];

		check_figure(report, &victim->total_vm, VIRTUAL_MAX, "total-vm", "the kill line");
		check_sizes(report, victim->sizes, ARRAY_SIZE(victim->sizes), "the kill line");
		check_sizes(report, victim->reaped.left, ARRAY_SIZE(victim->reaped.left),
			    "the kill line");
	}
}
