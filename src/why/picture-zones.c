/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture-zones.c - which zones a request could use, and what was free in them and elsewhere */
#include <config.h>

#include <string.h>

#include "why/domain.h"
#include "why/gfp.h"
#include "why/picture.h"

#define BLOCK_ORDERS ((int)(sizeof(((struct oom_zone *)NULL)->blocks) / sizeof(uint64_t)))

uint64_t oom_block_size(uint64_t page_size, int64_t order)
{
	if (order < 0 || order > 62 || page_size > (OOM_UNKNOWN - 1) >> order)
		return OOM_UNKNOWN - 1;
	return page_size << order;
}

/* Whether the request could have a block of ORDER, as far as the letters tell. */
static bool has_block(const struct oom_picture *picture, const struct oom_zone *zone, int order)
{
	unsigned kinds = zone->block_kinds[order];
	unsigned usable = OOM_BLOCKS_ANY | (picture->cma_usable ? OOM_BLOCKS_CMA : 0);

	return zone->has_blocks && zone->blocks[order] && (!kinds || (kinds & usable));
}

int oom_largest_block(const struct oom_picture *picture, const struct oom_zone *zone,
		      unsigned *ret_kinds)
{
	int order = BLOCK_ORDERS - 1;
	unsigned kinds = 0;

	for (; order >= 0 && !has_block(picture, zone, order); order--)
		if (zone->has_blocks && zone->blocks[order])
			kinds |= zone->block_kinds[order];
	if (ret_kinds)
		*ret_kinds = kinds;
	return order;
}

/* Zones from below: a request may use its own and those before it. */
static const char *const zone_names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable" };
#define ZONE_KINDS (sizeof(zone_names) / sizeof(zone_names[0]))

/* Where memory is free that a request cannot have: in zones above its own, and in these. */
enum { BEYOND_CMA = ZONE_KINDS, BEYOND_RESERVED, BEYOND_KINDS };

static size_t zone_kind(const char *name)
{
	size_t kind = 0;

	while (kind < ZONE_KINDS && strcmp(zone_names[kind], name) != 0)
		kind++;
	return kind;
}

/* What the request could use, by the flags of its mask (gfp_zone() in include/linux/gfp.h). */
struct reach {
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

static struct reach find_reach(const struct oom_report *report)
{
	struct reach reach = { .kind = ZONE_KINDS - 1 };
	struct oom_gfp gfp;

	oom_gfp_decode(report->gfp_mask, report->gfp_value, oom_kernel_number(report->kernel),
		       &gfp);
	/* An empty mask is that of a page fault, whose own mask is not printed. */
	if (!gfp.count || !report->gfp_value || report->gfp_value == OOM_UNKNOWN)
		return reach;
	reach.known = true;
	reach.movable = has_flag(&gfp, "MOVABLE") || has_flag(&gfp, "GFP_TRANSHUGE");
	if (has_flag(&gfp, "GFP_DMA32"))
		reach.kind = 1;
	else if (has_flag(&gfp, "GFP_DMA"))
		reach.kind = 0;
	else if (!has_flag(&gfp, "HIGHUSER") && !has_flag(&gfp, "HIGHMEM") &&
		 !has_flag(&gfp, "GFP_TRANSHUGE"))
		reach.kind = 2;
	else if (!reach.movable)
		reach.kind = 3;
	return reach;
}

static uint64_t zone_size(const struct oom_zone *zone)
{
	uint64_t size = oom_figure(&zone->figures, "managed");

	if (size == OOM_UNKNOWN)
		size = oom_figure(&zone->figures, "present");
	return size == OOM_UNKNOWN ? 0 : size;
}

uint64_t oom_zone_cma(const struct oom_picture *picture, const struct oom_zone *zone)
{
	uint64_t cma = oom_figure(&zone->figures, "free_cma");

	return picture->cma_usable || cma == OOM_UNKNOWN ? 0 : cma;
}

uint64_t oom_zone_reserved(const struct oom_picture *picture, const struct oom_zone *zone)
{
	uint64_t reserved = oom_figure(&zone->figures, "free_highatomic");

	if (reserved != OOM_UNKNOWN)
		return reserved;
	reserved = 0;
	for (int order = 0; order < BLOCK_ORDERS && picture->page_size; order++)
		if (zone->block_kinds[order] == OOM_BLOCKS_RESERVED)
			reserved = oom_plus(reserved, oom_times(zone->blocks[order],
						oom_block_size(picture->page_size, order)));
	return reserved;
}

uint64_t oom_zone_free(const struct oom_picture *picture, const struct oom_zone *zone)
{
	uint64_t free = oom_figure(&zone->figures, "free");

	free = oom_minus(free, oom_zone_cma(picture, zone));
	return oom_minus(free, oom_zone_reserved(picture, zone));
}

static bool is_short(const struct oom_picture *picture, const struct oom_zone *zone)
{
	uint64_t min = oom_figure(&zone->figures, "min");

	return min != OOM_UNKNOWN && oom_zone_free(picture, zone) < min;
}

/* Takes ZONE for the one that stands for the shortage, if it does so better than the last. */
static void consider(const struct oom_zone *zone, struct oom_picture *picture)
{
	const struct oom_zone *best = picture->zone;
	bool worse = is_short(picture, zone);

	if (!best || worse > is_short(picture, best) ||
	    (worse == is_short(picture, best) && zone_size(zone) > zone_size(best)))
		picture->zone = zone;
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
static void count_free(const struct oom_zone *zone, const struct reach *reach,
		       uint64_t beyond[static BEYOND_KINDS], struct oom_picture *picture)
{
	uint64_t free = oom_figure(&zone->figures, "free");
	size_t kind = zone_kind(zone->name);

	if (kind > reach->kind) {
		if (kind < ZONE_KINDS)
			beyond[kind] = oom_plus(beyond[kind], free);
		return;
	}
	beyond[BEYOND_CMA] = oom_plus(beyond[BEYOND_CMA], oom_zone_cma(picture, zone));
	beyond[BEYOND_RESERVED] = oom_plus(beyond[BEYOND_RESERVED],
					   oom_zone_reserved(picture, zone));
	picture->reach_free = oom_plus(picture->reach_free, oom_zone_free(picture, zone));
}

static void name_beyond(const uint64_t beyond[static BEYOND_KINDS], struct oom_picture *picture)
{
	static const char *const names[BEYOND_KINDS] = {
		"", "zone DMA32", "zone Normal", "zone HighMem", "zone Movable", "CMA areas",
		"the reserve for urgent requests (HighAtomic)",
	};
	uint64_t most = 0;

	for (size_t i = 0; i < BEYOND_KINDS; i++) {
		picture->beyond_free = oom_plus(picture->beyond_free, beyond[i]);
		if (beyond[i] != OOM_UNKNOWN && beyond[i] > most) {
			most = beyond[i];
			picture->beyond = names[i];
		}
	}
}

/* What a zone of a node that was allowed adds to the picture of these nodes. */
static void count_allowed(const struct oom_zone *zone, struct oom_picture *picture)
{
	const struct oom_figures *figures = &zone->figures;

	picture->nodes_ram = oom_plus(picture->nodes_ram, oom_figure(figures, "managed"));
	picture->nodes_free = oom_plus(picture->nodes_free, oom_figure(figures, "free"));
	picture->nodes_anon = oom_plus(picture->nodes_anon, oom_figure(figures, "active_anon"));
	picture->nodes_anon = oom_plus(picture->nodes_anon, oom_figure(figures, "inactive_anon"));
}

void oom_picture_zones(const struct oom_report *report, struct oom_picture *picture)
{
	uint64_t beyond[BEYOND_KINDS];
	struct reach reach = find_reach(report);

	memset(beyond, 0xff, sizeof(beyond));
	picture->reach_known = reach.known;
	picture->cma_usable = reach.movable || !reach.known;
	for (size_t i = 0; i < report->zone_count; i++) {
		const struct oom_zone *zone = &report->zones[i];
		uint64_t free = oom_figure(&zone->figures, "free");

		if (!node_allowed(report, zone->node)) {
			picture->others_free = oom_plus(picture->others_free, free);
			continue;
		}
		count_allowed(zone, picture);
		if (zone_kind(zone->name) <= reach.kind)
			consider(zone, picture);
		if (reach.known)
			count_free(zone, &reach, beyond, picture);
	}
	name_beyond(beyond, picture);
	/* The zones of the other nodes are not printed, but the machine's count is of all. */
	if (picture->others_free == OOM_UNKNOWN && picture->nodes_free != OOM_UNKNOWN)
		picture->others_free = oom_minus(oom_figure(&report->memory, "free"),
						 picture->nodes_free);
}
