/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.c - from the bytes of a log to the lines of its reports, skipping all others */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/duration.h"
#include "oom/assemble.h"
#include "log/clothing.h"
#include "log/fields.h"
#include "oom/message.h"
#include "oom/parser.h"
#include "log/plain.h"
#include "log/scan.h"
#include "oom/unwrap.h"

/*
 * Between reports only certain words are looked for (oom_scan()); where one is found, so many bytes in
 * front of it are read too, because the beginning of a report may be missing.
 */
#define LOOK_BACK (128 * 1024)

/*
 * After so many messages that are none of a report's, words are looked for again. A line of an entry
 * that has many counts for a part of one.
 */
#define QUIET_MESSAGES 300
#define FIELDS_PER_MESSAGE 16
#define QUIET_MAX (QUIET_MESSAGES * FIELDS_PER_MESSAGE)

/* What separates reports in the count of lines: more than assemble.c waits for. */
#define SKIPPED_LINES 10000

struct oom_parser {
	struct assembly assembly;
	struct unwrap unwrap;
	struct fields fields;
	int64_t now_ns;
	bool reading;			/* line by line; else looking for words */
	unsigned quiet;			/* what came since the last line of a report, in fields */
	char *line;			/* owned; OOM_LINE_MAX bytes: a line torn between calls */
	size_t line_length;
	char *back;			/* owned; LOOK_BACK bytes: what was skipped last */
	size_t back_length;
	char *scratch;			/* owned; OOM_LINE_MAX bytes: a line that is being undressed */
};

struct oom_parser *oom_parser_new(oom_report_fn *on_report, void *context)
{
	struct oom_parser *parser = calloc(1, sizeof(*parser));
	struct timespec now;

	if (!parser)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	parser->now_ns = (int64_t)now.tv_sec * (int64_t)NS_PER_SECOND + now.tv_nsec;
	parser->assembly.on_report = on_report;
	parser->assembly.context = context;
	parser->unwrap.assembly = &parser->assembly;
	parser->line = malloc(OOM_LINE_MAX);
	parser->back = malloc(LOOK_BACK);
	parser->scratch = malloc(OOM_LINE_MAX);
	if (!parser->line || !parser->back || !parser->scratch) {
		oom_parser_free(parser);
		return NULL;
	}
	return parser;
}

void oom_parser_free(struct oom_parser *parser)
{
	if (!parser)
		return;
	assembly_free(&parser->assembly);
	unwrap_free(&parser->unwrap);
	fields_free(&parser->fields);
	free(parser->line);
	free(parser->back);
	free(parser->scratch);
	free(parser);
}

static int take_message(struct oom_parser *parser, const struct clothing *clothing)
{
	enum oom_message class = OOM_MSG_NONE;
	int r = clothing->foreign ? 0 : unwrap_take(&parser->unwrap, clothing, &class);

	parser->quiet = class == OOM_MSG_NONE ? parser->quiet + FIELDS_PER_MESSAGE : 0;
	return r;
}

/* Unescapes the message of *clothing, which lies in memory of ours. */
static void unescape(struct clothing *clothing)
{
	char *message = (char *)(uintptr_t)clothing->message.at;

	clothing->message.length = plain_unescape(message, clothing->message.length,
						  clothing->kmsg ? PLAIN_KMSG
						  : clothing->syslog ? PLAIN_SYSLOG : PLAIN_OTHER);
}

/*
 * Takes LENGTH bytes of SCRATCH, a line without its newline. TIME and HOST, where not NULL, were
 * found outside of it.
 */
static int take_dressed(struct oom_parser *parser, char *scratch, size_t length,
			const struct oom_time *time, const char *host)
{
	struct clothing clothing;

	clothing_take_off((struct text){ scratch, length }, parser->now_ns, &clothing);
	if (time) {
		clothing.timed = true;
		if (time->has_wall || time->has_monotonic || time->raw[0])
			clothing.time = *time;
	}
	if (host && *host)
		clothing.host = text_of(host);
	unescape(&clothing);
	return take_message(parser, &clothing);
}

/* Whether a line inside a JSON message has a time of its own: then it holds many lines. */
static bool holds_lines(struct oom_parser *parser, struct text message)
{
	size_t newline = text_find(message, "\n");
	struct clothing clothing;

	if (newline == TEXT_NONE)
		return false;
	message = text_from(message, newline + 1);
	clothing_take_off(text_head(message, text_find(message, "\n")), parser->now_ns, &clothing);
	return clothing.timed;
}

/* A message out of JSON or a journal's export; inside may be the log of something else. */
static int take_field(void *context, char *message, size_t length, const struct oom_time *time,
		      const char *host)
{
	struct oom_parser *parser = context;
	struct text rest = { message, length };
	int r = 0;

	if (!holds_lines(parser, rest))
		return take_dressed(parser, message, length, time, host);
	while (r == 0 && rest.length) {
		size_t end = text_find(rest, "\n");
		struct text line = text_head(rest, end);

		r = take_dressed(parser, (char *)(uintptr_t)line.at, line.length, NULL, host);
		rest = text_from(rest, line.length + 1);
	}
	return r;
}

/* One line of the log, without its newline. */
static int take_line(struct oom_parser *parser, struct text line)
{
	size_t length;
	int r = fields_take(&parser->fields, line, parser->now_ns, take_field, parser);

	if (r != 0) {
		parser->quiet++;
		return r < 0 ? r : 0;
	}
	length = line.length < OOM_LINE_MAX ? line.length : OOM_LINE_MAX;
	if (length)
		memcpy(parser->scratch, line.at, length);
	length = plain_line(parser->scratch, length);
	return take_dressed(parser, parser->scratch, length, NULL, NULL);
}

/* Keeps a piece of a line until its end comes. */
static void keep_piece(struct oom_parser *parser, struct text piece)
{
	size_t room = OOM_LINE_MAX - parser->line_length;
	size_t length = piece.length < room ? piece.length : room;

	if (length)
		memcpy(parser->line + parser->line_length, piece.at, length);
	parser->line_length += length;
}

static int end_piece(struct oom_parser *parser)
{
	struct text line = { parser->line, parser->line_length };

	parser->line_length = 0;
	return take_line(parser, line);
}

static void look_for_words(struct oom_parser *parser)
{
	parser->reading = false;
	parser->quiet = 0;
	parser->back_length = 0;
	parser->assembly.line += SKIPPED_LINES;
}

/* Reads lines until nothing of a report has come for a while. *ret_rest is what is left of DATA. */
static int read_lines(struct oom_parser *parser, struct text data, struct text *ret_rest)
{
	int r = 0;

	while (r == 0 && data.length && parser->quiet < QUIET_MAX) {
		const char *newline = memchr(data.at, '\n', data.length);
		struct text line = text_head(data, newline ? (size_t)(newline - data.at) : data.length);

		data = text_from(data, line.length + (newline != NULL));
		if (!newline || parser->line_length)
			keep_piece(parser, line);
		if (newline)
			r = parser->line_length ? end_piece(parser) : take_line(parser, line);
	}
	if (parser->quiet >= QUIET_MAX && !parser->line_length)
		look_for_words(parser);
	*ret_rest = data;
	return r;
}

/* Keeps the last bytes of what is skipped. */
static void keep_back(struct oom_parser *parser, struct text data)
{
	size_t kept = parser->back_length;

	if (data.length >= LOOK_BACK) {
		data = text_from(data, data.length - LOOK_BACK);
		kept = 0;
	} else if (kept + data.length > LOOK_BACK) {
		kept = LOOK_BACK - data.length;
		memmove(parser->back, parser->back + parser->back_length - kept, kept);
	}
	if (data.length)
		memcpy(parser->back + kept, data.at, data.length);
	parser->back_length = kept + data.length;
}

/* Whether a word is torn between what was skipped last and DATA. */
static bool is_torn(const struct oom_parser *parser, struct text data)
{
	char seam[2 * OOM_SCAN_OVERLAP];
	size_t before = parser->back_length < OOM_SCAN_OVERLAP ? parser->back_length : OOM_SCAN_OVERLAP;
	size_t behind = data.length < OOM_SCAN_OVERLAP ? data.length : OOM_SCAN_OVERLAP;

	memcpy(seam, parser->back + parser->back_length - before, before);
	memcpy(seam + before, data.at, behind);
	return oom_scan(seam, before + behind, 0) < before + behind;
}

/* The beginning of the line that WHERE lies in, or 0. */
static size_t line_start(struct text data, size_t where)
{
	const char *newline = where ? memrchr(data.at, '\n', where) : NULL;

	return newline ? (size_t)(newline - data.at) + 1 : 0;
}

/* A word was found at WHERE of DATA: reads on from some lines in front of it. */
static int begin_reading(struct oom_parser *parser, struct text data, size_t where,
			 struct text *ret_rest)
{
	struct text back = { parser->back, parser->back_length }, rest;
	size_t start = where < LOOK_BACK ? 0 : line_start(data, where - LOOK_BACK);
	int r = 0;

	parser->reading = true;
	parser->quiet = 0;
	parser->unwrap.dressed = false;
	/* The lines in front of the word may be many, and none of a report's. */
	if (start == 0 && back.length) {
		size_t wanted = LOOK_BACK - where < back.length ? LOOK_BACK - where : back.length;
		size_t from = back.length - wanted;
		const char *newline = from ? memchr(back.at + from, '\n', wanted) : NULL;

		back = text_from(back, newline ? (size_t)(newline - back.at) + 1 : from);
		while (r == 0 && back.length) {
			parser->quiet = 0;
			r = read_lines(parser, text_head(back, 4096), &rest);
			back = text_from(back, back.length < 4096 ? back.length : 4096);
		}
	}
	parser->back_length = 0;
	data = text_from(data, start);
	where -= start;
	while (r == 0 && where) {
		size_t step = where < 4096 ? where : 4096;

		parser->quiet = 0;
		r = read_lines(parser, text_head(data, step), &rest);
		data = text_from(data, step - rest.length);
		where -= step - rest.length;
	}
	parser->quiet = 0;
	*ret_rest = data;
	return r;
}

/* Skips what has no word of a report. *ret_rest is what is left of DATA. */
static int skip(struct oom_parser *parser, struct text data, struct text *ret_rest)
{
	size_t where = parser->back_length && is_torn(parser, data) ? 0 : oom_scan(data.at, data.length, 0);

	if (where == data.length) {
		keep_back(parser, data);
		*ret_rest = text_from(data, data.length);
		return 0;
	}
	return begin_reading(parser, data, where, ret_rest);
}

int oom_parser_feed(struct oom_parser *parser, const char *data, size_t length)
{
	struct text rest = { data, length };
	int r = 0;

	while (r == 0 && rest.length)
		r = parser->reading ? read_lines(parser, rest, &rest) : skip(parser, rest, &rest);
	return r;
}

int oom_parser_record(struct oom_parser *parser, struct text message, const struct oom_time *time,
		      const char *host)
{
	struct clothing clothing = {
		.message = text_head(message, OOM_LINE_MAX), .host = text_of(host ? host : ""),
		.caller = { message.at, 0 }, .time = *time, .timed = true,
	};

	return take_message(parser, &clothing);
}

int oom_parser_pause(struct oom_parser *parser)
{
	int r = unwrap_end(&parser->unwrap);

	return r < 0 ? r : assembly_flush(&parser->assembly, false);
}

int oom_parser_end(struct oom_parser *parser)
{
	int r = 0;

	if (parser->reading && parser->line_length)
		r = end_piece(parser);
	if (r == 0)
		r = fields_end(&parser->fields, take_field, parser);
	if (r == 0)
		r = unwrap_end(&parser->unwrap);
	if (r == 0)
		r = assembly_flush(&parser->assembly, true);
	parser->line_length = 0;
	parser->unwrap.dressed = false;
	parser->unwrap.last_time = (struct oom_time){ .raw = "" };
	look_for_words(parser);
	return r;
}
