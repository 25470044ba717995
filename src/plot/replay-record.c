/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-record.c - parse plan, sample and verdict records through json-c */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/utf8.h"
#include "monitor/columns.h"
#include "plot/replay.h"

/* An object with the first thing that is wrong with it. */
struct record_reading {
	struct json_object *object;
	struct error *err;
	int error;		/* 0: nothing */
};

static void record_wrong(struct record_reading *reading, const char *key, const char *what)
{
	if (reading->error)
		return;
	error_set(reading->err, "%s is %s", key, what);
	reading->error = -EINVAL;
}

/* The value of KEY; NULL: null, or not there. */
static struct json_object *record_value(struct record_reading *reading, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(reading->object, key, &value);
	return value;
}

/* A number that is too large comes as the largest, which means unknown: it is none of ours. */
static uint64_t record_figure(struct record_reading *reading, const char *key, uint64_t missing)
{
	struct json_object *value = record_value(reading, key);
	uint64_t figure = value ? json_object_get_uint64(value) : missing;

	if (value && (!json_object_is_type(value, json_type_int) || figure == SAMPLE_MISSING))
		record_wrong(reading, key, "no whole number below 2^64 - 1");
	else if (value && json_object_get_int64(value) < 0)
		record_wrong(reading, key, "negative");
	return figure;
}

/* A figure without which the record is none. */
static uint64_t record_needed(struct record_reading *reading, const char *key)
{
	if (!record_value(reading, key))
		record_wrong(reading, key, "missing");
	return record_figure(reading, key, 0);
}

/* A figure that is one of ours only if it is not above MOST. */
static int record_small(struct record_reading *reading, const char *key, int most, int missing)
{
	uint64_t figure = record_figure(reading, key, SAMPLE_MISSING);

	return figure > (uint64_t)most ? missing : (int)figure;
}

static int64_t record_growth(struct record_reading *reading, const char *key)
{
	struct json_object *value = record_value(reading, key);
	int64_t growth = value ? json_object_get_int64(value) : SAMPLE_NO_GROWTH;

	if (value && (!json_object_is_type(value, json_type_int) || growth == INT64_MAX))
		record_wrong(reading, key, "no whole number below 2^63 - 1");
	return growth;
}

/* In hundredths of a percent. */
static uint64_t record_percent(struct record_reading *reading, const char *key)
{
	struct json_object *value = record_value(reading, key);
	double percent = value ? json_object_get_double(value) : 0;

	if (!value)
		return SAMPLE_MISSING;
	if (!(percent >= 0 && percent < 1e12) ||
	    (!json_object_is_type(value, json_type_double) &&
	     !json_object_is_type(value, json_type_int)))
		record_wrong(reading, key, "no share in percent");
	else
		return (uint64_t)(percent * 100 + 0.5);
	return SAMPLE_MISSING;
}

/*
 * Copies VALUE, which is KEY's; "" when it is missing; what does not fit is left out. A backslash
 * is ours: what is behind it was escaped when the record was written.
 */
static void record_copy_text(struct record_reading *reading, const char *key,
			     struct json_object *value, char *text, size_t size)
{
	CLEANUP_FREE char *copy = NULL;
	size_t used = 0;

	text[0] = '\0';
	if (value && !json_object_is_type(value, json_type_string))
		record_wrong(reading, key, "no text");
	else if (value)
		copy = strdup(json_object_get_string(value));
	for (char *piece = copy, *end; piece; piece = end) {
		end = strchr(piece, '\\');
		if (end)
			*end++ = '\0';
		safe_text(text + used, size - used, piece);
		used += strlen(text + used);
		if (!end || used + 2 >= size)
			return;
		memcpy(text + used++, "\\", 2);
	}
}

/* Copies VALUE, a name, as it is: the picture's script makes it safe. */
static void record_copy_name(struct record_reading *reading, const char *key,
			     struct json_object *value, char *text, size_t size)
{
	bool is_text = json_object_is_type(value, json_type_string);

	if (value && !is_text)
		record_wrong(reading, key, "no text");
	snprintf(text, size, "%s", is_text ? json_object_get_string(value) : "");
}

static void record_text(struct record_reading *reading, const char *key, char *text, size_t size)
{
	record_copy_text(reading, key, record_value(reading, key), text, size);
}

/* Sets FIELD to the value, of those up to LAST, whose NAME() is the text of KEY. */
#define RECORD_ENUM(reading, key, field, last, name)			\
	do {								\
		char text_[32];						\
									\
		record_text(reading, key, text_, sizeof(text_));	\
		for (unsigned value_ = 0; value_ <= (last); value_++)	\
			if (!strcmp(text_, name(value_)))		\
				(field) = value_;			\
	} while (0)

/* The name of a step goes into a cell of a table, where a blank or a comma would be two cells. */
static bool is_step_name(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789:%/._+-");

	return length && !name[length] && length < SAMPLE_STEP_MAX;
}

struct step record_step(const char *name)
{
	struct step step = { 0 };
	struct error ignored;

	if (step_parse(name, &step, &ignored) < 0)
		snprintf(step.name, sizeof(step.name), "%s", name);
	else if (!step.part.permyriad)
		step.bytes = step.part.bytes;
	return step;
}

/* Of what was followed: the command's file without its directory, or what there was instead. */
static void read_followed(struct record_reading *reading, struct record_plan *plan)
{
	struct json_object *command = record_value(reading, "command"), *first = NULL;
	const char *slash;
	char text[1024] = "";

	if (json_object_is_type(command, json_type_array))
		first = json_object_array_get_idx(command, 0);
	else if (command)
		record_wrong(reading, "command", "no list");
	record_copy_name(reading, "command", first, text, sizeof(text));
	slash = strrchr(text, '/');
	snprintf(plan->name, sizeof(plan->name), "%.127s", slash && slash[1] ? slash + 1 : text);
	if (!plan->name[0])
		record_copy_name(reading, "unit", record_value(reading, "unit"), plan->name,
				 sizeof(plan->name));
	if (!plan->name[0])
		record_copy_name(reading, "cgroup", record_value(reading, "cgroup"), plan->name,
				 sizeof(plan->name));
	if (!plan->name[0])
		snprintf(plan->name, sizeof(plan->name), "process %d", plan->pid);
}

static void read_workload(struct record_reading *reading, struct workload *workload)
{
	struct json_object *steps = record_value(reading, "steps");
	size_t count = 0;
	char lock[16];

	workload->region.bytes = record_needed(reading, "size");
	workload->page_size = record_needed(reading, "page_size");
	workload->touch = record_needed(reading, "touch");
	workload->interval = record_figure(reading, "interval", SAMPLE_MISSING);
	workload->region.piece = record_figure(reading, "piece", 0);
	workload->region.backing = REGION_STACK + 1;
	RECORD_ENUM(reading, "backing", workload->region.backing, REGION_STACK,
		    region_backing_name);
	if (workload->region.backing > REGION_STACK)
		record_wrong(reading, "backing", "none that is known here");
	workload->touch_params.access = TOUCH_WRITE;
	RECORD_ENUM(reading, "access", workload->touch_params.access, TOUCH_ACCESSES - 1,
		    touch_access_name);
	RECORD_ENUM(reading, "order", workload->touch_params.order, ORDER_RANDOM, order_name);
	workload->passes = record_figure(reading, "passes", 1);
	workload->threads = record_figure(reading, "threads", 1);
	record_text(reading, "lock", lock, sizeof(lock));
	workload->lock = !*lock ? REGION_UNLOCKED
		: !strcmp(lock, "onfault") ? REGION_LOCKED_ONFAULT : REGION_LOCKED;
	if (json_object_is_type(steps, json_type_array))
		count = json_object_array_length(steps);
	else if (steps)
		record_wrong(reading, "steps", "no list");
	for (size_t i = 0; i < count && i < STEPS_MAX; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(steps, i));

		if (name && is_step_name(name))
			workload->steps[workload->step_count++] = record_step(name);
		else
			record_wrong(reading, "steps", "no list of steps");
	}
}

static void read_plan(struct record_reading *reading, struct record_plan *plan)
{
	struct json_object *total = NULL;
	char program[16];

	*plan = (struct record_plan){ 0 };
	plan->limit = record_figure(reading, "limit", SAMPLE_MISSING);
	plan->pid = record_small(reading, "pid", INT_MAX - 1, 0);
	record_text(reading, "host", plan->host.name, sizeof(plan->host.name));
	record_text(reading, "kernel", plan->host.kernel, sizeof(plan->host.kernel));
	record_text(reading, "time", plan->host.time, sizeof(plan->host.time));
	record_text(reading, "program", program, sizeof(program));
	if (json_object_object_get_ex(record_value(reading, "machine"), "mem_total", &total))
		plan->machine.mem_total = json_object_get_uint64(total);
	plan->followed = !strcmp(program, "pagewatch");
	if (plan->followed)
		read_followed(reading, plan);
	else
		read_workload(reading, &plan->workload);
}

static void read_sample(struct record_reading *reading, struct sample *sample)
{
	static const char *const needed[] = { "elapsed_ns", "vsz", "rss", "touched" };
	/* Processes that are followed touch nothing by our count, and take no steps. */
	bool followed = record_value(reading, "procs") && !record_value(reading, "step");
	char text[32], name[2 * SAMPLE_STEP_MAX];

	*sample = sample_blank(0);
	sample->seq = record_needed(reading, "seq");
	/* Without these a row is none; a file of an older version may lack the others. */
	for (size_t i = 0; i < ARRAY_SIZE(needed) - followed; i++)
		record_needed(reading, needed[i]);
	for (size_t i = 0; i < column_count; i++) {
		const struct column *column = &columns[i];
		uint64_t value;

		if (column->kind == COLUMN_TEXT || column->kind == COLUMN_NAME)
			continue;
		value = column->kind == COLUMN_GROWTH
			? (uint64_t)record_growth(reading, column->key)
			: column->kind == COLUMN_PERCENT
			? record_percent(reading, column->key)
			: record_figure(reading, column->key, SAMPLE_MISSING);
		memcpy((char *)sample + column->offset, &value, sizeof(value));
	}
	record_text(reading, "rss_source", text, sizeof(text));
	sample->exact = !strcmp(text, "smaps_rollup");
	if (followed)
		return;
	record_text(reading, "step", name, sizeof(name));
	if (!is_step_name(name))
		record_wrong(reading, "step", *name ? "no name of a step" : "missing");
	snprintf(sample->name, sizeof(sample->name), "%.*s", SAMPLE_STEP_MAX - 1, name);
	sample->step = !strcmp(name, "hold") ? STEP_HOLD
		: !strcmp(name, "lock") || !strncmp(name, "lock:", 5) ? STEP_LOCK
		: !strcmp(name, "touch") || !strncmp(name, "pass:", 5) ? STEP_TOUCH : STEP_THEN;
	/* The first pass is called "touch". */
	if (sample->step == STEP_TOUCH && strchr(name, ':'))
		sample->step_number = strtoul(name + strlen("pass:"), NULL, 10) - 1;
	record_text(reading, "process", text, sizeof(text));
	sample->of_child = !strcmp(text, "child");
}

/* What is said of processes that were followed; the command is not named a second time. */
static void read_victim(struct record_reading *reading, struct json_object *victims,
			struct record_verdict *record)
{
	size_t count = json_object_is_type(victims, json_type_array)
		       ? json_object_array_length(victims) : 0;
	int pid = record_small(reading, "pid", INT_MAX - 1, 0);

	record->followed = true;
	for (size_t i = 0; i < RUN_FIGURES; i++)
		record->figures.value[i] = record_figure(reading, run_figure_rows[i].key,
							 SAMPLE_MISSING);
	record->peaks.rss = record_figure(reading, "peak_rss", 0);
	record->peaks.rss_ns = record_figure(reading, "peak_ns", 0);
	for (size_t i = 0; i < count; i++) {
		struct json_object *victim = json_object_array_get_idx(victims, i), *field = NULL;

		json_object_object_get_ex(victim, "pid", &field);
		if (json_object_get_int64(field) == pid)
			continue;
		json_object_object_get_ex(victim, "comm", &field);
		record_copy_name(reading, "comm", field, record->victim, sizeof(record->victim));
	}
}

static void read_verdict(struct record_reading *reading, struct record_verdict *record)
{
	struct verdict *verdict = &record->verdict;
	struct json_object *proof = record_value(reading, "proof");
	struct json_object *victims = record_value(reading, "victims");
	size_t count = 0;

	*record = (struct record_verdict){ .verdict.outcome = OUTCOME_FAILED };
	if (victims)
		read_victim(reading, victims, record);
	else
		verdict->touched = record_needed(reading, "touched");
	record_text(reading, "outcome", record->outcome, sizeof(record->outcome));
	RECORD_ENUM(reading, "outcome", verdict->outcome, OUTCOME_FAILED, verdict_outcome_name);
	record_text(reading, "step", verdict->step, sizeof(verdict->step));
	verdict->exit_status = record_small(reading, "exit_status", 255, EXIT_FAILED);
	verdict->signal = record_small(reading, "signal", 127, 0);
	verdict->elapsed_ns = record_figure(reading, "elapsed_ns", 0);
	verdict->vsz = record_figure(reading, "vsz", SAMPLE_MISSING);
	verdict->rss = record_figure(reading, "rss", SAMPLE_MISSING);
	verdict->grew = record_growth(reading, "grew");
	verdict->measured = verdict->vsz != SAMPLE_MISSING && verdict->rss != SAMPLE_MISSING &&
			    verdict->grew != SAMPLE_NO_GROWTH;
	verdict->limit = record_figure(reading, "limit", SAMPLE_MISSING);
	record_text(reading, "summary", verdict->summary, sizeof(verdict->summary));
	record_text(reading, "message", verdict->err.message, sizeof(verdict->err.message));
	record_text(reading, "remedy", verdict->err.hint, sizeof(verdict->err.hint));
	/* Of a run in which all went well the message is the summary. */
	if (!strcmp(verdict->err.message, verdict->summary))
		verdict->err.message[0] = '\0';
	if (json_object_is_type(proof, json_type_array))
		count = MIN(json_object_array_length(proof), VERDICT_EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++)
		record_copy_text(reading, "proof", json_object_array_get_idx(proof, i),
				 verdict->evidence_line[verdict->evidence_count++],
				 VERDICT_EVIDENCE_TEXT_MAX);
}

/* Of one figure over several runs. */
static void read_spread(struct record_reading *reading, const char *key, uint64_t runs,
			struct run_spread *spread)
{
	struct record_reading of = { record_value(reading, key), reading->err, 0 };

	*spread = (struct run_spread){ SAMPLE_MISSING, SAMPLE_MISSING, SAMPLE_MISSING, 0 };
	if (!of.object)
		return;
	if (!json_object_is_type(of.object, json_type_object)) {
		record_wrong(reading, key, "no object");
		return;
	}
	spread->count = runs;
	spread->min = record_needed(&of, "min");
	spread->median = record_needed(&of, "median");
	spread->max = record_needed(&of, "max");
	if (of.error || spread->min > spread->median || spread->median > spread->max)
		record_wrong(reading, key, "no least, median and most");
}

static void read_runs(struct record_reading *reading, struct run_set *set)
{
	set->runs = record_needed(reading, "count");
	set->failed = record_figure(reading, "failed", 0);
	for (size_t i = 0; i < RUN_FIGURES; i++)
		read_spread(reading, run_figure_rows[i].key, set->runs, &set->spread[i]);
}

int record_parse(const char *line, size_t length, struct record *ret_record,
		 struct error *err)
{
	CLEANUP_FREE char *escaped = utf8_escape(line);
	struct json_tokener *tokener = escaped ? json_tokener_new() : NULL;
	enum json_tokener_error error = json_tokener_error_parse_unexpected;
	struct record_reading reading = { NULL, err, tokener ? -EBADMSG : -ENOMEM };
	char kind[16] = "";

	/* By the NUL behind it json-c knows that a number is over; no other may be in it. */
	if (tokener && strlen(escaped) < INT_MAX && !memchr(line, '\0', length)) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		reading.object = json_tokener_parse_ex(tokener, escaped, (int)strlen(escaped) + 1);
		error = json_tokener_get_error(tokener);
		reading.error = error == json_tokener_success ? 0
			: error == json_tokener_continue ||
			  error == json_tokener_error_parse_eof ? -EAGAIN : -EBADMSG;
	}
	if (tokener)
		json_tokener_free(tokener);
	if (reading.error < 0) {
		error_set(err, "it is no JSON: %s", reading.error == -EAGAIN ? "it breaks off"
			  : tokener ? json_tokener_error_desc(error) : strerror(ENOMEM));
		return reading.error;
	}
	ret_record->kind = RECORD_OTHER;
	ret_record->run[0] = '\0';
	if (json_object_is_type(reading.object, json_type_object)) {
		record_text(&reading, "record", kind, sizeof(kind));
		record_text(&reading, "run", ret_record->run, sizeof(ret_record->run));
		/* What has a kind that is no text is no record of ours. */
		reading.error = 0;
	}
	if (!strcmp(kind, "plan")) {
		ret_record->kind = RECORD_PLAN;
		read_plan(&reading, &ret_record->plan);
	} else if (!strcmp(kind, "sample")) {
		ret_record->kind = RECORD_SAMPLE;
		read_sample(&reading, &ret_record->sample);
	} else if (!strcmp(kind, "verdict")) {
		ret_record->kind = RECORD_VERDICT;
		read_verdict(&reading, &ret_record->verdict);
	} else if (!strcmp(kind, "runs")) {
		ret_record->kind = RECORD_RUNS;
		read_runs(&reading, &ret_record->runs);
	}
	json_object_put(reading.object);
	return reading.error;
}
