/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-usage.c - put the figures of a report together: where the memory was */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/memory-usage.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"

/* How near to its limit a counter stands that has reached it: charges come in batches. */
#define NEAR_BYTES (UINT64_C(2) << 20)
#define NEAR_SHARE 32

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

static void add_bytes(uint64_t *sum, uint64_t bytes)
{
	*sum = oom_plus(*sum, bytes);
}

bool oom_at_least(uint64_t part, unsigned percent, uint64_t whole)
{
	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || !whole)
		return false;
	return number_portion(part, 100, whole) >= percent;
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

uint64_t oom_zones_sum(const struct oom_report *report, const char *list, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->zone_count; i++)
		if (!list || oom_node_listed(list, report->zones[i].node))
			add_bytes(&sum, oom_figure(&report->zones[i].figures, name));
	return sum;
}

/*
 * Adds ZONE of an allowed node to what the request, whose zone is HIGHEST, could use, and to what
 * it could not, by place.
 */
static void usage_add_zone(struct oom_memory_usage *usage, const struct oom_zone *zone,
			   enum oom_place highest, uint64_t ineligible[static OOM_PLACES])
{
	static const char *const names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable" };
	unsigned usable = OOM_BLOCKS_ANY | (usage->cma_usable ? OOM_BLOCKS_CMA : 0);
	uint64_t free = oom_figure(&zone->figures, "free"), blocks = 0;
	uint64_t cma = oom_figure(&zone->figures, "free_cma");
	uint64_t reserved = oom_figure(&zone->figures, "free_highatomic");
	uint64_t size = oom_figure(&zone->figures, "managed");
	struct oom_zone_usage this = { .zone = zone, .largest_block = -1 }, *best = &usage->zone;
	size_t place = 0;

	for (int order = (int)ARRAY_SIZE(zone->blocks) - 1; order >= 0; order--) {
		unsigned kinds = zone->block_kinds[order];

		if (kinds == OOM_BLOCKS_RESERVED && usage->page_size)
			add_bytes(&blocks,
				  oom_times(zone->blocks[order],
					    oom_times(UINT64_C(1) << order, usage->page_size)));
		if (!zone->has_blocks || !zone->blocks[order] || this.largest_block >= 0)
			continue;
		/* Without letters a block is anybody's. */
		if (!kinds || kinds & usable)
			this.largest_block = order;
		else
			this.larger_kinds |= kinds;
	}
	if (size == OOM_UNKNOWN)
		size = oom_figure(&zone->figures, "present");
	this.size = size == OOM_UNKNOWN ? 0 : size;
	this.min = oom_figure(&zone->figures, "min");
	this.cma = usage->cma_usable || cma == OOM_UNKNOWN ? 0 : cma;
	this.reserved = reserved == OOM_UNKNOWN ? blocks : reserved;
	this.free = oom_minus(oom_minus(free, this.cma), this.reserved);
	this.is_short = this.min != OOM_UNKNOWN && this.free < this.min;
	while (place < ARRAY_SIZE(names) && strcmp(names[place], zone->name) != 0)
		place++;
	if (place <= highest &&
	    (!best->zone || this.is_short > best->is_short ||
	     (this.is_short == best->is_short && this.size > best->size)))
		*best = this;
	if (!usage->eligible_known || place == ARRAY_SIZE(names))
		return;
	if (place > highest) {
		add_bytes(&ineligible[place], free);
		return;
	}
	add_bytes(&usage->eligible_free, this.free);
	add_bytes(&ineligible[OOM_PLACE_CMA], this.cma);
	add_bytes(&ineligible[OOM_PLACE_RESERVED], this.reserved);
}

/* What is about zones and nodes. */
static void usage_take_zones(const struct oom_report *report, struct oom_memory_usage *usage)
{
	const char *nodes = report->scope == OOM_SCOPE_CPUSET ? report->mems_allowed
			    : report->scope == OOM_SCOPE_MEMPOLICY ? report->nodemask : NULL;
	uint64_t ineligible[OOM_PLACES], most = 0;
	struct oom_gfp gfp;

	memset(ineligible, 0xff, sizeof(ineligible));
	oom_gfp_decode(report->gfp_mask, report->gfp_value, oom_kernel_number(report->kernel),
		       &gfp);
	/* An empty mask is that of a page fault, whose own mask is not printed. */
	usage->eligible_known = gfp.count && report->gfp_value &&
				report->gfp_value != OOM_UNKNOWN;
	usage->cma_usable = gfp.movable || !usage->eligible_known;
	for (size_t i = 0; i < report->zone_count; i++) {
		const struct oom_zone *zone = &report->zones[i];
		const struct oom_figures *figures = &zone->figures;
		uint64_t free = oom_figure(figures, "free");

		/* "(null)" is no list: any node. */
		if (nodes && strview_is_digit(*nodes) && !oom_node_listed(nodes, zone->node)) {
			add_bytes(&usage->others_free, free);
			continue;
		}
		add_bytes(&usage->nodes_ram, oom_figure(figures, "managed"));
		add_bytes(&usage->nodes_free, free);
		add_bytes(&usage->nodes_anon, oom_figure(figures, "active_anon"));
		add_bytes(&usage->nodes_anon, oom_figure(figures, "inactive_anon"));
		usage_add_zone(usage, zone, usage->eligible_known ? gfp.highest_zone
						: OOM_PLACE_MOVABLE, ineligible);
	}
	for (size_t i = 0; i < OOM_PLACES; i++) {
		add_bytes(&usage->ineligible_free, ineligible[i]);
		if (ineligible[i] != OOM_UNKNOWN && ineligible[i] > most) {
			most = ineligible[i];
			usage->ineligible = (enum oom_place)i;
		}
	}
	/* The zones of the other nodes are not printed, but the machine's count is of all. */
	if (usage->others_free == OOM_UNKNOWN && usage->nodes_free != OOM_UNKNOWN)
		usage->others_free = oom_minus(oom_figure(&report->memory, "free"),
					       usage->nodes_free);
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
				add_bytes(&bytes, oom_figure(&report->nodes[i].figures, name));
		if (bytes == OOM_UNKNOWN)
			bytes = oom_zones_sum(report, NULL, name);
		add_bytes(&sum, bytes);
	}
	return sum;
}

/* RAM, and what of it is in no count. Only where the report has all of the large counts. */
static void usage_take_ram(const struct oom_report *report, struct oom_memory_usage *usage)
{
	uint64_t managed = oom_zones_sum(report, NULL, "managed");
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
		add_bytes(&known, parts[i]);
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
		.swap_total = report->swap_total, .swap_free = report->swap_free,
		.page_size = report->page_size_known ? report->page_size : 0,
	};

	for (size_t i = 0; i < report->huge_count; i++) {
		const struct oom_huge *huge = &report->huge[i];

		add_bytes(&usage.hugetlb, oom_times(huge->total, huge->page_size));
		add_bytes(&usage.hugetlb_unused, oom_times(huge->free, huge->page_size));
	}
	usage_take_ram(report, &usage);
	usage_take_zones(report, &usage);
	*ret_usage = usage;
}

/*
 * Up to 5.2 the counters of version 1 are printed in version 2 too, where they stay 0, which they
 * also do in version 1 without swap or its accounting: then the version is not known. Before 4.5
 * there was no other.
 */
int oom_cgroup_version(const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	unsigned kernel = oom_kernel_number(report->kernel);
	uint64_t memsw = memcg->memsw.usage, kmem = memcg->kmem.usage;
	bool anon = oom_figure(&memcg->stats, "anon") != OOM_UNKNOWN;

	if (memcg->swap.usage != OOM_UNKNOWN)
		return 2;
	if ((memsw != OOM_UNKNOWN && memsw) || (kmem != OOM_UNKNOWN && kmem) ||
	    (kernel && kernel < 405) || oom_figure(&memcg->stats, "total_rss") != OOM_UNKNOWN)
		return 1;
	if (memsw != OOM_UNKNOWN || kmem != OOM_UNKNOWN)
		return anon || kernel > 502 ? 1 : 0;
	return anon ? 2 : 0;
}

/* Version 1 counts the cgroup itself, and in "total_..." the ones below it as well. */
static uint64_t memcg_stat(const struct oom_memcg *memcg, const char *name)
{
	char total[48];
	uint64_t bytes;

	snprintf(total, sizeof(total), "total_%s", name);
	bytes = oom_figure(&memcg->stats, total);
	return bytes == OOM_UNKNOWN ? oom_figure(&memcg->stats, name) : bytes;
}

static void usage_take_memcg_stats(const struct oom_memcg *memcg, struct oom_memcg_usage *usage)
{
	/* From 5.3 to 6.2 version 1 too is told by the names of version 2. */
	bool first = oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
		     oom_figure(&memcg->stats, "anon") == OOM_UNKNOWN;
	static const char *const parts[] = { "slab_reclaimable", "slab_unreclaimable",
					     "pagetables", "kernel_stack", "percpu" };
	uint64_t cache = memcg_stat(memcg, first ? "cache" : "file");
	bool summed;

	usage->anon = memcg_stat(memcg, first ? "rss" : "anon");
	usage->shmem = memcg_stat(memcg, "shmem");
	/* Not a figure of its own yet, but on the anonymous lists without being anonymous. */
	if (first && usage->shmem == OOM_UNKNOWN)
		usage->shmem = oom_minus(oom_plus(memcg_stat(memcg, "active_anon"),
						  memcg_stat(memcg, "inactive_anon")),
					 usage->anon);
	usage->file = oom_minus(cache, usage->shmem);
	usage->dirty = oom_plus(memcg_stat(memcg, first ? "dirty" : "file_dirty"),
				memcg_stat(memcg, first ? "writeback" : "file_writeback"));
	usage->swap = memcg_stat(memcg, "swap");
	if (usage->swap == OOM_UNKNOWN && !first)
		usage->swap = memcg->swap.usage;
	usage->slab_reclaimable = memcg_stat(memcg, "slab_reclaimable");
	usage->slab_unreclaimable = memcg_stat(memcg, "slab_unreclaimable");
	usage->pagetables = memcg_stat(memcg, "pagetables");
	usage->stacks = memcg_stat(memcg, "kernel_stack");
	usage->percpu = memcg_stat(memcg, "percpu");
	usage->sock = memcg_stat(memcg, "sock");
	usage->kernel = memcg_stat(memcg, "kernel");
	if (usage->kernel == OOM_UNKNOWN)
		usage->kernel = memcg->kmem.usage;
	summed = usage->kernel == OOM_UNKNOWN;
	/* Up to 5.17 version 2 had no sum of it. */
	for (size_t i = 0; i < ARRAY_SIZE(parts) && summed; i++)
		add_bytes(&usage->kernel, memcg_stat(memcg, parts[i]));
}

void oom_memcg_usage_get(const struct oom_report *report, struct oom_memcg_usage *ret_usage)
{
	const struct oom_memcg *memcg = &report->memcg;
	const struct oom_counter *const counters[] = {
		[OOM_LIMIT_MEMORY] = &memcg->memory, [OOM_LIMIT_MEMSW] = &memcg->memsw,
		[OOM_LIMIT_KMEM] = &memcg->kmem,
	};
	struct oom_memcg_usage usage = {
		.version = oom_cgroup_version(report), .fixed = OOM_UNKNOWN,
	};
	uint64_t used = memcg->memory.usage, limit = memcg->memory.limit, counted;

	for (size_t i = 0; i < ARRAY_SIZE(counters) && !usage.counter; i++) {
		uint64_t near = MIN(counters[i]->limit / NEAR_SHARE, NEAR_BYTES);

		if (!counters[i]->unlimited && counters[i]->usage != OOM_UNKNOWN &&
		    counters[i]->limit != OOM_UNKNOWN &&
		    counters[i]->usage >= counters[i]->limit - near) {
			usage.reached = (enum oom_limit)i;
			usage.counter = counters[i];
		}
	}
	if (!usage.counter) {
		usage.counter = &memcg->memory;
		/* Less than nine tenths are used: not even a huge page would fill up the rest. */
		usage.below = !memcg->memory.unlimited && used != OOM_UNKNOWN &&
			      limit != OOM_UNKNOWN && used < limit / 10 * 9 &&
			      limit - used > NEAR_BYTES;
	}
	usage_take_memcg_stats(memcg, &usage);
	/*
	 * Up to 5.2 there is a line of figures for each cgroup, without those of the cgroups
	 * below. Their sum says little where most of the usage is in lines that the log lacks.
	 */
	counted = oom_plus(oom_plus(oom_plus(usage.anon, usage.shmem), usage.file), usage.kernel);
	usage.own_only = counted != OOM_UNKNOWN &&
			 oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
			 oom_figure(&memcg->stats, "total_rss") == OOM_UNKNOWN &&
			 used != OOM_UNKNOWN && !oom_at_least(counted, 50, used);
	if (!usage.own_only && usage.file != OOM_UNKNOWN)
		usage.fixed = oom_minus(used, usage.file);
	*ret_usage = usage;
}
