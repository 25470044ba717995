/* SPDX-License-Identifier: GPL-2.0-or-later */
/* where.c - add the mappings of processes up by their kinds, and keep three readings of them */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/duration.h"
#include "monitor/where.h"

/* Reading takes no more than the hundredth part of the time, unless much has grown. */
#define READ_SHARE 100

uint64_t where_held(const struct where_share *share)
{
	return share->figures.rss + share->figures.hugetlb;
}

bool where_was_read(const struct where *where)
{
	for (size_t i = 0; i < WHERE_MOMENTS; i++)
		if (where->readings[i].processes || where->readings[i].all.mappings)
			return true;
	return false;
}

bool where_is_due(const struct where *where, uint64_t rss)
{
	if (!where->read_count || rss > where->last_rss + where->last_rss / 4)
		return true;
	return rss != where->last_rss &&
	       duration_now() - where->last_end_ns >= READ_SHARE * where->last_cost_ns;
}

static void where_add_share(struct where_share *share, const struct mapping *mapping)
{
	const struct mapping_figures *figures = &mapping->figures;

	share->mappings += mapping->readable || mapping->writable || mapping->executable ||
			   figures->rss || figures->hugetlb || figures->swap;
	share->figures.rss += figures->rss;
	share->figures.pss += figures->pss;
	share->figures.anon += figures->anon;
	share->figures.huge += figures->huge;
	share->figures.hugetlb += figures->hugetlb;
	share->figures.swap += figures->swap;
}

/* The place of KIND and NAME among the entries, or where it belongs. */
static size_t where_find_place(const struct where *where, enum mapping_kind kind,
			       const char *name, bool *ret_found)
{
	size_t low = 0, high = where->count;

	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct where_entry *entry = &where->entries[middle];
		int order = entry->kind != kind ? (int)entry->kind - (int)kind
						: strcmp(entry->name, name);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Returns the entry of KIND and NAME, a new one if there was none; NULL: out of memory. */
static struct where_entry *where_get_entry(struct where *where, enum mapping_kind kind,
					   const char *name)
{
	bool found;
	size_t place = where_find_place(where, kind, name, &found);
	char *copy;

	if (found)
		return &where->entries[place];
	if (where->count == where->room) {
		size_t room = where->room ? 2 * where->room : 64;
		struct where_entry *grown = reallocarray(where->entries, room, sizeof(*grown));

		if (!grown)
			return NULL;
		where->entries = grown;
		where->room = room;
	}
	copy = strdup(name);
	if (!copy)
		return NULL;
	memmove(&where->entries[place + 1], &where->entries[place],
		(where->count - place) * sizeof(*where->entries));
	where->count++;
	where->entries[place] = (struct where_entry){ .kind = kind, .name = copy };
	return &where->entries[place];
}

static int where_add_mapping(void *context, const struct mapping *mapping, enum mapping_kind kind)
{
	struct where *where = context;
	bool named = kind == MAPPING_FILE || kind == MAPPING_SHMEM || kind == MAPPING_ANON;
	struct where_entry *entry = where_get_entry(where, kind, named ? mapping->name : "");

	if (!entry)
		return -ENOMEM;
	where_add_share(&entry->shares[WHERE_LAST], mapping);
	where_add_share(&where->readings[WHERE_LAST].all, mapping);
	return 0;
}

/* Keeps the last reading as that of MOMENT, too. */
static void where_keep_as(struct where *where, enum where_moment moment)
{
	where->readings[moment] = where->readings[WHERE_LAST];
	for (size_t i = 0; i < where->count; i++)
		where->entries[i].shares[moment] = where->entries[i].shares[WHERE_LAST];
}

int where_read(struct where *where, const struct process_tree *tree, uint64_t rss,
	       uint64_t elapsed_ns)
{
	struct where_reading *last = &where->readings[WHERE_LAST];
	uint64_t began = duration_now();

	*last = (struct where_reading){ .elapsed_ns = elapsed_ns };
	for (size_t i = 0; i < where->count; i++)
		where->entries[i].shares[WHERE_LAST] = (struct where_share){ 0 };
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_process *process = &tree->processes[i];
		int r = process->zombie ? -ESRCH
			: smaps_read(where->root, process->pid, where_add_mapping, where);

		if (r == -EACCES || r == -EPERM)
			last->unreadable++;
		else if (r < 0 && r != -ESRCH && r != -ENOENT)
			return r;
		last->processes += r == 0;
	}
	if (!where->read_count)
		where_keep_as(where, WHERE_FIRST);
	if (!where->read_count ||
	    where_held(&last->all) >= where_held(&where->readings[WHERE_PEAK].all))
		where_keep_as(where, WHERE_PEAK);
	where->read_count++;
	where->last_rss = rss;
	where->last_end_ns = duration_now();
	where->last_cost_ns = where->last_end_ns - began;
	where->cost_ns += where->last_cost_ns;
	return 0;
}

void where_free(struct where *where)
{
	for (size_t i = 0; i < where->count; i++)
		free(where->entries[i].name);
	free(where->entries);
	where->entries = NULL;
	where->count = where->room = 0;
}
