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
#include "kernlog/structured.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* An array over many lines, as the journal writes bytes, may have so much text. */
#define JSON_ARRAY_MAX (8 * (size_t)STRUCTURED_MESSAGE_MAX)

/* Takes the fields of an object, entries of a list, or the value of a field for KEY. */
static int take_json(struct structured *structured, enum structured_key key,
		     struct json_object *value);

/*
 * Parses the JSON value that TEXT begins or, if not ANEW, goes on with. The caller puts it. NULL:
 * there is none, or its end has not come.
 */
static struct json_object *parse_json(struct structured *structured, struct strview text,
				      bool anew)
{
	struct json_object *value;

	if (!structured->tokener)
		structured->tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!structured->tokener || !text.length || text.length > INT32_MAX)
		return NULL;
	if (anew)
		json_tokener_reset(structured->tokener);
	value = json_tokener_parse_ex(structured->tokener, text.at, (int)text.length);
	/* A number ends with what is behind it; in an array, a line may end within one. */
	if (!value && anew &&
	    json_tokener_get_error(structured->tokener) == json_tokener_continue)
		value = json_tokener_parse_ex(structured->tokener, " ", 1);
	return value;
}

/* Whether nothing but bytes of the string MARKS is behind the value that LINE began with. */
static bool is_behind_json(struct structured *structured, struct strview line, const char *marks)
{
	size_t end = json_tokener_get_parse_end(structured->tokener);

	return strview_has_only(strview_from(line, end), marks);
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
	size_t count = 0;
	int r = 0;

	/* Of a field that was logged twice, the first. */
	if (is_list_of(value, json_type_string))
		value = json_object_array_get_idx(value, 0);
	if (json_object_is_type(value, json_type_array))
		count = json_object_array_length(value);
	for (size_t i = 0; i < count; i++) {
		char byte = (char)json_object_get_int(json_object_array_get_idx(value, i));

		structured_add(structured, (struct strview){ &byte, 1 });
	}
	if (!json_object_is_type(value, json_type_string))
		return 0;
	if (*json_object_get_string(value) == '{')
		inner = parse_json(structured, text_of_json(value), true);
	if (json_object_is_type(inner, json_type_object))
		r = take_json(structured, STRUCTURED_OTHER, inner);
	json_object_put(inner);
	if (r == 0 && !structured->has_message)
		structured_add(structured, text_of_json(value));
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
	uint64_t number;
	int r = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, field)
			if (r == 0 && *key)
				r = take_strings(structured, field, choosy);
		return r;
	}
	if (json_object_is_type(value, json_type_array) && !is_list_of(value, json_type_object)) {
		for (size_t i = 0; r == 0 && i < json_object_array_length(value); i++)
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
	structured_add(structured, string);
	structured->has_message = false;
	return structured_give(structured);
}

/* An entry: its message is the field with a name for it, or else what holds the kernel's text. */
static int take_json_entry(struct structured *structured, struct json_object *object)
{
	struct structured_entry *entry = &structured->entry;
	int r = take_json(structured, STRUCTURED_OTHER, object);

	if (r == 0 && !structured->foreign && !entry->record &&
	    !(structured->has_message && entry->message &&
	      holds_report((struct strview){ entry->message, entry->length })))
		r = take_strings(structured, object, structured->has_message);
	return r < 0 ? r : structured_flush(structured);
}

/* Each of them is an entry; the host around the list is that of all of them. */
static int take_json_list(struct structured *structured, struct json_object *list)
{
	char host[sizeof(structured->entry.host)];
	int r;

	memcpy(host, structured->entry.host, sizeof(host));
	r = structured_flush(structured);
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		memcpy(structured->entry.host, host, sizeof(host));
		if (json_object_is_type(item, json_type_object))
			r = take_json_entry(structured, item);
	}
	memcpy(structured->entry.host, host, sizeof(host));
	return r;
}

static int take_json(struct structured *structured, enum structured_key key,
		     struct json_object *value)
{
	int r = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, field)
			if (r == 0)
				r = take_json(structured, structured_key_of(strview_of(name)),
					      field);
		return r;
	}
	if (is_list_of(value, json_type_object))
		return take_json_list(structured, value);
	if (key == STRUCTURED_RECORD || key == STRUCTURED_MESSAGE) {
		if (structured->has_message)
			return 0;
		structured->entry.record = key == STRUCTURED_RECORD;
		return take_json_message(structured, value);
	}
	if (value && !json_object_is_type(value, json_type_array))
		structured_take_value(structured, key, strview_of(json_object_get_string(value)));
	return 0;
}

/* Whole entries in one line: journalctl -o json, docker's json-file, many shippers. */
static int take_json_line(struct structured *structured, struct strview line)
{
	struct json_object *value = parse_json(structured, line, true);
	bool object = json_object_is_type(value, json_type_object);
	bool list = is_list_of(value, json_type_object);
	bool strings = is_list_of(value, json_type_array) || is_list_of(value, json_type_string);
	int r = 0;

	/* "['tag'] text" is no array. */
	if (!object && !((list || strings) && is_behind_json(structured, line, ", \t"))) {
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

/* A field that has a line to itself, or many; puts its VALUE, which may be NULL. */
static int take_pretty_field(struct structured *structured, enum structured_key key,
			     struct json_object *value)
{
	bool message = key == STRUCTURED_RECORD || key == STRUCTURED_MESSAGE;
	bool lists = is_list_of(value, json_type_array);
	int r = take_json(structured, key, value);

	if (r == 0 && (lists || (json_object_is_type(value, json_type_string) && !message &&
				 !structured->entry.record)))
		r = take_strings(structured, value, !lists);
	json_object_put(value);
	return r < 0 ? r : 1;
}

int structured_take_array(struct structured *structured, struct strview line)
{
	/* "97,", "98, 99", "]" */
	bool more = line.length < structured->array_left &&
		    strview_has_only(line, "0123456789], \t");
	struct json_object *array;
	int r;

	if (!structured->array_left)
		return 0;
	array = parse_json(structured, more ? line : strview_of("]"), false);
	structured->array_left = more && !array ? structured->array_left - line.length : 0;
	r = array ? take_pretty_field(structured, structured->array_key, array) : 0;
	return r < 0 ? r : more;
}

/*
 * One field a line: journalctl -o json-pretty, dmesg -J, and what grep(1) leaves of them; or a
 * string alone, of an array that is printed with a line for each value.
 */
static int take_pretty_line(struct structured *structured, struct strview line)
{
	struct strview rest = line, name;
	struct json_object *value;
	int r = 0;

	if (strview_skip(&rest, "\"") && strview_take_until(&rest, "\"", &name) &&
	    name.length <= 64 && (strview_skip_blanks(&rest), strview_skip(&rest, ":"))) {
		structured->open = true;
		value = parse_json(structured, rest, true);
		if (value || strview_last(rest) != '[')
			return take_pretty_field(structured, structured_key_of(name), value);
		structured->array_key = structured_key_of(name);
		structured->array_left = JSON_ARRAY_MAX;
		return 1;
	}
	if (!structured->open || strview_byte(line, 0) != '"')
		return 0;
	value = parse_json(structured, line, true);
	if (value && is_behind_json(structured, line, ",")) {
		r = take_strings(structured, value, false);
		r = r < 0 ? r : 1;
	}
	json_object_put(value);
	return r;
}

int structured_take_json(struct structured *structured, struct strview line)
{
	int r;

	/* The punctuation between entries: "{", "},{", "   }, {" */
	if (strview_has_only(line, "{}[],\t ") &&
	    (strview_has(line, "{") || strview_has(line, "}"))) {
		r = structured_flush(structured);
		return r < 0 ? r : 1;
	}
	return line.at[0] == '{' || line.at[0] == '[' ? take_json_line(structured, line)
						      : take_pretty_line(structured, line);
}
