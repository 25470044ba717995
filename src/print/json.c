/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c - a stream of JSON records, one line each, sizes in bytes, through json-c */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "print/printer.h"

/* A string as JSON wants it: what is not UTF-8 (RFC 3629) becomes U+FFFD. */
static struct json_object *new_text(const char *text)
{
	char *valid = utf8_repair(text);
	struct json_object *object = valid ? json_object_new_string(valid) : NULL;

	free(valid);
	return object;
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text && *text ? new_text(text) : NULL);
}

static void add_integer(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

/* A figure that may be SAMPLE_MISSING: null. What int64 cannot hold is not a size here. */
static void add_figure(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, value > INT64_MAX
			       ? NULL : json_object_new_int64((int64_t)value));
}

/* Writes OBJECT as one line and releases it. */
static int write_record(struct printer *printer, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							  JSON_C_TO_STRING_NOSLASHESCAPE);
	int r = -ENOMEM;

	if (text) {
		fputs(text, printer->stream);
		fputc('\n', printer->stream);
		r = printer_flush(printer->stream);
	}
	json_object_put(object);
	return r;
}

static struct json_object *new_record(const char *kind)
{
	struct json_object *object = json_object_new_object();

	if (object)
		add_text(object, "record", kind);
	return object;
}

static struct json_object *machine_object(const struct machine *machine)
{
	struct json_object *object = json_object_new_object();

	add_figure(object, "mem_total", machine->mem_total);
	add_figure(object, "mem_available", machine->mem_available);
	add_figure(object, "swap_total", machine->swap_total);
	add_figure(object, "overcommit_memory", machine->overcommit_memory);
	return object;
}

static struct json_object *job_object(const struct host *host)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < host->jobs; i++)
		json_object_object_add(object, host->job[i].name,
				       new_text(host->job[i].value));
	return object;
}

static int json_plan(struct printer *printer, const struct plan_record *record)
{
	struct json_object *object = new_record("plan");

	if (!object)
		return -ENOMEM;
	add_text(object, "version", PACKAGE_VERSION);
	add_text(object, "time", record->host->time);
	add_text(object, "host", record->host->name);
	add_text(object, "boot_id", record->machine->boot_id);
	add_text(object, "kernel", record->host->kernel);
	add_figure(object, "page_size", record->page_size);
	add_figure(object, "size", record->region->bytes);
	add_figure(object, "interval", record->interval);
	add_figure(object, "touch", record->touch);
	add_text(object, "backing", region_backing_name(record->region->backing));
	add_figure(object, "limit", record->limit);
	add_integer(object, "pid", record->pid);
	json_object_object_add(object, "machine", machine_object(record->machine));
	json_object_object_add(object, "job", job_object(record->host));
	return write_record(printer, object);
}

static int json_sample(struct printer *printer, const struct sample *sample)
{
	struct json_object *object = new_record("sample");

	if (!object)
		return -ENOMEM;
	add_figure(object, "seq", sample->seq);
	add_figure(object, "elapsed_ns", sample->elapsed_ns);
	add_text(object, "step", sample->step == STEP_HOLD ? "hold" : "touch");
	add_figure(object, "touched", sample->touched);
	add_figure(object, "vsz", sample->vsz);
	add_figure(object, "rss", sample->rss);
	add_text(object, "rss_source", sample->exact ? "smaps_rollup" : "status");
	add_integer(object, "grew", sample->grew);
	add_figure(object, "anon", sample->anon);
	add_figure(object, "file", sample->file);
	add_figure(object, "shmem", sample->shmem);
	add_figure(object, "swap", sample->swap);
	add_figure(object, "pss", sample->pss);
	add_figure(object, "uss", sample->uss);
	add_figure(object, "huge", sample->huge);
	add_figure(object, "pte", sample->pte);
	add_figure(object, "minflt", sample->minflt);
	add_figure(object, "majflt", sample->majflt);
	add_figure(object, "oom_score", sample->oom_score);
	return write_record(printer, object);
}

static struct json_object *proof_array(const struct verdict *verdict)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < verdict->proofs; i++)
		json_object_array_add(array, new_text(verdict->proof[i]));
	return array;
}

static struct json_object *counters_object(const struct testimony *testimony, bool after)
{
	struct json_object *object = json_object_new_object();
	const struct witness_level *own = testimony->count ? testimony->levels : NULL;
	struct cgroup_events events = { 0 };

	if (own)
		events = after ? own->after : own->before;
	add_text(object, "cgroup", own ? own->name : NULL);
	add_figure(object, "oom_kill", events.known ? events.oom_kill : SAMPLE_MISSING);
	add_figure(object, "high", events.known && own->version == 2 ? events.high : SAMPLE_MISSING);
	add_figure(object, "vmstat_oom_kill", !testimony->vmstat_known ? SAMPLE_MISSING
					      : after ? testimony->vmstat_after
						      : testimony->vmstat_before);
	return object;
}

static struct json_object *both_counters(const struct testimony *testimony)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "before", counters_object(testimony, false));
	json_object_object_add(object, "after", counters_object(testimony, true));
	return object;
}

static int json_verdict(struct printer *printer, const struct verdict *verdict)
{
	struct json_object *object = new_record("verdict");

	if (!object)
		return -ENOMEM;
	add_text(object, "outcome", verdict_outcome_name(verdict->outcome));
	add_integer(object, "exit_status", verdict->exit_status);
	add_figure(object, "signal", verdict->signal ? (uint64_t)verdict->signal : SAMPLE_MISSING);
	add_figure(object, "touched", verdict->touched);
	add_figure(object, "vsz", verdict->measured ? verdict->vsz : SAMPLE_MISSING);
	add_figure(object, "rss", verdict->measured ? verdict->rss : SAMPLE_MISSING);
	json_object_object_add(object, "grew",
			       verdict->measured ? json_object_new_int64(verdict->grew) : NULL);
	json_object_object_add(object, "exact", json_object_new_boolean(verdict->exact));
	json_object_object_add(object, "proof", proof_array(verdict));
	add_figure(object, "limit", verdict->limit);
	json_object_object_add(object, "counters",
			       verdict->testimony ? both_counters(verdict->testimony) : NULL);
	add_text(object, "message", verdict->trouble.what[0] ? verdict->trouble.what
							      : verdict->summary);
	add_text(object, "summary", verdict->summary);
	return write_record(printer, object);
}

const struct printer_format printer_json = {
	.plan = json_plan,
	.sample = json_sample,
	.verdict = json_verdict,
};
