/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured.c - entries of journalctl -o export and verbose; JSON is left to structured-json.c */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "kernlog/line-timestamp.h"
#include "kernlog/structured-json.h"
#include "kernlog/structured.h"

/* A longer binary field is none: the length is not one. */
#define BINARY_MAX (UINT64_C(1) << 20)

/*
 * journalctl -o verbose indents fields by so many blanks, and a message's further lines by more.
 */
#define VERBOSE_INDENT 4

/* A byte of a binary field's length. */
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
		r = structured_add(structured, line.at, take);
	structured->binary_left -= take + 1;
	if (r == 0 && structured->in_message && structured->binary_left)
		r = structured_add(structured, "\n", 1);
	return r < 0 ? r : 1;
}

/* "KEY=value", or the name of a binary field alone. */
static int take_assignment(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	size_t length = 0;
	struct strview key;

	while (length < line.length && length < 64 &&
	       ((line.at[length] >= 'A' && line.at[length] <= 'Z') || line.at[length] == '_' ||
		(length && strview_is_digit(line.at[length]))))
		length++;
	if (!length || (length < line.length && line.at[length] != '='))
		return 0;
	key = strview_head(line, length);
	line = strview_from(line, length);
	structured->in_message = strview_is(key, "MESSAGE") && !structured->has_message;
	structured->entry.record |= structured->in_message;
	if (!strview_skip(&line, "=")) {
		structured->length_bytes = 8;
		structured->length_shift = 0;
		structured->binary_left = 0;
		return 1;
	}
	if (!structured->in_message)
		structured_take_value(reading, key, line);
	else if (structured_add(structured, line.at, line.length) < 0)
		return -ENOMEM;
	return 1;
}

/* A further line of a message, which is indented. */
static int take_further_line(struct structured *structured, struct strview line)
{
	int r = structured_add(structured, "\n", 1);

	if (r == 0)
		r = structured_add(structured, line.at, line.length);
	return r < 0 ? r : 1;
}

static int take_journal(const struct structured_reading *reading, struct strview line)
{
	struct structured *structured = reading->structured;
	/* The first line of an entry of journalctl -o verbose: a time, then "[s=...;i=...". */
	bool verbose = strview_has(strview_head(line, 64), " [s=") && strview_has(line, ";i=");
	struct strview rest = line;
	size_t indent;
	int r;

	if (verbose || strview_starts(line, "__CURSOR=")) {
		r = structured_flush(reading);
		structured->open = true;
		structured->verbose = verbose;
		if (verbose)
			timestamp_take(&line, reading->now_ns, &structured->entry.time);
		return r < 0 ? r : 1;
	}
	strview_skip_blanks(&rest);
	indent = line.length - rest.length;
	if (!structured->open && !strview_starts(rest, "MESSAGE="))
		return 0;
	structured->open = true;
	if (!line.length) {
		r = structured_flush(reading);
		return r < 0 ? r : 1;
	}
	if (structured->verbose && structured->in_message && indent > VERBOSE_INDENT)
		return take_further_line(structured, rest);
	r = take_assignment(reading, rest);
	if (r == 0 && structured->in_message && indent)
		r = take_further_line(structured, rest);
	return r == 0 ? structured_flush(reading) : r;
}

int structured_take(struct structured *structured, struct strview line, int64_t now_ns,
		    structured_fn *sink, void *context)
{
	const struct structured_reading reading = { structured, now_ns, sink, context };
	struct strview trimmed = strview_trim(line);

	if (structured->length_bytes || structured->binary_left)
		return take_binary(structured, line);
	if (structured_is_json(structured, trimmed))
		return structured_take_json(&reading, trimmed);
	structured->in_array = false;
	return take_journal(&reading, line);
}

int structured_end(struct structured *structured, structured_fn *sink, void *context)
{
	const struct structured_reading reading = { structured, 0, sink, context };

	return structured_flush(&reading);
}

void structured_free(struct structured *structured)
{
	free(structured->entry.message);
	*structured = (struct structured){ 0 };
}
