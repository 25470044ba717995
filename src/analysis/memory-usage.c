/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-usage.c - put the figures of Mem-Info together: where the machine's memory was */
#include <config.h>

#include "analysis/memory-usage.h"
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

static uint64_t sum_nodes(const struct oom_report *report, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->node_count; i++)
		sum = oom_plus(sum, oom_figure(&report->nodes[i].figures, name));
	return sum;
}

static uint64_t memory_usage_sum_zones(const struct oom_report *report, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->zone_count; i++)
		sum = oom_plus(sum, oom_figure(&report->zones[i].figures, name));
	return sum;
}

/* A figure is the machine's, or by node, or by zone, and moved between them over the years. */
static uint64_t machine_figure(const struct oom_report *report, const char *name)
{
	uint64_t bytes = oom_figure(&report->memory, name);

	if (bytes == OOM_UNKNOWN)
		bytes = sum_nodes(report, name);
	return bytes == OOM_UNKNOWN ? memory_usage_sum_zones(report, name) : bytes;
}

static uint64_t machine_sum(const struct oom_report *report, const char *const names[])
{
	uint64_t sum = OOM_UNKNOWN;

	for (; *names; names++)
		sum = oom_plus(sum, machine_figure(report, *names));
	return sum;
}

static void take_huge(const struct oom_report *report, struct oom_memory_usage *memory_usage)
{
	for (size_t i = 0; i < report->huge_count; i++) {
		const struct oom_huge *huge = &report->huge[i];

		memory_usage->hugetlb = oom_plus(memory_usage->hugetlb,
						 oom_times(huge->total, huge->page_size));
		memory_usage->hugetlb_unused =
			oom_plus(memory_usage->hugetlb_unused,
				 oom_times(huge->free, huge->page_size));
	}
}

static void take_kinds(const struct oom_report *report, struct oom_memory_usage *memory_usage)
{
	static const char *const anon[] = { "active_anon", "inactive_anon", "isolated_anon",
					    NULL };
	static const char *const file[] = { "active_file", "inactive_file", "isolated_file",
					    NULL };
	static const char *const dirty[] = { "dirty", "writeback", "unstable", NULL };

	memory_usage->anon = machine_sum(report, anon);
	memory_usage->file = machine_sum(report, file);
	memory_usage->dirty = machine_sum(report, dirty);
	memory_usage->shmem = machine_figure(report, "shmem");
	memory_usage->unevictable = machine_figure(report, "unevictable");
	memory_usage->slab = machine_figure(report, "slab");
	memory_usage->slab_reclaimable = machine_figure(report, "slab_reclaimable");
	memory_usage->slab_unreclaimable = machine_figure(report, "slab_unreclaimable");
	memory_usage->pagetables = machine_figure(report, "pagetables");
	memory_usage->stacks = machine_figure(report, "kernel_stack");
	memory_usage->free = machine_figure(report, "free");
	memory_usage->free_cma = machine_figure(report, "free_cma");
	take_huge(report, memory_usage);
}

/* RAM, and what of it is in no count. Only where the report has all of the large counts. */
static void take_ram(const struct oom_report *report, struct oom_memory_usage *memory_usage)
{
	static const char *const small[] = { "free_pcp", "sec_pagetables", "bounce",
					     "kernel_misc_reclaimable", NULL };
	uint64_t managed = memory_usage_sum_zones(report, "managed"), known =
		machine_sum(report, small);
	const uint64_t parts[] = {
		memory_usage->anon, memory_usage->file, memory_usage->unevictable,
		memory_usage->slab,
		memory_usage->slab_reclaimable, memory_usage->slab_unreclaimable,
		memory_usage->pagetables,
		memory_usage->stacks, memory_usage->hugetlb, memory_usage->free,
	};

	memory_usage->ram = oom_minus(report->ram, report->ram_reserved);
	/* Of a cpuset or a NUMA policy only the zones of its nodes are printed. */
	memory_usage->torn = report->scope == OOM_SCOPE_GLOBAL && memory_usage->ram !=
		OOM_UNKNOWN &&
			managed != OOM_UNKNOWN && !oom_at_least(managed, 75, memory_usage->ram);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		known = oom_plus(known, parts[i]);
	if (memory_usage->ram == OOM_UNKNOWN && managed != OOM_UNKNOWN &&
	    report->scope != OOM_SCOPE_CPUSET && report->scope != OOM_SCOPE_MEMPOLICY) {
		memory_usage->torn = known != OOM_UNKNOWN && known > managed;
		memory_usage->ram = memory_usage->torn ? OOM_UNKNOWN : managed;
	}
	if (report->scope != OOM_SCOPE_CPUSET && report->scope != OOM_SCOPE_MEMPOLICY &&
	    memory_usage->ram != OOM_UNKNOWN && !memory_usage->torn && memory_usage->anon !=
	    OOM_UNKNOWN &&
	    memory_usage->file != OOM_UNKNOWN && memory_usage->free != OOM_UNKNOWN &&
	    (memory_usage->slab_unreclaimable != OOM_UNKNOWN || memory_usage->slab != OOM_UNKNOWN))
		memory_usage->unaccounted = oom_minus(memory_usage->ram, known);
}

void oom_memory_usage_get(const struct oom_report *report,
			  struct oom_memory_usage *ret_memory_usage)
{
	*ret_memory_usage = (struct oom_memory_usage){
		.ram = OOM_UNKNOWN, .hugetlb = OOM_UNKNOWN, .hugetlb_unused = OOM_UNKNOWN,
		.swap_total = report->swap_total, .swap_free = report->swap_free,
		.unaccounted = OOM_UNKNOWN, .eligible_free = OOM_UNKNOWN, .ineligible_free =
			OOM_UNKNOWN,
		.ineligible = "", .nodes_ram = OOM_UNKNOWN, .nodes_anon = OOM_UNKNOWN,
		.nodes_free = OOM_UNKNOWN, .others_free = OOM_UNKNOWN,
		.page_size = report->page_size_known ? report->page_size : 0,
	};
	take_kinds(report, ret_memory_usage);
	take_ram(report, ret_memory_usage);
	oom_memory_usage_zones(report, ret_memory_usage);
}
