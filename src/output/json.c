/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c - a stream of JSON records, one line each, sizes in bytes, through json-c */
#include <config.h>

#include "output/json-object.h"
#include "output/where.h"
#include "verdict/watch.h"

/* A record of the run that PRINTER prints. */
static struct json_object *new_run_record(const struct printer *printer, const char *kind)
{
	struct json_object *object = json_new_record(kind);

	json_add_text(object, "run", printer->plan.host->run);
	return object;
}

static struct json_object *job_object(const struct host *host)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < host->jobs; i++)
		json_add(object, host->job[i].name, json_new_text(host->job[i].value));
	return object;
}

static int json_plan(struct printer *printer, const struct plan_record *record)
{
	const struct machine *machine = record->machine;
	struct json_object *object = new_run_record(printer, "plan");
	struct json_object *figures = json_object_new_object();

	if (record->program)
		json_add_text(object, "program", record->program);
	json_add_text(object, "version", PACKAGE_VERSION);
	json_add_text(object, "time", record->host->time);
	json_add_text(object, "host", record->host->name);
	json_add_text(object, "boot_id", machine->boot_id);
	json_add_text(object, "kernel", record->host->kernel);
	record->describe(record, object);
	json_add_size(figures, "mem_total", machine->mem_total);
	json_add_size(figures, "mem_available", machine->mem_available);
	json_add_size(figures, "swap_total", machine->swap_total);
	json_add_size(figures, "overcommit_memory", machine->overcommit_memory);
	json_add(object, "machine", figures);
	json_add(object, "job", job_object(record->host));
	return json_write_record(printer->stream, object);
}

/* All figures by the table of columns; where RSS was read stands beside it. */
static void add_row_figures(struct json_object *object, const struct printer *printer,
			    const struct sample *sample)
{
	for (size_t i = 0; i < column_count; i++) {
		const struct column *column = &columns[i];
		char percent[PRINTER_CELL_MAX];
		uint64_t value;

		if (!column_is_for(column, printer->output->tree) ||
		    column->kind == COLUMN_TEXT || column->kind == COLUMN_NAME ||
		    column->kind == COLUMN_ID || column->kind == COLUMN_TIME)
			continue;
		value = column_value(column, sample);
		if (column_is_missing(column, value))
			json_add(object, column->key, NULL);
		else if (column->kind == COLUMN_GROWTH)
			json_add_integer(object, column->key, (int64_t)value);
		else if (column->kind == COLUMN_PERCENT)
			json_add(object, column->key,
				 json_object_new_double_s((double)value / 100,
							  printer_cell(column, sample, SIZE_BYTES,
								       percent)));
		else
			json_add_size(object, column->key, value);
		if (column->offset == offsetof(struct sample, rss))
			json_add_text(object, "rss_source",
				      sample->exact ? "smaps_rollup" : "status");
	}
}

static int json_sample(struct printer *printer, const struct sample *sample)
{
	struct json_object *object = new_run_record(printer, "sample");

	json_add_size(object, "seq", sample->seq);
	json_add_size(object, "elapsed_ns", sample->elapsed_ns);
	if (!printer->output->tree) {
		json_add_text(object, "step", sample_step_name(sample));
		json_add_size(object, "pid", sample->pid);
		json_add_text(object, "process", sample->of_child ? "child" : "subject");
	}
	add_row_figures(object, printer, sample);
	return json_write_record(printer->stream, object);
}

static int json_process(struct printer *printer, const struct sample *sample)
{
	struct json_object *object = new_run_record(printer, "process");

	json_add_size(object, "seq", sample->seq);
	json_add_size(object, "elapsed_ns", sample->elapsed_ns);
	json_add_size(object, "pid", sample->pid);
	json_add_text(object, "comm", sample->comm);
	add_row_figures(object, printer, sample);
	return json_write_record(printer->stream, object);
}

static struct json_object *counters_object(const struct oom_evidence *oom_evidence, bool after)
{
	struct json_object *object = json_object_new_object();
	const struct oom_monitor_level *own = oom_evidence->count ? oom_evidence->levels : NULL;
	struct cgroup_events events = { 0 };

	if (own)
		events = after ? own->after : own->before;
	json_add_text(object, "cgroup", own ? own->name : NULL);
	json_add_size(object, "oom_kill", events.known ? events.oom_kill : SAMPLE_MISSING);
	json_add_size(object, "high", events.known && own->version == 2 ? events.high
									  : SAMPLE_MISSING);
	json_add_size(object, "vmstat_oom_kill", !oom_evidence->vmstat_known ? SAMPLE_MISSING
						   : after ? oom_evidence->vmstat_after
							   : oom_evidence->vmstat_before);
	return object;
}

/* What was seen of a tree of processes, instead of what one subject touched. */
static void add_tree(struct json_object *object, const struct verdict *verdict)
{
	const struct watch_peaks *peaks = verdict->peaks;
	const struct oom_evidence *oom_evidence = verdict->oom_evidence;
	struct json_object *victims = json_object_new_array(), *largest = NULL, *sender = NULL;

	json_add_size(object, "peak_rss", peaks->known ? peaks->rss : SAMPLE_MISSING);
	json_add_size(object, "peak_pss", peaks->known ? peaks->pss : SAMPLE_MISSING);
	json_add_size(object, "peak_cgroup", peaks->known ? peaks->cgroup : SAMPLE_MISSING);
	json_add_size(object, "peak_ns", peaks->known ? peaks->rss_ns : SAMPLE_MISSING);
	json_add_size(object, "minflt", peaks->minflt);
	json_add_size(object, "majflt", peaks->majflt);
	json_add_size(object, "peak_procs", peaks->known ? peaks->procs : SAMPLE_MISSING);
	if (peaks->known) {
		largest = json_object_new_object();
		json_add_integer(largest, "pid", peaks->largest.pid);
		json_add_text(largest, "comm", peaks->largest.comm);
		json_add_size(largest, "rss", peaks->largest.rss);
	}
	json_add(object, "largest", largest);
	for (size_t i = 0; oom_evidence && i < oom_evidence->victim_count; i++) {
		const struct oom_victim_seen *seen = &oom_evidence->victims[i];
		struct json_object *victim = json_object_new_object();

		json_add_integer(victim, "pid", seen->pid);
		json_add_text(victim, "comm", seen->comm);
		json_add_size(victim, "anon", seen->anon);
		json_add_text(victim, "oom_cgroup", seen->memcg);
		json_add_text(victim, "why", seen->why);
		json_object_array_add(victims, victim);
	}
	json_add(object, "victims", victims);
	if (oom_evidence && oom_evidence->sender.known) {
		sender = json_object_new_object();
		json_add_integer(sender, "pid", oom_evidence->sender.pid);
		json_add_text(sender, "comm", oom_evidence->sender.comm);
		json_add_flag(sender, "kernel", oom_evidence->sender.kernel);
	}
	json_add(object, "sender", sender);
}

static int json_verdict(struct printer *printer, const struct verdict *verdict)
{
	struct json_object *object = new_run_record(printer, "verdict");
	struct json_object *evidence = json_object_new_array(), *counters = NULL;

	json_add_text(object, "time", verdict->time);
	json_add_text(object, "host", printer->plan.host->name);
	json_add_integer(object, "pid", printer->plan.pid);
	json_add(object, "job", job_object(printer->plan.host));
	json_add_text(object, "outcome", verdict_outcome_name(verdict->outcome));
	json_add_integer(object, "exit_status", verdict->exit_status);
	json_add_size(object, "signal",
			verdict->signal ? (uint64_t)verdict->signal : SAMPLE_MISSING);
	if (verdict->peaks) {
		add_tree(object, verdict);
	} else {
		json_add_text(object, "step", verdict->step);
		json_add_size(object, "child",
			      verdict->child ? (uint64_t)verdict->child : SAMPLE_MISSING);
		json_add_size(object, "touched", verdict->touched);
	}
	json_add_size(object, "elapsed_ns",
			verdict->elapsed_ns ? verdict->elapsed_ns : SAMPLE_MISSING);
	json_add_size(object, "vsz", verdict->measured ? verdict->vsz : SAMPLE_MISSING);
	json_add_size(object, "rss", verdict->measured ? verdict->rss : SAMPLE_MISSING);
	json_add(object, "grew", verdict->measured ? json_object_new_int64(verdict->grew) : NULL);
	json_add_flag(object, "exact", verdict->exact);
	for (int i = 0; i < verdict->evidence_count; i++)
		json_object_array_add(evidence, json_new_text(verdict->evidence_line[i]));
	json_add(object, "proof", evidence);
	json_add_size(object, "limit", verdict->limit);
	json_add_text(object, "oom_cgroup", verdict->oom_cgroup);
	json_add_size(object, "oom_limit", verdict->oom_limit);
	if (verdict->oom_evidence) {
		counters = json_object_new_object();
		json_add(counters, "before", counters_object(verdict->oom_evidence, false));
		json_add(counters, "after", counters_object(verdict->oom_evidence, true));
	}
	json_add(object, "counters", counters);
	json_add_text(object, "message", verdict->err.message[0] ? verdict->err.message
								  : verdict->summary);
	json_add_text(object, "remedy", verdict->err.hint);
	json_add_text(object, "summary", verdict->summary);
	return json_write_record(printer->stream, object);
}

const struct printer_format printer_json = {
	.plan = json_plan,
	.sample = json_sample,
	.process = json_process,
	.where = where_json_print,
	.verdict = json_verdict,
};
