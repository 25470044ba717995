/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-memory.c - the state of the machine's memory: lib/show_mem.c (mm/page_alloc.c up to 6.2) */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/list-add.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* Bounds on what a hostile log can make us keep; no machine has so many. */
#define NODES_MAX 4096
#define ZONES_MAX 8192
#define HUGE_MAX 8192
#define CACHES_MAX 512

/* In kB. Larger pages exist on no kernel. */
#define BLOCK_PAGE_MAX 256

/* All figures of TEXT, "name:number" or "name: number", in kB or as plain counts. */
static int take_figures(struct strview text, struct oom_figures *figures)
{
	int r = 0;

	while (r == 0 && text.length) {
		struct strview rest = text, word = strview_take_word(&rest), name;
		uint64_t value, unit;

		/* Names may hold brackets: "isolated(anon)". */
		if (!strview_take_until(&word, ":", &name)) {
			text = word.length ? rest : strview_from(text, 1);
			continue;
		}
		text = strview_from(text, name.length + 1);
		rest = text;
		if (!value_take(&rest, &value))
			continue;
		unit = strview_skip(&rest, "kB") || strview_skip(&rest, "KB") ? 1024 : 1;
		text = rest;
		r = oom_figure_add(figures, name.at, name.length, value_times(value, unit));
	}
	return r;
}

int read_counts(struct oom_partial *partial, struct strview text)
{
	return take_figures(text, &partial->report.memory);
}

/* It says nothing that PARTIAL has already. */
bool lacks_counts(const struct oom_partial *partial, struct strview text)
{
	struct strview name;
	char copy[40];

	strview_skip_blanks(&text);
	if (!strview_take_until(&text, ":", &name))
		return true;
	strview_copy_to(name, copy, sizeof(copy));
	return oom_figure(&partial->report.memory, copy) == OOM_UNKNOWN;
}

/* Takes "Node 0 " from the front; the node is 0 where there is none. */
static bool take_node(struct strview *text, int *ret_node)
{
	struct strview rest = (strview_skip_blanks(text), *text);
	uint64_t node;

	*ret_node = 0;
	if (!strview_skip(&rest, "Node ") || !strview_take_u64(&rest, &node) || node > INT32_MAX)
		return false;
	strview_skip_blanks(&rest);
	*ret_node = (int)node;
	*text = rest;
	return true;
}

bool lacks_node(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	bool found = false;
	int number;

	if (!take_node(&text, &number))
		return true;
	for (size_t i = 0; i < report->node_count; i++)
		found |= report->nodes[i].node == number;
	return !found;
}

int read_node(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_node node = { .node = 0 };
	int r;

	if (!lacks_node(partial, text) || !take_node(&text, &node.node) ||
	    report->node_count == NODES_MAX)
		return 0;
	r = LIST_ADD(report->nodes, report->node_count, NODES_MAX, node);
	return r < 0 ? r : take_figures(text, &report->nodes[report->node_count - 1].figures);
}

/* The zone that TEXT, "Node 0 DMA32 ..." or "DMA32: ...", is about; NULL: it is not there yet. */
static struct oom_zone *zone_of(const struct oom_report *report, struct strview *text,
				struct oom_zone *ret_new)
{
	struct strview name;

	*ret_new = (struct oom_zone){ .node = 0 };
	take_node(text, &ret_new->node);
	name = strview_take_word(text);
	if (strview_last(name) == ':')
		name.length--;
	strview_copy_to(name, ret_new->name, sizeof(ret_new->name));
	for (size_t i = 0; i < report->zone_count; i++)
		if (report->zones[i].node == ret_new->node &&
		    !strcmp(report->zones[i].name, ret_new->name))
			return &report->zones[i];
	return NULL;
}

bool lacks_zone(const struct oom_partial *partial, struct strview text)
{
	struct oom_zone unused;
	const struct oom_zone *zone = zone_of(&partial->report, &text, &unused);

	return !zone || !zone->figures.count;
}

bool lacks_blocks(const struct oom_partial *partial, struct strview text)
{
	struct oom_zone unused;
	const struct oom_zone *zone = zone_of(&partial->report, &text, &unused);

	return !zone || !zone->has_blocks;
}

/* Takes a zone's name; the zone is made at the first line that has it. NULL in it: too many. */
static int take_zone(struct oom_report *report, struct strview *text, struct oom_zone **ret_zone)
{
	struct oom_zone new;
	int r;

	*ret_zone = zone_of(report, text, &new);
	if (*ret_zone || report->zone_count == ZONES_MAX)
		return 0;
	r = LIST_ADD(report->zones, report->zone_count, ZONES_MAX, new);
	if (r == 0)
		*ret_zone = &report->zones[report->zone_count - 1];
	return r;
}

int read_zone(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	int r = take_zone(&partial->report, &text, &zone);

	return r < 0 || !zone || zone->figures.count ? r : take_figures(text, &zone->figures);
}

/* "4*4kB (UE) 2*8kB (M) ... = 12304kB": the first size is that of a page. */
int read_blocks(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	uint64_t size;
	int r = take_zone(&partial->report, &text, &zone);

	if (r < 0 || !zone || zone->has_blocks)
		return r;
	zone->has_blocks = true;
	for (size_t order = 0; order < ARRAY_SIZE(zone->blocks); order++) {
		struct strview kinds = { text.at, 0 };
		uint64_t count;

		if (!value_take(&text, &count) || !strview_skip(&text, "*") ||
		    !strview_take_u64(&text, &size))
			break;
		strview_skip(&text, "kB");
		if (order == 0 && !partial->block_page && size && !(size & (size - 1)) &&
		    size <= BLOCK_PAGE_MAX)
			partial->block_page = size * 1024;
		zone->blocks[order] = count;
		/* "(UMEC)": no letters where there is no block. */
		strview_skip_blanks(&text);
		if (strview_skip(&text, "("))
			strview_take_until(&text, ")", &kinds);
		for (size_t i = 0; i < kinds.length; i++)
			zone->block_kinds[order] |= kinds.at[i] == 'C' ? OOM_BLOCKS_CMA
				: kinds.at[i] == 'H' || kinds.at[i] == 'I' ? OOM_BLOCKS_RESERVED
				: OOM_BLOCKS_ANY;
	}
	return 0;
}

/* "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB" */
int read_huge(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_huge huge = { 0 };

	take_node(&text, &huge.node);
	value_count(text, "hugepages_total=", &huge.total);
	value_count(text, "hugepages_free=", &huge.free);
	value_count(text, "hugepages_surp=", &huge.surplus);
	value_kib(text, "hugepages_size=", &huge.page_size);
	for (size_t i = 0; i < report->huge_count; i++)
		if (report->huge[i].node == huge.node &&
		    report->huge[i].page_size == huge.page_size)
			return 0;
	return LIST_ADD(report->huge, report->huge_count, HUGE_MAX, huge);
}

/* "xfs_icr                  263KB        263KB" */
int read_slab(struct oom_partial *partial, struct strview text)
{
	struct oom_caches *slabs = &partial->report.slabs;
	struct oom_cache cache = { .name = "" };

	strview_skip_blanks(&text);
	strview_copy_to(strview_take_word(&text), cache.name, sizeof(cache.name));
	if (!value_take(&text, &cache.used) || !strview_skip(&text, "KB") ||
	    !value_take(&text, &cache.total))
		return 0;
	cache.used = value_times(cache.used, 1024);
	cache.total = value_times(cache.total, 1024);
	return LIST_ADD(slabs->list, slabs->count, CACHES_MAX, cache);
}

/* "1047212032   511334 fs/xfs/xfs_icache.c:82 [xfs] func:xfs_inode_alloc": bytes, calls, where */
int read_allocation(struct oom_partial *partial, struct strview text)
{
	struct oom_caches *allocations = &partial->report.allocations;
	struct oom_cache cache = { .total = OOM_UNKNOWN };
	uint64_t calls;

	if (!value_take(&text, &cache.used))
		return 0;
	value_take(&text, &calls);
	strview_copy_to(strview_trim(text), cache.name, sizeof(cache.name));
	return LIST_ADD(allocations->list, allocations->count, CACHES_MAX, cache);
}
