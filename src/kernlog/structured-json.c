/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * structured-json.c - entries as JSON: dmesg -J, journalctl -o json and json-pretty, shippers
 *
 * Reading begins in the middle of a document, where a word of a report was seen, and may end in
 * one. So a line is read by itself: it tells something, whether or not it is part of a whole.
 */
#include <config.h>

#include <json.h>

#include "kernlog/line-timestamp.h"
#include "kernlog/prefix.h"
#include "kernlog/structured-entry.h"
#include "lib/macros.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* An array over many lines, as the journal writes bytes, may have so much text. */
#define JSON_ARRAY_MAX (8 * (size_t)STRUCTURED_MESSAGE_MAX)

static int take_json_object(struct structured *structured, struct json_object *object);

/* Goes on with a value whose end has not come; returns it if it has now. */
static struct json_object *json_go_on(struct structured *structured, struct strview text)
{
	if (!structured->tokener || !text.length || text.length > INT32_MAX)
		return NULL;
	return json_tokener_parse_ex(structured->tokener, text.at, (int)text.length);
}

/*
 * Parses TEXT between OPEN and CLOSE as one JSON value, which the caller puts. NULL: it is none,
 * or its end has not come; json_go_on() has the next piece then.
 */
static struct json_object *parse_json(struct structured *structured, const char *open,
				      struct strview text, const char *close)
{
	const struct strview pieces[] = { strview_of(open), text, strview_of(close) };
	struct json_object *value = NULL;

	if (!structured->tokener)
		structured->tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!structured->tokener)
		return NULL;
	json_tokener_reset(structured->tokener);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		value = json_go_on(structured, pieces[i]);
		if (pieces[i].length &&
		    json_tokener_get_error(structured->tokener) != json_tokener_continue)
			break;
	}
	return value;
}

static struct strview text_of_json(struct json_object *string)
{
	return (struct strview){ json_object_get_string(string),
				 (size_t)json_object_get_string_len(string) };
}

static bool is_list_of(struct json_object *value, enum json_type type)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) &&
	       json_object_is_type(json_object_array_get_idx(value, 0), type);
}

/*
 * A message: a string, or the array of bytes that the journal writes for one that is no UTF-8. It
 * is an object itself of a program whose output another one has logged.
 */
static int take_json_message(struct structured *structured, struct json_object *value)
{
	struct json_object *inner = NULL;
	size_t count;
	int r = 0;

	if (is_list_of(value, json_type_string))
		/* Of a field that was logged twice, the first. */
		value = json_object_array_get_idx(value, 0);
	if (json_object_is_type(value, json_type_string)) {
		struct strview text = text_of_json(value);

		if (strview_byte(text, 0) == '{')
			inner = parse_json(structured, "", text, "");
		if (json_object_is_type(inner, json_type_object))
			r = take_json_object(structured, inner);
		json_object_put(inner);
		return r < 0 || structured->has_message ? r
			: structured_add(structured, text.at, text.length);
	}
	count = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		char byte = (char)json_object_get_int(json_object_array_get_idx(value, i));

		r = structured_add(structured, &byte, 1);
	}
	return r;
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
 * The strings of VALUE at any depth; with CHOOSY those that hold a report. One whose name says
 * nothing is an entry's message; or its time, which stands beside it in an array:
 * "1704164645000000000". Objects in a list have been taken by themselves.
 */
static int take_strings(struct structured *structured, struct json_object *value, bool choosy)
{
	struct structured_entry *entry = &structured->entry;
	struct strview string, rest;
	size_t count;
	uint64_t number;
	int r = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, field)
			if (r == 0 && *key)
				r = take_strings(structured, field, choosy);
		return r;
	}
	if (json_object_is_type(value, json_type_array) && !is_list_of(value, json_type_object)) {
		count = json_object_array_length(value);
		for (size_t i = 0; r == 0 && i < count; i++)
			r = take_strings(structured, json_object_array_get_idx(value, i), choosy);
		return r;
	}
	if (!json_object_is_type(value, json_type_string))
		return 0;
	string = rest = text_of_json(value);
	if (choosy && !holds_report(string))
		return 0;
	if (string.length >= 10 && strview_take_u64(&rest, &number) && !rest.length) {
		entry->time = (struct oom_time){ .raw = "" };
		timestamp_read_value(string, structured->now_ns, &entry->time);
		return 0;
	}
	entry->length = 0;
	r = structured_add(structured, string.at, string.length);
	while (entry->length && entry->message[entry->length - 1] == '\n')
		entry->length--;
	structured->has_message = false;
	return r < 0 ? r : structured->sink(structured->context, entry);
}

/* An entry: its message is the field with a name for it, or else what holds the kernel's text. */
static int take_json_entry(struct structured *structured, struct json_object *object)
{
	struct structured_entry *entry = &structured->entry;
	int r = take_json_object(structured, object);

	if (r == 0 && !structured->foreign && !entry->record &&
	    !(structured->has_message &&
	      holds_report((struct strview){ entry->message, entry->length })))
		r = take_strings(structured, object, structured->has_message);
	return r < 0 ? r : structured_flush(structured);
}

/* Each of them is an entry; the host around the list is that of all of them. */
static int take_json_list(struct structured *structured, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	char *entry_host = structured->entry.host, host[sizeof(structured->entry.host)];
	int r;

	memcpy(host, entry_host, sizeof(host));
	r = structured_flush(structured);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		memcpy(entry_host, host, sizeof(host));
		if (json_object_is_type(item, json_type_object))
			r = take_json_entry(structured, item);
	}
	memcpy(entry_host, host, sizeof(host));
	return r;
}

/* The fields of an entry, or of a part of one. */
static int take_json_object(struct structured *structured, struct json_object *object)
{
	int r = 0;

	json_object_object_foreach(object, name, value) {
		enum structured_key key = structured_key_of(strview_of(name));

		if (json_object_is_type(value, json_type_object)) {
			r = take_json_object(structured, value);
		} else if (is_list_of(value, json_type_object)) {
			r = take_json_list(structured, value);
		} else if (key == STRUCTURED_RECORD || key == STRUCTURED_MESSAGE) {
			if (structured->has_message)
				continue;
			structured->entry.record = key == STRUCTURED_RECORD;
			r = take_json_message(structured, value);
		} else if (value && !json_object_is_type(value, json_type_array)) {
			structured_take_value(structured, strview_of(name),
					      strview_of(json_object_get_string(value)));
		}
		if (r < 0)
			break;
	}
	return r;
}

/* Whole entries in one line: journalctl -o json, docker's json-file, many shippers. */
static int take_json_line(struct structured *structured, struct strview line)
{
	struct json_object *value = parse_json(structured, "", line, "");
	bool object = json_object_is_type(value, json_type_object);
	bool list = is_list_of(value, json_type_object);
	bool strings = is_list_of(value, json_type_array) || is_list_of(value, json_type_string);
	struct strview behind = { line.at, 0 };
	int r;

	if (list || strings)
		behind = strview_from(line, json_tokener_get_parse_end(structured->tokener));
	/* "['tag'] text" is no array. */
	if (!(object || list || strings) || !strview_has_only(behind, ", \t")) {
		json_object_put(value);
		return 0;
	}
	r = list ? take_json_list(structured, value) : structured_flush(structured);
	if (r == 0 && object)
		r = take_json_entry(structured, value);
	else if (r == 0 && strings)
		r = take_strings(structured, value, false);
	json_object_put(value);
	if (r == 0)
		r = structured_flush(structured);
	return r < 0 ? r : 1;
}

/* The fields of OBJECT, which may be NULL, are some of an entry's; puts it. */
static int take_json_fields(struct structured *structured, struct json_object *object)
{
	int r = 0;

	if (json_object_is_type(object, json_type_object)) {
		r = take_json_object(structured, object);
		json_object_object_foreach(object, name, value) {
			enum structured_key key = structured_key_of(strview_of(name));
			bool lists = is_list_of(value, json_type_array);

			if (r == 0 && (lists || (json_object_is_type(value, json_type_string) &&
						 key != STRUCTURED_RECORD &&
						 key != STRUCTURED_MESSAGE &&
						 !structured->entry.record)))
				r = take_strings(structured, value, !lists);
		}
	}
	json_object_put(object);
	return r;
}

int structured_end_array(struct structured *structured)
{
	if (!structured->array_left)
		return 0;
	structured->array_left = 0;
	return take_json_fields(structured, json_go_on(structured, strview_of("]}")));
}

/*
 * One field a line: journalctl -o json-pretty, dmesg -J, and what grep(1) leaves of them; or a
 * string alone, of an array that is printed with a line for each value.
 */
static int take_pretty_line(struct structured *structured, struct strview line)
{
	struct strview rest = line, key;
	struct json_object *value;
	bool taken;
	int r = 0;

	if (strview_skip(&rest, "\"") && strview_take_until(&rest, "\"", &key) &&
	    key.length <= 64 && (strview_skip_blanks(&rest), strview_skip(&rest, ":"))) {
		structured->open = true;
		if (strview_last(rest) == '[') {
			json_object_put(parse_json(structured, "{", line, ""));
			structured->array_left = JSON_ARRAY_MAX;
			return 1;
		}
		r = take_json_fields(structured, parse_json(structured, "{", line, "}"));
		return r < 0 ? r : 1;
	}
	if (!structured->open || strview_byte(line, 0) != '"')
		return 0;
	value = parse_json(structured, "[", line, "]");
	taken = is_list_of(value, json_type_string) && json_object_array_length(value) == 1;
	if (taken)
		r = take_strings(structured, value, false);
	json_object_put(value);
	return r < 0 ? r : taken;
}

/* "97,", "98, 99", "]" */
static bool is_array_line(const struct structured *structured, struct strview line)
{
	return structured->array_left && line.length < structured->array_left &&
	       strview_has_only(line, "0123456789], \t");
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

int structured_take_json(struct structured *structured, struct strview line)
{
	int r;

	if (is_array_line(structured, line)) {
		structured->array_left -= line.length;
		json_object_put(json_go_on(structured, line));
		if (!strview_has(line, "]"))
			return 1;
		structured->array_left = 0;
		r = take_json_fields(structured, json_go_on(structured, strview_of("}")));
		return r < 0 ? r : 1;
	}
	r = structured_end_array(structured);
	if (r < 0)
		return r;
	/* The punctuation between entries: "{", "},{", "   }, {" */
	if (strview_has_only(line, "{}[],\t ") &&
	    (strview_has(line, "{") || strview_has(line, "}"))) {
		r = structured_flush(structured);
		return r < 0 ? r : 1;
	}
	if (line.at[0] == '{' || line.at[0] == '[')
		return take_json_line(structured, line);
	return take_pretty_line(structured, line);
}
