/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-json-memory.c - the record of a report: the memory of the machine and of a cgroup */
#include <config.h>

#include "analysis/cgroup-owner.h"
#include "analysis/memory-usage.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/utf8.h"
#include "output/report-json.h"

/* The names come from the log, and none may take the place of a field that has a meaning. */
static void add_figures(struct json_object *object, const struct oom_figures *figures)
{
	for (size_t i = 0; object && i < figures->count; i++) {
		CLEANUP_FREE char *name = utf8_repair(figures->list[i].name);

		if (name && !json_object_object_get_ex(object, name, NULL))
			json_add_figure(object, name, figures->list[i].bytes);
	}
}

static struct json_object *memory_object(const struct oom_report *report)
{
	struct json_object *object = json_object_new_object();

	json_add_figure(object, "ram", report->ram);
	json_add_figure(object, "ram_reserved", report->ram_reserved);
	json_add_figure(object, "ram_highmem", report->ram_highmem);
	json_add_figure(object, "ram_cma", report->ram_cma);
	json_add_figure(object, "ram_hwpoisoned", report->ram_hwpoisoned);
	json_add_figure(object, "swap_total", report->swap_total);
	json_add_figure(object, "swap_free", report->swap_free);
	json_add_figure(object, "swapcache", report->swapcache);
	json_add_figure(object, "pagecache", report->pagecache);
	add_figures(object, &report->memory);
	return object;
}

static struct json_object *node_object(const struct oom_node *node)
{
	struct json_object *object = json_object_new_object();

	json_add_integer(object, "node", node->node);
	add_figures(object, &node->figures);
	return object;
}

static struct json_object *blocks_array(const struct oom_zone *zone)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < ARRAY_SIZE(zone->blocks); i++)
		json_object_array_add(array, zone->blocks[i] > INT64_MAX
				      ? NULL : json_object_new_int64((int64_t)zone->blocks[i]));
	return array;
}

static struct json_object *zone_object(const struct oom_zone *zone)
{
	struct json_object *object = json_object_new_object();

	json_add_integer(object, "node", zone->node);
	json_add_text(object, "zone", zone->name);
	json_add(object, "blocks", zone->has_blocks ? blocks_array(zone) : NULL);
	add_figures(object, &zone->figures);
	return object;
}

static struct json_object *huge_object(const struct oom_huge *huge)
{
	struct json_object *object = json_object_new_object();

	json_add_integer(object, "node", huge->node);
	json_add_figure(object, "total", huge->total);
	json_add_figure(object, "free", huge->free);
	json_add_figure(object, "surplus", huge->surplus);
	json_add_figure(object, "page_size", huge->page_size);
	return object;
}

/* null: the report has no such table. */
static void add_caches(struct json_object *record, const char *key,
		       const struct oom_caches *caches)
{
	struct json_object *array = caches->count ? json_object_new_array() : NULL;

	for (size_t i = 0; array && i < caches->count; i++) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "name", caches->list[i].name);
		json_add_figure(object, "used", caches->list[i].used);
		json_add_figure(object, "total", caches->list[i].total);
		json_object_array_add(array, object);
	}
	json_add(record, key, array);
}

void why_add_memory(struct json_object *record, const struct oom_report *report)
{
	struct json_object *nodes = json_object_new_array(), *zones = json_object_new_array();
	struct json_object *huge = json_object_new_array();

	for (size_t i = 0; nodes && i < report->node_count; i++)
		json_object_array_add(nodes, node_object(&report->nodes[i]));
	for (size_t i = 0; zones && i < report->zone_count; i++)
		json_object_array_add(zones, zone_object(&report->zones[i]));
	for (size_t i = 0; huge && i < report->huge_count; i++)
		json_object_array_add(huge, huge_object(&report->huge[i]));
	json_add(record, "memory", memory_object(report));
	json_add(record, "nodes", nodes);
	json_add(record, "zones", zones);
	json_add(record, "hugepages", huge);
	add_caches(record, "slabs", &report->slabs);
	add_caches(record, "allocations", &report->allocations);
}

static void add_counter_fields(struct json_object *object, const struct oom_counter *counter)
{
	json_add_figure(object, "limit", counter->unlimited ? OOM_UNKNOWN : counter->limit);
	json_add(object, "unlimited", counter->limit != OOM_UNKNOWN || counter->unlimited
				      ? json_object_new_boolean(counter->unlimited) : NULL);
	json_add_figure(object, "usage", counter->usage);
	json_add_figure(object, "failcnt", counter->failcnt);
}

/* null: the report has no such counter. */
static void add_counter(struct json_object *memcg, const char *key,
			const struct oom_counter *counter)
{
	struct json_object *object = NULL;

	if (counter->usage != OOM_UNKNOWN) {
		object = json_object_new_object();
		add_counter_fields(object, counter);
	}
	json_add(memcg, key, object);
}

static struct json_object *owner_object(const char *path, int version)
{
	struct json_object *object;
	struct cgroup_owner owner;

	if (!path)
		return NULL;
	cgroup_owner_find(path, version, &owner);
	object = json_object_new_object();
	json_add_text(object, "kind", cgroup_owner_name(owner.kind));
	json_add_text(object, "what", owner.what);
	json_add_text(object, "where", owner.where);
	json_add_text(object, "pod", owner.pod);
	json_add_text(object, "qos", owner.qos);
	json_add_text(object, "container", owner.container);
	json_add_text(object, "runtime", owner.runtime);
	json_add_text(object, "unit", owner.unit);
	json_add_text(object, "user", owner.user);
	json_add_text(object, "job", owner.job);
	json_add_text(object, "step", owner.step);
	json_add_text(object, "task", owner.task);
	return object;
}

void why_add_memcg(struct json_object *record, const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	int version = oom_cgroup_version(report);
	struct json_object *object = json_object_new_object(), *stats = NULL;

	json_add_text(object, "path", memcg->path);
	add_counter_fields(object, &memcg->memory);
	json_add_text(object, "task_path", memcg->task_path);
	add_counter(object, "swap", &memcg->swap);
	add_counter(object, "memsw", &memcg->memsw);
	add_counter(object, "kmem", &memcg->kmem);
	if (memcg->stats.count) {
		stats = json_object_new_object();
		add_figures(stats, &memcg->stats);
	}
	json_add(object, "stats", stats);
	json_add(object, "owner", owner_object(memcg->path, version));
	json_add(object, "task_owner", owner_object(memcg->task_path, version));
	json_add(record, "memcg", object);
}
