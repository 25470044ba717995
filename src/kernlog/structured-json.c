/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured-json.c - entries as JSON: dmesg -J, journalctl -o json and json-pretty, shippers */
#include <config.h>

#include <errno.h>
#include <json.h>

#include "kernlog/learned-prefix.h"
#include "kernlog/line-timestamp.h"
#include "kernlog/structured-json.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* Parses TEXT as one JSON value; NULL: it is none. The caller puts it. */
static struct json_object *parse_json(struct strview text)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *value = NULL;
	struct strview behind;

	if (tokener && text.length < INT32_MAX)
		value = json_tokener_parse_ex(tokener, text.at, (int)text.length);
	if (json_object_is_type(value, json_type_array)) {
		/* "['tag'] text" is no array. */
		behind = strview_trim(strview_from(text, json_tokener_get_parse_end(tokener)));
		if (behind.length && !strview_is(behind, ",")) {
			json_object_put(value);
			value = NULL;
		}
	}
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

static struct strview text_of_json(struct json_object *string)
{
	return (struct strview){ json_object_get_string(string),
			      (size_t)json_object_get_string_len(string) };
}

static int take_json_object(const struct structured_reading *reading, struct json_object *object);

/*
 * A message: a string, or the array of bytes that the journal writes for one that is no UTF-8. It
 * is an object itself of a program whose output another one has logged.
 */
static int take_json_message(const struct structured_reading *reading, struct json_object *value)
{
	struct structured *structured = reading->structured;
	struct json_object *inner = NULL;
	size_t count;
	int r = 0;

	if (json_object_is_type(value, json_type_string)) {
		struct strview text = text_of_json(value);

		if (strview_byte(text, 0) == '{')
			inner = parse_json(text);
		if (json_object_is_type(inner, json_type_object))
			r = take_json_object(reading, inner);
		json_object_put(inner);
		return r < 0 || structured->has_message ? r
			: structured_add(structured, text.at, text.length);
	}
	if (!json_object_is_type(value, json_type_array))
		return 0;
	count = json_object_array_length(value);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(value, i);
		char byte = (char)json_object_get_int(item);

		/* Of a field that was logged twice, the first. */
		if (json_object_is_type(item, json_type_string))
			return take_json_message(reading, item);
		r = structured_add(structured, &byte, 1);
	}
	return r;
}

static bool is_list_of(struct json_object *value, enum json_type type)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) &&
	       json_object_is_type(json_object_array_get_idx(value, 0), type);
}

/* Whether a line of TEXT is the kernel's for sure, whatever the name of the field is. */
static bool holds_report(struct strview text)
{
	while (text.length) {
		struct strview line = strview_head(text, strview_find(text, "\n"));

		if (prefix_find(line) != STRVIEW_NONE ||
		    strview_has(line, "invoked oom-killer: gfp_mask=0x"))
			return true;
		text = strview_from(text, line.length + 1);
	}
	return false;
}

/*
 * A string whose name says nothing is an entry's message; or its time, which stands beside it in
 * an array: "1704164645000000000".
 */
static int take_string(const struct structured_reading *reading, struct strview string)
{
	struct structured *structured = reading->structured;
	struct structured_entry *entry = &structured->entry;
	struct strview rest = string;
	uint64_t number;
	int r;

	if (string.length >= 10 && strview_take_u64(&rest, &number) && !rest.length) {
		entry->time = (struct oom_time){ .raw = "" };
		timestamp_read_value(string, reading->now_ns, &entry->time);
		return 0;
	}
	entry->length = 0;
	r = structured_add(structured, string.at, string.length);
	while (entry->length && entry->message[entry->length - 1] == '\n')
		entry->length--;
	structured->has_message = false;
	return r < 0 ? r : reading->sink(reading->context, entry);
}

/*
 * The strings of VALUE at any depth; with CHOOSY those that hold a report. Objects in a list have
 * been taken by themselves.
 */
static int take_strings(const struct structured_reading *reading, struct json_object *value,
			bool choosy)
{
	size_t count;
	int r = 0;

	if (json_object_is_type(value, json_type_string)) {
		struct strview string = text_of_json(value);

		return choosy && !holds_report(string) ? 0 : take_string(reading, string);
	}
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, field)
			if (r == 0 && *key)
				r = take_strings(reading, field, choosy);
		return r;
	}
	if (!json_object_is_type(value, json_type_array) ||
	    is_list_of(value, json_type_object))
		return 0;
	count = json_object_array_length(value);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = take_strings(reading, json_object_array_get_idx(value, i), choosy);
	return r;
}

/* An entry: its message is the field with a name for it, or else what holds the kernel's text. */
static int take_json_entry(const struct structured_reading *reading, struct json_object *object)
{
	struct structured *structured = reading->structured;
	struct structured_entry *entry = &structured->entry;
	int r = take_json_object(reading, object);

	if (r < 0 || structured->foreign || entry->record ||
	    (structured->has_message &&
	     holds_report((struct strview){ entry->message, entry->length })))
		return r;
	return take_strings(reading, object, structured->has_message);
}

/* Each of them is an entry; the host around the list is that of all of them. */
static int take_json_list(const struct structured_reading *reading, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct structured_entry *entry = &reading->structured->entry;
	char host[sizeof(entry->host)];
	int r;

	memcpy(host, entry->host, sizeof(host));
	r = structured_flush(reading);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		memcpy(entry->host, host, sizeof(host));
		if (json_object_is_type(item, json_type_object))
			r = take_json_entry(reading, item);
		if (r == 0)
			r = structured_flush(reading);
	}
	memcpy(entry->host, host, sizeof(host));
	return r;
}

static bool is_message_key(struct strview name)
{
	enum structured_key key = structured_key_of(name);

	return key == STRUCTURED_RECORD || key == STRUCTURED_MESSAGE;
}

static int take_json_field(const struct structured_reading *reading, struct strview key,
			   struct json_object *value)
{
	struct structured *structured = reading->structured;

	if (json_object_is_type(value, json_type_object))
		return take_json_object(reading, value);
	if (is_list_of(value, json_type_object))
		return take_json_list(reading, value);
	if (is_message_key(key)) {
		if (structured->has_message)
			return 0;
		structured->entry.record = structured_key_of(key) == STRUCTURED_RECORD;
		return take_json_message(reading, value);
	}
	if (value && !json_object_is_type(value, json_type_array))
		structured_take_value(reading, key, strview_of(json_object_get_string(value)));
	return 0;
}

static int take_json_object(const struct structured_reading *reading, struct json_object *object)
{
	int r = 0;

	json_object_object_foreach(object, key, value)
		if (r == 0)
			r = take_json_field(reading, strview_of(key), value);
	return r;
}

/* Whole entries in one line: journalctl -o json, docker's json-file, many shippers. */
static int take_json_line(const struct structured_reading *reading, struct strview line)
{
	struct json_object *entry = parse_json(line);
	int r = 0;

	if (!entry)
		return 0;
	if (json_object_is_type(entry, json_type_object)) {
		r = structured_flush(reading);
		if (r == 0)
			r = take_json_entry(reading, entry);
	} else if (is_list_of(entry, json_type_object)) {
		r = take_json_list(reading, entry);
	} else if (is_list_of(entry, json_type_array) || is_list_of(entry, json_type_string)) {
		r = structured_flush(reading);
		if (r == 0)
			r = take_strings(reading, entry, false);
	} else {
		json_object_put(entry);
		return 0;
	}
	json_object_put(entry);
	if (r == 0)
		r = structured_flush(reading);
	return r < 0 ? r : 1;
}

/* "97,", "98, 99", "]" */
static bool is_array_line(const struct structured *structured, struct strview line)
{
	return structured->in_array && strview_has_only(line, "0123456789-], \t");
}

static int take_array_line(struct structured *structured, struct strview line)
{
	uint64_t value;
	int r = 0;

	while (r == 0 && line.length) {
		char byte = line.at[0];

		if (strview_take_u64(&line, &value)) {
			byte = (char)value;
			if (structured->array_is_message)
				r = structured_add(structured, &byte, 1);
			continue;
		}
		structured->in_array &= byte != ']';
		line = strview_from(line, 1);
	}
	return r < 0 ? r : 1;
}

/* A string alone, of an array that is printed with a line for each value. */
static int take_string_line(const struct structured_reading *reading, struct strview line)
{
	struct json_object *string = NULL;
	size_t at = 1;
	bool taken;
	int r = 0;

	if (strview_last(line) == ',')
		line.length--;
	/* The end of the string must be that of the line. */
	while (at < line.length && line.at[at] != '"')
		at += line.at[at] == '\\' ? 2 : 1;
	if (reading->structured->open && strview_byte(line, 0) == '"' && at + 1 == line.length)
		string = parse_json(line);
	taken = json_object_is_type(string, json_type_string);
	if (taken)
		r = take_string(reading, text_of_json(string));
	json_object_put(string);
	return r < 0 ? r : taken;
}

/*
 * One field a line: journalctl -o json-pretty, dmesg -J, and what grep(1) leaves of them. So they
 * are read line by line: each tells something, whether or not it is part of a whole document.
 */
static int take_pretty_line(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	struct strview rest = line, key;
	struct json_object *object;
	int r;

	if (!strview_skip(&rest, "\"") || !strview_take_until(&rest, "\"", &key) ||
	    key.length > 64)
		return take_string_line(reading, line);
	strview_skip_blanks(&rest);
	if (!strview_skip(&rest, ":"))
		return take_string_line(reading, line);
	rest = strview_trim(rest);
	if (strview_last(rest) == ',')
		rest = strview_trim(strview_head(rest, rest.length - 1));
	structured->open = true;
	if (strview_starts(rest, "[") && !strview_has(rest, "]")) {
		structured->in_array = true;
		structured->array_is_message = is_message_key(key) && !structured->has_message;
		structured->entry.record |= structured->array_is_message &&
					    structured_key_of(key) == STRUCTURED_RECORD;
		return take_array_line(structured, rest);
	}
	/* A number, true, null */
	if (!rest.length || !strchr("\"[{", rest.at[0])) {
		structured_take_value(reading, key, rest);
		return 1;
	}
	object = parse_json(rest);
	r = take_json_field(reading, key, object);
	if (r == 0 && is_list_of(object, json_type_array))
		r = take_strings(reading, object, false);
	else if (r == 0 && json_object_is_type(object, json_type_string) && !is_message_key(key) &&
		 !structured->entry.record && holds_report(text_of_json(object)))
		r = take_string(reading, text_of_json(object));
	json_object_put(object);
	return r < 0 ? r : 1;
}

bool structured_is_json(const struct structured *structured, struct strview line)
{
	/* By the first byte; also a list as Python prints it, which json-c reads too. */
	return is_array_line(structured, line) ||
	       (line.length && (strchr("{}\"", line.at[0]) || strview_starts(line, "[{") ||
				strview_starts(line, "[[") || strview_starts(line, "[\"") ||
				strview_starts(line, "['") ||
				(structured->open && strchr("[]", line.at[0]))));
}

int structured_take_json(const struct structured_reading *reading, struct strview line)
{
	if (is_array_line(reading->structured, line))
		return take_array_line(reading->structured, line);
	reading->structured->in_array = false;
	/* The punctuation between entries: "{", "},{", "   }, {" */
	if (strview_has_only(line, "{}[],\t ") &&
	    (strview_has(line, "{") || strview_has(line, "}"))) {
		int r = structured_flush(reading);

		return r < 0 ? r : 1;
	}
	if (line.at[0] == '{' || line.at[0] == '[')
		return take_json_line(reading, line);
	return take_pretty_line(reading, line);
}
