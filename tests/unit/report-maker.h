/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-maker.h - reports made by hand for the tests of explanations and advice */
#ifndef PT_REPORT_MAKER_H
#define PT_REPORT_MAKER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "analysis/explanation.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define TELLING_MAX 65536

/* One more element at the end of a list that is owned by a report. */
static inline void *make_more(void *list, size_t *count, size_t size)
{
	char *grown = realloc(list, (*count + 1) * size);

	if (!grown)
		abort();
	memset(grown + *count * size, 0, size);
	++*count;
	return grown;
}

static inline void make_figure(struct oom_figures *figures, const char *name, uint64_t bytes)
{
	if (oom_figure_add(figures, name, strlen(name), bytes))
		abort();
}

static inline struct oom_zone *make_zone(struct oom_report *report, int node, const char *name,
					 uint64_t free, uint64_t min, uint64_t managed)
{
	struct oom_zone *zone;

	report->zones = make_more(report->zones, &report->zone_count, sizeof(*zone));
	zone = &report->zones[report->zone_count - 1];
	zone->node = node;
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	make_figure(&zone->figures, "free", free);
	make_figure(&zone->figures, "min", min);
	make_figure(&zone->figures, "low", min + min / 4);
	make_figure(&zone->figures, "managed", managed);
	return zone;
}

static inline struct oom_task *make_task(struct oom_report *report, int64_t pid, const char *comm,
					 uint64_t rss, int adj)
{
	struct oom_task *task;

	report->tasks = make_more(report->tasks, &report->task_count, sizeof(*task));
	task = &report->tasks[report->task_count - 1];
	*task = (struct oom_task){
		.pid = pid, .tgid = pid, .uid = 1000, .total_vm = 2 * rss, .rss = rss,
		.rss_anon = OOM_UNKNOWN, .rss_file = OOM_UNKNOWN, .rss_shmem = OOM_UNKNOWN,
		.swap = 0, .pgtables = 0, .adj = adj, .badness = OOM_NO_NUMBER,
	};
	snprintf(task->comm, sizeof(task->comm), "%s", comm);
	report->has_table = true;
	report->columns = (struct oom_columns){ .swap = true, .pgtables = true, .adj = true };
	report->page_size_known = true;
	report->tasks_listed = report->task_count;
	return task;
}

static inline struct oom_victim *make_victim(struct oom_report *report, int64_t pid,
					     const char *comm)
{
	struct oom_victim *victim;

	report->victims = make_more(report->victims, &report->victim_count, sizeof(*victim));
	victim = &report->victims[report->victim_count - 1];
	*victim = (struct oom_victim){
		.pid = pid, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN, .anon = OOM_UNKNOWN,
		.file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN,
		.adj = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
		.reaped = { .anon = OOM_UNKNOWN, .file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN },
	};
	snprintf(victim->comm, sizeof(victim->comm), "%s", comm);
	return victim;
}

static inline void make_hold(struct oom_victim *victim, uint64_t anon, uint64_t file,
			     uint64_t shmem)
{
	victim->anon = anon;
	victim->file = file;
	victim->shmem = shmem;
	victim->total_vm = 2 * (anon + file + shmem);
}

static inline void make_time(struct oom_time *when, int64_t ns)
{
	when->has_monotonic = true;
	when->monotonic_ns = ns;
}

/* PID called COMM asked for memory by an order and a mask. */
static inline void make_trigger(struct oom_report *report, int64_t pid, const char *comm,
				int64_t order, const char *mask)
{
	report->trigger.present = true;
	report->trigger.pid = pid;
	report->trigger.adj = 0;
	snprintf(report->trigger.comm, sizeof(report->trigger.comm), "%s", comm);
	report->order = order;
	report->gfp_mask = strdup(mask);
	report->gfp_value = strtoull(mask, NULL, 16);
	report->page_size_known = true;
}

/* The machine's memory: RAM of which much is anonymous, no swap, one zone that is short. */
static inline void make_memory(struct oom_report *report, uint64_t ram, uint64_t anon,
			       uint64_t shmem)
{
	report->has_memory = true;
	report->ram = ram;
	report->ram_reserved = 0;
	report->swap_total = report->swap_free = 0;
	make_figure(&report->memory, "inactive_anon", anon);
	make_figure(&report->memory, "shmem", shmem);
	make_figure(&report->memory, "active_file", 0);
	make_figure(&report->memory, "slab_unreclaimable", ram / 50);
	make_figure(&report->memory, "free", ram / 100);
	make_zone(report, 0, "Normal", ram / 100, ram / 90, ram);
}

/* What a report and the one after it are told as, ranked by the kernel's rule. */
static inline void make_explanation(struct oom_report *report, const struct oom_report *next,
				    struct oom_explanation *ret_explanation)
{
	struct oom_ranking ranking;

	if (oom_rank(report, &ranking))
		abort();
	if (oom_explain(report, &ranking, next, ret_explanation))
		abort();
	oom_ranking_free(&ranking);
}

/* The paragraphs of SECTION in an explanation, a line each. */
static inline const char *explanation_part(const struct oom_explanation *explanation,
					   enum oom_section section,
					   char text[static TELLING_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < explanation->count; i++)
		if (explanation->list[i].section == section && used < TELLING_MAX)
			used += (size_t)snprintf(text + used, TELLING_MAX - used, "%s\n",
						 explanation->list[i].text);
	return text;
}

/* What every paragraph has to be, whatever it tells. */
static inline void check_form(const struct oom_explanation *explanation, const char *name)
{
	bool form = true, safe = true, order = true;

	for (size_t i = 0; i < explanation->count; i++) {
		const char *text = explanation->list[i].text;
		size_t length = strlen(text);

		form = form && length && text[length - 1] == '.' && text[0] != ' ' &&
		       !strstr(text, "..\n") && !strstr(text, "(null)");
		for (const char *at = text; *at; at++)
			safe = safe && (unsigned char)*at >= ' ' && *at != 0x7f;
		order = order &&
			(!i || explanation->list[i].section >= explanation->list[i - 1].section);
		if (!form || !safe)
			printf("# %s\n", text);
	}
	tap_ok(form, "%s: paragraphs are sentences", name);
	tap_ok(safe, "%s: nothing in them could harm a terminal", name);
	tap_ok(order, "%s: they come in the order of the headings", name);
	tap_ok(explanation->count > 0 && explanation->list[0].section == OOM_SECTION_SUMMARY,
	       "%s: the summary is first", name);
}

/* Tells REPORT and frees it; *ret_text is what SECTION says, to be looked into by tap_has(). */
static inline const char *results(struct oom_report *report, const struct oom_report *next,
				  enum oom_section section, char text[static TELLING_MAX])
{
	struct oom_explanation explanation;

	make_explanation(report, next, &explanation);
	explanation_part(&explanation, section, text);
	oom_explanation_free(&explanation);
	return text;
}

#endif
