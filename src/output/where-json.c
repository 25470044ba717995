/* SPDX-License-Identifier: GPL-2.0-or-later */
/* where-json.c - what grew, by kind of mapping, as one JSON record */
#include <config.h>

#include <stddef.h>

#include "lib/macros.h"
#include "output/json-object.h"
#include "output/where.h"

static const struct { const char *key; size_t offset; } where_figures[] = {
	{ "rss", offsetof(struct mapping_figures, rss) },
	{ "pss", offsetof(struct mapping_figures, pss) },
	{ "anon", offsetof(struct mapping_figures, anon) },
	{ "huge", offsetof(struct mapping_figures, huge) },
	{ "hugetlb", offsetof(struct mapping_figures, hugetlb) },
	{ "swap", offsetof(struct mapping_figures, swap) },
};

static const char *const where_moments[] = {
	[WHERE_FIRST] = "first", [WHERE_PEAK] = "peak", [WHERE_LAST] = "last",
};

static void where_add_figures(struct json_object *object, const struct where_share *share)
{
	json_add_size(object, "mappings", share->mappings);
	for (size_t i = 0; i < ARRAY_SIZE(where_figures); i++)
		json_add_size(object, where_figures[i].key,
			      *(const uint64_t *)(const void *)((const char *)&share->figures +
								where_figures[i].offset));
}

/* Whether anything of it was in memory, or in swap, at any of the moments. */
static bool where_was_there(const struct where_entry *entry)
{
	uint64_t held = 0;

	for (size_t i = 0; i < WHERE_MOMENTS; i++)
		held += where_held(&entry->shares[i]) + entry->shares[i].figures.swap;
	return held != 0;
}

int where_json_print(struct printer *printer, const struct where *where)
{
	struct json_object *record = json_new_record("where"), *kinds = json_object_new_array();

	json_add_text(record, "run", printer->plan.host->run);
	json_add_size(record, "readings", where->read_count);
	json_add_size(record, "cost_ns", where->cost_ns);
	for (size_t i = 0; i < ARRAY_SIZE(where_moments); i++) {
		const struct where_reading *reading = &where->readings[i];
		struct json_object *moment = json_object_new_object();

		json_add_size(moment, "elapsed_ns", reading->elapsed_ns);
		json_add_size(moment, "procs", reading->processes);
		json_add_size(moment, "unreadable", reading->unreadable);
		where_add_figures(moment, &reading->all);
		json_add(record, where_moments[i], moment);
	}
	for (size_t i = 0; i < where->count; i++) {
		const struct where_entry *entry = &where->entries[i];
		struct json_object *kind;

		if (!where_was_there(entry))
			continue;
		kind = json_object_new_object();
		json_add_text(kind, "kind", mapping_kind_name(entry->kind));
		json_add_text(kind, "name", entry->name);
		for (size_t j = 0; j < ARRAY_SIZE(where_moments); j++) {
			struct json_object *share = json_object_new_object();

			where_add_figures(share, &entry->shares[j]);
			json_add(kind, where_moments[j], share);
		}
		json_object_array_add(kinds, kind);
	}
	json_add(record, "mappings", kinds);
	return json_write_record(printer->stream, record);
}
