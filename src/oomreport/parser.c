/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.c - from the bytes of a log to the lines of its reports, skipping all others */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "kernlog/mail.h"
#include "kernlog/prefilter.h"
#include "kernlog/structured.h"
#include "kernlog/unescape.h"
#include "lib/duration.h"
#include "oomreport/parser.h"
#include "oomreport/stages.h"

/*
 * After so many messages that are none of a report's, words are looked for again. A line of an
 * entry that has many counts for a part of one.
 */
#define QUIET_MAX (300 * TEXT_LINE_QUIET)

/* A JSON document in one line may be longer than a line of text: all that a query has found. */
#define DOCUMENT_MAX (16 << 20)

/* So many bytes in front of a word are read: the first lines of a report may have none. */
#define LOOK_BACK (128 * 1024)

/* Of a byte's values, and of what processors compare at once. */
#define COUNTED_AT_ONCE 64

/* What separates reports in the count of lines: more than reassemble.c waits for. */
#define SKIPPED_LINES 10000

struct oom_parser {
	bool reading;			/* line by line; else looking for words */
	/* Owned, DOCUMENT_MAX bytes: a line torn between calls, or the last that was skipped */
	char *kept;
	size_t kept_length;
	char *scratch;			/* owned; OOM_LINE_MAX bytes: a line being stripped */
	struct seen seen;
	struct mail mail;
	struct structured structured;
	struct text_lines lines;
	struct reassembler reassembler;
};

/* Counts the lines of DATA, the next piece of a log, and keeps its beginning and its end. */
static void seen_bytes(struct seen *seen, struct strview data)
{
	struct strview head = strview_head(data, SEEN_BYTES - seen->head_length);

	if (!data.length)
		return;
	memcpy(seen->head + seen->head_length, head.at, head.length);
	seen->head_length += head.length;
	strview_keep_last(seen->tail, &seen->tail_length, SEEN_BYTES, data);
	seen->torn = strview_last(data) != '\n';
	/* Counting must not cost what looking for words does: compilers count many at a time. */
	for (; data.length >= COUNTED_AT_ONCE; data = strview_from(data, COUNTED_AT_ONCE)) {
		unsigned char count = 0;

		for (size_t i = 0; i < COUNTED_AT_ONCE; i++)
			count = (unsigned char)(count + (data.at[i] == '\n'));
		seen->lines += count;
	}
	for (size_t i = 0; i < data.length; i++)
		seen->lines += data.at[i] == '\n';
}

static void seen_note_line(struct seen_line *line, const struct oom_time *time,
			   struct strview host)
{
	if (!time->has_wall && !time->has_monotonic)
		return;
	line->has_time = true;
	line->time = *time;
	strview_copy_to(host, line->host, sizeof(line->host));
}

static int seen_take_entry(void *context, const struct structured_entry *entry)
{
	seen_note_line(context, &entry->time, strview_of(entry->host));
	return 0;
}

/* The lines of TEXT, of memory of ours, up to the first with a time, or to the last. */
static void seen_read_lines(struct strview text, int64_t now_ns, bool first,
			    struct seen_line *ret_line)
{
	struct structured structured = { .open = false };

	while (text.length && !(first && ret_line->has_time)) {
		struct strview line = strview_head(text, strview_find(text, "\n"));
		struct log_prefix stripped;

		text = strview_from(text, line.length + 1);
		if (structured_take(&structured, line, now_ns, seen_take_entry, ret_line))
			continue;
		line.length = unescape_line((char *)(uintptr_t)line.at, line.length);
		log_prefix_strip(line, now_ns, &stripped);
		seen_note_line(ret_line, &stripped.time, stripped.host);
	}
	structured_end(&structured, seen_take_entry, ret_line);
	structured_free(&structured);
}

/* A log has ended. */
static void seen_end(struct seen *seen, int64_t now_ns)
{
	struct strview head = { seen->head, seen->head_length };
	struct strview tail = { seen->tail, seen->tail_length };

	/* The first line of the tail is cut, unless the head has it too. */
	if (seen->tail_length == SEEN_BYTES)
		strview_skip_past(&tail, "\n");
	if (!seen->first.has_time)
		seen_read_lines(head, now_ns, true, &seen->first);
	seen_read_lines(tail, now_ns, false, &seen->last);
	seen->lines += seen->torn;
	seen->torn = false;
	seen->head_length = seen->tail_length = 0;
}

struct oom_parser *oom_parser_new(oom_report_fn *on_report, void *context)
{
	struct oom_parser *parser = calloc(1, sizeof(*parser));
	struct timespec now;

	if (!parser)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	parser->lines.now_ns = (int64_t)now.tv_sec * (int64_t)NS_PER_SECOND + now.tv_nsec;
	parser->lines.unwrap.reassembler = &parser->reassembler;
	parser->reassembler.on_report = on_report;
	parser->reassembler.context = context;
	parser->kept = malloc(DOCUMENT_MAX);
	parser->scratch = malloc(OOM_LINE_MAX);
	if (!parser->kept || !parser->scratch) {
		oom_parser_free(parser);
		return NULL;
	}
	return parser;
}

void oom_parser_free(struct oom_parser *parser)
{
	if (!parser)
		return;
	reassembler_free(&parser->reassembler);
	turn_free(&parser->lines.turn);
	structured_free(&parser->structured);
	mail_free(&parser->mail);
	free(parser->kept);
	free(parser->scratch);
	free(parser);
}

/* A message out of JSON or a journal's export. */
static int parser_take_entry(void *context, const struct structured_entry *entry)
{
	struct oom_parser *parser = context;

	return text_lines_take_entry(&parser->lines, entry);
}

/* One line, without its newline, decoded if it was in a mail. */
static int take_decoded_line(void *context, struct strview line)
{
	struct oom_parser *parser = context;
	size_t length;
	int r = structured_take(&parser->structured, line, parser->lines.now_ns, parser_take_entry,
				parser);

	if (r != 0) {
		parser->lines.quiet++;
		return r < 0 ? r : 0;
	}
	length = strview_head(line, OOM_LINE_MAX).length;
	if (length)
		memcpy(parser->scratch, line.at, length);
	/* In a record of /dev/kmsg all other bytes that are no ASCII are escaped. */
	length = log_prefix_is_kmsg(line) ? unescape_spaces(parser->scratch, length)
					: unescape_line(parser->scratch, length);
	while (length && parser->scratch[length - 1] == '\r')
		length--;
	line = (struct strview){ parser->scratch, length };
	return text_lines_take(&parser->lines, line, NULL);
}

/* One line of the log, without its newline. */
static int parser_take_line(struct oom_parser *parser, struct strview line)
{
	int r = mail_take(&parser->mail, line, take_decoded_line, parser);

	if (r == 0)
		return take_decoded_line(parser, line);
	/* There are no words to be seen in what is encoded. */
	if (r > 0)
		parser->lines.quiet = 0;
	return r < 0 ? r : 0;
}

/* Takes the first line of *data, or keeps the piece of one that is there. */
static int parser_read_line(struct oom_parser *parser, struct strview *data)
{
	struct strview line = strview_head(*data, strview_find(*data, "\n")), piece;
	bool ended = line.length < data->length;

	*data = strview_from(*data, line.length + ended);
	if (ended && !parser->kept_length)
		return parser_take_line(parser, line);
	piece = strview_head(line, DOCUMENT_MAX - parser->kept_length);
	if (piece.length)
		memcpy(parser->kept + parser->kept_length, piece.at, piece.length);
	parser->kept_length += piece.length;
	if (!ended)
		return 0;
	line = (struct strview){ parser->kept, parser->kept_length };
	parser->kept_length = 0;
	return parser_take_line(parser, line);
}

/* Skips what has no word of a report, and reads the lines in front of one. *data is the rest. */
static int parser_skip(struct oom_parser *parser, struct strview *data)
{
	char seam[2 * OOM_PREFILTER_OVERLAP];
	struct strview rest = { parser->kept, parser->kept_length };
	size_t before = strview_head(rest, OOM_PREFILTER_OVERLAP).length;
	size_t behind = strview_head(*data, OOM_PREFILTER_OVERLAP).length, where = 0;
	int r = 0;

	/* A word may be torn between what was skipped last and this. */
	memcpy(seam, parser->kept + parser->kept_length - before, before);
	memcpy(seam + before, data->at, behind);
	if (!before || oom_prefilter(seam, before + behind, 0) == before + behind)
		where = oom_prefilter(data->at, data->length, 0);
	parser->reading = where < data->length;
	strview_keep_last(parser->kept, &parser->kept_length, LOOK_BACK,
			  strview_head(*data, where));
	*data = strview_from(*data, where);
	if (!parser->reading)
		return 0;
	rest.length = parser->kept_length;
	parser->kept_length = 0;
	/* What has no beginning is no line. */
	if (rest.length == LOOK_BACK)
		strview_skip_past(&rest, "\n");
	while (r == 0 && strview_has(rest, "\n"))
		r = parser_read_line(parser, &rest);
	/* The line with the word has begun. */
	memmove(parser->kept, rest.at, rest.length);
	parser->kept_length = rest.length;
	parser->lines.quiet = 0;
	return r;
}

/* Nothing of a report has come for a while, or the log has ended: the last line has no rest. */
static int look_for_words(struct oom_parser *parser)
{
	int r = mail_end(&parser->mail, take_decoded_line, parser);

	if (r == 0)
		r = structured_end(&parser->structured, parser_take_entry, parser);
	if (r == 0)
		r = text_lines_pause(&parser->lines);
	text_lines_begin(&parser->lines);
	reassembler_skip(&parser->reassembler, SKIPPED_LINES);
	parser->reading = false;
	parser->lines.quiet = 0;
	parser->kept_length = 0;
	return r;
}

int oom_parser_feed(struct oom_parser *parser, const char *data, size_t length)
{
	struct strview rest = { data, length };
	int r = 0;

	seen_bytes(&parser->seen, rest);
	while (r == 0 && rest.length) {
		r = parser->reading ? parser_read_line(parser, &rest) : parser_skip(parser, &rest);
		if (r == 0 && parser->lines.quiet >= QUIET_MAX && !parser->kept_length)
			r = look_for_words(parser);
	}
	return r;
}

int oom_parser_record(struct oom_parser *parser, struct strview message,
		      const struct oom_time *time, const char *host)
{
	struct oom_line line = { .stripped = {
		.message = strview_head(message, OOM_LINE_MAX),
		.host = strview_of(host ? host : ""),
		.caller = { message.at, 0 }, .time = *time, .timed = true,
	} };

	parser->seen.lines++;
	if (!parser->seen.first.has_time)
		seen_note_line(&parser->seen.first, time, line.stripped.host);
	seen_note_line(&parser->seen.last, time, line.stripped.host);
	return text_lines_take_stripped(&parser->lines, &line);
}

int oom_parser_pause(struct oom_parser *parser)
{
	int r = text_lines_pause(&parser->lines);

	return r < 0 ? r : reassembler_flush(&parser->reassembler, false);
}

int oom_parser_end(struct oom_parser *parser)
{
	struct strview line = { parser->kept, parser->kept_length };
	int r = 0;

	seen_end(&parser->seen, parser->lines.now_ns);
	if (parser->reading && line.length)
		r = parser_take_line(parser, line);
	parser->kept_length = 0;
	if (r == 0)
		r = look_for_words(parser);
	if (r == 0)
		r = text_lines_end(&parser->lines);
	return r < 0 ? r : reassembler_flush(&parser->reassembler, true);
}

const struct seen *oom_parser_seen(const struct oom_parser *parser)
{
	return &parser->seen;
}
