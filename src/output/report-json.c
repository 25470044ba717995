/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-json.c - a report as one JSON record, with every fact that was parsed */
#include <config.h>

#include <errno.h>
#include <printbuf.h>
#include <stdio.h>
#include <string.h>

#include "analysis/cgroup-owner.h"
#include "analysis/gfp.h"
#include "analysis/memory-usage.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/timestamp.h"
#include "lib/utf8.h"
#include "output/json-object.h"
#include "output/report-printer.h"

/* Names of which the sum is given; the largest. */
#define SUMS_MAX 20

/* A field of the record: what a member of a struct says, by its type, or what was made of it. */
struct json_field {
	const char *key;
	enum {
		JSON_FIGURE,	/* uint64_t; null: OOM_UNKNOWN, and more than a machine has */
		JSON_COUNT,	/* a size_t of 32 bits */
		JSON_NUMBER,	/* int64_t; null: OOM_NO_NUMBER */
		JSON_INTEGER,
		JSON_FLAG,
		JSON_POINTER,	/* to a text; null: NULL or "" */
		JSON_TEXT,	/* an array of char; null: "" */
		JSON_COMM,	/* the same, and "" is a name */
		JSON_VALUE,	/* a struct json_object */
	} kind;
	const void *at;
};

#define FIELD_AS(name, member) \
	{ name, _Generic((const __typeof__(member) *)&(member), \
			 const uint64_t *: JSON_FIGURE, const unsigned *: JSON_COUNT, \
			 const int64_t *: JSON_NUMBER, const int *: JSON_INTEGER, \
			 const bool *: JSON_FLAG, char *const *: JSON_POINTER, \
			 const char *const *: JSON_POINTER, default: JSON_TEXT), &(member) }
#define FIELD(from, member) FIELD_AS(#member, (from)->member)
#define COMM(from) { "comm", JSON_COMM, (from)->comm }
#define VALUE(name, object) { name, JSON_VALUE, object }
#define FLAG(name, value) VALUE(name, json_object_new_boolean(value))
/* null where nothing is known. */
#define FLAG_IF(name, known, value) \
	VALUE(name, (known) ? json_object_new_boolean(value) : NULL)
#define FIGURE_IF(name, known, figure) \
	VALUE(name, json_new_figure((known) ? (figure) : OOM_UNKNOWN))

static struct json_object *json_new_figure(uint64_t figure)
{
	return figure > INT64_MAX ? NULL : json_object_new_uint64(figure);
}

static struct json_object *json_field_value(const struct json_field *field)
{
	const char *text = field->at;

	switch (field->kind) {
	case JSON_VALUE:
		return (struct json_object *)field->at;
	case JSON_NUMBER:
		return *(const int64_t *)field->at == OOM_NO_NUMBER
		       ? NULL : json_object_new_int64(*(const int64_t *)field->at);
	case JSON_INTEGER:
		return json_object_new_int64(*(const int *)field->at);
	case JSON_FLAG:
		return json_object_new_boolean(*(const bool *)field->at);
	case JSON_COMM:
		return json_new_text(text);
	case JSON_POINTER:
		text = *(char *const *)field->at;
		return text && *text ? json_new_text(text) : NULL;
	case JSON_TEXT:
		return *text ? json_new_text(text) : NULL;
	case JSON_FIGURE:
		return json_new_figure(*(const uint64_t *)field->at);
	case JSON_COUNT:
		return json_new_figure(*(const unsigned *)field->at);
	}
	return NULL;
}

static struct json_object *json_add_fields(struct json_object *object,
					   const struct json_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_add(object, fields[i].key, json_field_value(&fields[i]));
	return object;
}

/* Adds FIELD()s, VALUE()s, ... to an object, which it returns. */
#define ADD(object, ...) \
	json_add_fields(object, (const struct json_field[]){ __VA_ARGS__ }, \
			ARRAY_SIZE(((const struct json_field[]){ __VA_ARGS__ })))
#define OBJECT(...) ADD(json_object_new_object(), __VA_ARGS__)

/*
 * Adds figures under the names that the log has for them, none of which may take the place of a
 * field that is there.
 */
static struct json_object *add_figures(struct json_object *object,
				       const struct oom_figures *figures)
{
	for (size_t i = 0; object && i < figures->count; i++) {
		CLEANUP_FREE char *name = utf8_repair(figures->list[i].name);

		if (name && !json_object_object_get_ex(object, name, NULL))
			json_add(object, name, json_new_figure(figures->list[i].bytes));
	}
	return object;
}

static void add_origin(struct json_object *record, const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	const struct oom_time *when = &report->time;
	const char *scope = oom_scope_name(report->scope);
	char text[TIMESTAMP_TEXT_MAX] = "";

	/* RFC 3339, UTC; null: the log has no dates. */
	if (when->has_wall)
		timestamp_format(text, when->wall_ns, TIMESTAMP_UTC);
	ADD(record, FIELD(shown, number), FIELD(shown, source), FIELD_AS("time", text),
	    FLAG_IF("time_guessed", when->has_wall, when->wall_guessed || when->wall_derived),
	    FIELD_AS("time_raw", when->raw),
	    VALUE("monotonic_ns",
		  when->has_monotonic ? json_object_new_int64(when->monotonic_ns) : NULL),
	    FIELD(report, host), FIELD(report, kernel), FIELD_AS("hardware", report->machine),
	    FIELD_AS("scope", scope), FIELD(report, constraint),
	    FIGURE_IF("page_size", report->page_size_known, report->page_size),
	    FIELD(report, page_size_known));
}

/* Who asked, and for what. */
static void add_request(struct json_object *record, const struct oom_report *report)
{
	struct json_object *flags = report->gfp_mask ? json_object_new_array() : NULL;
	struct oom_gfp gfp;
	const char *kind;

	oom_gfp_decode(report->gfp_mask, report->gfp_mask ? report->gfp_value : OOM_UNKNOWN,
		       oom_kernel_number(report->kernel), &gfp);
	kind = oom_gfp_kind(&gfp, report->scope == OOM_SCOPE_MEMCG, report->order);
	for (size_t i = 0; flags && i < gfp.count; i++)
		json_object_array_add(flags, json_new_text(gfp.flags[i]));
	ADD(record,
	    VALUE("trigger", OBJECT(
		  VALUE("comm", report->trigger.present ? json_new_text(report->trigger.comm)
							: NULL),
		  FIELD(&report->trigger, pid), FIELD(&report->trigger, uid),
		  FIELD(&report->trigger, cpu), FIELD_AS("oom_score_adj", report->trigger.adj),
		  FIELD_AS("oom_adj", report->trigger.old_adj))),
	    FIELD(report, gfp_mask), VALUE("gfp_flags", flags),
	    FLAG_IF("gfp_decoded", report->gfp_mask, gfp.decoded),
	    FIELD_AS("gfp_kind", kind), FIELD(report, order),
	    FIELD(report, nodemask), FIELD(report, cpuset), FIELD(report, mems_allowed));
}

static struct json_object *add_counter(struct json_object *object,
				       const struct oom_counter *counter)
{
	bool limited = counter->limit != OOM_UNKNOWN && !counter->unlimited;

	return ADD(object, FIGURE_IF("limit", limited, counter->limit),
		   FLAG_IF("unlimited", limited || counter->unlimited, counter->unlimited),
		   FIELD(counter, usage), FIELD(counter, failcnt));
}

/* null: the report has no such counter. */
static struct json_object *counter_object(const struct oom_counter *counter)
{
	return counter->usage == OOM_UNKNOWN ? NULL
					     : add_counter(json_object_new_object(), counter);
}

static struct json_object *owner_object(const char *path, int version)
{
	struct cgroup_owner owner;

	if (!path)
		return NULL;
	cgroup_owner_find(path, version, &owner);
	return OBJECT(VALUE("kind", json_new_text(cgroup_owner_name(owner.kind))),
		      FIELD(&owner, what), FIELD(&owner, where), FIELD(&owner, pod),
		      FIELD(&owner, qos), FIELD(&owner, container), FIELD(&owner, runtime),
		      FIELD(&owner, unit), FIELD(&owner, user), FIELD(&owner, job),
		      FIELD(&owner, step), FIELD(&owner, task));
}

static struct json_object *memcg_object(const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	int version = oom_cgroup_version(report);
	struct json_object *object = OBJECT(FIELD(memcg, path));

	add_counter(object, &memcg->memory);
	return ADD(object, FIELD(memcg, task_path),
		   VALUE("swap", counter_object(&memcg->swap)),
		   VALUE("memsw", counter_object(&memcg->memsw)),
		   VALUE("kmem", counter_object(&memcg->kmem)),
		   VALUE("stats", !memcg->stats.count ? NULL
			 : add_figures(json_object_new_object(), &memcg->stats)),
		   VALUE("owner", owner_object(memcg->path, version)),
		   VALUE("task_owner", owner_object(memcg->task_path, version)));
}

/* null: the report has no such table. */
static struct json_object *caches_array(const struct oom_caches *caches)
{
	struct json_object *array = caches->count ? json_object_new_array() : NULL;

	for (size_t i = 0; array && i < caches->count; i++)
		json_object_array_add(array, OBJECT(FIELD(&caches->list[i], name),
						    FIELD(&caches->list[i], used),
						    FIELD(&caches->list[i], total)));
	return array;
}

static void add_memory(struct json_object *record, const struct oom_report *report)
{
	struct json_object *nodes = json_object_new_array(), *zones = json_object_new_array();
	struct json_object *huge = json_object_new_array(), *memory;

	memory = OBJECT(FIELD(report, ram), FIELD(report, ram_reserved),
			FIELD(report, ram_highmem), FIELD(report, ram_cma),
			FIELD(report, ram_hwpoisoned), FIELD(report, swap_total),
			FIELD(report, swap_free), FIELD(report, swapcache),
			FIELD(report, pagecache));
	add_figures(memory, &report->memory);
	for (size_t i = 0; nodes && i < report->node_count; i++)
		json_object_array_add(nodes, add_figures(OBJECT(FIELD(&report->nodes[i], node)),
							 &report->nodes[i].figures));
	for (size_t i = 0; zones && i < report->zone_count; i++) {
		const struct oom_zone *zone = &report->zones[i];
		struct json_object *blocks = zone->has_blocks ? json_object_new_array() : NULL;

		for (size_t j = 0; blocks && j < ARRAY_SIZE(zone->blocks); j++)
			json_object_array_add(blocks, json_new_figure(zone->blocks[j]));
		json_object_array_add(zones, add_figures(
			OBJECT(FIELD(zone, node), FIELD_AS("zone", zone->name),
			       VALUE("blocks", blocks)), &zone->figures));
	}
	for (size_t i = 0; huge && i < report->huge_count; i++) {
		const struct oom_huge *pool = &report->huge[i];

		json_object_array_add(huge, OBJECT(FIELD(pool, node), FIELD(pool, total),
						   FIELD(pool, free), FIELD(pool, surplus),
						   FIELD(pool, page_size)));
	}
	ADD(record, VALUE("memory", memory), VALUE("nodes", nodes), VALUE("zones", zones),
	    VALUE("hugepages", huge), VALUE("slabs", caches_array(&report->slabs)),
	    VALUE("allocations", caches_array(&report->allocations)));
}

/*
 * Writes the tasks, one after the other: the objects of a hundred thousand would take a hundred
 * times the room of the report.
 */
static int write_tasks(struct json_object *tasks, struct printbuf *text, int level, int flags)
{
	const struct oom_report *report = json_object_get_userdata(tasks);
	const struct oom_columns *columns = &report->columns;
	int r = printbuf_memappend(text, "[", 1);

	(void)level;
	for (size_t i = 0; r >= 0 && i < report->task_count; i++) {
		const struct oom_task *task = &report->tasks[i];
		struct json_object *object =
			OBJECT(FIELD(task, pid), FIELD(task, tgid), FIELD(task, uid), COMM(task),
			       FIELD(task, total_vm), FIELD(task, rss), FIELD(task, rss_anon),
			       FIELD(task, rss_file), FIELD(task, rss_shmem), FIELD(task, swap),
			       FIELD(task, pgtables),
			       VALUE("oom_score_adj",
				     columns->adj ? json_object_new_int64(task->adj) : NULL));
		const char *line;

		/* A scale of its own, -17 to 15, in tables up to 2.6.35. */
		if (!columns->adj && columns->old_adj)
			json_add_integer(object, "oom_adj", task->adj);
		ADD(object, FIELD(task, badness), FIGURE_IF("rank", task->rank, task->rank));
		line = json_object_to_json_string_ext(object, flags);
		if (i)
			r = printbuf_memappend(text, ",", 1);
		if (r >= 0)
			r = line ? printbuf_memappend(text, line, (int)strlen(line)) : -1;
		json_object_put(object);
	}
	return r < 0 ? r : printbuf_memappend(text, "]", 1);
}

/* The task table, whom the kernel chose, by two kinds of lines, and who was killed. */
static void add_tasks(struct json_object *record, const struct oom_report *report)
{
	const struct oom_choice *choice = &report->choice;
	const struct oom_task *selected = &report->selected;
	bool listed = report->has_table || report->task_count;
	struct json_object *tasks = listed ? json_object_new_array() : NULL;
	struct json_object *victims = json_object_new_array();

	if (tasks)
		json_object_set_serializer(tasks, write_tasks, (void *)report, NULL);
	for (size_t i = 0; victims && i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		const struct oom_reaped *reaped = &victim->reaped;

		json_object_array_add(victims, OBJECT(
			FIELD(victim, pid), COMM(victim), FIELD(victim, uid),
			FIELD(victim, total_vm), FIELD(victim, anon), FIELD(victim, file),
			FIELD(victim, shmem), FIELD(victim, pgtables),
			FIELD_AS("oom_score_adj", victim->adj), FIELD(victim, score),
			/* null: the reaper said nothing. */
			VALUE("reaped", !reaped->present && !reaped->failed ? NULL
			      : OBJECT(FIELD(reaped, anon), FIELD(reaped, file),
				       FIELD(reaped, shmem), FIELD(reaped, failed),
				       FIELD_AS("time_raw", reaped->time.raw))),
			FIELD(victim, repeated), FIELD(victim, presumed),
			FIELD_AS("time_raw", victim->time.raw)));
	}
	/* null: it is not there. */
	ADD(record, FIGURE_IF("tasks_listed", listed, report->tasks_listed), VALUE("tasks", tasks),
	    VALUE("choice", !choice->present ? NULL
		  : OBJECT(FIELD(choice, pid), COMM(choice), FIELD(choice, score))),
	    VALUE("decided", selected->pid == OOM_NO_NUMBER ? NULL
		  : OBJECT(FIELD(selected, pid), COMM(selected), FIELD(selected, uid))),
	    VALUE("victims", victims));
}

static void add_ranking(struct json_object *record, const struct oom_ranking *ranking,
			const struct oom_explanation *explanation)
{
	static const char *const rules[] = {
		[OOM_RULE_UNKNOWN] = NULL, [OOM_RULE_ROOT_BONUS] = "root-bonus",
		[OOM_RULE_CLAMPED] = "clamped", [OOM_RULE_SIGNED] = "signed",
	};
	static const char *const bonuses[] = {
		[OOM_BONUS_NONE] = "none", [OOM_BONUS_OF_TOTAL] = "of-total",
		[OOM_BONUS_OF_USE] = "of-use",
	};
	const struct badness_scale *scale = &ranking->scale;
	struct json_object *sums = json_object_new_array();

	for (size_t i = 0; sums && i < ranking->sum_count && i < SUMS_MAX; i++) {
		const struct oom_sum *sum = &ranking->sums[i];

		json_object_array_add(sums, OBJECT(VALUE("comm", json_new_text(sum->comm)),
						   FIELD(sum, tasks), FIELD(sum, held)));
	}
	ADD(record,
	    VALUE("why", OBJECT(
		  FIGURE_IF("rank_of_victim", ranking->rank_of_victim, ranking->rank_of_victim),
		  FLAG_IF("agrees", ranking->judged, ranking->agrees), FIELD(explanation, note))),
	    VALUE("ranking", OBJECT(
		  FIELD_AS("rule", rules[scale->rule]), FIELD_AS("bonus", bonuses[scale->bonus]),
		  FIELD(scale, thousandths), FIELD(ranking, approximate),
		  FIELD(scale, total_pages), FIELD(ranking, total_from),
		  FIELD(ranking, total_guessed), FIELD(ranking, candidates),
		  FIELD(ranking, exempt), FIELD(ranking, printed_score),
		  FIELD(ranking, computed_score), FIELD(ranking, held), VALUE("sums", sums))));
}

int why_json(struct why_printer *printer, const struct why_case *shown)
{
	const struct oom_explanation *explanation = shown->explanation;
	struct json_object *record = json_new_record("oom");
	const struct oom_report *report = shown->report;
	const char *boot = oom_boot_name(report->boot);
	CLEANUP_FREE char *text = NULL;
	size_t length;
	FILE *lines = open_memstream(&text, &length);

	/* The explanation as lines of "Heading: sentences". */
	for (size_t i = 0; lines && i < explanation->count; i++)
		fprintf(lines, "%s%s: %s", i ? "\n" : "",
			oom_section_name(explanation->list[i].section), explanation->list[i].text);
	if (!lines || fclose(lines) != 0) {
		json_object_put(record);
		return -ENOMEM;
	}
	add_origin(record, shown);
	add_request(record, report);
	json_add(record, "memcg", memcg_object(report));
	add_memory(record, report);
	add_tasks(record, report);
	add_ranking(record, shown->ranking, explanation);
	/* What else the report says, and whether all of it is there. */
	ADD(record, FIELD(report, panic), FIELD(report, group), FIELD(report, group_path),
	    FIELD(report, none_killable), FIELD(report, allocating_task),
	    FIELD(report, already_exiting), FIELD(report, compaction_disabled),
	    FIELD_AS("boot", boot), FIELD(report, crash_kernel),
	    FIELD_AS("global_oom", report->global_present),
	    FLAG("truncated", report->cut_start || report->cut_end || report->missed),
	    FIELD(report, cut_start), FIELD(report, cut_end), FIELD(report, missed),
	    FIELD(report, suppressed), FIELD(report, implausible), FIELD(report, lines));
	json_add_text(record, "explanation", text);
	return json_write_record(printer->stream, record);
}
