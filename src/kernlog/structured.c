/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * structured.c - entries of named fields: which fields are of use, and how journalctl -o export
 * and verbose have them; JSON is left to structured-json.c
 */
#include <config.h>

#include <errno.h>
#include <json.h>
#include <stdlib.h>

#include "kernlog/line-timestamp.h"
#include "kernlog/prefix.h"
#include "kernlog/structured.h"
#include "lib/macros.h"

/* A longer binary field is none: the length is not one. */
#define BINARY_MAX (UINT64_C(1) << 20)

/*
 * journalctl -o verbose indents fields by so many blanks, and a message's further lines by more.
 */
#define VERBOSE_INDENT 4

enum structured_key structured_key_of(struct strview name)
{
	static const struct {
		enum structured_key key;
		const char *names;
	} keys[] = {
		/* The journal, dmesg -J */
		{ STRUCTURED_RECORD, "MESSAGE msg" },
		/* Docker's json-file, Google Cloud, Loki, OpenTelemetry */
		{ STRUCTURED_MESSAGE, "message Message MSG log text textPayload line body" },
		/* CloudWatch, Splunk, GELF */
		{ STRUCTURED_MESSAGE, "@message _raw short_message full_message" },
		/* The journal's own: "kernel"; whoever's who logs */
		{ STRUCTURED_PROGRAM, "_TRANSPORT SYSLOG_IDENTIFIER ident program appname" },
		{ STRUCTURED_CALLER, "caller" },
		{ STRUCTURED_HOST, "_HOSTNAME HOSTNAME Hostname hostname host" },
		/* Shippers, Elastic, Splunk */
		{ STRUCTURED_TIME, "time timestamp Timestamp @timestamp ts date _time" },
		{ STRUCTURED_WALL_US, "__REALTIME_TIMESTAMP" },
		{ STRUCTURED_MONOTONIC_US, "_SOURCE_MONOTONIC_TIMESTAMP" },
		{ STRUCTURED_ARRIVAL_US, "__MONOTONIC_TIMESTAMP" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strview_is_among(name, keys[i].names))
			return keys[i].key;
	return STRUCTURED_OTHER;
}

void structured_add(struct structured *structured, struct strview text)
{
	struct structured_entry *entry = &structured->entry;
	size_t length = MIN(text.length, STRUCTURED_MESSAGE_MAX - entry->length);

	if (!entry->message)
		entry->message = malloc(STRUCTURED_MESSAGE_MAX);
	if (entry->message && length)
		memcpy(entry->message + entry->length, text.at, length);
	entry->length += length;
	structured->has_message = true;
}

void structured_take_value(struct structured *structured, enum structured_key key,
			   struct strview value)
{
	struct structured_entry *entry = &structured->entry;
	struct oom_time *time = &entry->time;
	struct strview rest = value;
	uint64_t number;
	bool numeric = strview_take_u64(&rest, &number);

	if (key == STRUCTURED_WALL_US && numeric) {
		timestamp_set_wall(time, number);
		strview_copy_to(value, time->raw, sizeof(time->raw));
	} else if (numeric && (key == STRUCTURED_MONOTONIC_US ||
			       /* Where the kernel's own is missing */
			       (key == STRUCTURED_ARRIVAL_US && !time->has_monotonic))) {
		timestamp_set_monotonic(time, number);
	} else if (key == STRUCTURED_TIME) {
		timestamp_read_value(value, structured->now_ns, time);
	} else if (key == STRUCTURED_HOST) {
		strview_copy_to(value, entry->host, sizeof(entry->host));
	} else if (key == STRUCTURED_PROGRAM) {
		structured->foreign |= !strview_is(value, "kernel");
	} else if (key == STRUCTURED_CALLER && value.length < sizeof(entry->caller) &&
		   log_prefix_is_caller(value)) {
		strview_copy_to(value, entry->caller, sizeof(entry->caller));
	}
}

int structured_give(struct structured *structured)
{
	struct structured_entry *entry = &structured->entry;

	if (entry->length && !entry->message)
		return -ENOMEM;
	while (entry->length && (entry->message[entry->length - 1] == '\n' ||
				 entry->message[entry->length - 1] == '\r'))
		entry->length--;
	return structured->sink(structured->context, entry);
}

int structured_flush(struct structured *structured)
{
	int r = structured->has_message && !structured->foreign ? structured_give(structured) : 0;

	*structured = (struct structured){
		.sink = structured->sink, .context = structured->context,
		.now_ns = structured->now_ns, .tokener = structured->tokener,
		.entry.message = structured->entry.message,
	};
	return r;
}

/*
 * LINE and its newline as part of a binary field: the length, 64 bits little endian, the data, a
 * newline. All of them may hold newlines.
 */
static void take_binary(struct structured *structured, struct strview line)
{
	for (size_t at = 0; at <= line.length; at++) {
		char byte = at < line.length ? line.at[at] : '\n';

		if (structured->length_bytes) {
			structured->binary_left |= (uint64_t)(unsigned char)byte
						   << (64 - 8 * structured->length_bytes);
			if (--structured->length_bytes == 0)
				structured->binary_left = structured->binary_left > BINARY_MAX
					? 0 : structured->binary_left + 1;
		} else if (structured->binary_left) {
			structured->binary_left--;
			/* The last one is the newline behind the data. */
			if (structured->in_message)
				structured_add(structured, (struct strview){
					&byte, structured->binary_left > 0 });
		}
	}
}

/* "KEY=value", or the name of a binary field alone. Returns whether it was one. */
static bool take_assignment(struct structured *structured, struct strview line)
{
	size_t length = 0;
	struct strview key;

	while (length < line.length && length < 64 &&
	       ((line.at[length] >= 'A' && line.at[length] <= 'Z') || line.at[length] == '_' ||
		(length && strview_is_digit(line.at[length]))))
		length++;
	if (!length || (length < line.length && line.at[length] != '='))
		return false;
	key = strview_head(line, length);
	line = strview_from(line, length);
	structured->in_message = strview_is(key, "MESSAGE") && !structured->has_message;
	structured->entry.record |= structured->in_message;
	if (!strview_skip(&line, "=")) {
		structured->length_bytes = 8;
		structured->binary_left = 0;
	} else if (structured->in_message) {
		structured_add(structured, line);
	} else {
		structured_take_value(structured, structured_key_of(key), line);
	}
	return true;
}

/* A line of journalctl -o export or verbose. Returns as structured_take(). */
static int take_journal(struct structured *structured, struct strview line)
{
	/* The first line of an entry of journalctl -o verbose: a time, then "[s=...;i=...". */
	bool verbose = strview_has(strview_head(line, 64), " [s=") && strview_has(line, ";i=");
	struct strview rest = line;
	size_t indent;
	int r;

	if (verbose || strview_starts(line, "__CURSOR=")) {
		r = structured_flush(structured);
		structured->open = true;
		structured->verbose = verbose;
		if (verbose)
			timestamp_take(&line, structured->now_ns, &structured->entry.time);
		return r < 0 ? r : 1;
	}
	strview_skip_blanks(&rest);
	indent = line.length - rest.length;
	if (!structured->open && !strview_starts(rest, "MESSAGE="))
		return 0;
	structured->open = true;
	if (!line.length) {
		r = structured_flush(structured);
		return r < 0 ? r : 1;
	}
	if (!(structured->verbose && structured->in_message && indent > VERBOSE_INDENT) &&
	    take_assignment(structured, rest))
		return 1;
	if (!structured->in_message || !indent)
		return structured_flush(structured);
	/* A further line of a message is indented. */
	structured_add(structured, strview_of("\n"));
	structured_add(structured, rest);
	return 1;
}

int structured_take(struct structured *structured, struct strview line, int64_t now_ns,
		    structured_fn *sink, void *context)
{
	struct strview trimmed = strview_trim(line);
	char first = strview_byte(trimmed, 0), second = strview_byte(trimmed, 1);
	int r;

	structured->sink = sink;
	structured->context = context;
	structured->now_ns = now_ns;
	if (structured->length_bytes || structured->binary_left) {
		take_binary(structured, line);
		return 1;
	}
	r = structured_take_array(structured, trimmed);
	if (r != 0)
		return r;
	/* JSON, by its first byte; also a list as Python prints it, which json-c reads too. */
	if (first && (strchr("{}\"", first) ||
		      (first == '[' && second && strchr("{[\"'", second)) ||
		      (structured->open && strchr("[]", first))))
		return structured_take_json(structured, trimmed);
	return take_journal(structured, line);
}

int structured_end(struct structured *structured, structured_fn *sink, void *context)
{
	int r;

	structured->sink = sink;
	structured->context = context;
	r = structured_take_array(structured, strview_of("}"));
	return r < 0 ? r : structured_flush(structured);
}

void structured_free(struct structured *structured)
{
	free(structured->entry.message);
	if (structured->tokener)
		json_tokener_free(structured->tokener);
	*structured = (struct structured){ .open = false };
}
