/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-record.c - parse plan, sample and verdict records through json-c */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/safe.h"
#include "lib/utf8.h"
#include "monitor/columns.h"
#include "plot/plan-record.h"
#include "plot/replay-record.h"

/* An object with the first thing that is wrong with it. */
struct record_reading {
	struct json_object *object;
	struct error *err;
	int error;		/* 0: nothing */
};

/* The first thing that is wrong is what is told. */
static void object_to(struct record_reading *reading, const char *key, const char *what)
{
	if (reading->error)
		return;
	error_set(reading->err, "%s is %s", key, what);
	reading->error = -EINVAL;
}

/* The value of KEY; NULL: null, or not there. */
static struct json_object *record_field(struct record_reading *reading, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(reading->object, key, &value);
	return value;
}

/* json-c keeps a number that is too small as the smallest: that is none of ours. */
static bool take_integer(struct record_reading *reading, const char *key, int64_t *ret_value)
{
	struct json_object *value = record_field(reading, key);

	if (!value)
		return false;
	*ret_value = json_object_get_int64(value);
	if (json_object_is_type(value, json_type_int) && *ret_value < INT64_MAX)
		return true;
	object_to(reading, key, "no whole number below 2^63 - 1");
	return false;
}

/* A number that is too large comes as the largest, which means unknown: it is none of ours. */
static uint64_t record_take_figure(struct record_reading *reading, const char *key, bool needed)
{
	struct json_object *value = record_field(reading, key);
	uint64_t figure;

	if (!value) {
		if (needed)
			object_to(reading, key, "missing");
		return SAMPLE_MISSING;
	}
	figure = json_object_get_uint64(value);
	if (!json_object_is_type(value, json_type_int) || figure == SAMPLE_MISSING)
		object_to(reading, key, "no whole number below 2^64 - 1");
	else if (json_object_get_int64(value) < 0)
		object_to(reading, key, "negative");
	else
		return figure;
	return SAMPLE_MISSING;
}

static int64_t take_growth(struct record_reading *reading, const char *key)
{
	int64_t value;

	return take_integer(reading, key, &value) ? value : SAMPLE_NO_GROWTH;
}

/* "" when it is missing; what does not fit is left out. */
static void take_text(struct record_reading *reading, const char *key, char *text, size_t size)
{
	struct json_object *value = record_field(reading, key);
	const char *source = value ? json_object_get_string(value) : NULL;
	size_t used = 0;

	text[0] = '\0';
	if (value && !json_object_is_type(value, json_type_string)) {
		object_to(reading, key, "no text");
		return;
	}
	/* A backslash is ours: it was escaped when the record was written. */
	while (source && *source && used + 2 < size) {
		size_t plain = strcspn(source, "\\");
		char piece[512];

		if (!plain) {
			text[used++] = *source++;
			text[used] = '\0';
			continue;
		}
		snprintf(piece, sizeof(piece), "%.*s", (int)(plain < 500 ? plain : 500), source);
		source += strlen(piece);
		safe_text(text + used, size - used, piece);
		used += strlen(text + used);
	}
}

/* The name of a step goes into a cell of a table, where a blank or a comma would be two cells. */
static bool is_step_name(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789:%/._+-");

	return length && !name[length] && length < SAMPLE_STEP_MAX;
}

static enum sample_step step_of(const char *name)
{
	if (!strcmp(name, "touch") || !strncmp(name, "pass:", 5))
		return STEP_TOUCH;
	if (!strcmp(name, "hold"))
		return STEP_HOLD;
	return !strcmp(name, "lock") || !strncmp(name, "lock:", 5) ? STEP_LOCK : STEP_THEN;
}

static void take_step(struct record_reading *reading, struct sample *sample)
{
	char name[2 * SAMPLE_STEP_MAX];

	take_text(reading, "step", name, sizeof(name));
	if (!is_step_name(name)) {
		object_to(reading, "step", *name ? "no name of a step" : "missing");
		return;
	}
	sample->step = step_of(name);
	snprintf(sample->name, sizeof(sample->name), "%.*s", SAMPLE_STEP_MAX - 1, name);
}

/* Without these a row is none; a file of an older version may lack the others. */
static bool is_needed(const char *key)
{
	return !strcmp(key, "elapsed_ns") || !strcmp(key, "touched") || !strcmp(key, "vsz") ||
	       !strcmp(key, "rss");
}

static void read_sample(struct record_reading *reading, struct sample *sample)
{
	char text[32];

	*sample = sample_blank(0);
	sample->seq = record_take_figure(reading, "seq", true);
	for (size_t i = 0; i < column_count; i++) {
		const struct column *column = &columns[i];
		uint64_t value;

		if (column->kind == COLUMN_TEXT)
			continue;
		if (column->kind == COLUMN_GROWTH)
			value = (uint64_t)take_growth(reading, column->key);
		else
			value = record_take_figure(reading, column->key, is_needed(column->key));
		memcpy((char *)sample + column->offset, &value, sizeof(value));
	}
	take_step(reading, sample);
	take_text(reading, "rss_source", text, sizeof(text));
	sample->exact = !strcmp(text, "smaps_rollup");
	take_text(reading, "process", text, sizeof(text));
	sample->of_child = !strcmp(text, "child");
}

/* Which of COUNT values NAME gives to KEY's text; FALLBACK: none of them, or it is missing. */
static unsigned take_choice(struct record_reading *reading, const char *key,
			    const char *(*name)(unsigned value), unsigned count, unsigned fallback)
{
	char text[32];

	take_text(reading, key, text, sizeof(text));
	for (unsigned value = 0; value < count; value++)
		if (!strcmp(text, name(value)))
			return value;
	return fallback;
}

static const char *backing_name(unsigned value)
{
	return region_backing_name((enum region_backing)value);
}

static const char *access_name(unsigned value)
{
	return touch_access_name((enum touch_access)value);
}

static const char *kind_of_order(unsigned value)
{
	return order_name((enum order_kind)value);
}

static const char *outcome_name(unsigned value)
{
	return verdict_outcome_name((enum outcome)value);
}

static void read_steps(struct record_reading *reading, struct workload *workload)
{
	struct json_object *array = record_field(reading, "steps");
	size_t count;

	if (!array)
		return;
	if (!json_object_is_type(array, json_type_array)) {
		object_to(reading, "steps", "no list");
		return;
	}
	count = json_object_array_length(array);
	for (size_t i = 0; i < count && i < STEPS_MAX; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(array, i));
		struct step *step = &workload->steps[workload->step_count++];

		if (name && is_step_name(name))
			snprintf(step->name, sizeof(step->name), "%s", name);
		else
			object_to(reading, "steps", "no list of steps");
	}
}

static void read_touch_params(struct record_reading *reading, struct workload *workload)
{
	uint64_t passes = record_take_figure(reading, "passes", false);
	uint64_t threads = record_take_figure(reading, "threads", false);
	char lock[16];

	workload->touch_params.access =
		take_choice(reading, "access", access_name, TOUCH_ACCESSES, TOUCH_WRITE);
	workload->touch_params.order =
		take_choice(reading, "order", kind_of_order, ORDER_RANDOM + 1, ORDER_FORWARD);
	workload->passes = passes == SAMPLE_MISSING ? 1 : passes;
	workload->threads = threads < UINT_MAX ? (unsigned)threads : 1;
	take_text(reading, "lock", lock, sizeof(lock));
	workload->lock = !*lock ? REGION_UNLOCKED
		: !strcmp(lock, "onfault") ? REGION_LOCKED_ONFAULT : REGION_LOCKED;
	read_steps(reading, workload);
}

static void read_plan(struct record_reading *reading, struct record_plan *plan)
{
	uint64_t pid = record_take_figure(reading, "pid", false);
	uint64_t piece = record_take_figure(reading, "piece", false);
	unsigned backing;

	*plan = (struct record_plan){
		.workload.region.bytes = record_take_figure(reading, "size", true),
		.workload.page_size = record_take_figure(reading, "page_size", true),
		.workload.interval = record_take_figure(reading, "interval", false),
		.workload.touch = record_take_figure(reading, "touch", true),
		.limit = record_take_figure(reading, "limit", false),
		.pid = pid < INT_MAX ? (int)pid : 0,
	};
	backing =
		take_choice(reading, "backing", backing_name, REGION_STACK + 1, UINT_MAX);
	if (backing == UINT_MAX)
		object_to(reading, "backing", "none that is known here");
	else
		plan->workload.region.backing = (enum region_backing)backing;
	plan->workload.region.piece = piece == SAMPLE_MISSING ? 0 : piece;
	read_touch_params(reading, &plan->workload);
	take_text(reading, "host", plan->host.name, sizeof(plan->host.name));
	take_text(reading, "kernel", plan->host.kernel, sizeof(plan->host.kernel));
	take_text(reading, "time", plan->host.time, sizeof(plan->host.time));
}

static void read_evidence(struct record_reading *reading, struct verdict *verdict)
{
	struct json_object *array = record_field(reading, "proof");
	size_t count =
		json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < count && verdict->evidence_count < VERDICT_EVIDENCE_MAX; i++) {
		struct record_reading evidence_line =
			{ json_object_new_object(), reading->err, 0 };

		json_object_object_add(evidence_line.object, "proof",
				       json_object_get(json_object_array_get_idx(array, i)));
		take_text(&evidence_line, "proof",
			  verdict->evidence_line[verdict->evidence_count++],
			  VERDICT_EVIDENCE_TEXT_MAX);
		json_object_put(evidence_line.object);
		reading->error = reading->error ? reading->error : evidence_line.error;
	}
}

static void read_verdict(struct record_reading *reading, struct record_verdict *record)
{
	struct verdict *verdict = &record->verdict;
	int64_t status = 0, signal = 0;
	uint64_t elapsed;

	memset(record, 0, sizeof(*record));
	take_text(reading, "outcome", record->outcome, sizeof(record->outcome));
	verdict->outcome =
		take_choice(reading, "outcome", outcome_name, OUTCOME_FAILED, OUTCOME_FAILED);
	take_text(reading, "step", verdict->step, sizeof(verdict->step));
	take_integer(reading, "exit_status", &status);
	take_integer(reading, "signal", &signal);
	verdict->exit_status = status >= 0 && status < 256 ? (int)status : EXIT_FAILED;
	verdict->signal = signal > 0 && signal < 128 ? (int)signal : 0;
	elapsed = record_take_figure(reading, "elapsed_ns", false);
	verdict->elapsed_ns = elapsed == SAMPLE_MISSING ? 0 : elapsed;
	verdict->touched = record_take_figure(reading, "touched", true);
	verdict->vsz = record_take_figure(reading, "vsz", false);
	verdict->rss = record_take_figure(reading, "rss", false);
	verdict->grew = take_growth(reading, "grew");
	verdict->measured = verdict->vsz != SAMPLE_MISSING && verdict->rss != SAMPLE_MISSING &&
			    verdict->grew != SAMPLE_NO_GROWTH;
	verdict->limit = record_take_figure(reading, "limit", false);
	read_evidence(reading, verdict);
	take_text(reading, "summary", verdict->summary, sizeof(verdict->summary));
	take_text(reading, "message", verdict->err.message, sizeof(verdict->err.message));
	take_text(reading, "remedy", verdict->err.hint, sizeof(verdict->err.hint));
	/* Of a run in which all went well the message is the summary. */
	if (!strcmp(verdict->err.message, verdict->summary))
		verdict->err.message[0] = '\0';
}

static int read_record(struct json_object *object, struct record *record, struct error *err)
{
	struct record_reading reading = { object, err, 0 };
	struct json_object *kind = NULL;
	const char *name;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, "record", &kind);
	name = json_object_is_type(kind, json_type_string) ? json_object_get_string(kind) : "";
	record->kind = RECORD_OTHER;
	record->run[0] = '\0';
	if (json_object_is_type(object, json_type_object) &&
	    json_object_is_type(record_field(&reading, "run"), json_type_string))
		take_text(&reading, "run", record->run, sizeof(record->run));
	if (!strcmp(name, "plan")) {
		record->kind = RECORD_PLAN;
		read_plan(&reading, &record->plan);
	} else if (!strcmp(name, "sample")) {
		record->kind = RECORD_SAMPLE;
		read_sample(&reading, &record->sample);
	} else if (!strcmp(name, "verdict")) {
		record->kind = RECORD_VERDICT;
		read_verdict(&reading, &record->verdict);
	}
	return reading.error;
}

int record_parse(const char *line, size_t length, struct record *ret_record,
		 struct error *err)
{
	CLEANUP_FREE char *escaped = utf8_escape(line);
	struct json_tokener *tokener = escaped ? json_tokener_new() : NULL;
	struct json_object *object = NULL;
	enum json_tokener_error error = json_tokener_error_parse_unexpected;
	int r = tokener ? -EBADMSG : -ENOMEM;

	/* By the NUL behind it json-c knows that a number is over; no other may be in it. */
	if (tokener && strlen(escaped) < INT_MAX && !memchr(line, '\0', length)) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		object = json_tokener_parse_ex(tokener, escaped, (int)strlen(escaped) + 1);
		error = json_tokener_get_error(tokener);
		r = error == json_tokener_success ? 0 : error == json_tokener_continue ||
		    error == json_tokener_error_parse_eof ? -EAGAIN : -EBADMSG;
	}
	if (r < 0)
		error_set(err, "it is no JSON: %s", r == -EAGAIN ? "it breaks off"
			  : r == -ENOMEM ? strerror(ENOMEM) : json_tokener_error_desc(error));
	if (tokener)
		json_tokener_free(tokener);
	if (r == 0)
		r = read_record(object, ret_record, err);
	json_object_put(object);
	return r;
}

struct plan_record record_plan_view(const struct record_plan *plan)
{
	struct plan_record record = plan_record_of(&plan->workload);

	record.host = &plan->host;
	record.machine = &plan->machine;
	record.pid = plan->pid;
	record.limit = plan->limit;
	return record;
}
