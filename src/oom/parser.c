/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.c - from the bytes of a log to the lines of its reports, skipping all others */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/duration.h"
#include "log/clothing.h"
#include "log/fields.h"
#include "log/mail.h"
#include "log/plain.h"
#include "log/prefix.h"
#include "log/scan.h"
#include "oom/hosts.h"
#include "oom/message.h"
#include "oom/parser.h"
#include "oom/turn.h"
#include "oom/unwrap.h"

/*
 * Between reports only certain words are looked for (oom_scan()); where one is found, so many
 * bytes in front of it are read too, because the beginning of a report may be missing.
 */
#define LOOK_BACK (128 * 1024)

/*
 * After so many messages that are none of a report's, words are looked for again. A line of an
 * entry that has many counts for a part of one.
 */
#define QUIET_MESSAGES 300
#define FIELDS_PER_MESSAGE 16
#define QUIET_MAX (QUIET_MESSAGES * FIELDS_PER_MESSAGE)

/*
 * The first line of a report begins with a process's name: what the name begins with, the prefix
 * of the next lines tells. So many of them, and so many bytes, are waited for.
 */
#define HELD_LINES 8
#define HELD_MAX 8192

/* A JSON document in one line may be longer than a line of text: all that a query has found. */
#define DOCUMENT_MAX (16 << 20)

/* What separates reports in the count of lines: more than assemble.c waits for. */
#define SKIPPED_LINES 10000

struct oom_parser {
	struct hosts hosts;
	struct unwrap unwrap;
	struct turn turn;
	struct seen seen;
	struct mail mail;
	struct fields fields;
	int64_t now_ns;
	bool reading;			/* line by line; else looking for words */
	unsigned quiet;			/* what came since the last line of a report, in fields */
	char *line;			/* owned; DOCUMENT_MAX bytes: a line torn between calls */
	size_t line_length;
	char *back;			/* owned; LOOK_BACK bytes: what was skipped last */
	size_t back_length;
	char *scratch;			/* owned; OOM_LINE_MAX bytes: a line being undressed */
	struct prefixes prefixes;
	bool escaped;			/* this log has "\\=" for '=' (CEF) */
	size_t held_length;		/* of lines that wait until the prefix is known */
	unsigned held_lines;
	bool held_entered[HELD_LINES];	/* in an entry: held_entries, without its message */
	struct fields_entry held_entries[HELD_LINES];
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
	parser->hosts.on_report = on_report;
	parser->hosts.context = context;
	parser->unwrap.hosts = &parser->hosts;
	parser->line = malloc(DOCUMENT_MAX);
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
	hosts_free(&parser->hosts);
	unwrap_free(&parser->unwrap);
	turn_free(&parser->turn);
	fields_free(&parser->fields);
	mail_free(&parser->mail);
	free(parser->line);
	free(parser->back);
	free(parser->scratch);
	free(parser);
}

/*
 * Whether a line that is another program's by its tag is the kernel's nevertheless: one without a
 * tag that begins with two words and a colon ("Hardware name: "). What begins with a name could be
 * anything.
 */
static bool is_ours(const struct clothing *clothing)
{
	enum oom_message class = oom_message_of(clothing->message, (struct oom_expected){ 0 });

	return class > OOM_MSG_CPUSET && class < OOM_MSG_DROPPED;
}

static int take_turned(void *context, const struct clothing *line)
{
	struct oom_parser *parser = context;
	enum oom_message class;

	return unwrap_take(&parser->unwrap, line, &class);
}

/* A line waits while it may be of a log that has its newest line first. */
static int take_ordered(struct oom_parser *parser, const struct clothing *line,
			enum oom_message *ret_class)
{
	enum oom_message class;
	int r;

	/* What is no line of text comes from the kernel itself. */
	if (!line->width || parser->turn.order == TURN_FORWARD)
		return unwrap_take(&parser->unwrap, line, ret_class);
	class = oom_message_of(line->message, (struct oom_expected){ 0 });
	r = turn_take(&parser->turn, line, class, take_turned, parser);
	if (r == 0)
		return unwrap_take(&parser->unwrap, line, ret_class);
	*ret_class = class;
	return r < 0 ? r : 0;
}

static int take_message(struct oom_parser *parser, const struct clothing *clothing)
{
	struct clothing line = *clothing;
	enum oom_message class = OOM_MSG_NONE;
	int r = 0;

	/* What looked like a host and a tag is the message's: "Hardware name: ". */
	if (clothing->foreign)
		line.host.length = 0;
	if (!clothing->foreign || is_ours(clothing))
		r = take_ordered(parser, &line, &class);
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

/* What ENTRY says of a time that the line inside it does not. */
static void add_time(const struct fields_entry *entry, struct oom_time *time)
{
	if (!time->has_wall && entry->time.raw[0])
		memcpy(time->raw, entry->time.raw, sizeof(time->raw));
	if (!time->has_wall && entry->time.has_wall) {
		time->has_wall = true;
		time->wall_ns = entry->time.wall_ns;
		time->wall_guessed = entry->time.wall_guessed;
	}
	if (!time->has_monotonic && entry->time.has_monotonic) {
		time->has_monotonic = true;
		time->monotonic_ns = entry->time.monotonic_ns;
	}
}

/* Whether a name is in front of what LINE says: what belongs to it is not known yet. */
static bool is_named(enum oom_message class)
{
	return class == OOM_MSG_INVOKED || class == OOM_MSG_CPUSET;
}

/* Finds the shape of LINE, best one with which its text is one of a report's. */
static bool find_shape(const struct oom_parser *parser, struct text line,
		       struct prefix_parts *ret_parts)
{
	struct oom_expected expected = unwrap_expects(&parser->unwrap);
	bool found = false;

	for (size_t i = 0; i < parser->prefixes.count; i++) {
		const struct prefix_shape *shape = &parser->prefixes.shapes[i];
		struct prefix_parts parts;

		if (!prefix_split(shape, line, &parts))
			continue;
		if (oom_message_of(parts.text, expected) != OOM_MSG_NONE) {
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
 * Adds what FRONT says of a time, or else leaves what was read where a prefix that is known
 * beforehand seemed to be: a part of this one.
 */
static void read_front(const struct oom_parser *parser, struct text front,
		       struct clothing *clothing)
{
	struct oom_time before = clothing->time;

	clothing->time = (struct oom_time){ .raw = "" };
	prefix_read(front, parser->now_ns, clothing);
	if (!clothing->time.has_wall && !clothing->time.has_monotonic)
		clothing->time = before;
}

/*
 * Takes off the prefix that other lines of this log have taught, where *clothing, what is known of
 * prefixes beforehand, has none of a report's texts. LINE is memory of ours.
 */
static void take_learned_prefix(struct oom_parser *parser, struct text line,
				struct clothing *clothing)
{
	enum oom_message class = oom_message_of(clothing->message,
						unwrap_expects(&parser->unwrap));
	struct prefix_parts parts;

	/* A prefix may begin with a number in brackets too. */
	if (clothing->foreign || clothing->kmsg ||
	    (class != OOM_MSG_NONE && class != OOM_MSG_ROW && !is_named(class)) ||
	    !find_shape(parser, line, &parts) || parts.text.at < clothing->message.at)
		return;
	if (parts.quote)
		parts.text.length = prefix_unquote((char *)(uintptr_t)parts.text.at,
						   parts.text.length, parts.quote);
	clothing->message = parts.text;
	read_front(parser, parts.front, clothing);
	for (size_t i = 0; i < parts.front.length && !clothing->timed; i++)
		clothing->timed = !strchr(" \t>|\"'", parts.front.at[i]);
}

/*
 * Takes LINE, without its newline, of memory of ours. ENTRY, where not NULL, is what it was found
 * in.
 */
static int take_dressed(struct oom_parser *parser, struct text line,
			const struct fields_entry *entry)
{
	struct clothing clothing;

	clothing_take_off(line, parser->now_ns, &clothing);
	take_learned_prefix(parser, line, &clothing);
	if (entry) {
		clothing.timed = true;
		add_time(entry, &clothing.time);
		if (entry->host[0])
			clothing.host = text_of(entry->host);
		if (entry->caller[0])
			clothing.caller = text_of(entry->caller);
	}
	/* The journal has it as it was. */
	if (!entry || !entry->record || clothing.kmsg)
		unescape(&clothing);
	return take_message(parser, &clothing);
}

/* Takes the first line of *text, which may end as those of a serial console do. */
static struct text take_first_line(struct text *text)
{
	struct text line = text_head(*text, text_find(*text, "\n"));

	*text = text_from(*text, line.length + 1);
	while (text_last(line) == '\r')
		line.length--;
	return line;
}

/* Takes the lines that wait: it is known what stands in front of a text, or will not be. */
static int release_held(struct oom_parser *parser)
{
	struct text rest = { parser->held, parser->held_length };
	int r = 0;

	if (rest.length)
		prefix_learn_end(&parser->prefixes, text_head(rest, text_find(rest, "\n")));
	parser->held_length = 0;
	parser->held_lines = 0;
	for (size_t i = 0; r == 0 && rest.length; i++)
		r = take_dressed(parser, take_first_line(&rest),
				 parser->held_entered[i] ? &parser->held_entries[i] : NULL);
	return r;
}

/*
 * Keeps LINE, of ENTRY if that is not NULL, until it is known what stands in front of a text.
 * Returns whether there was room.
 */
static bool hold_line(struct oom_parser *parser, struct text line,
		      const struct fields_entry *entry)
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

/* Learns the prefix of LINE, if it is unmistakable and not one that is known beforehand. */
static bool learn_prefix(struct oom_parser *parser, struct text line)
{
	size_t at = prefix_find(line);
	struct clothing clothing;

	if (at == TEXT_NONE)
		return false;
	clothing_take_off(line, parser->now_ns, &clothing);
	if (!clothing.foreign && clothing.message.at < line.at + at)
		prefix_learn(&parser->prefixes, line, at);
	return true;
}

/* A line of text, of memory of ours; ENTRY as in take_dressed(). */
static int take_text_line(struct oom_parser *parser, struct text line,
			  const struct fields_entry *entry)
{
	bool learned;
	int r;

	parser->escaped = parser->escaped || text_has(line, "gfp_mask\\=0x") ||
			  text_has(line, "oom-kill:constraint\\=CONSTRAINT_");
	if (parser->escaped)
		line.length = plain_equals((char *)(uintptr_t)line.at, line.length);
	learned = learn_prefix(parser, line);

	if (!learned && (parser->held_lines || text_has(line, "invoked oom-killer: gfp_mask=")) &&
	    hold_line(parser, line, entry))
		return 0;
	r = release_held(parser);
	return r < 0 ? r : take_dressed(parser, line, entry);
}

/*
 * Whether the lines of a message are so many of a log: one behind the first has a time of its own
 * or, where it is not known that the message is one RECORD, begins what is no part of another.
 */
static bool holds_lines(const struct oom_parser *parser, struct text message, bool record)
{
	take_first_line(&message);
	while (message.length) {
		struct clothing clothing;
		enum oom_message class;

		clothing_take_off(take_first_line(&message), parser->now_ns, &clothing);
		if (clothing.timed)
			return true;
		class = oom_message_of(clothing.message, (struct oom_expected){ 0 });
		if (!record && class != OOM_MSG_NONE && class != OOM_MSG_COUNTS)
			return true;
	}
	return false;
}

/* A serial console's line ends as a cloud's log keeps them: written as \\r\\n. */
static struct text undo_line_ends(const struct fields_entry *entry)
{
	static const char end[] = "\\r\\n";
	struct text rest = { entry->message, entry->length };
	size_t kept = 0;

	if (entry->record || rest.length < 4 || memcmp(rest.at + rest.length - 4, end, 4))
		return rest;
	while (rest.length) {
		bool found = text_skip(&rest, end);

		entry->message[kept++] = found ? '\n' : rest.at[0];
		rest = text_from(rest, !found);
	}
	while (kept && entry->message[kept - 1] == '\n')
		kept--;
	return (struct text){ entry->message, kept };
}

/* A message out of JSON or a journal's export; inside may be the log of something else. */
static int take_field(void *context, const struct fields_entry *entry)
{
	struct oom_parser *parser = context;
	struct text rest = undo_line_ends(entry);
	int r = 0;

	if (!holds_lines(parser, rest, entry->record))
		return take_text_line(parser, rest, entry);
	while (r == 0 && rest.length)
		r = take_text_line(parser, take_first_line(&rest), entry);
	return r;
}

/* One line, without its newline, decoded if it was in a mail. */
static int take_decoded_line(void *context, struct text line)
{
	struct oom_parser *parser = context;
	size_t length;
	int r = fields_take(&parser->fields, line, parser->now_ns, take_field, parser);

	if (r != 0) {
		parser->quiet++;
		return r < 0 ? r : 0;
	}
	length = line.length < OOM_LINE_MAX ? line.length : OOM_LINE_MAX;
	if (length)
		memcpy(parser->scratch, line.at, length);
	/* In a record of /dev/kmsg all other bytes that are no ASCII are escaped. */
	length = clothing_is_kmsg(line) ? plain_spaces(parser->scratch, length)
					: plain_line(parser->scratch, length);
	while (length && parser->scratch[length - 1] == '\r')
		length--;
	return take_text_line(parser, (struct text){ parser->scratch, length }, NULL);
}

/* One line of the log, without its newline. */
static int take_line(struct oom_parser *parser, struct text line)
{
	int r = mail_take(&parser->mail, line, take_decoded_line, parser);

	/* There are no words to be seen in what is encoded. */
	if (r > 0)
		parser->quiet = 0;
	return r < 0 ? r : r > 0 ? 0 : take_decoded_line(parser, line);
}

/* Keeps a piece of a line until its end comes. */
static void keep_piece(struct oom_parser *parser, struct text piece)
{
	size_t room = DOCUMENT_MAX - parser->line_length;
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

/* No line goes on with what was read last. */
static int end_lines(struct oom_parser *parser)
{
	int r = mail_end(&parser->mail, take_decoded_line, parser);

	if (r == 0)
		r = fields_end(&parser->fields, take_field, parser);
	if (r == 0)
		r = release_held(parser);
	if (r == 0)
		r = turn_pause(&parser->turn, take_turned, parser);
	if (r == 0)
		r = unwrap_end(&parser->unwrap);
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
	parser->back_length = 0;
	hosts_skip(&parser->hosts, SKIPPED_LINES);
	return r;
}

/* Takes the first line of *data, or keeps the piece of one that is there. */
static int read_line(struct oom_parser *parser, struct text *data)
{
	const char *newline = memchr(data->at, '\n', data->length);
	struct text line = text_head(*data, newline ? (size_t)(newline - data->at) : data->length);

	*data = text_from(*data, line.length + (newline != NULL));
	if (!newline || parser->line_length)
		keep_piece(parser, line);
	if (!newline)
		return 0;
	return parser->line_length ? end_piece(parser) : take_line(parser, line);
}

/* Reads lines until nothing of a report has come for a while. *data is what is left. */
static int read_lines(struct oom_parser *parser, struct text *data)
{
	int r = 0;

	while (r == 0 && data->length && parser->quiet < QUIET_MAX)
		r = read_line(parser, data);
	if (r == 0 && parser->quiet >= QUIET_MAX && !parser->line_length)
		r = look_for_words(parser);
	return r;
}

/* Reads the lines of DATA, though all of them may be none of a report's. */
static int read_all(struct oom_parser *parser, struct text data)
{
	int r = 0;

	while (r == 0 && data.length)
		r = read_line(parser, &data);
	parser->quiet = 0;
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
	size_t before = parser->back_length, behind = text_head(data, OOM_SCAN_OVERLAP).length;

	if (before > OOM_SCAN_OVERLAP)
		before = OOM_SCAN_OVERLAP;

	memcpy(seam, parser->back + parser->back_length - before, before);
	memcpy(seam + before, data.at, behind);
	return oom_scan(seam, before + behind, 0) < before + behind;
}

/* The lines in the last WANTED bytes of TEXT; the first, which is CUT or may be, is left out. */
static struct text last_lines(struct text text, size_t wanted, bool cut)
{
	size_t from = wanted < text.length ? text.length - wanted : 0;

	text = text_from(text, from);
	if (from || cut)
		text_skip_past(&text, "\n");
	return text;
}

/*
 * A word was found at WHERE of *data: reads on from some lines in front of it. *data is the rest.
 */
static int begin_reading(struct oom_parser *parser, struct text *data, size_t where)
{
	struct text back = { parser->back, parser->back_length };
	int r = 0;

	parser->reading = true;
	unwrap_begin(&parser->unwrap);
	if (where < LOOK_BACK)
		r = read_all(parser,
			     last_lines(back, LOOK_BACK - where, back.length == LOOK_BACK));
	parser->back_length = 0;
	if (r == 0)
		r = read_all(parser, last_lines(text_head(*data, where), LOOK_BACK, false));
	*data = text_from(*data, where);
	return r;
}

/* Skips what has no word of a report. *data is what is left. */
static int skip(struct oom_parser *parser, struct text *data)
{
	size_t where = 0;

	if (!parser->back_length || !is_torn(parser, *data))
		where = oom_scan(data->at, data->length, 0);
	if (where < data->length)
		return begin_reading(parser, data, where);
	keep_back(parser, *data);
	*data = text_from(*data, data->length);
	return 0;
}

int oom_parser_feed(struct oom_parser *parser, const char *data, size_t length)
{
	struct text rest = { data, length };
	int r = 0;

	seen_bytes(&parser->seen, rest);
	while (r == 0 && rest.length)
		r = parser->reading ? read_lines(parser, &rest) : skip(parser, &rest);
	return r;
}

int oom_parser_record(struct oom_parser *parser, struct text message, const struct oom_time *time,
		      const char *host)
{
	struct clothing clothing = {
		.message = text_head(message, OOM_LINE_MAX), .host = text_of(host ? host : ""),
		.caller = { message.at, 0 }, .time = *time, .timed = true,
	};

	seen_record(&parser->seen, time, host ? host : "");
	return take_message(parser, &clothing);
}

int oom_parser_pause(struct oom_parser *parser)
{
	int r = release_held(parser);

	if (r == 0)
		r = turn_pause(&parser->turn, take_turned, parser);
	if (r == 0)
		r = unwrap_end(&parser->unwrap);
	return r < 0 ? r : hosts_flush(&parser->hosts, false);
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
	return r < 0 ? r : hosts_flush(&parser->hosts, true);
}

const struct seen *oom_parser_seen(const struct oom_parser *parser)
{
	return &parser->seen;
}
