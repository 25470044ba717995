/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read-memory.c - the state of memory: the machine's (lib/show_mem.c, mm/page_alloc.c up to 6.2),
 * and that of the cgroup whose limit was reached (mm/memcontrol.c)
 */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/list-add.h"
#include "oomreport/partial.h"

/* Bounds on what a hostile log can make us keep; no machine has so many. */
#define NODES_MAX 4096
#define ZONES_MAX 8192
#define HUGE_MAX 8192
#define CACHES_MAX 512

/* In kB. Larger pages exist on no kernel. */
#define BLOCK_PAGE_MAX 256

/*
 * All figures of TEXT, "name:number" or "name: number", in kB or as plain counts. SUM: they are
 * added to those that are there, and without its kB a number is cut off.
 */
static int take_figures(struct strview text, struct oom_figures *figures, bool sum)
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
		value = value_times(value, unit);
		if (!sum)
			r = oom_figure_add(figures, name.at, name.length, value);
		else if (unit == 1024)
			r = oom_figure_plus(figures, name.at, name.length, value);
	}
	return r;
}

int read_counts(struct oom_partial *partial, struct strview text)
{
	return take_figures(text, &partial->report.memory, false);
}

/* It says nothing that PARTIAL has already. */
bool lacks_counts(const struct oom_partial *partial, struct strview text)
{
	struct strview name;
	char copy[40];

	strview_skip_blanks(&text);
	return !strview_take_until(&text, ":", &name) ||
	       oom_figure(&partial->report.memory,
			  strview_copy_to(name, copy, sizeof(copy))) == OOM_UNKNOWN;
}

/* Takes "Node 0 " from the front, and returns the node; 0 where there is none. */
static int take_node(struct strview *text)
{
	struct strview rest = (strview_skip_blanks(text), *text);
	uint64_t node;

	if (!strview_skip(&rest, "Node ") || !strview_take_u64(&rest, &node) || node > INT32_MAX)
		return 0;
	strview_skip_blanks(&rest);
	*text = rest;
	return (int)node;
}

int read_node(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct oom_node node = { .node = take_node(&text) };
	int r;

	/* What is left there is no number of a node. */
	if (strview_starts(text, "Node "))
		return 0;
	r = LIST_ADD(report->nodes, report->node_count, NODES_MAX, node);
	return r <= 0 ? r : take_figures(text, &report->nodes[report->node_count - 1].figures,
					 false);
}

/*
 * Takes a zone's name, "Node 0 DMA32 " or "DMA32: "; the zone is made at the first line that has
 * it. 0: there are too many.
 */
static int take_zone(struct oom_report *report, struct strview *text, struct oom_zone **ret_zone)
{
	struct oom_zone new = { .node = take_node(text) };
	struct strview name = strview_take_word(text);
	int r;

	name.length -= strview_last(name) == ':';
	strview_copy_to(name, new.name, sizeof(new.name));
	for (size_t i = 0; i < report->zone_count; i++) {
		*ret_zone = &report->zones[i];
		if ((*ret_zone)->node == new.node && !strcmp((*ret_zone)->name, new.name))
			return 1;
	}
	r = LIST_ADD(report->zones, report->zone_count, ZONES_MAX, new);
	*ret_zone = report->zones + report->zone_count - 1;
	return r;
}

int read_zone(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	int r = take_zone(&partial->report, &text, &zone);

	return r <= 0 ? r : take_figures(text, &zone->figures, false);
}

/* "4*4kB (UE) 2*8kB (M) ... = 12304kB": the first size is that of a page. */
int read_blocks(struct oom_partial *partial, struct strview text)
{
	struct oom_zone *zone;
	uint64_t size;
	int r = take_zone(&partial->report, &text, &zone);

	if (r <= 0)
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
	static const struct oom_line_value values[] = {
		{ "hugepages_total=", OOM_VALUE_COUNT, offsetof(struct oom_huge, total), NULL },
		{ "hugepages_free=", OOM_VALUE_COUNT, offsetof(struct oom_huge, free), NULL },
		{ "hugepages_surp=", OOM_VALUE_COUNT, offsetof(struct oom_huge, surplus), NULL },
		{ "hugepages_size=", OOM_VALUE_KIB, offsetof(struct oom_huge, page_size), NULL },
		{ .key = NULL },
	};
	struct oom_report *report = &partial->report;
	struct oom_huge huge = { .node = take_node(&text) };

	values_read(values, text, &huge);
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

/* Whether CHILD is PARENT or below it. All is below the root, which says little: 1; else 2. */
static int memcg_line_is_below(struct strview child, struct strview parent)
{
	if (!parent.length || child.length < parent.length ||
	    memcmp(child.at, parent.at, parent.length) != 0)
		return 0;
	if (parent.length == 1)
		return 1;
	return child.length == parent.length || child.at[parent.length] == '/' ? 2 : 0;
}

bool read_split_paths(struct strview text, const char *separator, struct strview *ret_first,
		      struct strview *ret_second)
{
	struct strview second = text;
	int best = -1;

	while (strview_skip_past(&second, separator)) {
		size_t at = text.length - second.length - strlen(separator);
		struct strview first = strview_head(text, at);
		int related = memcg_line_is_below(first, second) |
			memcg_line_is_below(second, first);

		if (!strview_starts(second, "/") || related <= best)
			continue;
		*ret_first = first;
		*ret_second = second;
		best = related;
	}
	return best >= 0;
}

/* "Task in /a/b killed as a result of limit of /a" */
int read_memcg_task(struct oom_partial *partial, struct strview text)
{
	struct oom_memcg *memcg = &partial->report.memcg;
	struct strview task, limit = { text.at, 0 };
	int r;

	text = strview_trim(text);
	if (!strview_skip(&text, "Task in "))
		return 0;
	if (!read_split_paths(text, " killed as a result of limit of ", &task, &limit))
		task = strview_head(text, strview_find_last(text, " killed as a result"));
	r = value_keep(&memcg->path, limit);
	return r < 0 ? r : value_keep(&memcg->task_path, task);
}

/*
 * The lines of memory.stat, in bytes, one or many in a record; or, up to 5.2, some or all of one
 * line: "cache:0KB rss:49484KB ...".
 */
int read_stat(struct oom_partial *partial, struct strview text)
{
	struct oom_figures *stats = &partial->report.memcg.stats;
	int r = 0;

	if (strview_has(text, ":"))
		return take_figures(text, stats, true);
	while (r == 0 && text.length) {
		struct strview line = strview_head(text, strview_find(text, "\n")), name;
		uint64_t value;

		text = strview_from(text, line.length + 1);
		strview_skip_blanks(&line);
		name = strview_take_word(&line);
		if (name.length && value_take(&line, &value))
			r = oom_figure_add(stats, name.at, name.length, value);
	}
	return r;
}

/*
 * "Memory cgroup stats for /a: cache:0KB rss:...", "Memory cgroup stats for /a:", up to 3.8
 * without a path. Up to 5.2 the cgroups below the limited one follow it, each with a line of its
 * own, in which those below that are left out: the sum is what the limit counts. Each is printed
 * once; what comes again, alone or with all the others, is a copy.
 */
int read_stats(struct oom_partial *partial, struct strview text)
{
	/* Path and figures may hold colons: the first figure is "cache:". */
	static const char *const ends[] = { ": cache:", ":cache:", ":" };
	struct oom_memcg *memcg = &partial->report.memcg;
	struct strview path = { text.at, 0 }, rest;
	uint64_t hash;
	int r;

	partial->list = memcg->stats.count ? 0 : OOM_LIST_STATS;
	strview_skip_blanks(&text);
	strview_skip(&text, "Memory cgroup stats");
	if (strview_skip(&text, " for ")) {
		size_t end = STRVIEW_NONE;

		rest = text;
		if (memcg->path && strview_skip(&rest, memcg->path) && strview_starts(rest, ":"))
			end = (size_t)(rest.at - text.at);
		for (size_t i = 0; i < ARRAY_SIZE(ends) && end == STRVIEW_NONE; i++)
			end = strview_find_last(text, ends[i]);
		path = strview_head(text, end);
		text = strview_from(text, path.length + 1);
	} else if (!strview_skip_past(&text, ":")) {
		return 0;
	}
	if (!memcg->path || !path.length ||
	    (!memcg->stats.count && strview_is(path, memcg->path))) {
		r = value_keep(&memcg->path, path);
		return r < 0 || memcg->stats.count ? r : read_stat(partial, text);
	}
	partial->list = 0;
	if (!strview_has(text, ":"))
		return 0;
	hash = value_hash(path, 0);
	partial->stats_copied |= strview_is(path, memcg->path);
	if (partial->stats_copied || !memcg_line_is_below(path, strview_of(memcg->path)) ||
	    hash == partial->stats_last)
		return 0;
	partial->stats_last = hash;
	partial->list = OOM_LIST_STATS;
	return read_stat(partial, text);
}
