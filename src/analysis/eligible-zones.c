/* SPDX-License-Identifier: GPL-2.0-or-later */
/* eligible-zones.c - which zones a request could use, and what was free in them and elsewhere */
#include <config.h>

#include <string.h>

#include "analysis/gfp.h"
#include "analysis/memory-usage.h"
#include "analysis/totalpages.h"
#include "lib/macros.h"

#define BLOCK_ORDERS ((int)(sizeof(((struct oom_zone *)NULL)->blocks) / sizeof(uint64_t)))

uint64_t oom_block_size(uint64_t page_size, int64_t order)
{
	if (order < 0 || order > 62 || page_size > (OOM_UNKNOWN - 1) >> order)
		return OOM_UNKNOWN - 1;
	return page_size << order;
}

/* Whether the request could have a block of ORDER, as far as the letters tell. */
static bool has_block(const struct oom_memory_usage *usage, const struct oom_zone *zone, int order)
{
	unsigned kinds = zone->block_kinds[order];
	unsigned usable = OOM_BLOCKS_ANY | (usage->cma_usable ? OOM_BLOCKS_CMA : 0);

	return zone->has_blocks && zone->blocks[order] && (!kinds || (kinds & usable));
}

int oom_largest_block(const struct oom_memory_usage *usage, const struct oom_zone *zone,
		      unsigned *ret_kinds)
{
	int order = BLOCK_ORDERS - 1;
	unsigned kinds = 0;

	for (; order >= 0 && !has_block(usage, zone, order); order--)
		if (zone->has_blocks && zone->blocks[order])
			kinds |= zone->block_kinds[order];
	if (ret_kinds)
		*ret_kinds = kinds;
	return order;
}

/* By enum oom_place: a request may use its own and those before it. */
static const char *const zone_names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable" };
#define ZONE_KINDS (ARRAY_SIZE(zone_names))

static size_t zone_kind(const char *name)
{
	size_t kind = 0;

	while (kind < ZONE_KINDS && strcmp(zone_names[kind], name) != 0)
		kind++;
	return kind;
}

/* What the request could use, by the flags of its mask (gfp_zone() in include/linux/gfp.h). */
struct eligible_zones {
	bool known, movable;
	size_t kind;		/* the highest zone */
};

static bool has_flag(const struct oom_gfp *gfp, const char *piece)
{
	for (size_t i = 0; i < gfp->count; i++)
		if (strstr(gfp->flags[i], piece))
			return true;
	return false;
}

static struct eligible_zones find_eligible(const struct oom_report *report)
{
	struct eligible_zones eligible = { .kind = ZONE_KINDS - 1 };
	struct oom_gfp gfp;

	oom_gfp_decode(report->gfp_mask, report->gfp_value, oom_kernel_number(report->kernel),
		       &gfp);
	/* An empty mask is that of a page fault, whose own mask is not printed. */
	if (!gfp.count || !report->gfp_value || report->gfp_value == OOM_UNKNOWN)
		return eligible;
	eligible.known = true;
	eligible.movable = has_flag(&gfp, "MOVABLE") || has_flag(&gfp, "GFP_TRANSHUGE");
	if (has_flag(&gfp, "GFP_DMA32"))
		eligible.kind = 1;
	else if (has_flag(&gfp, "GFP_DMA"))
		eligible.kind = 0;
	else if (!has_flag(&gfp, "HIGHUSER") && !has_flag(&gfp, "HIGHMEM") &&
		 !has_flag(&gfp, "GFP_TRANSHUGE"))
		eligible.kind = 2;
	else if (!eligible.movable)
		eligible.kind = 3;
	return eligible;
}

uint64_t oom_zone_cma(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	uint64_t cma = oom_figure(&zone->figures, "free_cma");

	return usage->cma_usable || cma == OOM_UNKNOWN ? 0 : cma;
}

uint64_t oom_zone_reserved(const struct oom_memory_usage *usage,
			   const struct oom_zone *zone)
{
	uint64_t reserved = oom_figure(&zone->figures, "free_highatomic");

	if (reserved != OOM_UNKNOWN)
		return reserved;
	reserved = 0;
	for (int order = 0; order < BLOCK_ORDERS && usage->page_size; order++)
		if (zone->block_kinds[order] == OOM_BLOCKS_RESERVED)
			reserved = oom_plus(reserved,
					    oom_times(zone->blocks[order],
						      oom_block_size(usage->page_size, order)));
	return reserved;
}

uint64_t oom_zone_free(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	uint64_t free = oom_figure(&zone->figures, "free");

	free = oom_minus(free, oom_zone_cma(usage, zone));
	return oom_minus(free, oom_zone_reserved(usage, zone));
}

static uint64_t zone_size(const struct oom_zone *zone)
{
	uint64_t size = oom_figure(&zone->figures, "managed");

	if (size == OOM_UNKNOWN)
		size = oom_figure(&zone->figures, "present");
	return size == OOM_UNKNOWN ? 0 : size;
}

static bool zone_is_short(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	uint64_t min = oom_figure(&zone->figures, "min");

	return min != OOM_UNKNOWN && oom_zone_free(usage, zone) < min;
}

/* Whether ZONE stands for the shortage better than the one that was found so far. */
static bool zone_is_worse(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	bool is_short = zone_is_short(usage, zone);

	if (!usage->zone || is_short != zone_is_short(usage, usage->zone))
		return !usage->zone || is_short;
	return zone_size(zone) > zone_size(usage->zone);
}

static bool node_allowed(const struct oom_report *report, int node)
{
	const char *list = NULL;

	if (report->scope == OOM_SCOPE_CPUSET)
		list = report->mems_allowed;
	else if (report->scope == OOM_SCOPE_MEMPOLICY)
		list = report->nodemask;
	/* "(null)" is no list: any node. */
	return !list || *list < '0' || *list > '9' || oom_node_listed(list, node);
}

/* What a zone has free goes to what the request could use, or to what it could not. */
static void count_free(const struct oom_zone *zone, size_t highest,
		       uint64_t ineligible[static OOM_PLACES],
		       struct oom_memory_usage *usage)
{
	size_t kind = zone_kind(zone->name);

	if (kind <= highest) {
		ineligible[OOM_PLACE_CMA] =
			oom_plus(ineligible[OOM_PLACE_CMA], oom_zone_cma(usage, zone));
		ineligible[OOM_PLACE_RESERVED] =
			oom_plus(ineligible[OOM_PLACE_RESERVED], oom_zone_reserved(usage, zone));
		usage->eligible_free = oom_plus(usage->eligible_free, oom_zone_free(usage, zone));
	} else if (kind < ZONE_KINDS) {
		ineligible[kind] = oom_plus(ineligible[kind], oom_figure(&zone->figures, "free"));
	}
}

void oom_memory_usage_zones(const struct oom_report *report, struct oom_memory_usage *usage)
{
	struct eligible_zones eligible = find_eligible(report);
	uint64_t ineligible[OOM_PLACES], most = 0;

	memset(ineligible, 0xff, sizeof(ineligible));
	usage->eligible_known = eligible.known;
	usage->cma_usable = eligible.movable || !eligible.known;
	for (size_t i = 0; i < report->zone_count; i++) {
		const struct oom_zone *zone = &report->zones[i];
		const struct oom_figures *figures = &zone->figures;
		uint64_t free = oom_figure(figures, "free");

		if (!node_allowed(report, zone->node)) {
			usage->others_free = oom_plus(usage->others_free, free);
			continue;
		}
		usage->nodes_ram = oom_plus(usage->nodes_ram, oom_figure(figures, "managed"));
		usage->nodes_free = oom_plus(usage->nodes_free, free);
		usage->nodes_anon = oom_plus(usage->nodes_anon,
					     oom_plus(oom_figure(figures, "active_anon"),
						      oom_figure(figures, "inactive_anon")));
		if (zone_kind(zone->name) <= eligible.kind && zone_is_worse(usage, zone))
			usage->zone = zone;
		if (eligible.known)
			count_free(zone, eligible.kind, ineligible, usage);
	}
	for (size_t i = 0; i < OOM_PLACES; i++) {
		usage->ineligible_free = oom_plus(usage->ineligible_free, ineligible[i]);
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
