/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * structured.c - messages out of JSON, dmesg -J, journalctl -o json, json-pretty, export, verbose
 */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <stdlib.h>

#include "kernlog/learned-prefix.h"
#include "kernlog/line-timestamp.h"
#include "kernlog/structured.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* A longer binary field is none: the length is not one. */
#define BINARY_MAX (UINT64_C(1) << 20)

/*
 * journalctl -o verbose indents fields by so many blanks, and a message's further lines by more.
 */
#define VERBOSE_INDENT 4

/* Where the fields of a line go. */
struct structured_reading {
	struct structured *structured;
	int64_t now_ns;
	structured_fn *sink;
	void *context;
};

static int add_bytes(struct structured *structured, const char *bytes, size_t length)
{
	struct structured_entry *entry = &structured->entry;

	if (!entry->message)
		entry->message = malloc(STRUCTURED_MESSAGE_MAX);
	if (!entry->message)
		return -ENOMEM;
	if (length > STRUCTURED_MESSAGE_MAX - entry->length)
		length = STRUCTURED_MESSAGE_MAX - entry->length;
	if (length)
		memcpy(entry->message + entry->length, bytes, length);
	entry->length += length;
	structured->has_message = true;
	return 0;
}

static void forget(struct structured *structured)
{
	char *message = structured->entry.message;

	*structured = (struct structured){ .entry.message = message };
}

/* Gives the entry's message out and begins a new one. Returns 0 or a negative errno. */
static int flush(const struct structured_reading *reading)
{
	struct structured *structured = reading->structured;
	struct structured_entry *entry = &structured->entry;
	int r = 0;

	while (entry->length && (entry->message[entry->length - 1] == '\n' ||
				 entry->message[entry->length - 1] == '\r'))
		entry->length--;
	if (structured->has_message && !structured->foreign)
		r = reading->sink(reading->context, entry);
	forget(structured);
	return r;
}

/* flush() for a line that was taken. */
static int flush_taken(const struct structured_reading *reading)
{
	int r = flush(reading);

	return r < 0 ? r : 1;
}

static bool is_one_of(struct strview key, const char *const *names)
{
	for (; *names; names++)
		if (strview_is(key, *names))
			return true;
	return false;
}

/* The journal's and dmesg's: what they hold is a record. */
static bool is_record_key(struct strview key)
{
	static const char *const names[] = { "MESSAGE", "msg", NULL };

	return is_one_of(key, names);
}

static bool is_message_key(struct strview key)
{
	static const char *const names[] = {
		"message", "log", "MSG", "textPayload", "Message", "text", "line", "body",
		"@message", "_raw", "short_message", "full_message", NULL,
	};

	return is_record_key(key) || is_one_of(key, names);
}

/* Whose words they are. The journal's transport is its own, the identifier whoever's who logs. */
static bool is_program_key(struct strview key)
{
	static const char *const names[] = {
		"_TRANSPORT", "SYSLOG_IDENTIFIER", "ident", "program", "appname", NULL,
	};

	return is_one_of(key, names);
}

static bool is_time_key(struct strview key)
{
	static const char *const names[] = {
		"time", "timestamp", "@timestamp", "ts", "Timestamp", "date", "_time", NULL,
	};

	return is_one_of(key, names);
}

static bool is_host_key(struct strview key)
{
	static const char *const names[] = {
		"_HOSTNAME", "host", "hostname", "Hostname", "HOSTNAME", NULL,
	};

	return is_one_of(key, names);
}

/* "T5241" or "C1": others have a "caller" too. */
static bool structured_is_caller(struct strview value)
{
	return value.length < sizeof(((struct structured_entry *)NULL)->caller) &&
	       strchr("TC", strview_byte(value, 0)) && strview_is_digit(strview_byte(value, 1));
}

/* A field that is not the message: a time, a host, or a sign that another program wrote it. */
static void take_value(const struct structured_reading *reading, struct strview key,
		       struct strview value)
{
	struct structured_entry *entry = &reading->structured->entry;
	struct oom_time *time = &entry->time;
	struct strview rest = value;
	uint64_t number;

	if (strview_is(key, "__REALTIME_TIMESTAMP") && strview_take_u64(&rest, &number)) {
		timestamp_set_wall(time, number);
		strview_copy_to(value, time->raw, sizeof(time->raw));
	} else if (strview_is(key, "_SOURCE_MONOTONIC_TIMESTAMP") &&
		   strview_take_u64(&rest, &number)) {
		timestamp_set_monotonic(time, number);
	} else if (strview_is(key, "__MONOTONIC_TIMESTAMP") && strview_take_u64(&rest, &number)) {
		/* When it came to the journal: where the kernel's own is missing. */
		if (!time->has_monotonic)
			timestamp_set_monotonic(time, number);
	} else if (is_time_key(key)) {
		timestamp_read_value(value, reading->now_ns, time);
	} else if (is_host_key(key)) {
		strview_copy_to(value, entry->host, sizeof(entry->host));
	} else if (is_program_key(key)) {
		reading->structured->foreign |= !strview_is(value, "kernel");
	} else if (strview_is(key, "caller") && structured_is_caller(value)) {
		strview_copy_to(value, entry->caller, sizeof(entry->caller));
	}
}

/* Whether nothing is behind AT in TEXT, an array: "['tag'] text" is none. */
static bool is_array_end(struct strview text, size_t at)
{
	text = strview_trim(strview_from(text, at));
	return !text.length || strview_is(text, ",");
}

/* Parses TEXT as one JSON value; NULL: it is none. The caller puts it. */
static struct json_object *parse_json(struct strview text)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *value = NULL;

	if (tokener && text.length < INT32_MAX)
		value = json_tokener_parse_ex(tokener, text.at, (int)text.length);
	if (json_object_is_type(value, json_type_array) &&
	    !is_array_end(text, json_tokener_get_parse_end(tokener))) {
		json_object_put(value);
		value = NULL;
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

/* A message that is an object itself, of a program whose output another one has logged. */
static int take_json_text(const struct structured_reading *reading, struct strview text)
{
	struct structured *structured = reading->structured;
	struct json_object *inner = strview_byte(text, 0) == '{' ? parse_json(text) : NULL;
	int r = 0;

	if (json_object_is_type(inner, json_type_object))
		r = take_json_object(reading, inner);
	json_object_put(inner);
	return r < 0 || structured->has_message ? r : add_bytes(structured, text.at, text.length);
}

/* A JSON string, or the array of bytes that the journal writes for a message that is no UTF-8. */
static int take_json_message(const struct structured_reading *reading, struct json_object *value)
{
	struct structured *structured = reading->structured;
	size_t count;
	int r = 0;

	if (json_object_is_type(value, json_type_string))
		return take_json_text(reading, text_of_json(value));
	if (!json_object_is_type(value, json_type_array))
		return 0;
	count = json_object_array_length(value);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(value, i);
		char byte = (char)json_object_get_int(item);

		/* Of a field that was logged twice, the first. */
		if (json_object_is_type(item, json_type_string))
			return take_json_message(reading, item);
		r = add_bytes(structured, &byte, 1);
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

/* "1704164645000000000": beside a text in an array, its time */
static bool is_long_number(struct strview text)
{
	uint64_t number;

	return text.length >= 10 && strview_take_u64(&text, &number) && !text.length;
}

/* A string whose name says nothing is an entry's message, or its time. */
static int take_string(const struct structured_reading *reading, struct strview string)
{
	struct structured *structured = reading->structured;
	struct structured_entry *entry = &structured->entry;
	int r;

	if (is_long_number(string)) {
		entry->time = (struct oom_time){ .raw = "" };
		timestamp_read_value(string, reading->now_ns, &entry->time);
		return 0;
	}
	entry->length = 0;
	r = add_bytes(structured, string.at, string.length);
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
	r = flush(reading);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		memcpy(entry->host, host, sizeof(host));
		if (json_object_is_type(item, json_type_object))
			r = take_json_entry(reading, item);
		if (r == 0)
			r = flush(reading);
	}
	memcpy(entry->host, host, sizeof(host));
	return r;
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
		structured->entry.record = is_record_key(key);
		return take_json_message(reading, value);
	}
	if (value && !json_object_is_type(value, json_type_array))
		take_value(reading, key, strview_of(json_object_get_string(value)));
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
		r = flush(reading);
		if (r == 0)
			r = take_json_entry(reading, entry);
	} else if (is_list_of(entry, json_type_object)) {
		r = take_json_list(reading, entry);
	} else if (is_list_of(entry, json_type_array) || is_list_of(entry, json_type_string)) {
		r = flush(reading);
		if (r == 0)
			r = take_strings(reading, entry, false);
	} else {
		json_object_put(entry);
		return 0;
	}
	json_object_put(entry);
	return r < 0 ? r : flush_taken(reading);
}

/* Nothing but the punctuation between entries: "{", "},{", "]", "   }, {" */
static bool is_json_frame(struct strview line)
{
	bool brace = false;

	for (size_t i = 0; i < line.length; i++) {
		if (!strchr("{}[],\t ", line.at[i]) || !line.at[i])
			return false;
		brace |= line.at[i] == '{' || line.at[i] == '}';
	}
	return brace;
}

/* "97,", "98, 99", "]" */
static bool is_array_line(struct strview line)
{
	for (size_t i = 0; i < line.length; i++)
		if (!strview_is_digit(line.at[i]) &&
		    (!strchr("-], \t", line.at[i]) || !line.at[i]))
			return false;
	return true;
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
				r = add_bytes(structured, &byte, 1);
			continue;
		}
		structured->in_array &= byte != ']';
		line = strview_from(line, 1);
	}
	return r < 0 ? r : 1;
}

/* A number, true, null */
static bool is_bare_value(struct strview value)
{
	char first = strview_byte(value, 0);

	return first != '"' && first != '[' && first != '{';
}

/* Whether TEXT is a string in quotes, and nothing else. */
static bool is_string(struct strview text)
{
	size_t at = 1;

	while (at < text.length && text.at[at] != '"')
		at += text.at[at] == '\\' ? 2 : 1;
	return strview_byte(text, 0) == '"' && at + 1 == text.length;
}

/* A string alone, of an array that is printed with a line for each value. */
static int take_string_line(const struct structured_reading *reading, struct strview line)
{
	struct json_object *string = NULL;
	bool taken;
	int r = 0;

	if (strview_last(line) == ',')
		line.length--;
	if (reading->structured->open && is_string(line))
		string = parse_json(line);
	taken = json_object_is_type(string, json_type_string);
	if (taken)
		r = take_string(reading, text_of_json(string));
	json_object_put(string);
	return r < 0 ? r : taken;
}

/* A field that is printed in one line. */
static int take_pretty_value(const struct structured_reading *reading, struct strview key,
			     struct strview value)
{
	struct json_object *object = parse_json(value);
	int r = take_json_field(reading, key, object);

	if (r == 0 && is_list_of(object, json_type_array))
		r = take_strings(reading, object, false);
	else if (r == 0 && json_object_is_type(object, json_type_string) && !is_message_key(key) &&
		 !reading->structured->entry.record && holds_report(text_of_json(object)))
		r = take_string(reading, text_of_json(object));
	json_object_put(object);
	return r < 0 ? r : 1;
}

/* One field a line: journalctl -o json-pretty, dmesg -J. */
static int take_pretty_line(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	struct strview rest = line, key;

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
		structured->entry.record |= structured->array_is_message && is_record_key(key);
		return take_array_line(structured, rest);
	}
	if (is_bare_value(rest)) {
		take_value(reading, key, rest);
		return 1;
	}
	return take_pretty_value(reading, key, rest);
}

static int take_json(const struct structured_reading *reading, struct strview line)
{
	if (is_json_frame(line))
		return flush_taken(reading);
	if (line.at[0] == '{' || line.at[0] == '[')
		return take_json_line(reading, line);
	return take_pretty_line(reading, line);
}

/* Takes "KEY" of "KEY=value" or of a line that is a binary field's name alone. */
static bool take_key(struct strview *line, struct strview *ret_key)
{
	size_t length = 0;

	while (length < line->length && length < 64 &&
	       ((line->at[length] >= 'A' && line->at[length] <= 'Z') || line->at[length] == '_' ||
		(length && strview_is_digit(line->at[length]))))
		length++;
	if (!length || (length < line->length && line->at[length] != '='))
		return false;
	*ret_key = strview_head(*line, length);
	*line = strview_from(*line, length);
	return true;
}

static void add_length_byte(struct structured *structured, char byte)
{
	structured->binary_left |= (uint64_t)(unsigned char)byte << structured->length_shift;
	structured->length_shift += 8;
	if (--structured->length_bytes == 0)
		structured->binary_left = structured->binary_left > BINARY_MAX
			? 0 : structured->binary_left + 1;
}

/*
 * LINE and its newline as part of a binary field: the length, 64 bits little endian, the data, a
 * newline. All of them may hold newlines.
 */
static int take_binary(struct structured *structured, struct strview line)
{
	size_t take;
	int r = 0;

	for (; structured->length_bytes && line.length; line = strview_from(line, 1))
		add_length_byte(structured, line.at[0]);
	if (structured->length_bytes) {
		add_length_byte(structured, '\n');
		return 1;
	}
	if (!structured->binary_left)
		return 1;
	take = line.length < structured->binary_left ? line.length
		: (size_t)structured->binary_left - 1;
	if (structured->in_message)
		r = add_bytes(structured, line.at, take);
	structured->binary_left -= take + 1;
	if (r == 0 && structured->in_message && structured->binary_left)
		r = add_bytes(structured, "\n", 1);
	return r < 0 ? r : 1;
}

static int take_assignment(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	struct strview key;

	if (!take_key(&line, &key))
		return 0;
	structured->in_message = strview_is(key, "MESSAGE") && !structured->has_message;
	structured->entry.record |= structured->in_message;
	if (!strview_skip(&line, "=")) {
		structured->length_bytes = 8;
		structured->length_shift = 0;
		structured->binary_left = 0;
		return 1;
	}
	if (!structured->in_message)
		take_value(reading, key, line);
	else if (add_bytes(structured, line.at, line.length) < 0)
		return -ENOMEM;
	return 1;
}

/* The first line of an entry of journalctl -o verbose: a time, then "[s=...;i=...". */
static bool is_verbose_head(struct strview line)
{
	return strview_has(strview_head(line, 64), " [s=") && strview_has(line, ";i=");
}

static int begin_entry(const struct structured_reading *reading, struct strview line, bool verbose)
{
	struct structured *structured = reading->structured;
	int r = flush_taken(reading);

	structured->open = true;
	structured->verbose = verbose;
	if (verbose)
		timestamp_take(&line, reading->now_ns, &structured->entry.time);
	return r;
}

/* A further line of a message, which is indented. */
static int structured_go_on(struct structured *structured, struct strview line)
{
	int r = add_bytes(structured, "\n", 1);

	if (r == 0)
		r = add_bytes(structured, line.at, line.length);
	return r < 0 ? r : 1;
}

static int take_journal(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	struct strview rest = line;
	size_t indent;
	int r;

	if (is_verbose_head(line))
		return begin_entry(reading, line, true);
	if (strview_starts(line, "__CURSOR="))
		return begin_entry(reading, line, false);
	strview_skip_blanks(&rest);
	indent = line.length - rest.length;
	if (!structured->open && !strview_starts(rest, "MESSAGE="))
		return 0;
	structured->open = true;
	if (!line.length)
		return flush_taken(reading);
	if (structured->verbose && structured->in_message && indent > VERBOSE_INDENT)
		return structured_go_on(structured, rest);
	r = take_assignment(reading, rest);
	if (r == 0 && structured->in_message && indent)
		r = structured_go_on(structured, rest);
	return r == 0 ? flush(reading) : r;
}

/*
 * Whether LINE, which is not empty, is JSON by its first byte; or a list as Python prints it,
 * which json-c reads too.
 */
static bool is_json(const struct structured *structured, struct strview line)
{
	return strchr("{}\"", line.at[0]) || strview_starts(line, "[{") ||
	       strview_starts(line, "[[") || strview_starts(line, "[\"") ||
		       strview_starts(line, "['") ||
	       (structured->open && strchr("[]", line.at[0]));
}

int structured_take(struct structured *structured, struct strview line, int64_t now_ns,
		    structured_fn *sink,
		    void *context)
{
	const struct structured_reading reading = { structured, now_ns, sink, context };
	struct strview trimmed = strview_trim(line);

	if (structured->length_bytes || structured->binary_left)
		return take_binary(structured, line);
	if (structured->in_array && is_array_line(trimmed))
		return take_array_line(structured, trimmed);
	structured->in_array = false;
	if (trimmed.length && is_json(structured, trimmed))
		return take_json(&reading, trimmed);
	return take_journal(&reading, line);
}

int structured_end(struct structured *structured, structured_fn *sink, void *context)
{
	const struct structured_reading reading = { structured, 0, sink, context };

	return flush(&reading);
}

void structured_free(struct structured *structured)
{
	free(structured->entry.message);
	*structured = (struct structured){ 0 };
}
