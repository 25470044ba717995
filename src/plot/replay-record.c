/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-record.c - parse plan, sample and verdict records through json-c */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
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

enum record_field_kind {
	FIELD_FIGURE,
	FIELD_GROWTH,
	FIELD_TEXT,
	FIELD_NAME,		/* of the value of an enum */
};

/* A field of a record, and where it goes. */
struct record_field {
	const char *key;
	size_t offset, size;	/* in struct record; a figure of the size of int is no more */
	enum record_field_kind kind;
	bool needed;		/* without it the record is none */
	uint64_t missing;	/* what a figure or a name is that is missing, or too large */
	const char *(*name)(unsigned value);	/* of FIELD_NAME, for values below... */
	unsigned names;				/* ... this */
};

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

#define IN(member) offsetof(struct record, member), sizeof(((struct record *)NULL)->member)
#define NEEDED(key, member) { key, IN(member), FIELD_FIGURE, true, SAMPLE_MISSING, NULL, 0 }
#define FIGURE(key, member, missing) { key, IN(member), FIELD_FIGURE, false, missing, NULL, 0 }
#define GROWTH(key, member) { key, IN(member), FIELD_GROWTH, false, 0, NULL, 0 }
#define TEXT(key, member) { key, IN(member), FIELD_TEXT, false, 0, NULL, 0 }
#define NAME(key, member, name, names, missing) \
	{ key, IN(member), FIELD_NAME, false, missing, name, names }

static const struct record_field plan_fields[] = {
	NEEDED("size", plan.workload.region.bytes),
	NEEDED("page_size", plan.workload.page_size),
	NEEDED("touch", plan.workload.touch),
	FIGURE("interval", plan.workload.interval, SAMPLE_MISSING),
	FIGURE("limit", plan.limit, SAMPLE_MISSING),
	FIGURE("pid", plan.pid, 0),
	FIGURE("piece", plan.workload.region.piece, 0),
	NAME("backing", plan.workload.region.backing, backing_name, REGION_STACK + 1, UINT_MAX),
	NAME("access", plan.workload.touch_params.access, access_name, TOUCH_ACCESSES,
	     TOUCH_WRITE),
	NAME("order", plan.workload.touch_params.order, kind_of_order, ORDER_RANDOM + 1,
	     ORDER_FORWARD),
	FIGURE("passes", plan.workload.passes, 1),
	FIGURE("threads", plan.workload.threads, 1),
	TEXT("host", plan.host.name),
	TEXT("kernel", plan.host.kernel),
	TEXT("time", plan.host.time),
};

static const struct record_field verdict_fields[] = {
	NEEDED("touched", verdict.verdict.touched),
	TEXT("outcome", verdict.outcome),
	NAME("outcome", verdict.verdict.outcome, outcome_name, OUTCOME_FAILED, OUTCOME_FAILED),
	TEXT("step", verdict.verdict.step),
	FIGURE("exit_status", verdict.verdict.exit_status, EXIT_FAILED),
	FIGURE("signal", verdict.verdict.signal, 0),
	FIGURE("elapsed_ns", verdict.verdict.elapsed_ns, 0),
	FIGURE("vsz", verdict.verdict.vsz, SAMPLE_MISSING),
	FIGURE("rss", verdict.verdict.rss, SAMPLE_MISSING),
	GROWTH("grew", verdict.verdict.grew),
	FIGURE("limit", verdict.verdict.limit, SAMPLE_MISSING),
	TEXT("summary", verdict.verdict.summary),
	TEXT("message", verdict.verdict.err.message),
	TEXT("remedy", verdict.verdict.err.hint),
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
static struct json_object *record_value(struct record_reading *reading, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(reading->object, key, &value);
	return value;
}

/* A number that is too large comes as the largest, which means unknown: it is none of ours. */
static uint64_t take_figure(struct record_reading *reading, const char *key, bool needed)
{
	struct json_object *value = record_value(reading, key);
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

/* json-c keeps a number that is too small as the smallest: that is none of ours. */
static int64_t take_growth(struct record_reading *reading, const char *key)
{
	struct json_object *value = record_value(reading, key);
	int64_t growth = value ? json_object_get_int64(value) : SAMPLE_NO_GROWTH;

	if (value && (!json_object_is_type(value, json_type_int) || growth == INT64_MAX))
		object_to(reading, key, "no whole number below 2^63 - 1");
	return growth;
}

/* Copies VALUE, which is KEY's; "" when it is missing; what does not fit is left out. */
static void record_copy_text(struct record_reading *reading, const char *key,
			     struct json_object *value, char *text, size_t size)
{
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

static void take_text(struct record_reading *reading, const char *key, char *text, size_t size)
{
	record_copy_text(reading, key, record_value(reading, key), text, size);
}

static void read_fields(struct record_reading *reading, const struct record_field *fields,
			size_t count, struct record *record)
{
	for (size_t i = 0; i < count; i++) {
		const struct record_field *field = &fields[i];
		char *at = (char *)record + field->offset, text[32];
		uint64_t figure = field->missing;
		bool is_int = field->size == sizeof(int);
		int narrow;

		if (field->kind == FIELD_TEXT) {
			take_text(reading, field->key, at, field->size);
			continue;
		}
		if (field->kind == FIELD_GROWTH) {
			figure = (uint64_t)take_growth(reading, field->key);
		} else if (field->kind == FIELD_FIGURE) {
			figure = take_figure(reading, field->key, field->needed);
			if (figure == SAMPLE_MISSING || (is_int && figure >= INT_MAX))
				figure = field->missing;
		} else {
			take_text(reading, field->key, text, sizeof(text));
			for (unsigned value = 0; value < field->names; value++)
				if (!strcmp(text, field->name(value)))
					figure = value;
			if (figure == UINT_MAX)
				object_to(reading, field->key, "none that is known here");
		}
		narrow = (int)figure;
		memcpy(at, is_int ? (void *)&narrow : &figure, field->size);
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

/* Without these a row is none; a file of an older version may lack the others. */
static bool is_needed(const char *key)
{
	return !strcmp(key, "elapsed_ns") || !strcmp(key, "touched") || !strcmp(key, "vsz") ||
	       !strcmp(key, "rss");
}

static void read_sample(struct record_reading *reading, struct sample *sample)
{
	char text[32], name[2 * SAMPLE_STEP_MAX];

	*sample = sample_blank(0);
	sample->seq = take_figure(reading, "seq", true);
	for (size_t i = 0; i < column_count; i++) {
		const struct column *column = &columns[i];
		uint64_t value;

		if (column->kind == COLUMN_TEXT)
			continue;
		if (column->kind == COLUMN_GROWTH)
			value = (uint64_t)take_growth(reading, column->key);
		else
			value = take_figure(reading, column->key, is_needed(column->key));
		memcpy((char *)sample + column->offset, &value, sizeof(value));
	}
	take_text(reading, "step", name, sizeof(name));
	if (!is_step_name(name))
		object_to(reading, "step", *name ? "no name of a step" : "missing");
	sample->step = step_of(name);
	snprintf(sample->name, sizeof(sample->name), "%.*s", SAMPLE_STEP_MAX - 1, name);
	take_text(reading, "rss_source", text, sizeof(text));
	sample->exact = !strcmp(text, "smaps_rollup");
	take_text(reading, "process", text, sizeof(text));
	sample->of_child = !strcmp(text, "child");
}

static void read_plan(struct record_reading *reading, struct record *record)
{
	struct workload *workload = &record->plan.workload;
	struct json_object *array = record_value(reading, "steps");
	size_t count = 0;
	char lock[16];

	record->plan = (struct record_plan){ 0 };
	read_fields(reading, plan_fields, ARRAY_SIZE(plan_fields), record);
	take_text(reading, "lock", lock, sizeof(lock));
	workload->lock = !*lock ? REGION_UNLOCKED
		: !strcmp(lock, "onfault") ? REGION_LOCKED_ONFAULT : REGION_LOCKED;
	if (json_object_is_type(array, json_type_array))
		count = json_object_array_length(array);
	else if (array)
		object_to(reading, "steps", "no list");
	for (size_t i = 0; i < count && i < STEPS_MAX; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(array, i));
		struct step *step = &workload->steps[workload->step_count++];

		if (name && is_step_name(name))
			snprintf(step->name, sizeof(step->name), "%s", name);
		else
			object_to(reading, "steps", "no list of steps");
	}
}

static void read_verdict(struct record_reading *reading, struct record *record)
{
	struct verdict *verdict = &record->verdict.verdict;
	struct json_object *array = record_value(reading, "proof");
	size_t count =
		json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;

	memset(&record->verdict, 0, sizeof(record->verdict));
	read_fields(reading, verdict_fields, ARRAY_SIZE(verdict_fields), record);
	if (verdict->exit_status > 255)
		verdict->exit_status = EXIT_FAILED;
	if (verdict->signal > 127)
		verdict->signal = 0;
	verdict->measured = verdict->vsz != SAMPLE_MISSING && verdict->rss != SAMPLE_MISSING &&
			    verdict->grew != SAMPLE_NO_GROWTH;
	for (size_t i = 0; i < count && verdict->evidence_count < VERDICT_EVIDENCE_MAX; i++)
		record_copy_text(reading, "proof", json_object_array_get_idx(array, i),
			  verdict->evidence_line[verdict->evidence_count++],
			  VERDICT_EVIDENCE_TEXT_MAX);
	/* Of a run in which all went well the message is the summary. */
	if (!strcmp(verdict->err.message, verdict->summary))
		verdict->err.message[0] = '\0';
}

static int read_record(struct json_object *object, struct record *record, struct error *err)
{
	struct record_reading reading = { object, err, 0 };
	struct json_object *kind = NULL, *run = NULL;
	const char *name;

	record->kind = RECORD_OTHER;
	record->run[0] = '\0';
	if (!json_object_is_type(object, json_type_object))
		return 0;
	kind = record_value(&reading, "record");
	name = json_object_is_type(kind, json_type_string) ? json_object_get_string(kind) : "";
	run = record_value(&reading, "run");
	if (json_object_is_type(run, json_type_string))
		record_copy_text(&reading, "run", run, record->run, sizeof(record->run));
	if (!strcmp(name, "plan")) {
		record->kind = RECORD_PLAN;
		read_plan(&reading, record);
	} else if (!strcmp(name, "sample")) {
		record->kind = RECORD_SAMPLE;
		read_sample(&reading, &record->sample);
	} else if (!strcmp(name, "verdict")) {
		record->kind = RECORD_VERDICT;
		read_verdict(&reading, record);
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
