/* SPDX-License-Identifier: GPL-2.0-or-later */
/* totalpages.c - how many pages ran out: of the machine, of some nodes, or of a memory cgroup */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "analysis/totalpages.h"
#include "lib/macros.h"

/* The sum, or OOM_UNKNOWN when it or a part of it is not known. */
static uint64_t totalpages_add(uint64_t one, uint64_t other)
{
	uint64_t sum;

	if (one == OOM_UNKNOWN || other == OOM_UNKNOWN || __builtin_add_overflow(one, other, &sum))
		return OOM_UNKNOWN;
	return sum;
}

static uint64_t in_pages(const struct oom_report *report, uint64_t bytes)
{
	uint64_t page = report->page_size ? report->page_size : UINT64_C(4) << 10;

	return bytes == OOM_UNKNOWN ? OOM_UNKNOWN : bytes / page;
}

bool oom_node_listed(const char *list, int node)
{
	if (!list || node < 0)
		return false;
	while (*list >= '0' && *list <= '9') {
		char *rest;
		unsigned long first = strtoul(list, &rest, 10), last = first;

		if (*rest == '-' && rest[1] >= '0' && rest[1] <= '9')
			last = strtoul(rest + 1, &rest, 10);
		if (first <= (unsigned long)node && (unsigned long)node <= last)
			return true;
		list = *rest == ',' ? rest + 1 : rest;
	}
	return false;
}

/* FIGURE of all zones together, or of those of the nodes in LIST; OOM_UNKNOWN: of none. */
static uint64_t totalpages_sum_zones(const struct oom_report *report, const char *list,
				     const char *figure)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->zone_count; i++) {
		const struct oom_zone *zone = &report->zones[i];
		uint64_t bytes = oom_figure(&zone->figures, figure);

		if (bytes == OOM_UNKNOWN || (list && !oom_node_listed(list, zone->node)))
			continue;
		sum = sum == OOM_UNKNOWN ? bytes : totalpages_add(sum, bytes);
	}
	return sum;
}

/* Without the swap lines: the kernel was built without swap. */
static uint64_t machine_swap(const struct oom_report *report)
{
	return report->swap_total == OOM_UNKNOWN ? 0 : report->swap_total;
}

static struct oom_totalpages whole_machine(const struct oom_report *report)
{
	struct oom_totalpages totalpages = {
		.name = machine_swap(report) ? "RAM and swap" : "RAM",
	};
	uint64_t ram = report->ram;

	if (ram != OOM_UNKNOWN && report->ram_reserved != OOM_UNKNOWN &&
	    report->ram_reserved < ram) {
		ram -= report->ram_reserved;
	} else if (ram == OOM_UNKNOWN) {
		ram = totalpages_sum_zones(report, NULL, "managed");
		totalpages.guessed = true;
	}
	if (ram == OOM_UNKNOWN)
		ram = totalpages_sum_zones(report, NULL, "present");
	/* A memory cgroup's report, or one that is cut off, says nothing of swap. */
	if (report->swap_total == OOM_UNKNOWN && report->ram == OOM_UNKNOWN)
		totalpages.guessed = true;
	totalpages.pages = in_pages(report, totalpages_add(ram, machine_swap(report)));
	return totalpages;
}

static struct oom_totalpages some_nodes(const struct oom_report *report, const char *list,
					const char *name, const char *name_with_swap)
{
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;
	uint64_t present = totalpages_sum_zones(report, list, "present");
	struct oom_totalpages totalpages;

	if (!list || present == OOM_UNKNOWN) {
		totalpages = whole_machine(report);
		totalpages.guessed = true;
		return totalpages;
	}
	totalpages.pages = in_pages(report, totalpages_add(present, machine_swap(report)));
	totalpages.guessed = kernel < 504;
	totalpages.name = machine_swap(report) ? name_with_swap : name;
	return totalpages;
}

/* The limit, and the swap that the cgroup may use beside it. */
static struct oom_totalpages whole_memcg(const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	struct oom_totalpages totalpages =
		{ .pages = OOM_UNKNOWN, .name = "the limit of the cgroup" };
	uint64_t limit = memcg->memory.limit, swap = OOM_UNKNOWN;

	if (limit == OOM_UNKNOWN || memcg->memory.unlimited)
		return totalpages;
	if (memcg->swap.usage != OOM_UNKNOWN || memcg->swap.limit != OOM_UNKNOWN) {
		if (!memcg->swap.unlimited)
			swap = memcg->swap.limit;
	} else if (memcg->memsw.limit != OOM_UNKNOWN && !memcg->memsw.unlimited) {
		swap = memcg->memsw.limit > limit ? memcg->memsw.limit - limit : 0;
	}
	/* OOM_UNKNOWN is the largest number, so that the smaller one is the one that is known. */
	swap = MIN(swap, report->swap_total);
	totalpages.guessed = swap != 0 && report->swap_total == OOM_UNKNOWN;
	if (swap == OOM_UNKNOWN)
		swap = 0;
	if (swap)
		totalpages.name = "the limit of the cgroup and its swap";
	/* mem_cgroup_get_max() ?: 1 */
	totalpages.pages = MAX(in_pages(report, totalpages_add(limit, swap)), 1);
	return totalpages;
}

struct oom_totalpages oom_totalpages_of(const struct oom_report *report)
{
	switch (report->scope) {
	case OOM_SCOPE_MEMCG:
		return whole_memcg(report);
	case OOM_SCOPE_CPUSET:
		return some_nodes(report, report->mems_allowed, "the nodes of the cpuset",
				  "the nodes of the cpuset, and swap");
	case OOM_SCOPE_MEMPOLICY:
		return some_nodes(report, report->nodemask, "the nodes of the memory policy",
				  "the nodes of the memory policy, and swap");
	default:
		return whole_machine(report);
	}
}

/* The INDEX-th node that has a zone, or -1. */
static int nth_node(const struct oom_report *report, size_t index)
{
	for (size_t i = 0; i < report->zone_count; i++) {
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = report->zones[j].node == report->zones[i].node;
		if (!seen && index-- == 0)
			return report->zones[i].node;
	}
	return -1;
}

bool oom_totalpages_other(const struct oom_report *report, size_t index,
			  struct oom_totalpages *ret_totalpages)
{
	char list[16];
	int node;

	if (report->scope == OOM_SCOPE_MEMCG || report->global_present)
		return false;
	/* More is no machine, but somebody's joke. */
	if (report->zone_count > 256 || index > 32)
		return false;
	if (index == 0) {
		*ret_totalpages =
			some_nodes(report, report->mems_allowed, "the nodes of the cpuset",
					     "the nodes of the cpuset, and swap");
		return true;
	}
	node = nth_node(report, index - 1);
	if (node < 0)
		return false;
	snprintf(list, sizeof(list), "%d", node);
	*ret_totalpages = some_nodes(report, list, "one node's memory",
				     "one node's memory, and swap");
	return true;
}
