/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-memcg.c - the memory cgroup whose limit was reached: mm/memcontrol.c */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oom/reader.h"

/*
 * PAGE_COUNTER_MAX and its older relations, in kB: 9007199254740991, less a page, or twice that.
 * No limit that anybody sets comes near.
 */
#define UNLIMITED_KB (UINT64_C(1) << 52)

#define PATH_BYTES_MAX 8192

static int keep_path(char **kept, struct text path)
{
	if (*kept || !path.length)
		return 0;
	*kept = text_copy(text_head(path, PATH_BYTES_MAX));
	return *kept ? 0 : -ENOMEM;
}

/* "Task in /a/b killed as a result of limit of /a", "Memory limit reached of cgroup /a" */
int read_memcg_task(struct oom_draft *draft, struct text text)
{
	static const char limit[] = " killed as a result of limit of ";
	struct oom_memcg *memcg = &draft->report.memcg;
	size_t at = text_find_last(text, limit);
	int r;

	draft->memcg_said = true;
	text = text_trim(text);
	if (text_skip(&text, "Memory limit reached of cgroup "))
		return keep_path(&memcg->path, text);
	if (at == TEXT_NONE)
		at = text_find_last(text, " killed as a result");
	else if ((r = keep_path(&memcg->path, text_from(text, at + sizeof(limit) - 1))) < 0)
		return r;
	text = text_head(text, at);
	text_skip(&text, "Task in ");
	return keep_path(&memcg->task_path, text);
}

static bool value_of(struct text text, const char *key, uint64_t *ret_value)
{
	size_t at = text_find(text, key);

	if (at == TEXT_NONE)
		return false;
	text = text_from(text, at + strlen(key));
	text_skip_blanks(&text);
	return text_take_u64(&text, ret_value);
}

static uint64_t from_kb(uint64_t kb)
{
	return kb > (UINT64_MAX - 1) / 1024 ? UINT64_MAX - 1 : kb * 1024;
}

/* "memory: usage 32768kB, limit 32768kB, failcnt 12" */
int read_counter(struct oom_draft *draft, struct text text)
{
	struct oom_memcg *memcg = &draft->report.memcg;
	struct oom_counter *counter;
	uint64_t value;

	text_skip_blanks(&text);
	counter = text_starts(text, "memory:") ? &memcg->memory
		: text_starts(text, "memory+swap:") ? &memcg->memsw
		: text_starts(text, "swap:") ? &memcg->swap : &memcg->kmem;
	draft->memcg_said = true;
	if (counter->usage != OOM_UNKNOWN)
		return 0;
	if (value_of(text, "usage", &value))
		counter->usage = from_kb(value);
	if (value_of(text, "limit", &value)) {
		counter->limit = from_kb(value);
		counter->unlimited = value >= UNLIMITED_KB;
	}
	value_of(text, "failcnt", &counter->failcnt);
	return 0;
}

/* "cache:0KB rss:49484KB ...": one line, up to 5.2 */
static int read_old_stats(struct oom_figures *stats, struct text text)
{
	int r = 0;

	while (r == 0 && (text_skip_blanks(&text), text.length)) {
		struct text word = text_take_word(&text), name;
		uint64_t value;

		if (!word.length)
			break;
		if (text_take_until(&word, ":", &name) && text_take_u64(&word, &value))
			r = oom_figure_add(stats, name.at, name.length,
					   text_starts(word, "KB") || text_starts(word, "kB")
						   ? from_kb(value) : value);
	}
	return r;
}

/*
 * "Memory cgroup stats for /a: cache:0KB rss:...", "Memory cgroup stats for /a:", up to 3.8 without a
 * path. The child cgroups of the limited one follow it, each with a line of its own: they are not kept.
 */
int read_stats(struct oom_draft *draft, struct text text)
{
	struct oom_memcg *memcg = &draft->report.memcg;
	struct text path = { text.at, 0 }, inside;
	size_t end;
	int r;

	draft->memcg_said = true;
	draft->in_stats = !memcg->stats.count;
	text_skip(&text, "Memory cgroup stats");
	if (text_skip(&text, " for ")) {
		/* A path may hold colons; the figures' first is "cache:". */
		end = text_find(text, ": cache:");
		if (end == TEXT_NONE)
			end = text_find(text, ":cache:");
		if (end == TEXT_NONE)
			end = text_find_last(text, ":");
		path = text_head(text, end == TEXT_NONE ? text.length : end);
		text = text_from(text, path.length + 1);
	} else if (!text_take_until(&text, ":", &inside)) {
		return 0;
	}
	if (memcg->path && path.length && !text_is(path, memcg->path))
		return 0;
	r = keep_path(&memcg->path, path);
	return r < 0 || memcg->stats.count ? r : read_old_stats(&memcg->stats, text);
}

/* The lines of memory.stat in bytes, one or many in a record; or the rest of an old one. */
int read_stat(struct oom_draft *draft, struct text text)
{
	struct oom_figures *stats = &draft->report.memcg.stats;
	int r = 0;

	if (text_find(text, ":") != TEXT_NONE)
		return read_old_stats(stats, text);
	while (r == 0 && text.length) {
		struct text line, name;
		uint64_t value;
		size_t end = text_find(text, "\n");

		line = text_head(text, end);
		text = text_from(text, line.length + 1);
		text_skip_blanks(&line);
		name = text_take_word(&line);
		text_skip_blanks(&line);
		if (name.length && text_take_u64(&line, &value))
			r = oom_figure_add(stats, name.at, name.length, value);
	}
	return r;
}
