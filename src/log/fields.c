/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c - messages out of JSON, dmesg -J, journalctl -o json, json-pretty, export, verbose */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <stdlib.h>

#include "log/fields.h"
#include "log/prefix.h"
#include "log/stamp.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* A longer binary field is none: the length is not one. */
#define BINARY_MAX (UINT64_C(1) << 20)

/*
 * journalctl -o verbose indents fields by so many blanks, and a message's further lines by more.
 */
#define VERBOSE_INDENT 4

/* Where the fields of a line go. */
struct reading {
	struct fields *fields;
	int64_t now_ns;
	fields_fn *sink;
	void *context;
};

static int add_bytes(struct fields *fields, const char *bytes, size_t length)
{
	struct fields_entry *entry = &fields->entry;

	if (!entry->message)
		entry->message = malloc(FIELDS_MESSAGE_MAX);
	if (!entry->message)
		return -ENOMEM;
	if (length > FIELDS_MESSAGE_MAX - entry->length)
		length = FIELDS_MESSAGE_MAX - entry->length;
	if (length)
		memcpy(entry->message + entry->length, bytes, length);
	entry->length += length;
	fields->has_message = true;
	return 0;
}

static void forget(struct fields *fields)
{
	char *message = fields->entry.message;

	*fields = (struct fields){ .entry.message = message };
}

/* Gives the entry's message out and begins a new one. Returns 0 or a negative errno. */
static int flush(const struct reading *reading)
{
	struct fields *fields = reading->fields;
	struct fields_entry *entry = &fields->entry;
	int r = 0;

	while (entry->length && (entry->message[entry->length - 1] == '\n' ||
				 entry->message[entry->length - 1] == '\r'))
		entry->length--;
	if (fields->has_message && !fields->foreign)
		r = reading->sink(reading->context, entry);
	forget(fields);
	return r;
}

/* flush() for a line that was taken. */
static int flush_taken(const struct reading *reading)
{
	int r = flush(reading);

	return r < 0 ? r : 1;
}

static bool is_one_of(struct text key, const char *const *names)
{
	for (; *names; names++)
		if (text_is(key, *names))
			return true;
	return false;
}

/* The journal's and dmesg's: what they hold is a record. */
static bool is_record_key(struct text key)
{
	static const char *const names[] = { "MESSAGE", "msg", NULL };

	return is_one_of(key, names);
}

static bool is_message_key(struct text key)
{
	static const char *const names[] = {
		"message", "log", "MSG", "textPayload", "Message", "text", "line", "body",
		"@message", "_raw", "short_message", "full_message", NULL,
	};

	return is_record_key(key) || is_one_of(key, names);
}

/* Whose words they are. The journal's transport is its own, the identifier whoever's who logs. */
static bool is_program_key(struct text key)
{
	static const char *const names[] = {
		"_TRANSPORT", "SYSLOG_IDENTIFIER", "ident", "program", "appname", NULL,
	};

	return is_one_of(key, names);
}

static bool is_time_key(struct text key)
{
	static const char *const names[] = {
		"time", "timestamp", "@timestamp", "ts", "Timestamp", "date", "_time", NULL,
	};

	return is_one_of(key, names);
}

static bool is_host_key(struct text key)
{
	static const char *const names[] = {
		"_HOSTNAME", "host", "hostname", "Hostname", "HOSTNAME", NULL,
	};

	return is_one_of(key, names);
}

/* "T5241" or "C1": others have a "caller" too. */
static bool is_caller(struct text value)
{
	return value.length < sizeof(((struct fields_entry *)NULL)->caller) &&
	       strchr("TC", text_byte(value, 0)) && text_is_digit(text_byte(value, 1));
}

/* A field that is not the message: a time, a host, or a sign that another program wrote it. */
static void take_value(const struct reading *reading, struct text key, struct text value)
{
	struct fields_entry *entry = &reading->fields->entry;
	struct oom_time *time = &entry->time;
	struct text rest = value;
	uint64_t number;

	if (text_is(key, "__REALTIME_TIMESTAMP") && text_take_u64(&rest, &number)) {
		stamp_set_wall(time, number);
		text_copy_to(value, time->raw, sizeof(time->raw));
	} else if (text_is(key, "_SOURCE_MONOTONIC_TIMESTAMP") && text_take_u64(&rest, &number)) {
		stamp_set_monotonic(time, number);
	} else if (text_is(key, "__MONOTONIC_TIMESTAMP") && text_take_u64(&rest, &number)) {
		/* When it came to the journal: where the kernel's own is missing. */
		if (!time->has_monotonic)
			stamp_set_monotonic(time, number);
	} else if (is_time_key(key)) {
		stamp_read_value(value, reading->now_ns, time);
	} else if (is_host_key(key)) {
		text_copy_to(value, entry->host, sizeof(entry->host));
	} else if (is_program_key(key)) {
		reading->fields->foreign |= !text_is(value, "kernel");
	} else if (text_is(key, "caller") && is_caller(value)) {
		text_copy_to(value, entry->caller, sizeof(entry->caller));
	}
}

/* Whether nothing is behind AT in TEXT, an array: "['tag'] text" is none. */
static bool is_array_end(struct text text, size_t at)
{
	text = text_trim(text_from(text, at));
	return !text.length || text_is(text, ",");
}

/* Parses TEXT as one JSON value; NULL: it is none. The caller puts it. */
static struct json_object *parse_json(struct text text)
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

static struct text text_of_json(struct json_object *string)
{
	return (struct text){ json_object_get_string(string),
			      (size_t)json_object_get_string_len(string) };
}

static int take_json_object(const struct reading *reading, struct json_object *object);

/* A message that is an object itself, of a program whose output another one has logged. */
static int take_json_text(const struct reading *reading, struct text text)
{
	struct fields *fields = reading->fields;
	struct json_object *inner = text_byte(text, 0) == '{' ? parse_json(text) : NULL;
	int r = 0;

	if (json_object_is_type(inner, json_type_object))
		r = take_json_object(reading, inner);
	json_object_put(inner);
	return r < 0 || fields->has_message ? r : add_bytes(fields, text.at, text.length);
}

/* A JSON string, or the array of bytes that the journal writes for a message that is no UTF-8. */
static int take_json_message(const struct reading *reading, struct json_object *value)
{
	struct fields *fields = reading->fields;
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
		r = add_bytes(fields, &byte, 1);
	}
	return r;
}

static bool is_list_of(struct json_object *value, enum json_type type)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) &&
	       json_object_is_type(json_object_array_get_idx(value, 0), type);
}

/* Whether a line of TEXT is the kernel's for sure, whatever the name of the field is. */
static bool holds_report(struct text text)
{
	while (text.length) {
		struct text line = text_head(text, text_find(text, "\n"));

		if (prefix_find(line) != TEXT_NONE ||
		    text_has(line, "invoked oom-killer: gfp_mask=0x"))
			return true;
		text = text_from(text, line.length + 1);
	}
	return false;
}

/* "1704164645000000000": beside a text in an array, its time */
static bool is_long_number(struct text text)
{
	uint64_t number;

	return text.length >= 10 && text_take_u64(&text, &number) && !text.length;
}

/* A string whose name says nothing is an entry's message, or its time. */
static int take_string(const struct reading *reading, struct text string)
{
	struct fields *fields = reading->fields;
	struct fields_entry *entry = &fields->entry;
	int r;

	if (is_long_number(string)) {
		entry->time = (struct oom_time){ .raw = "" };
		stamp_read_value(string, reading->now_ns, &entry->time);
		return 0;
	}
	entry->length = 0;
	r = add_bytes(fields, string.at, string.length);
	while (entry->length && entry->message[entry->length - 1] == '\n')
		entry->length--;
	fields->has_message = false;
	return r < 0 ? r : reading->sink(reading->context, entry);
}

/*
 * The strings of VALUE at any depth; with CHOOSY those that hold a report. Objects in a list have
 * been taken by themselves.
 */
static int take_strings(const struct reading *reading, struct json_object *value, bool choosy)
{
	size_t count;
	int r = 0;

	if (json_object_is_type(value, json_type_string)) {
		struct text string = text_of_json(value);

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
static int take_json_entry(const struct reading *reading, struct json_object *object)
{
	struct fields *fields = reading->fields;
	struct fields_entry *entry = &fields->entry;
	int r = take_json_object(reading, object);

	if (r < 0 || fields->foreign || entry->record ||
	    (fields->has_message && holds_report((struct text){ entry->message, entry->length })))
		return r;
	return take_strings(reading, object, fields->has_message);
}

/* Each of them is an entry; the host around the list is that of all of them. */
static int take_json_list(const struct reading *reading, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct fields_entry *entry = &reading->fields->entry;
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

static int take_json_field(const struct reading *reading, struct text key,
			   struct json_object *value)
{
	struct fields *fields = reading->fields;

	if (json_object_is_type(value, json_type_object))
		return take_json_object(reading, value);
	if (is_list_of(value, json_type_object))
		return take_json_list(reading, value);
	if (is_message_key(key)) {
		if (fields->has_message)
			return 0;
		fields->entry.record = is_record_key(key);
		return take_json_message(reading, value);
	}
	if (value && !json_object_is_type(value, json_type_array))
		take_value(reading, key, text_of(json_object_get_string(value)));
	return 0;
}

static int take_json_object(const struct reading *reading, struct json_object *object)
{
	int r = 0;

	json_object_object_foreach(object, key, value)
		if (r == 0)
			r = take_json_field(reading, text_of(key), value);
	return r;
}

/* Whole entries in one line: journalctl -o json, docker's json-file, many shippers. */
static int take_json_line(const struct reading *reading, struct text line)
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
static bool is_json_frame(struct text line)
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
static bool is_array_line(struct text line)
{
	for (size_t i = 0; i < line.length; i++)
		if (!text_is_digit(line.at[i]) && (!strchr("-], \t", line.at[i]) || !line.at[i]))
			return false;
	return true;
}

static int take_array_line(struct fields *fields, struct text line)
{
	uint64_t value;
	int r = 0;

	while (r == 0 && line.length) {
		char byte = line.at[0];

		if (text_take_u64(&line, &value)) {
			byte = (char)value;
			if (fields->array_is_message)
				r = add_bytes(fields, &byte, 1);
			continue;
		}
		fields->in_array &= byte != ']';
		line = text_from(line, 1);
	}
	return r < 0 ? r : 1;
}

/* A number, true, null */
static bool is_bare_value(struct text value)
{
	char first = text_byte(value, 0);

	return first != '"' && first != '[' && first != '{';
}

/* Whether TEXT is a string in quotes, and nothing else. */
static bool is_string(struct text text)
{
	size_t at = 1;

	while (at < text.length && text.at[at] != '"')
		at += text.at[at] == '\\' ? 2 : 1;
	return text_byte(text, 0) == '"' && at + 1 == text.length;
}

/* A string alone, of an array that is printed with a line for each value. */
static int take_string_line(const struct reading *reading, struct text line)
{
	struct json_object *string = NULL;
	bool taken;
	int r = 0;

	if (text_last(line) == ',')
		line.length--;
	if (reading->fields->open && is_string(line))
		string = parse_json(line);
	taken = json_object_is_type(string, json_type_string);
	if (taken)
		r = take_string(reading, text_of_json(string));
	json_object_put(string);
	return r < 0 ? r : taken;
}

/* A field that is printed in one line. */
static int take_pretty_value(const struct reading *reading, struct text key, struct text value)
{
	struct json_object *object = parse_json(value);
	int r = take_json_field(reading, key, object);

	if (r == 0 && is_list_of(object, json_type_array))
		r = take_strings(reading, object, false);
	else if (r == 0 && json_object_is_type(object, json_type_string) && !is_message_key(key) &&
		 !reading->fields->entry.record && holds_report(text_of_json(object)))
		r = take_string(reading, text_of_json(object));
	json_object_put(object);
	return r < 0 ? r : 1;
}

/* One field a line: journalctl -o json-pretty, dmesg -J. */
static int take_pretty_line(const struct reading *reading, struct text line)
{
	struct fields *fields = reading->fields;
	struct text rest = line, key;

	if (!text_skip(&rest, "\"") || !text_take_until(&rest, "\"", &key) || key.length > 64)
		return take_string_line(reading, line);
	text_skip_blanks(&rest);
	if (!text_skip(&rest, ":"))
		return take_string_line(reading, line);
	rest = text_trim(rest);
	if (text_last(rest) == ',')
		rest = text_trim(text_head(rest, rest.length - 1));
	fields->open = true;
	if (text_starts(rest, "[") && !text_has(rest, "]")) {
		fields->in_array = true;
		fields->array_is_message = is_message_key(key) && !fields->has_message;
		fields->entry.record |= fields->array_is_message && is_record_key(key);
		return take_array_line(fields, rest);
	}
	if (is_bare_value(rest)) {
		take_value(reading, key, rest);
		return 1;
	}
	return take_pretty_value(reading, key, rest);
}

static int take_json(const struct reading *reading, struct text line)
{
	if (is_json_frame(line))
		return flush_taken(reading);
	if (line.at[0] == '{' || line.at[0] == '[')
		return take_json_line(reading, line);
	return take_pretty_line(reading, line);
}

/* Takes "KEY" of "KEY=value" or of a line that is a binary field's name alone. */
static bool take_key(struct text *line, struct text *ret_key)
{
	size_t length = 0;

	while (length < line->length && length < 64 &&
	       ((line->at[length] >= 'A' && line->at[length] <= 'Z') || line->at[length] == '_' ||
		(length && text_is_digit(line->at[length]))))
		length++;
	if (!length || (length < line->length && line->at[length] != '='))
		return false;
	*ret_key = text_head(*line, length);
	*line = text_from(*line, length);
	return true;
}

static void add_length_byte(struct fields *fields, char byte)
{
	fields->binary_left |= (uint64_t)(unsigned char)byte << fields->length_shift;
	fields->length_shift += 8;
	if (--fields->length_bytes == 0)
		fields->binary_left = fields->binary_left > BINARY_MAX
			? 0 : fields->binary_left + 1;
}

/*
 * LINE and its newline as part of a binary field: the length, 64 bits little endian, the data, a
 * newline. All of them may hold newlines.
 */
static int take_binary(struct fields *fields, struct text line)
{
	size_t take;
	int r = 0;

	for (; fields->length_bytes && line.length; line = text_from(line, 1))
		add_length_byte(fields, line.at[0]);
	if (fields->length_bytes) {
		add_length_byte(fields, '\n');
		return 1;
	}
	if (!fields->binary_left)
		return 1;
	take = line.length < fields->binary_left ? line.length : (size_t)fields->binary_left - 1;
	if (fields->in_message)
		r = add_bytes(fields, line.at, take);
	fields->binary_left -= take + 1;
	if (r == 0 && fields->in_message && fields->binary_left)
		r = add_bytes(fields, "\n", 1);
	return r < 0 ? r : 1;
}

static int take_assignment(const struct reading *reading, struct text line)
{
	struct fields *fields = reading->fields;
	struct text key;

	if (!take_key(&line, &key))
		return 0;
	fields->in_message = text_is(key, "MESSAGE") && !fields->has_message;
	fields->entry.record |= fields->in_message;
	if (!text_skip(&line, "=")) {
		fields->length_bytes = 8;
		fields->length_shift = 0;
		fields->binary_left = 0;
		return 1;
	}
	if (!fields->in_message)
		take_value(reading, key, line);
	else if (add_bytes(fields, line.at, line.length) < 0)
		return -ENOMEM;
	return 1;
}

/* The first line of an entry of journalctl -o verbose: a time, then "[s=...;i=...". */
static bool is_verbose_head(struct text line)
{
	return text_has(text_head(line, 64), " [s=") && text_has(line, ";i=");
}

static int begin_entry(const struct reading *reading, struct text line, bool verbose)
{
	struct fields *fields = reading->fields;
	int r = flush_taken(reading);

	fields->open = true;
	fields->verbose = verbose;
	if (verbose)
		stamp_take(&line, reading->now_ns, &fields->entry.time);
	return r;
}

/* A further line of a message, which is indented. */
static int go_on(struct fields *fields, struct text line)
{
	int r = add_bytes(fields, "\n", 1);

	if (r == 0)
		r = add_bytes(fields, line.at, line.length);
	return r < 0 ? r : 1;
}

static int take_journal(const struct reading *reading, struct text line)
{
	struct fields *fields = reading->fields;
	struct text rest = line;
	size_t indent;
	int r;

	if (is_verbose_head(line))
		return begin_entry(reading, line, true);
	if (text_starts(line, "__CURSOR="))
		return begin_entry(reading, line, false);
	text_skip_blanks(&rest);
	indent = line.length - rest.length;
	if (!fields->open && !text_starts(rest, "MESSAGE="))
		return 0;
	fields->open = true;
	if (!line.length)
		return flush_taken(reading);
	if (fields->verbose && fields->in_message && indent > VERBOSE_INDENT)
		return go_on(fields, rest);
	r = take_assignment(reading, rest);
	if (r == 0 && fields->in_message && indent)
		r = go_on(fields, rest);
	return r == 0 ? flush(reading) : r;
}

/*
 * Whether LINE, which is not empty, is JSON by its first byte; or a list as Python prints it, which
 * json-c reads too.
 */
static bool is_json(const struct fields *fields, struct text line)
{
	return strchr("{}\"", line.at[0]) || text_starts(line, "[{") ||
	       text_starts(line, "[[") || text_starts(line, "[\"") || text_starts(line, "['") ||
	       (fields->open && strchr("[]", line.at[0]));
}

int fields_take(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
		void *context)
{
	const struct reading reading = { fields, now_ns, sink, context };
	struct text trimmed = text_trim(line);

	if (fields->length_bytes || fields->binary_left)
		return take_binary(fields, line);
	if (fields->in_array && is_array_line(trimmed))
		return take_array_line(fields, trimmed);
	fields->in_array = false;
	if (trimmed.length && is_json(fields, trimmed))
		return take_json(&reading, trimmed);
	return take_journal(&reading, line);
}

int fields_end(struct fields *fields, fields_fn *sink, void *context)
{
	const struct reading reading = { fields, 0, sink, context };

	return flush(&reading);
}

void fields_free(struct fields *fields)
{
	free(fields->entry.message);
	*fields = (struct fields){ 0 };
}
