/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-json.c - a report as one JSON record, with every fact that was parsed */
#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "analysis/gfp.h"
#include "lib/cleanup.h"
#include "lib/timestamp.h"
#include "output/report-json.h"

/* Who asked, and for what. */
static void add_request(struct json_object *record, const struct oom_report *report)
{
	struct json_object *trigger = json_object_new_object(), *flags = NULL;
	struct oom_gfp gfp = { .kind = "", .charged = "" };

	json_add(trigger, "comm",
		 report->trigger.present ? json_new_text(report->trigger.comm) : NULL);
	why_add_number(trigger, "pid", report->trigger.pid);
	why_add_number(trigger, "uid", report->trigger.uid);
	why_add_number(trigger, "cpu", report->trigger.cpu);
	why_add_number(trigger, "oom_score_adj", report->trigger.adj);
	why_add_number(trigger, "oom_adj", report->trigger.old_adj);
	json_add(record, "trigger", trigger);
	if (report->gfp_mask) {
		oom_gfp_decode(report->gfp_mask, report->gfp_value,
			       oom_kernel_number(report->kernel), &gfp);
		flags = json_object_new_array();
		for (size_t i = 0; flags && i < gfp.count; i++)
			json_object_array_add(flags, json_new_text(gfp.flags[i]));
	}
	json_add_text(record, "gfp_mask", report->gfp_mask);
	json_add(record, "gfp_flags", flags);
	json_add(record, "gfp_decoded",
		 report->gfp_mask ? json_object_new_boolean(gfp.decoded) : NULL);
	json_add_text(record, "gfp_kind",
		      oom_gfp_kind(&gfp, report->scope == OOM_SCOPE_MEMCG, report->order));
	why_add_number(record, "order", report->order);
	json_add_text(record, "nodemask", report->nodemask);
	json_add_text(record, "cpuset", report->cpuset);
	json_add_text(record, "mems_allowed", report->mems_allowed);
}

/* Whom the kernel chose, by two kinds of lines; null: there is no such line. */
static void add_choice(struct json_object *record, const struct oom_report *report)
{
	struct json_object *choice = NULL, *selected = NULL;

	if (report->choice.present) {
		choice = json_object_new_object();
		why_add_number(choice, "pid", report->choice.pid);
		json_add(choice, "comm", json_new_text(report->choice.comm));
		why_add_number(choice, "score", report->choice.score);
	}
	if (report->selected.pid != OOM_NO_NUMBER) {
		selected = json_object_new_object();
		why_add_number(selected, "pid", report->selected.pid);
		json_add(selected, "comm", json_new_text(report->selected.comm));
		why_add_number(selected, "uid", report->selected.uid);
	}
	json_add(record, "choice", choice);
	json_add(record, "decided", selected);
}

/* What else the report says, and whether all of it is there. */
static void add_circumstances(struct json_object *record, const struct oom_report *report)
{
	json_add_text(record, "panic", report->panic);
	json_add_flag(record, "group", report->group);
	json_add_text(record, "group_path", report->group_path);
	json_add_flag(record, "none_killable", report->none_killable);
	json_add_flag(record, "allocating_task", report->allocating_task);
	json_add_flag(record, "already_exiting", report->already_exiting);
	json_add_flag(record, "compaction_disabled", report->compaction_disabled);
	json_add_text(record, "boot", oom_boot_name(report->boot));
	json_add_flag(record, "crash_kernel", report->crash_kernel);
	json_add_flag(record, "global_oom", report->global_present);
	json_add_flag(record, "truncated",
		      report->cut_start || report->cut_end || report->missed);
	json_add_flag(record, "cut_start", report->cut_start);
	json_add_flag(record, "cut_end", report->cut_end);
	json_add_figure(record, "missed", report->missed);
	json_add_figure(record, "suppressed", report->suppressed);
	json_add_figure(record, "implausible", report->implausible);
	json_add_figure(record, "lines", report->lines);
}

/* The explanation as lines of "Heading: sentences". */
static int add_explanation(struct json_object *record, const struct oom_explanation *explanation)
{
	CLEANUP_FREE char *text = NULL;
	size_t length;
	FILE *lines = open_memstream(&text, &length);

	if (!lines)
		return -ENOMEM;
	for (size_t i = 0; i < explanation->count; i++)
		fprintf(lines, "%s%s: %s", i ? "\n" : "",
			oom_section_name(explanation->list[i].section), explanation->list[i].text);
	if (fclose(lines) != 0)
		return -ENOMEM;
	json_add_text(record, "explanation", text);
	return 0;
}

static void add_origin(struct json_object *record, const struct why_case *shown)
{
	const struct oom_report *report = shown->report;
	const struct oom_time *when = &report->time;
	char text[TIMESTAMP_TEXT_MAX];

	json_add_figure(record, "number", shown->number);
	json_add_text(record, "source", shown->source);
	/* RFC 3339, UTC; null: the log has no dates. */
	json_add_text(record, "time", when->has_wall ?
		      timestamp_format(text, when->wall_ns, TIMESTAMP_UTC) : NULL);
	json_add(record, "time_guessed",
		 when->has_wall ? json_object_new_boolean(when->wall_guessed || when->wall_derived)
				: NULL);
	json_add_text(record, "time_raw", when->raw);
	json_add(record, "monotonic_ns",
		 when->has_monotonic ? json_object_new_int64(when->monotonic_ns) : NULL);
	json_add_text(record, "host", report->host);
	json_add_text(record, "kernel", report->kernel);
	json_add_text(record, "hardware", report->machine);
	json_add_text(record, "scope", oom_scope_name(report->scope));
	json_add_text(record, "constraint", report->constraint);
	json_add_figure(record, "page_size",
			report->page_size_known ? report->page_size : OOM_UNKNOWN);
	json_add_flag(record, "page_size_known", report->page_size_known);
}

int why_json(struct why_printer *printer, const struct why_case *shown)
{
	struct json_object *record = json_new_record("oom");
	const struct oom_report *report = shown->report;

	add_origin(record, shown);
	add_request(record, report);
	why_add_memcg(record, report);
	why_add_memory(record, report);
	why_add_tasks(record, report);
	add_choice(record, report);
	why_add_victims(record, report);
	why_add_ranking(record, shown->ranking);
	add_circumstances(record, report);
	if (add_explanation(record, shown->explanation) < 0) {
		json_object_put(record);
		return -ENOMEM;
	}
	return json_write_record(printer->stream, record);
}
