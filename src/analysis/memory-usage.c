/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-usage.c - put the figures of Mem-Info together: where the machine's memory was */
#include <config.h>

#include <stdio.h>

#include "analysis/memory-usage.h"
#include "lib/macros.h"
#include "lib/number.h"

uint64_t oom_plus(uint64_t a, uint64_t b)
{
	if (a == OOM_UNKNOWN || b == OOM_UNKNOWN)
		return a == OOM_UNKNOWN ? b : a;
	return a > OOM_UNKNOWN - 1 - b ? OOM_UNKNOWN - 1 : a + b;
}

uint64_t oom_minus(uint64_t a, uint64_t b)
{
	if (a == OOM_UNKNOWN || b == OOM_UNKNOWN)
		return a;
	return a > b ? a - b : 0;
}

uint64_t oom_times(uint64_t pages, uint64_t page_size)
{
	uint64_t bytes;

	if (pages == OOM_UNKNOWN || page_size == OOM_UNKNOWN)
		return OOM_UNKNOWN;
	if (__builtin_mul_overflow(pages, page_size, &bytes) || bytes == OOM_UNKNOWN)
		return OOM_UNKNOWN - 1;
	return bytes;
}

bool oom_at_least(uint64_t part, unsigned percent, uint64_t whole)
{
	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || !whole)
		return false;
	return number_portion(part, 100, whole) >= percent;
}

static uint64_t memory_usage_sum_zones(const struct oom_report *report, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->zone_count; i++)
		sum = oom_plus(sum, oom_figure(&report->zones[i].figures, name));
	return sum;
}

/*
 * The sum of NAMES, a list with blanks between: each figure is the machine's, or by node, or by
 * zone, and moved between them over the years.
 */
static uint64_t machine_sum(const struct oom_report *report, const char *names)
{
	uint64_t sum = OOM_UNKNOWN;
	char name[48];

	for (int length; sscanf(names, "%47s%n", name, &length) == 1; names += length) {
		uint64_t bytes = oom_figure(&report->memory, name);

		if (bytes == OOM_UNKNOWN)
			for (size_t i = 0; i < report->node_count; i++)
				bytes = oom_plus(bytes,
						 oom_figure(&report->nodes[i].figures, name));
		if (bytes == OOM_UNKNOWN)
			bytes = memory_usage_sum_zones(report, name);
		sum = oom_plus(sum, bytes);
	}
	return sum;
}

/* RAM, and what of it is in no count. Only where the report has all of the large counts. */
static void memory_usage_take_ram(const struct oom_report *report, struct oom_memory_usage *usage)
{
	uint64_t managed = memory_usage_sum_zones(report, "managed");
	uint64_t known = machine_sum(report,
				     "free_pcp sec_pagetables bounce kernel_misc_reclaimable");
	const uint64_t parts[] = {
		usage->anon, usage->file, usage->unevictable, usage->slab, usage->slab_reclaimable,
		usage->slab_unreclaimable, usage->pagetables, usage->stacks, usage->hugetlb,
		usage->free,
	};
	/* Of a cpuset or a NUMA policy only the zones of its nodes are printed. */
	bool some_nodes = report->scope == OOM_SCOPE_CPUSET ||
			  report->scope == OOM_SCOPE_MEMPOLICY;

	usage->ram = oom_minus(report->ram, report->ram_reserved);
	usage->torn = report->scope == OOM_SCOPE_GLOBAL && usage->ram != OOM_UNKNOWN &&
		      managed != OOM_UNKNOWN && !oom_at_least(managed, 75, usage->ram);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		known = oom_plus(known, parts[i]);
	if (some_nodes)
		return;
	if (usage->ram == OOM_UNKNOWN && managed != OOM_UNKNOWN) {
		usage->torn = known != OOM_UNKNOWN && known > managed;
		usage->ram = usage->torn ? OOM_UNKNOWN : managed;
	}
	if (usage->ram != OOM_UNKNOWN && !usage->torn && usage->anon != OOM_UNKNOWN &&
	    usage->file != OOM_UNKNOWN && usage->free != OOM_UNKNOWN &&
	    (usage->slab_unreclaimable != OOM_UNKNOWN || usage->slab != OOM_UNKNOWN))
		usage->unaccounted = oom_minus(usage->ram, known);
}

void oom_memory_usage_get(const struct oom_report *report, struct oom_memory_usage *ret_usage)
{
	struct oom_memory_usage usage = {
		.ram = OOM_UNKNOWN, .hugetlb = OOM_UNKNOWN, .hugetlb_unused = OOM_UNKNOWN,
		.unaccounted = OOM_UNKNOWN, .eligible_free = OOM_UNKNOWN,
		.ineligible_free = OOM_UNKNOWN,
		.nodes_ram = OOM_UNKNOWN, .nodes_anon = OOM_UNKNOWN, .nodes_free = OOM_UNKNOWN,
		.others_free = OOM_UNKNOWN,
		.anon = machine_sum(report, "active_anon inactive_anon isolated_anon"),
		.file = machine_sum(report, "active_file inactive_file isolated_file"),
		.dirty = machine_sum(report, "dirty writeback unstable"),
		.shmem = machine_sum(report, "shmem"),
		.unevictable = machine_sum(report, "unevictable"),
		.slab = machine_sum(report, "slab"),
		.slab_reclaimable = machine_sum(report, "slab_reclaimable"),
		.slab_unreclaimable = machine_sum(report, "slab_unreclaimable"),
		.pagetables = machine_sum(report, "pagetables"),
		.stacks = machine_sum(report, "kernel_stack"),
		.free = machine_sum(report, "free"),
		.free_cma = machine_sum(report, "free_cma"),
		.swap_total = report->swap_total, .swap_free = report->swap_free,
		.page_size = report->page_size_known ? report->page_size : 0,
	};

	for (size_t i = 0; i < report->huge_count; i++) {
		const struct oom_huge *huge = &report->huge[i];

		usage.hugetlb = oom_plus(usage.hugetlb, oom_times(huge->total, huge->page_size));
		usage.hugetlb_unused = oom_plus(usage.hugetlb_unused,
						oom_times(huge->free, huge->page_size));
	}
	memory_usage_take_ram(report, &usage);
	oom_memory_usage_zones(report, &usage);
	*ret_usage = usage;
}
