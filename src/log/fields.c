/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c - messages out of JSON lines, dmesg -J, journalctl -o json, json-pretty, export and verbose */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "base/duration.h"
#include "log/fields.h"
#include "log/stamp.h"

/* More a JSON line need not be nested. */
#define JSON_DEPTH 16

/* A longer binary field is none: the length is not one. */
#define BINARY_MAX (UINT64_C(1) << 20)

static int add_bytes(struct fields *fields, const char *bytes, size_t length)
{
	if (!fields->message)
		fields->message = malloc(FIELDS_MESSAGE_MAX);
	if (!fields->message)
		return -ENOMEM;
	if (length > FIELDS_MESSAGE_MAX - fields->length)
		length = FIELDS_MESSAGE_MAX - fields->length;
	if (length)
		memcpy(fields->message + fields->length, bytes, length);
	fields->length += length;
	fields->has_message = true;
	return 0;
}

static void forget(struct fields *fields)
{
	char *message = fields->message;

	*fields = (struct fields){ .message = message };
}

/* Gives the entry's message out and begins a new one. */
static int flush(struct fields *fields, fields_fn *sink, void *context)
{
	int r = 0;

	while (fields->length && (fields->message[fields->length - 1] == '\n' ||
				  fields->message[fields->length - 1] == '\r'))
		fields->length--;
	if (fields->has_message && !fields->foreign)
		r = sink(context, fields->message, fields->length, &fields->time, fields->host);
	forget(fields);
	return r;
}

static bool is_one_of(struct text key, const char *const *names)
{
	for (; *names; names++)
		if (text_is(key, *names))
			return true;
	return false;
}

static bool is_message_key(struct text key)
{
	static const char *const names[] = {
		"MESSAGE", "msg", "message", "log", "MSG", "textPayload", "Message", "text", NULL,
	};

	return is_one_of(key, names);
}

/* A field that is not the message: a time, a host, or a sign that another program wrote it. */
static void take_value(struct fields *fields, struct text key, struct text value, int64_t now_ns)
{
	static const char *const times[] = {
		"time", "timestamp", "@timestamp", "ts", "Timestamp", "date", NULL,
	};
	static const char *const hosts[] = { "_HOSTNAME", "host", "hostname", "Hostname", NULL };
	struct text rest = value;
	uint64_t number;

	if (text_is(key, "__REALTIME_TIMESTAMP") && text_take_u64(&rest, &number)) {
		stamp_set_wall(&fields->time, number);
		text_copy_to(value, fields->time.raw, sizeof(fields->time.raw));
	} else if (text_is(key, "_SOURCE_MONOTONIC_TIMESTAMP") && text_take_u64(&rest, &number)) {
		stamp_set_monotonic(&fields->time, number);
	} else if (is_one_of(key, times)) {
		stamp_take(&rest, now_ns, &fields->time);
	} else if (is_one_of(key, hosts)) {
		text_copy_to(value, fields->host, sizeof(fields->host));
	} else if (text_is(key, "_TRANSPORT") || text_is(key, "SYSLOG_IDENTIFIER")) {
		fields->foreign = !text_is(value, "kernel");
	}
}

/* A JSON string, or the array of bytes that the journal writes for a message that is no UTF-8. */
static int take_json_message(struct fields *fields, struct json_object *value)
{
	size_t count;
	int r = 0;

	if (json_object_is_type(value, json_type_string))
		return add_bytes(fields, json_object_get_string(value),
				 (size_t)json_object_get_string_len(value));
	if (!json_object_is_type(value, json_type_array))
		return 0;
	count = json_object_array_length(value);
	for (size_t i = 0; r == 0 && i < count; i++) {
		char byte = (char)json_object_get_int(json_object_array_get_idx(value, i));

		r = add_bytes(fields, &byte, 1);
	}
	return r;
}

static int take_json_field(struct fields *fields, struct text key, struct json_object *value,
			   int64_t now_ns)
{
	if (is_message_key(key)) {
		if (fields->has_message)
			return 0;
		return take_json_message(fields, value);
	}
	if (value && !json_object_is_type(value, json_type_object) &&
	    !json_object_is_type(value, json_type_array))
		take_value(fields, key, text_of(json_object_get_string(value)), now_ns);
	return 0;
}

/* Parses TEXT as one JSON value; NULL: it is none. The caller puts it. */
static struct json_object *parse_json(struct text text)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *value = NULL;

	if (tokener && text.length < INT32_MAX)
		value = json_tokener_parse_ex(tokener, text.at, (int)text.length);
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

/* A whole entry in one line: journalctl -o json, docker's json-file, many shippers. */
static int take_json_line(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
			  void *context)
{
	struct json_object *entry = parse_json(line);
	int r = 0;

	if (!entry)
		return 0;
	if (!json_object_is_type(entry, json_type_object)) {
		json_object_put(entry);
		return 0;
	}
	forget(fields);
	json_object_object_foreach(entry, key, value)
		if (r == 0)
			r = take_json_field(fields, text_of(key), value, now_ns);
	json_object_put(entry);
	if (r == 0)
		r = flush(fields, sink, context);
	return r < 0 ? r : 1;
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

static int take_array_line(struct fields *fields, struct text line)
{
	uint64_t value;
	int r = 0;

	for (; r == 0 && line.length; line = text_from(line, 1)) {
		if (line.at[0] == ']')
			fields->in_array = false;
		while (r == 0 && text_take_u64(&line, &value)) {
			char byte = (char)value;

			r = add_bytes(fields, &byte, 1);
		}
	}
	return r < 0 ? r : 1;
}

/* One field a line: journalctl -o json-pretty, dmesg -J. */
static int take_pretty_line(struct fields *fields, struct text line, int64_t now_ns)
{
	struct text rest = line, key, value;
	struct json_object *object;
	int r;

	if (!text_skip(&rest, "\"") || !text_take_until(&rest, "\"", &key) || key.length > 64)
		return 0;
	text_skip_blanks(&rest);
	if (!text_skip(&rest, ":"))
		return 0;
	value = text_trim(rest);
	if (text_byte(value, value.length - 1) == ',')
		value.length--;
	value = text_trim(value);
	fields->open = true;
	if (text_starts(value, "[") && text_find(value, "]") == TEXT_NONE) {
		fields->in_array = is_message_key(key);
		return fields->in_array ? take_array_line(fields, value) : 1;
	}
	if (text_byte(value, 0) != '"' && text_byte(value, 0) != '[') {
		if (!is_message_key(key))
			take_value(fields, key, value, now_ns);
		return 1;
	}
	object = parse_json(value);
	r = object ? take_json_field(fields, key, object, now_ns) : 0;
	json_object_put(object);
	return r < 0 ? r : 1;
}

static int take_json(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
		     void *context)
{
	int r;

	if (fields->in_array)
		return take_array_line(fields, line);
	if (is_json_frame(line)) {
		r = flush(fields, sink, context);
		return r < 0 ? r : 1;
	}
	if (line.at[0] == '{')
		return take_json_line(fields, line, now_ns, sink, context);
	return take_pretty_line(fields, line, now_ns);
}

/* Takes "KEY" of "KEY=value" or of a line that is a binary field's name alone. */
static bool take_key(struct text *line, struct text *ret_key)
{
	size_t length = 0;

	while (length < line->length && length < 64 &&
	       ((line->at[length] >= 'A' && line->at[length] <= 'Z') || line->at[length] == '_' ||
		(length && line->at[length] >= '0' && line->at[length] <= '9')))
		length++;
	if (!length || (length < line->length && line->at[length] != '='))
		return false;
	*ret_key = text_head(*line, length);
	*line = text_from(*line, length);
	return true;
}

/* The length of a binary field, 64 bits little endian; its bytes may be newlines. */
static struct text take_length(struct fields *fields, struct text line)
{
	while (fields->length_bytes && line.length) {
		fields->binary_left |= (uint64_t)(unsigned char)line.at[0] << fields->length_shift;
		fields->length_shift += 8;
		fields->length_bytes--;
		line = text_from(line, 1);
	}
	/* The newline that ended this line. */
	if (fields->length_bytes) {
		fields->binary_left |= UINT64_C(10) << fields->length_shift;
		fields->length_shift += 8;
		fields->length_bytes--;
	}
	return line;
}

static int take_binary(struct fields *fields, struct text line)
{
	bool fresh = fields->length_bytes > 0;
	size_t take;

	if (fresh) {
		line = take_length(fields, line);
		if (fields->binary_left > BINARY_MAX)
			fields->binary_left = 0;
		if (fields->length_bytes || !line.length)
			return 1;
	}
	take = line.length < fields->binary_left ? line.length : (size_t)fields->binary_left;
	if (fields->in_message) {
		if (fields->length && !fresh && add_bytes(fields, "\n", 1) < 0)
			return -ENOMEM;
		if (add_bytes(fields, line.at, take) < 0)
			return -ENOMEM;
	}
	fields->binary_left -= take;
	/* The newline counts as long as the field goes on. */
	if (fields->binary_left)
		fields->binary_left--;
	return 1;
}

static int take_assignment(struct fields *fields, struct text line, int64_t now_ns)
{
	struct text key;

	if (!take_key(&line, &key))
		return 0;
	if (!text_starts(line, "=")) {
		fields->in_message = text_is(key, "MESSAGE");
		fields->length_bytes = 8;
		fields->length_shift = 0;
		fields->binary_left = 0;
		return 1;
	}
	line = text_from(line, 1);
	fields->in_message = text_is(key, "MESSAGE");
	if (!fields->in_message)
		take_value(fields, key, line, now_ns);
	else if (add_bytes(fields, line.at, line.length) < 0)
		return -ENOMEM;
	return 1;
}

/* The first line of an entry of journalctl -o verbose: a time, then "[s=...;i=...". */
static bool is_verbose_head(struct text line)
{
	size_t cursor = text_find(text_head(line, 64), " [s=");

	return cursor != TEXT_NONE && text_find(line, ";i=") != TEXT_NONE;
}

static int take_journal(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
			void *context)
{
	struct text rest = line;
	int r = 0;

	if (is_verbose_head(line)) {
		r = flush(fields, sink, context);
		fields->open = true;
		stamp_take(&rest, now_ns, &fields->time);
		return r < 0 ? r : 1;
	}
	if (text_starts(line, "__CURSOR=")) {
		r = flush(fields, sink, context);
		fields->open = true;
		return r < 0 ? r : 1;
	}
	if (!fields->open && !text_starts(text_trim(line), "MESSAGE="))
		return 0;
	fields->open = true;
	if (!line.length) {
		r = flush(fields, sink, context);
		return r < 0 ? r : 1;
	}
	text_skip_blanks(&rest);
	r = take_assignment(fields, rest, now_ns);
	/* Verbose writes the further lines of a message indented below its first. */
	if (r == 0 && fields->in_message && rest.at != line.at && add_bytes(fields, "\n", 1) == 0)
		r = add_bytes(fields, rest.at, rest.length) < 0 ? -ENOMEM : 1;
	if (r == 0)
		r = flush(fields, sink, context);
	return r;
}

int fields_take(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
		void *context)
{
	struct text trimmed = text_trim(line);
	bool json = fields->in_array || (trimmed.length &&
		(strchr("{}\"", trimmed.at[0]) || (fields->open && strchr("[]", trimmed.at[0]))));

	if (fields->length_bytes || fields->binary_left)
		return take_binary(fields, line);
	if (!json)
		return take_journal(fields, line, now_ns, sink, context);
	return take_json(fields, trimmed, now_ns, sink, context);
}

int fields_end(struct fields *fields, fields_fn *sink, void *context)
{
	return flush(fields, sink, context);
}

void fields_free(struct fields *fields)
{
	free(fields->message);
	*fields = (struct fields){ 0 };
}
