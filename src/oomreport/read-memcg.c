/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-memcg.c - the memory cgroup whose limit was reached: mm/memcontrol.c */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/line-type.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

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
 * line: "cache:0KB rss:49484KB ...". There a number without KB is cut off.
 */
int read_stat(struct oom_partial *partial, struct strview text)
{
	struct oom_figures *stats = &partial->report.memcg.stats;
	bool old = strview_has(text, ":");
	int r = 0;

	while (r == 0 && text.length) {
		struct strview line = strview_head(text, strview_find(text, old ? " " : "\n"));
		struct strview name;
		uint64_t value;

		text = strview_from(text, line.length + 1);
		strview_skip_blanks(&line);
		if (!old) {
			name = strview_take_word(&line);
			if (name.length && value_take(&line, &value))
				r = oom_figure_add(stats, name.at, name.length, value);
		} else if (strview_take_until(&line, ":", &name) &&
			   strview_take_u64(&line, &value) &&
			   (strview_starts(line, "KB") || strview_starts(line, "kB"))) {
			r = oom_figure_plus(stats, name.at, name.length, value_times(value, 1024));
		}
	}
	return r;
}

/*
 * Takes the path of a cgroup, up to the colon behind it. Both may hold colons: the first figure is
 * "cache:".
 */
static struct strview take_path(struct strview *text, const char *known)
{
	static const char *const ends[] = { ": cache:", ":cache:", ":" };
	struct strview rest = *text, path;
	size_t end = STRVIEW_NONE;

	if (known && strview_skip(&rest, known) && strview_starts(rest, ":"))
		end = (size_t)(rest.at - text->at);
	for (size_t i = 0; i < ARRAY_SIZE(ends) && end == STRVIEW_NONE; i++)
		end = strview_find_last(*text, ends[i]);
	path = strview_head(*text, end);
	*text = strview_from(*text, path.length + 1);
	return path;
}

/*
 * "Memory cgroup stats for /a: cache:0KB rss:...", "Memory cgroup stats for /a:", up to 3.8
 * without a path. Up to 5.2 the cgroups below the limited one follow it, each with a line of its
 * own, in which those below that are left out: the sum is what the limit counts. Each is printed
 * once; what comes again, alone or with all the others, is a copy.
 */
int read_stats(struct oom_partial *partial, struct strview text)
{
	struct oom_memcg *memcg = &partial->report.memcg;
	struct strview path = { text.at, 0 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);	/* FNV-1a of the path */
	int r;

	partial->list = memcg->stats.count ? 0 : OOM_LIST_STATS;
	strview_skip_blanks(&text);
	strview_skip(&text, "Memory cgroup stats");
	if (strview_skip(&text, " for "))
		path = take_path(&text, memcg->path);
	else if (!strview_skip_past(&text, ":"))
		return 0;
	if (!memcg->path || !path.length ||
	    (!memcg->stats.count && strview_is(path, memcg->path))) {
		r = value_keep(&memcg->path, path);
		return r < 0 || memcg->stats.count ? r : read_stat(partial, text);
	}
	partial->list = 0;
	if (!strview_has(text, ":"))
		return 0;
	for (size_t i = 0; i < path.length; i++)
		hash = (hash ^ (unsigned char)path.at[i]) * UINT64_C(0x100000001b3);
	partial->stats_copied |= strview_is(path, memcg->path);
	if (partial->stats_copied || !memcg_line_is_below(path, strview_of(memcg->path)) ||
	    hash == partial->stats_last)
		return 0;
	partial->stats_last = hash;
	partial->list = OOM_LIST_STATS;
	return read_stat(partial, text);
}
