/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-memory.c - the state of the machine's memory: lib/show_mem.c (mm/page_alloc.c up to 6.2) */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/list-room.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* Bounds on what a hostile log can make us keep; no machine has so many. */
#define NODES_MAX 4096
#define ZONES_MAX 8192
#define HUGE_MAX 8192
#define CACHES_MAX 512

/* In kB. Larger pages exist on no kernel. */
#define BLOCK_PAGE_MAX 256

/*
 * Reads one "name:number" or "name: number", with kB behind it or not. Names may hold brackets
 * ("isolated(anon)"). Leaves *text behind it. Returns whether there was one.
 */
static bool meminfo_take_figure(struct strview *text, struct strview *ret_name,
				uint64_t *ret_value,
				bool *ret_kb)
{
	for (;;) {
		struct strview word, rest;
		size_t colon;

		strview_skip_blanks(text);
		strview_skip(text, "\n");
		if (!text->length)
			return false;
		rest = *text;
		word = strview_take_word(&rest);
		colon = strview_find(word, ":");
		if (!word.length || colon == STRVIEW_NONE) {
			*text = word.length ? rest : strview_from(*text, 1);
			continue;
		}
		*ret_name = strview_head(word, colon);
		*text = strview_from(*text, colon + 1);
		rest = *text;
		strview_skip_blanks(&rest);
		if (!strview_take_u64(&rest, ret_value))
			continue;
		*ret_kb = strview_skip(&rest, "kB") || strview_skip(&rest, "KB");
		*text = rest;
		return true;
	}
}

/* All figures of TEXT; those without kB are counted in PLAIN bytes each. */
static int take_figures(struct strview text, uint64_t plain, struct oom_figures *figures)
{
	struct strview name;
	uint64_t value;
	bool kb;
	int r = 0;

	while (r == 0 && meminfo_take_figure(&text, &name, &value, &kb))
		r = oom_figure_add(figures, name.at, name.length,
				   value_times(value, kb ? 1024 : plain));
	return r;
}

int read_counts(struct oom_partial *partial, struct strview text)
{
	return take_figures(text, 1, &partial->report.memory);
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

static bool take_node(struct strview *text, int *ret_node)
{
	struct strview rest = *text;
	uint64_t node;

	*ret_node = 0;
	if (!strview_skip(&rest, "Node ") || !strview_take_u64(&rest, &node) || node > INT32_MAX)
		return false;
	strview_skip_blanks(&rest);
	*ret_node = (int)node;
	*text = rest;
	return true;
}

static const struct oom_node *find_node(const struct oom_report *report, int number)
{
	for (size_t i = 0; i < report->node_count; i++)
		if (report->nodes[i].node == number)
			return &report->nodes[i];
	return NULL;
}

bool lacks_node(const struct oom_partial *partial, struct strview text)
{
	int number;

	strview_skip_blanks(&text);
	return !take_node(&text, &number) || !find_node(&partial->report, number);
}

int read_node(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_node *nodes;
	int number;

	strview_skip_blanks(&text);
	if (!take_node(&text, &number))
		return 0;
	if (find_node(report, number) || report->node_count == NODES_MAX)
		return 0;
	nodes = list_room(report->nodes, report->node_count, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	report->nodes = nodes;
	nodes[report->node_count] = (struct oom_node){ .node = number };
	return take_figures(text, 1, &nodes[report->node_count++].figures);
}

static struct oom_zone *find_zone(const struct oom_report *report, int node, struct strview name)
{
	for (size_t i = 0; i < report->zone_count; i++)
		if (report->zones[i].node == node && strview_is(name, report->zones[i].name))
			return &report->zones[i];
	return NULL;
}

/* Takes "Node 0 DMA32", "DMA32:", as a zone is called; node 0 where there is none. */
static int meminfo_take_zone_name(struct strview *text, struct strview *ret_name)
{
	int node;

	strview_skip_blanks(text);
	take_node(text, &node);
	*ret_name = strview_take_word(text);
	if (strview_last(*ret_name) == ':')
		ret_name->length--;
	*ret_name = strview_head(*ret_name, sizeof(((struct oom_zone *)NULL)->name) - 1);
	return node;
}

/* The zone that TEXT, "Node 0 DMA32 ..." or "DMA32: ...", is about; NULL: it is not there yet. */
static const struct oom_zone *zone_of(const struct oom_partial *partial, struct strview text)
{
	struct strview name;
	int node = meminfo_take_zone_name(&text, &name);

	return find_zone(&partial->report, node, name);
}

bool lacks_zone(const struct oom_partial *partial, struct strview text)
{
	const struct oom_zone *zone = zone_of(partial, text);

	return !zone || !zone->figures.count;
}

bool lacks_blocks(const struct oom_partial *partial, struct strview text)
{
	const struct oom_zone *zone = zone_of(partial, text);

	return !zone || !zone->has_blocks;
}

/* Takes a zone's name; the zone is made at the first line that has it. NULL in it: too many. */
static int meminfo_take_zone(struct oom_report *report, struct strview *text,
			     struct oom_zone **ret_zone)
{
	struct strview name;
	int node = meminfo_take_zone_name(text, &name);
	struct oom_zone *zones;

	*ret_zone = find_zone(report, node, name);
	if (*ret_zone || report->zone_count == ZONES_MAX)
		return 0;
	zones = list_room(report->zones, report->zone_count, sizeof(*zones));
	if (!zones)
		return -ENOMEM;
	report->zones = zones;
	*ret_zone = &zones[report->zone_count++];
	**ret_zone = (struct oom_zone){ .node = node };
	strview_copy_to(name, (*ret_zone)->name, sizeof((*ret_zone)->name));
	return 0;
}

int read_zone(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	int r = meminfo_take_zone(&partial->report, &text, &zone);

	if (r < 0 || !zone || zone->figures.count)
		return r;
	return take_figures(text, 1, &zone->figures);
}

/* "(UMEC) " behind the blocks of an order: the kinds, or 0 where there is none of it. */
static unsigned char take_letters(struct strview *text)
{
	struct strview letters;
	int kinds = 0;

	strview_skip_blanks(text);
	if (!strview_skip(text, "(") || !strview_take_until(text, ")", &letters))
		return 0;
	strview_skip_blanks(text);
	for (size_t i = 0; i < letters.length; i++)
		kinds |= letters.at[i] == 'C' ? OOM_BLOCKS_CMA
		       : letters.at[i] == 'H' || letters.at[i] == 'I' ? OOM_BLOCKS_RESERVED
		       : OOM_BLOCKS_ANY;
	return (unsigned char)kinds;
}

/* "4*4kB (UE) 2*8kB (M) ... = 12304kB": the first size is that of a page. */
int read_blocks(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	uint64_t count, size;
	int r = meminfo_take_zone(&partial->report, &text, &zone);

	if (r < 0 || !zone || zone->has_blocks)
		return r;
	zone->has_blocks = true;
	for (size_t order = 0; order < ARRAY_SIZE(zone->blocks); order++) {
		strview_skip_blanks(&text);
		if (!strview_take_u64(&text, &count) || !strview_skip(&text, "*") ||
		    !strview_take_u64(&text, &size))
			break;
		strview_skip(&text, "kB");
		if (order == 0 && !partial->block_page && size && !(size & (size - 1)) &&
		    size <= BLOCK_PAGE_MAX)
			partial->block_page = size * 1024;
		zone->blocks[order] = count;
		zone->block_kinds[order] = take_letters(&text);
	}
	return 0;
}

static bool has_huge(const struct oom_report *report, const struct oom_huge *huge)
{
	for (size_t i = 0; i < report->huge_count; i++) {
		const struct oom_huge *other = &report->huge[i];

		if (other->node == huge->node && other->page_size == huge->page_size)
			return true;
	}
	return false;
}

/* "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB" */
int read_huge(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_huge huge = { 0 }, *list;

	strview_skip_blanks(&text);
	take_node(&text, &huge.node);
	value_size(text, "hugepages_total=", 1, &huge.total);
	value_size(text, "hugepages_free=", 1, &huge.free);
	value_size(text, "hugepages_surp=", 1, &huge.surplus);
	value_size(text, "hugepages_size=", 1024, &huge.page_size);
	if (has_huge(report, &huge) || report->huge_count == HUGE_MAX)
		return 0;
	list = list_room(report->huge, report->huge_count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	report->huge = list;
	list[report->huge_count++] = huge;
	return 0;
}

/*
 * "2062044 pages RAM" and its relations: pages, until partial_finish(); "Free swap  = 0kB": bytes
 */
int read_pages(struct oom_partial *partial, struct strview text)
{
	uint64_t pages;

	if (!partial->figure || *partial->figure != OOM_UNKNOWN)
		return 0;
	strview_skip_blanks(&text);
	if (strview_take_u64(&text, &pages))
		*partial->figure = value_times(pages, 1);
	else
		value_size(text, "=", 1024, partial->figure);
	return 0;
}

static int add_cache(struct oom_caches *caches, const struct oom_cache *cache)
{
	struct oom_cache *list;

	if (caches->count == CACHES_MAX)
		return 0;
	list = list_room(caches->list, caches->count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	caches->list = list;
	list[caches->count++] = *cache;
	return 0;
}

/* "xfs_icr                  263KB        263KB" */
int read_slab(struct oom_partial *partial, struct strview text)
{
	struct oom_cache cache = { .name = "" };
	struct strview name;

	strview_skip_blanks(&text);
	name = strview_take_word(&text);
	strview_copy_to(name, cache.name, sizeof(cache.name));
	strview_skip_blanks(&text);
	if (!strview_take_u64(&text, &cache.used) || !strview_skip(&text, "KB"))
		return 0;
	strview_skip_blanks(&text);
	if (!strview_take_u64(&text, &cache.total))
		return 0;
	cache.used = value_times(cache.used, 1024);
	cache.total = value_times(cache.total, 1024);
	return add_cache(&partial->report.slabs, &cache);
}

/* "1047212032   511334 fs/xfs/xfs_icache.c:82 [xfs] func:xfs_inode_alloc": bytes, calls, where */
int read_allocation(struct oom_partial *partial, struct strview text)
{
	struct oom_cache cache = { .total = OOM_UNKNOWN };
	struct strview where;
	uint64_t calls;

	strview_skip_blanks(&text);
	if (!strview_take_u64(&text, &cache.used))
		return 0;
	strview_skip_blanks(&text);
	strview_take_u64(&text, &calls);
	strview_skip_blanks(&text);
	where = strview_trim(text);
	strview_copy_to(where, cache.name, sizeof(cache.name));
	return add_cache(&partial->report.allocations, &cache);
}
