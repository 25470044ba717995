/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-json-tasks.c - the record of a report: its tasks, who was killed, and why that one */
#include <config.h>

#include <printbuf.h>
#include <string.h>

#include "output/report-json.h"

/* Names of which the sum is given; the largest. */
#define SUMS_MAX 20

void why_add_number(struct json_object *object, const char *key, int64_t number)
{
	json_add(object, key, number == OOM_NO_NUMBER ? NULL : json_object_new_int64(number));
}

static struct json_object *task_object(const struct oom_task *task,
				       const struct oom_columns *columns)
{
	struct json_object *object = json_object_new_object();

	why_add_number(object, "pid", task->pid);
	why_add_number(object, "tgid", task->tgid);
	why_add_number(object, "uid", task->uid);
	json_add(object, "comm", json_new_text(task->comm));
	json_add_figure(object, "total_vm", task->total_vm);
	json_add_figure(object, "rss", task->rss);
	json_add_figure(object, "rss_anon", task->rss_anon);
	json_add_figure(object, "rss_file", task->rss_file);
	json_add_figure(object, "rss_shmem", task->rss_shmem);
	json_add_figure(object, "swap", task->swap);
	json_add_figure(object, "pgtables", task->pgtables);
	why_add_number(object, "oom_score_adj", columns->adj ? task->adj : OOM_NO_NUMBER);
	/* A scale of its own, -17 to 15, in tables up to 2.6.35. */
	if (!columns->adj && columns->old_adj)
		json_add_integer(object, "oom_adj", task->adj);
	why_add_number(object, "badness", task->badness);
	why_add_number(object, "rank", task->rank ? (int64_t)task->rank : OOM_NO_NUMBER);
	return object;
}

/*
 * Writes the tasks, one after the other: the objects of a hundred thousand would take a hundred
 * times the room of the report.
 */
static int write_tasks(struct json_object *tasks, struct printbuf *text, int level, int flags)
{
	const struct oom_report *report = json_object_get_userdata(tasks);
	int r = printbuf_memappend(text, "[", 1);

	(void)level;
	for (size_t i = 0; r >= 0 && i < report->task_count; i++) {
		struct json_object *task = task_object(&report->tasks[i], &report->columns);
		const char *line = json_object_to_json_string_ext(task, flags);

		if (i)
			r = printbuf_memappend(text, ",", 1);
		if (r >= 0)
			r = line ? printbuf_memappend(text, line, (int)strlen(line)) : -1;
		json_object_put(task);
	}
	return r < 0 ? r : printbuf_memappend(text, "]", 1);
}

void why_add_tasks(struct json_object *record, const struct oom_report *report)
{
	bool listed = report->has_table || report->task_count;
	struct json_object *tasks = listed ? json_object_new_array() : NULL;

	json_add_figure(record, "tasks_listed", listed ? report->tasks_listed : OOM_UNKNOWN);
	if (tasks)
		json_object_set_serializer(tasks, write_tasks, (void *)report, NULL);
	json_add(record, "tasks", tasks);
}

/* null: the reaper said nothing. */
static struct json_object *reaped_object(const struct oom_reaped *reaped)
{
	struct json_object *object;

	if (!reaped->present && !reaped->failed)
		return NULL;
	object = json_object_new_object();
	json_add_figure(object, "anon", reaped->present ? reaped->anon : OOM_UNKNOWN);
	json_add_figure(object, "file", reaped->present ? reaped->file : OOM_UNKNOWN);
	json_add_figure(object, "shmem", reaped->present ? reaped->shmem : OOM_UNKNOWN);
	json_add_flag(object, "failed", reaped->failed);
	json_add_text(object, "time_raw", reaped->time.raw);
	return object;
}

static struct json_object *victim_object(const struct oom_victim *victim)
{
	struct json_object *object = json_object_new_object();

	why_add_number(object, "pid", victim->pid);
	json_add(object, "comm", json_new_text(victim->comm));
	why_add_number(object, "uid", victim->uid);
	json_add_figure(object, "total_vm", victim->total_vm);
	json_add_figure(object, "anon", victim->anon);
	json_add_figure(object, "file", victim->file);
	json_add_figure(object, "shmem", victim->shmem);
	json_add_figure(object, "pgtables", victim->pgtables);
	why_add_number(object, "oom_score_adj", victim->adj);
	why_add_number(object, "score", victim->score);
	json_add(object, "reaped", reaped_object(&victim->reaped));
	json_add_flag(object, "repeated", victim->repeated);
	json_add_flag(object, "presumed", victim->presumed);
	json_add_text(object, "time_raw", victim->time.raw);
	return object;
}

void why_add_victims(struct json_object *record, const struct oom_report *report)
{
	struct json_object *victims = json_object_new_array();

	for (size_t i = 0; victims && i < report->victim_count; i++)
		json_object_array_add(victims, victim_object(&report->victims[i]));
	json_add(record, "victims", victims);
}

static struct json_object *sums_array(const struct oom_ranking *ranking)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < ranking->sum_count && i < SUMS_MAX; i++) {
		struct json_object *object = json_object_new_object();

		json_add(object, "comm", json_new_text(ranking->sums[i].comm));
		json_add_figure(object, "tasks", ranking->sums[i].tasks);
		json_add_figure(object, "held", ranking->sums[i].held);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *why_object(const struct oom_ranking *ranking)
{
	struct json_object *object = json_object_new_object();

	json_add_figure(object, "rank_of_victim",
			ranking->rank_of_victim ? ranking->rank_of_victim : OOM_UNKNOWN);
	json_add(object, "agrees",
		 ranking->judged ? json_object_new_boolean(ranking->agrees) : NULL);
	json_add_text(object, "note", ranking->note);
	return object;
}

void why_add_ranking(struct json_object *record, const struct oom_ranking *ranking)
{
	static const char *const rules[] = {
		[OOM_RULE_ROOT_BONUS] = "root-bonus", [OOM_RULE_CLAMPED] = "clamped",
		[OOM_RULE_SIGNED] = "signed",
	};
	static const char *const bonuses[] = {
		[OOM_BONUS_NONE] = "none", [OOM_BONUS_OF_TOTAL] = "of-total",
		[OOM_BONUS_OF_USE] = "of-use",
	};
	struct json_object *object = json_object_new_object();

	json_add(record, "why", why_object(ranking));
	json_add_text(object, "rule", rules[ranking->scale.rule]);
	json_add_text(object, "bonus", bonuses[ranking->scale.bonus]);
	json_add_flag(object, "thousandths", ranking->scale.thousandths);
	json_add_flag(object, "approximate", ranking->approximate);
	json_add_figure(object, "total_pages", ranking->scale.total_pages);
	json_add_text(object, "total_from", ranking->total_from);
	json_add_flag(object, "total_guessed", ranking->total_guessed);
	json_add_figure(object, "candidates", ranking->candidates);
	json_add_figure(object, "exempt", ranking->exempt);
	why_add_number(object, "printed_score", ranking->printed_score);
	why_add_number(object, "computed_score", ranking->computed_score);
	json_add_figure(object, "held", ranking->held);
	json_add(object, "sums", sums_array(ranking));
	json_add(record, "ranking", object);
}
