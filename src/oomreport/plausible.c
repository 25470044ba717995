/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plausible.c - figures that no machine can have: numbers are garbled on their way into a log */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "oomreport/plausible.h"

/* What 52 bits of a physical address reach, and 57 of a virtual one: no machine has more. */
#define PHYSICAL_MAX (UINT64_C(1) << 52)
#define VIRTUAL_MAX (UINT64_C(1) << 57)

/* Kernels whose "pages RAM" are the machine's, also where a report is of some nodes. */
#define RAM_IS_ALL 400

static bool is_more(uint64_t figure, uint64_t most)
{
	return figure != OOM_UNKNOWN && figure > most;
}

/* Counts a figure that is left out; the first has its name told. */
static void plausible_note(struct oom_report *report, const char *what, const char *name)
{
	if (!report->implausible++)
		snprintf(report->implausible_name, sizeof(report->implausible_name), "%s%s%s",
			 name, *what ? " of " : "", what);
}

static void check(struct oom_report *report, uint64_t *figure, uint64_t most, const char *what,
		  const char *name)
{
	if (!is_more(*figure, most))
		return;
	*figure = OOM_UNKNOWN;
	plausible_note(report, what, name);
}

/* Takes figure INDEX out of the list. */
static void leave_out(struct oom_report *report, struct oom_figures *figures, size_t index,
		      const char *what)
{
	struct oom_figure *figure = &figures->list[index];

	plausible_note(report, what, figure->name);
	memmove(figure, figure + 1, (--figures->count - index) * sizeof(*figure));
}

/* A limit that is none is the largest number. */
static void check_figures(struct oom_report *report, struct oom_figures *figures, uint64_t most,
			  const char *what)
{
	for (size_t i = figures->count; i--; )
		if (is_more(figures->list[i].bytes, most) &&
		    !strstr(figures->list[i].name, "limit"))
			leave_out(report, figures, i, what);
}

static bool is_mark(const char *name)
{
	return !strcmp(name, "min") || !strcmp(name, "low") || !strcmp(name, "high");
}

/*
 * A watermark may be above all that a zone has: vm.min_free_kbytes can be set so. But its three
 * are in order.
 */
static bool marks_agree(const struct oom_figures *figures)
{
	uint64_t min = oom_figure(figures, "min"), low = oom_figure(figures, "low");
	uint64_t high = oom_figure(figures, "high");

	return min != OOM_UNKNOWN && low != OOM_UNKNOWN && high != OOM_UNKNOWN && min <= low &&
	       low <= high;
}

static void check_zone(struct oom_report *report, struct oom_zone *zone)
{
	struct oom_figures *figures = &zone->figures;
	uint64_t size;
	bool agree;
	char what[32];

	snprintf(what, sizeof(what), "zone %s", zone->name);
	check_figures(report, figures, PHYSICAL_MAX, what);
	size = oom_figure(figures, "present");
	if (is_more(oom_figure(figures, "managed"), size) || size == OOM_UNKNOWN)
		size = oom_figure(figures, "managed");
	if (size == OOM_UNKNOWN || !size)
		return;
	agree = marks_agree(figures);
	for (size_t i = figures->count; i--; )
		if (is_more(figures->list[i].bytes, size) &&
		    !(agree && is_mark(figures->list[i].name)) &&
		    strcmp(figures->list[i].name, "managed") != 0)
			leave_out(report, figures, i, what);
}

static void check_machine(struct oom_report *report)
{
	static const char swap[] = "swap";
	uint64_t *const ram[] = { &report->ram, &report->ram_reserved, &report->ram_highmem,
				  &report->ram_cma, &report->ram_hwpoisoned };

	for (size_t i = 0; i < ARRAY_SIZE(ram); i++)
		check(report, ram[i], PHYSICAL_MAX, "", "pages of RAM");
	check(report, &report->swap_total, PHYSICAL_MAX, swap, "total");
	check(report, &report->swap_free, report->swap_total < PHYSICAL_MAX
	      ? report->swap_total : PHYSICAL_MAX, swap, "free");
	check(report, &report->pagecache, PHYSICAL_MAX, "", "pagecache pages");
	check(report, &report->swapcache, PHYSICAL_MAX, "", "pages in swap cache");
	/* Old kernels leave out the RAM of nodes that were not allowed. */
	check_figures(report, &report->memory, report->ram == OOM_UNKNOWN ||
		      oom_kernel_number(report->kernel) < RAM_IS_ALL ? PHYSICAL_MAX : report->ram,
		      "the machine");
	for (size_t i = 0; i < report->node_count; i++)
		check_figures(report, &report->nodes[i].figures, PHYSICAL_MAX, "a node");
	for (size_t i = 0; i < report->zone_count; i++)
		check_zone(report, &report->zones[i]);
}

static void check_caches(struct oom_report *report, struct oom_caches *caches)
{
	for (size_t i = 0; i < caches->count; i++) {
		check(report, &caches->list[i].used, PHYSICAL_MAX, caches->list[i].name, "use");
		check(report, &caches->list[i].total, PHYSICAL_MAX, caches->list[i].name, "total");
	}
}

static void check_memcg(struct oom_report *report)
{
	struct oom_memcg *memcg = &report->memcg;

	check(report, &memcg->memory.usage, PHYSICAL_MAX, "memory", "usage");
	check(report, &memcg->swap.usage, PHYSICAL_MAX, "swap", "usage");
	check(report, &memcg->memsw.usage, PHYSICAL_MAX, "memory+swap", "usage");
	check(report, &memcg->kmem.usage, PHYSICAL_MAX, "kmem", "usage");
	check_figures(report, &memcg->stats, PHYSICAL_MAX, "the memory cgroup");
}

static void check_tasks(struct oom_report *report)
{
	for (size_t i = 0; i < report->task_count; i++) {
		struct oom_task *task = &report->tasks[i];
		uint64_t *const sizes[] = { &task->rss, &task->rss_anon, &task->rss_file,
					    &task->rss_shmem, &task->swap, &task->pgtables };

		check(report, &task->total_vm, VIRTUAL_MAX, "a task", "total_vm");
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++)
			check(report, sizes[j], PHYSICAL_MAX, "a task", "memory");
	}
}

static void check_victims(struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		struct oom_victim *victim = &report->victims[i];
		uint64_t *const sizes[] = { &victim->anon, &victim->file, &victim->shmem,
					    &victim->pgtables, &victim->reaped.anon,
					    &victim->reaped.file, &victim->reaped.shmem };

		check(report, &victim->total_vm, VIRTUAL_MAX, "the kill line", "total-vm");
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++)
			check(report, sizes[j], PHYSICAL_MAX, "the kill line", "memory");
	}
}

void oom_leave_out_implausible(struct oom_report *report)
{
	check_machine(report);
	check_caches(report, &report->slabs);
	check_caches(report, &report->allocations);
	check_memcg(report);
	check_tasks(report);
	check_victims(report);
}
