/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.c - from the bytes of a log to the lines of its reports, skipping all others */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "kernlog/known-prefix.h"
#include "kernlog/learned-prefix.h"
#include "kernlog/mail.h"
#include "kernlog/structured.h"
#include "kernlog/unescape.h"
#include "lib/duration.h"
#include "oomreport/entry-lines.h"
#include "oomreport/message.h"
#include "oomreport/parser.h"
#include "oomreport/skipped.h"
#include "oomreport/turn.h"
#include "oomreport/unwrap.h"

/*
 * After so many messages that are none of a report's, words are looked for again. A line of an
 * entry that has many counts for a part of one.
 */
#define QUIET_MESSAGES 300
#define STRUCTURED_PER_MESSAGE 16
#define QUIET_MAX (QUIET_MESSAGES * STRUCTURED_PER_MESSAGE)

/*
 * The first line of a report begins with a process's name: what the name begins with, the prefix
 * of the next lines tells. So many of them, and so many bytes, are waited for.
 */
#define HELD_LINES 8
#define HELD_MAX 8192

/* A JSON document in one line may be longer than a line of text: all that a query has found. */
#define DOCUMENT_MAX (16 << 20)

/* What separates reports in the count of lines: more than reassemble.c waits for. */
#define SKIPPED_LINES 10000

struct oom_parser {
	struct reassembler reassembler;
	struct unwrap unwrap;
	struct turn turn;
	struct seen seen;
	struct mail mail;
	struct structured structured;
	int64_t now_ns;
	bool reading;			/* line by line; else looking for words */
	unsigned quiet;			/* what came since the last line of a report, in fields */
	char *line;			/* owned; DOCUMENT_MAX bytes: a line torn between calls */
	size_t line_length;
	struct skipped skipped;		/* between reports */
	char *scratch;			/* owned; OOM_LINE_MAX bytes: a line being stripped */
	struct prefixes prefixes;
	bool escaped;			/* this log has "\\=" for '=' (CEF) */
	size_t held_length;		/* of lines that wait until the prefix is known */
	unsigned held_lines;
	bool held_entered[HELD_LINES];	/* in an entry: held_entries, without its message */
	struct structured_entry held_entries[HELD_LINES];
	char held[HELD_MAX];		/* each with its newline */
};

struct oom_parser *oom_parser_new(oom_report_fn *on_report, void *context)
{
	struct oom_parser *parser = calloc(1, sizeof(*parser));
	struct timespec now;

	if (!parser)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	parser->now_ns = (int64_t)now.tv_sec * (int64_t)NS_PER_SECOND + now.tv_nsec;
	parser->reassembler.on_report = on_report;
	parser->reassembler.context = context;
	parser->unwrap.reassembler = &parser->reassembler;
	parser->line = malloc(DOCUMENT_MAX);
	parser->scratch = malloc(OOM_LINE_MAX);
	if (!parser->line || !parser->scratch || skipped_init(&parser->skipped) < 0) {
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
	turn_free(&parser->turn);
	structured_free(&parser->structured);
	mail_free(&parser->mail);
	free(parser->line);
	skipped_free(&parser->skipped);
	free(parser->scratch);
	free(parser);
}

static int take_turned(void *context, const struct oom_line *kept)
{
	struct oom_parser *parser = context;
	struct oom_line line = *kept;

	return unwrap_take(&parser->unwrap, &line);
}

static int take_message(struct oom_parser *parser, struct oom_line *line)
{
	struct log_prefix *stripped = &line->stripped;
	enum oom_line_type type = OOM_LINE_NONE;
	int r = 0;

	/*
	 * A line that is another program's by its tag is the kernel's nevertheless, if it is one
	 * without a tag that begins with two words and a colon: "Hardware name: ". What begins
	 * with a name could be anything.
	 */
	if (stripped->foreign) {
		stripped->host.length = 0;
		type = oom_line_classify(line, 0);
	}
	if (!stripped->foreign || (type > OOM_LINE_CPUSET && type < OOM_LINE_DROPPED)) {
		/*
		 * A line waits while it may be of a log that has its newest line first. What is no
		 * line of text comes from the kernel itself.
		 */
		if (stripped->width && parser->turn.order != TURN_FORWARD) {
			oom_line_classify(line, 0);
			r = turn_take(&parser->turn, line, take_turned, parser);
		}
		if (r == 0)
			r = unwrap_take(&parser->unwrap, line);
		type = line->type;
	} else {
		type = OOM_LINE_NONE;
	}
	parser->quiet = type == OOM_LINE_NONE ? parser->quiet + STRUCTURED_PER_MESSAGE : 0;
	return r < 0 ? r : 0;
}

/* Finds the shape of LINE, best one with which its text is one of a report's. */
static bool find_shape(const struct oom_parser *parser, struct strview line,
		       struct prefix_parts *ret_parts)
{
	unsigned expected = unwrap_expects(&parser->unwrap);
	bool found = false;

	for (size_t i = 0; i < parser->prefixes.count; i++) {
		const struct prefix_shape *shape = &parser->prefixes.shapes[i];
		struct prefix_parts parts;

		if (!prefix_split(shape, line, &parts))
			continue;
		if (oom_line_type_of(parts.text, expected) != OOM_LINE_NONE) {
			*ret_parts = parts;
			return true;
		}
		if (!found && prefix_is_sure(shape, parts.front)) {
			*ret_parts = parts;
			found = true;
		}
	}
	return found;
}

/*
 * Takes off the prefix that other lines of this log have taught, where *stripped, what is known
 * of prefixes beforehand, has none of a report's texts. LINE is memory of ours.
 */
static void take_learned_prefix(struct oom_parser *parser, struct strview line,
				struct oom_line *stripped)
{
	struct log_prefix *log_prefix = &stripped->stripped;
	struct oom_time before = log_prefix->time;
	struct prefix_parts parts;
	enum oom_line_type type;

	if (log_prefix->foreign || log_prefix->kmsg || !parser->prefixes.count)
		return;
	type = oom_line_classify(stripped, unwrap_expects(&parser->unwrap));
	/* A prefix may begin with a number in brackets too, and what is a name's is not known. */
	if ((type != OOM_LINE_NONE && type != OOM_LINE_ROW && type != OOM_LINE_INVOKED &&
	     type != OOM_LINE_CPUSET) ||
	    !find_shape(parser, line, &parts) || parts.text.at < log_prefix->message.at)
		return;
	if (parts.quote)
		parts.text.length = prefix_unquote((char *)(uintptr_t)parts.text.at,
						   parts.text.length, parts.quote);
	log_prefix->message = parts.text;
	stripped->has_type = false;
	/* What was read where a known prefix seemed to be is a part of this one. */
	log_prefix->time = (struct oom_time){ .raw = "" };
	prefix_read(parts.front, parser->now_ns, log_prefix);
	if (!log_prefix->time.has_wall && !log_prefix->time.has_monotonic)
		log_prefix->time = before;
	for (size_t i = 0; i < parts.front.length && !log_prefix->timed; i++)
		log_prefix->timed = !strchr(" \t>|\"'", parts.front.at[i]);
}

/*
 * Takes LINE, without its newline, of memory of ours. ENTRY, where not NULL, is what it was found
 * in.
 */
static int take_prefixed(struct oom_parser *parser, struct strview line,
			 const struct structured_entry *entry)
{
	struct oom_line stripped = { .has_type = false };
	struct log_prefix *log_prefix = &stripped.stripped;
	size_t length;

	log_prefix_strip(line, parser->now_ns, log_prefix);
	take_learned_prefix(parser, line, &stripped);
	if (entry) {
		log_prefix->timed = true;
		entry_add_time(entry, &log_prefix->time);
		if (entry->host[0])
			log_prefix->host = strview_of(entry->host);
		if (entry->caller[0])
			log_prefix->caller = strview_of(entry->caller);
	}
	/* The journal has it as it was. */
	if (!entry || !entry->record || log_prefix->kmsg) {
		length = unescape_bytes((char *)(uintptr_t)log_prefix->message.at,
					log_prefix->message.length,
					log_prefix->kmsg ? UNESCAPE_KMSG
					: log_prefix->syslog ? UNESCAPE_SYSLOG : UNESCAPE_OTHER);
		stripped.has_type = stripped.has_type && length == log_prefix->message.length;
		log_prefix->message.length = length;
	}
	return take_message(parser, &stripped);
}

/* Takes the lines that wait: it is known what stands in front of a text, or will not be. */
static int release_held(struct oom_parser *parser)
{
	struct strview rest = { parser->held, parser->held_length };
	int r = 0;

	if (rest.length)
		prefix_learn_end(&parser->prefixes, strview_head(rest, strview_find(rest, "\n")));
	parser->held_length = 0;
	parser->held_lines = 0;
	for (size_t i = 0; r == 0 && rest.length; i++)
		r = take_prefixed(parser, entry_take_line(&rest),
				  parser->held_entered[i] ? &parser->held_entries[i] : NULL);
	return r;
}

/*
 * Keeps LINE, of ENTRY if that is not NULL, until it is known what stands in front of a text.
 * Returns whether there was room.
 */
static bool hold_line(struct oom_parser *parser, struct strview line,
		      const struct structured_entry *entry)
{
	size_t index = parser->held_lines;

	if (index == HELD_LINES || line.length >= HELD_MAX - parser->held_length ||
	    memchr(line.at, '\n', line.length))
		return false;
	parser->held_entered[index] = entry != NULL;
	if (entry)
		parser->held_entries[index] = *entry;
	memcpy(parser->held + parser->held_length, line.at, line.length);
	parser->held_length += line.length;
	parser->held[parser->held_length++] = '\n';
	parser->held_lines++;
	return true;
}

/* A line of text, of memory of ours; ENTRY as in take_prefixed(). */
static int take_text_line(struct oom_parser *parser, struct strview line,
			  const struct structured_entry *entry)
{
	size_t at;
	int r;

	parser->escaped = parser->escaped || strview_has(line, "gfp_mask\\=0x") ||
			  strview_has(line, "oom-kill:constraint\\=CONSTRAINT_");
	if (parser->escaped)
		line.length = plain_equals((char *)(uintptr_t)line.at, line.length);
	/* An unmistakable line teaches its prefix, unless that is known beforehand. */
	at = prefix_find(line);
	if (at != STRVIEW_NONE) {
		struct log_prefix log_prefix;

		log_prefix_strip(line, parser->now_ns, &log_prefix);
		if (!log_prefix.foreign && log_prefix.message.at < line.at + at)
			prefix_learn(&parser->prefixes, line, at);
	}
	if (at == STRVIEW_NONE &&
	    (parser->held_lines || strview_has(line, "invoked oom-killer: gfp_mask=")) &&
	    hold_line(parser, line, entry))
		return 0;
	r = release_held(parser);
	return r < 0 ? r : take_prefixed(parser, line, entry);
}

/* A message out of JSON or a journal's export; inside may be the log of something else. */
static int take_field(void *context, const struct structured_entry *entry)
{
	struct oom_parser *parser = context;
	struct strview rest = entry_text(entry);
	int r = 0;

	if (!entry_holds_lines(rest, entry->record, parser->now_ns))
		return take_text_line(parser, rest, entry);
	while (r == 0 && rest.length)
		r = take_text_line(parser, entry_take_line(&rest), entry);
	return r;
}

/* One line, without its newline, decoded if it was in a mail. */
static int take_decoded_line(void *context, struct strview line)
{
	struct oom_parser *parser = context;
	size_t length;
	int r = structured_take(&parser->structured, line, parser->now_ns, take_field, parser);

	if (r != 0) {
		parser->quiet++;
		return r < 0 ? r : 0;
	}
	length = line.length < OOM_LINE_MAX ? line.length : OOM_LINE_MAX;
	if (length)
		memcpy(parser->scratch, line.at, length);
	/* In a record of /dev/kmsg all other bytes that are no ASCII are escaped. */
	length = log_prefix_is_kmsg(line) ? unescape_spaces(parser->scratch, length)
					: unescape_line(parser->scratch, length);
	while (length && parser->scratch[length - 1] == '\r')
		length--;
	return take_text_line(parser, (struct strview){ parser->scratch, length }, NULL);
}

/* One line of the log, without its newline. */
static int take_line(struct oom_parser *parser, struct strview line)
{
	int r = mail_take(&parser->mail, line, take_decoded_line, parser);

	/* There are no words to be seen in what is encoded. */
	if (r > 0)
		parser->quiet = 0;
	return r < 0 ? r : r > 0 ? 0 : take_decoded_line(parser, line);
}

/* Keeps a piece of a line until its end comes. */
static void keep_piece(struct oom_parser *parser, struct strview piece)
{
	size_t room = DOCUMENT_MAX - parser->line_length;
	size_t length = piece.length < room ? piece.length : room;

	if (length)
		memcpy(parser->line + parser->line_length, piece.at, length);
	parser->line_length += length;
}

/* The line that was kept has ended. */
static int end_piece(struct oom_parser *parser)
{
	size_t length = parser->line_length;

	parser->line_length = 0;
	return take_line(parser, (struct strview){ parser->line, length });
}

/* Takes all that waits for the next line. */
static int end_waiting(struct oom_parser *parser)
{
	int r = release_held(parser);

	if (r == 0)
		r = turn_pause(&parser->turn, take_turned, parser);
	return r < 0 ? r : unwrap_end(&parser->unwrap);
}

/* No line goes on with what was read last. */
static int end_lines(struct oom_parser *parser)
{
	int r = mail_end(&parser->mail, take_decoded_line, parser);

	if (r == 0)
		r = structured_end(&parser->structured, take_field, parser);
	if (r == 0)
		r = end_waiting(parser);
	unwrap_begin(&parser->unwrap);
	parser->prefixes.count = parser->prefixes.next = 0;
	parser->escaped = false;
	return r;
}

static int look_for_words(struct oom_parser *parser)
{
	int r = end_lines(parser);

	parser->reading = false;
	parser->quiet = 0;
	parser->skipped.length = 0;
	reassembler_skip(&parser->reassembler, SKIPPED_LINES);
	return r;
}

/* Takes the first line of *data, or keeps the piece of one that is there. */
static int parser_read_line(struct oom_parser *parser, struct strview *data)
{
	const char *newline = memchr(data->at, '\n', data->length);
	struct strview line =
		strview_head(*data, newline ? (size_t)(newline - data->at) : data->length);

	*data = strview_from(*data, line.length + (newline != NULL));
	if (!newline || parser->line_length)
		keep_piece(parser, line);
	if (!newline)
		return 0;
	return parser->line_length ? end_piece(parser) : take_line(parser, line);
}

/* Skips what has no word of a report, and reads some lines in front of one. *data is the rest. */
static int parser_skip(struct oom_parser *parser, struct strview *data)
{
	struct strview before[2];
	size_t where = skipped_look(&parser->skipped, *data, before);
	int r = 0;

	if (where < data->length) {
		parser->reading = true;
		unwrap_begin(&parser->unwrap);
		/* All of them, though they may be none of a report's. */
		for (size_t i = 0; r == 0 && i < 2; i++)
			while (r == 0 && before[i].length)
				r = parser_read_line(parser, &before[i]);
		parser->quiet = 0;
		parser->skipped.length = 0;
	}
	*data = strview_from(*data, where);
	return r;
}

int oom_parser_feed(struct oom_parser *parser, const char *data, size_t length)
{
	struct strview rest = { data, length };
	int r = 0;

	seen_bytes(&parser->seen, rest);
	while (r == 0 && rest.length) {
		r = parser->reading ? parser_read_line(parser, &rest) : parser_skip(parser, &rest);
		/* Nothing of a report has come for a while. */
		if (r == 0 && parser->quiet >= QUIET_MAX && !parser->line_length)
			r = look_for_words(parser);
	}
	return r;
}

int oom_parser_record(struct oom_parser *parser, struct strview message,
		      const struct oom_time *time,
		      const char *host)
{
	struct oom_line line = { .stripped = {
		.message = strview_head(message, OOM_LINE_MAX),
		.host = strview_of(host ? host : ""),
		.caller = { message.at, 0 }, .time = *time, .timed = true,
	} };

	seen_record(&parser->seen, time, host ? host : "");
	return take_message(parser, &line);
}

int oom_parser_pause(struct oom_parser *parser)
{
	int r = end_waiting(parser);

	return r < 0 ? r : reassembler_flush(&parser->reassembler, false);
}

int oom_parser_end(struct oom_parser *parser)
{
	int r = 0;

	seen_end(&parser->seen, parser->now_ns);
	if (parser->reading && parser->line_length)
		r = end_piece(parser);
	parser->line_length = 0;
	if (r == 0)
		r = look_for_words(parser);
	if (r == 0)
		r = turn_end(&parser->turn, take_turned, parser);
	if (r == 0)
		r = unwrap_end(&parser->unwrap);
	return r < 0 ? r : reassembler_flush(&parser->reassembler, true);
}

const struct seen *oom_parser_seen(const struct oom_parser *parser)
{
	return &parser->seen;
}
