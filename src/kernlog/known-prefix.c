/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known-prefix.c - take off what log programs put in front of the kernel's text */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "kernlog/line-timestamp.h"
#include "kernlog/prefix.h"
#include "lib/macros.h"

/* So many pieces may stand in front of a message: a bound, not a rule. */
#define PIECES_MAX 16

/* A longer first word is no file's name. */
#define FILE_NAME_MAX 255

struct strip_state {
	struct strview rest;
	struct log_prefix *log_prefix;
	int64_t now_ns;
	enum timestamp_form timestamp;		/* of the time that was taken last */
	bool bar;			/* a bar was in front: a row of a table, perhaps */
	bool structured;		/* "<N>1 " was in front: RFC 5424 */
};

/* Where in a line a piece may stand. */
enum piece_place {
	PLACE_FRONT = 1,	/* in front of any time; no other piece has its first byte */
	PLACE_UNTIMED = 2,	/* there, in a line that begins with no time */
	PLACE_LAST = 4,		/* there, if it is nothing else */
	PLACE_BEHIND = 8,	/* right behind a time */
	PLACE_TAGGED = 16,	/* right behind a time, in front of which the log's host may be */
	PLACE_AGAIN = 32,	/* behind all that: a log of logs has two */
	PLACE_TAG = PLACE_UNTIMED | PLACE_BEHIND | PLACE_AGAIN,
};

enum piece_kind {
	PIECE_NOTHING,		/* says nothing */
	PIECE_BAR,
	PIECE_PRIORITY,
	PIECE_DROPPED,
	PIECE_LINE,		/* what follows is a line with all that it had on */
	PIECE_TIMED,		/* this and what follows begin a message as a time does */
	PIECE_KMSG,
	PIECE_KERNEL,
	PIECE_FIRST_KERNEL,	/* may also be the name of a process */
	PIECE_APP,
	PIECE_TAG,
};

/*
 * The pieces, tried from the first to the last. In a pattern '~' are blanks, or none, '#' is a
 * number, and these are parts: %h a word that is the host, %H one of any bytes, %w a word, %a the
 * program, %n a number or '-', %p "kern.warn", %k the kernel's tag, %g a tag, %f a facility, %l a
 * level, %P a priority of logcat, %t its tag of the kernel, %T any, %d structured data, %c the
 * flags of a record, %- a minus, or none, %. nothing: a blank follows, or the end. All words have
 * blanks behind them.
 */
static const struct piece {
	enum piece_kind kind;
	unsigned places;
	const char *pattern;
} pieces[] = {
	{ PIECE_NOTHING, PLACE_FRONT, ">" },			/* mail: "> > [    6.333700] " */
	{ PIECE_BAR, PLACE_FRONT, "|" },
	{ PIECE_PRIORITY, PLACE_FRONT, "<#>" },			/* "<4>", RFC 5424's "<4>1 " */
	{ PIECE_NOTHING, PLACE_FRONT, ": " },			/* a bot has cut the times off */
	/* Of 3.18 to 4.14; it begins no line of its own */
	{ PIECE_DROPPED, PLACE_FRONT, "** # printk messages dropped ** " },
	{ PIECE_KMSG, PLACE_FRONT, "#,#,#,%c;" },		/* "6,123,567,-,caller=T12;" */
	{ PIECE_TIMED, PLACE_UNTIMED, "%f~:~%l~:~" },		/* "kern  :warn  : " */
	{ PIECE_LINE, PLACE_BEHIND, "~stdout F%." },		/* CRI */
	{ PIECE_LINE, PLACE_BEHIND, "~stdout P%." },
	{ PIECE_LINE, PLACE_BEHIND, "~stderr F%." },
	{ PIECE_LINE, PLACE_BEHIND, "~stderr P%." },
	/* logcat -v threadtime, with a user's name in front, brief, tag */
	{ PIECE_NOTHING, PLACE_BEHIND, "~#~#~%P %T" },		/* "  123   456 W kernel  : " */
	{ PIECE_NOTHING, PLACE_BEHIND, "~%w#~#~%P %T" },
	{ PIECE_TIMED, PLACE_UNTIMED | PLACE_BEHIND, "~%P/%t~(~#):" },	/* "W/kernel  (  123): " */
	{ PIECE_TIMED, PLACE_UNTIMED | PLACE_BEHIND, "~%P/%t~:" },
	/* syslog: "host kernel: ", "host kern.warn kernel: " as busybox and OpenWrt have it */
	{ PIECE_FIRST_KERNEL, PLACE_TAG, "~%k" },
	/* As syslogd writes it to all terminals: without a blank */
	{ PIECE_FIRST_KERNEL, PLACE_TAG, "~kernel:" },
	{ PIECE_KERNEL, PLACE_TAG, "~%p%k" },
	{ PIECE_KERNEL, PLACE_TAG, "~%p%h%k" },
	{ PIECE_KERNEL, PLACE_TAG, "~%h%k" },
	{ PIECE_KERNEL, PLACE_TAG, "~%h%w%k" },
	{ PIECE_APP, PLACE_BEHIND, "~%H%a%n%w%d" },		/* "HOST kernel - - - " */
	{ PIECE_TAG, PLACE_TAGGED, "~%h%g~" },			/* "host systemd[1]: " */
	{ PIECE_NOTHING, PLACE_LAST, "%H| " },			/* docker-compose: "service_1  | " */
};

/* What a piece says. */
struct piece_values {
	struct strview host, app, caller;
	uint64_t number;		/* its last */
	bool structured;		/* RFC 5424: a process need not have a number */
};

static const char facilities[] =
	"kern user mail daemon auth syslog lpr news uucp cron authpriv ftp "
	"local0 local1 local2 local3 local4 local5 local6 local7";

static bool is_kernel_tag(struct strview tag)
{
	size_t bracket = strview_find(tag, "[");

	if (bracket != STRVIEW_NONE && strview_last(tag) == ']')
		tag.length = bracket;
	return strview_is_among(tag, "kernel kern klogd vmunix dmesg linux");
}

bool log_prefix_is_caller(struct strview text)
{
	struct strview number = strview_from(text, 1);

	return (strview_byte(text, 0) == 'T' || strview_byte(text, 0) == 'C') && number.length &&
	       strview_has_only(number, "0123456789");
}

/* "-", "[id a="1\]"][id b="2"]" */
static bool take_structured_data(struct strview *text)
{
	bool quoted = false;

	if (strview_byte(*text, 0) != '[')
		return strview_skip(text, "-");
	for (size_t at = 0; at < text->length; at++) {
		char byte = text->at[at];

		if (byte == '\\' && quoted) {
			at++;
		} else if (byte == '"') {
			quoted = !quoted;
		} else if (byte == ']' && !quoted && strview_byte(*text, at + 1) != '[') {
			*text = strview_from(*text, at + 1);
			return true;
		}
	}
	return false;
}

/* A part that is a word, with the blanks behind it. */
static bool take_word_part(char part, struct strview *text, struct piece_values *values)
{
	struct strview word = strview_take_word(text), facility;

	if (part == 'k' || part == 'g') {
		/* In "|5|msg=CPU:" there is none. */
		if (word.length < 2 || word.length > 128 || strview_last(word) != ':' ||
		    memchr(word.at, '=', word.length) || memchr(word.at, '|', word.length))
			return false;
		return part == 'g' || is_kernel_tag(strview_head(word, word.length - 1));
	}
	if (!word.length || !strview_skip_blanks(text))
		return false;
	for (size_t i = 0; part != 'H' && i < word.length; i++)
		if (i == 255 || strchr(":=[](),;", word.at[i]))
			return false;
	if (part == 'h' || part == 'H')
		values->host = word;
	if (part == 'a')
		values->app = word;
	if (part == 'n')
		return values->structured || strview_is_digit(word.at[0]) || strview_is(word, "-");
	return part != 'p' || (strview_take_until(&word, ".", &facility) &&
			       strview_is_among(facility, facilities));
}

static bool take_part(char part, struct strview *text, struct piece_values *values)
{
	static const char levels[] = "emerg alert crit err warn notice info debug";
	struct strview tag, behind = *text;
	size_t length = 0;

	switch (part) {
	case '-':
		strview_skip(text, "-");
		return true;
	case '.':
		return !text->length || text->at[0] == ' ';
	case 'c':
		tag = strview_head(*text, strview_find(*text, ";"));
		*text = strview_from(*text, tag.length);
		if (strview_skip_past(&tag, "caller="))
			values->caller = strview_head(tag, strview_find(tag, ","));
		return text->at - behind.at <= 64;
	case 'd':
		return take_structured_data(text);
	case 'f':
	case 'l':
	case 't':
		while (length < text->length && !strchr(" \t(:", text->at[length]))
			length++;
		tag = strview_head(*text, length);
		*text = strview_from(*text, length);
		return part == 't' ? !length || is_kernel_tag(tag)
				   : strview_is_among(tag, part == 'f' ? facilities : levels);
	case 'P':
		*text = strview_from(*text, 1);
		return behind.length && strview_has_only(strview_head(behind, 1), "VDIWEFS");
	case 'T':
		/*
		 * logd takes the first words of a kernel's line for its tag if a colon is behind
		 * them ("oom_reaper: "): then they are the message's.
		 */
		if (!strview_take_until(&behind, ":", &tag) || tag.length > 40)
			return false;
		tag = strview_trim(tag);
		*text = !tag.length || is_kernel_tag(tag) ? behind : *text;
		return true;
	default:
		return take_word_part(part, text, values);
	}
}

/* Takes what PATTERN says from the front of *text. */
static bool take_pattern(struct strview *text, const char *pattern, struct piece_values *values)
{
	struct strview rest = *text;
	bool found = true;

	for (; found && *pattern; pattern++) {
		if (*pattern == '#') {
			found = strview_take_u64(&rest, &values->number);
		} else if (*pattern == '~') {
			strview_skip_blanks(&rest);
		} else if (*pattern == '%') {
			found = take_part(*++pattern, &rest, values);
		} else {
			found = strview_byte(rest, 0) == *pattern;
			rest = strview_from(rest, 1);
		}
	}
	if (found)
		*text = rest;
	return found;
}

bool log_prefix_take(struct strview *text, const char *pattern)
{
	struct piece_values values;

	return take_pattern(text, pattern, &values);
}

bool log_prefix_is_kmsg(struct strview line)
{
	return log_prefix_take(&line, "#,#,#,%c;");
}

/* Behind a piece: it was none, but the name of the process that did. */
static bool is_named_piece(struct strview rest)
{
	strview_skip(&rest, " ");
	return strview_starts(rest, "invoked oom-killer");
}

/* Takes what PIECE is, if it is there. */
static bool take_piece(struct strip_state *u, const struct piece *piece)
{
	struct log_prefix *log_prefix = u->log_prefix;
	struct piece_values values = { .host = log_prefix->host, .caller = log_prefix->caller,
				       .structured = u->structured };
	struct strview rest = u->rest;

	if (!take_pattern(&rest, piece->pattern, &values) ||
	    ((piece->kind == PIECE_FIRST_KERNEL || piece->kind == PIECE_TAG) &&
	     is_named_piece(rest)) || (piece->kind == PIECE_PRIORITY && values.number > 191))
		return false;
	if (piece->kind >= PIECE_KMSG) {
		log_prefix->host = values.host;
		log_prefix->caller = values.caller;
	}
	switch (piece->kind) {
	case PIECE_PRIORITY:
		u->structured = strview_skip(&rest, "1 ");
		break;
	case PIECE_DROPPED:
		log_prefix->dropped = values.number;
		break;
	case PIECE_KMSG:
		log_prefix->kmsg = true;
		timestamp_set_monotonic(&log_prefix->time, values.number);
		snprintf(log_prefix->time.raw, sizeof(log_prefix->time.raw),
			 "%" PRIu64 ".%06" PRIu64, values.number / 1000000,
			 values.number % 1000000);
		break;
	case PIECE_FIRST_KERNEL:
	case PIECE_KERNEL:
		log_prefix->foreign = false;
		log_prefix->syslog = true;
		break;
	case PIECE_APP:
		log_prefix->host.length *= !strview_is(values.host, "-");
		log_prefix->syslog = true;
		log_prefix->foreign = !is_kernel_tag(values.app);
		strview_skip(&rest, " \xef\xbb\xbf");
		break;
	case PIECE_TAG:
		/* A daemon that passes the kernel's text on keeps the kernel's time. */
		log_prefix->foreign = !strview_starts(rest, "[");
		break;
	case PIECE_LINE:
		u->timestamp = TIMESTAMP_NONE;
		break;
	default:
		break;
	}
	u->bar |= piece->kind == PIECE_BAR;
	log_prefix->timed |= piece->kind >= PIECE_TIMED;
	/* Another program's words have its name. */
	if (!log_prefix->foreign)
		u->rest = rest;
	return true;
}

static bool take_piece_at(struct strip_state *u, enum piece_place place)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		if (pieces[i].places & place && take_piece(u, &pieces[i]))
			return true;
	return false;
}

static bool take_bracket(struct strip_state *u)
{
	struct strview rest = u->rest, content, cpu;
	enum timestamp_form timestamp;
	uint64_t number;

	if (!strview_skip(&rest, "[") || !strview_take_until(&rest, "]", &content) ||
	    content.length > 64)
		return false;
	/* Right behind a time. */
	if (log_prefix_is_caller(strview_trim(content))) {
		if (is_named_piece(rest))
			return false;
		u->log_prefix->caller = strview_trim(content);
		u->rest = rest;
		return true;
	}
	cpu = content;
	timestamp = timestamp_read_bracket(content, u->now_ns, &u->log_prefix->time);
	if (timestamp != TIMESTAMP_NONE)
		u->timestamp = timestamp;
	/* Vendors' kernels for phones have "[1:  swapper/1:    0]" behind the time. */
	else if (!strview_starts(content, "pod/") &&
		 (u->timestamp != TIMESTAMP_MONOTONIC || !strview_take_u64(&cpu, &number) ||
		  !strview_starts(cpu, ":")))
		return false;
	u->log_prefix->timed = true;
	u->rest = rest;
	return true;
}

/* A time, and what may stand behind times of its form. */
static bool take_timestamp(struct strip_state *u)
{
	enum timestamp_form timestamp = timestamp_take(&u->rest, u->now_ns, &u->log_prefix->time);

	if (timestamp == TIMESTAMP_NONE && u->structured && strview_skip(&u->rest, "- "))
		timestamp = TIMESTAMP_DATED;
	if (timestamp == TIMESTAMP_NONE)
		return false;
	u->timestamp = timestamp;
	u->log_prefix->timed = true;
	/* Behind a syslog time without a kernel's tag: whose words are these? */
	if (timestamp != TIMESTAMP_DMESG && !take_piece_at(u, PLACE_BEHIND) &&
	    timestamp != TIMESTAMP_LOGCAT && timestamp != TIMESTAMP_MONOTONIC)
		take_piece_at(u, PLACE_TAGGED);
	return true;
}

/* Whether TEXT, behind a file's name, is the beginning of a line as logs have them. */
static bool is_line_start(struct strview text, int64_t now_ns)
{
	struct oom_time time = { .raw = "" };
	struct strview content;

	if (strview_starts(text, "<"))
		return true;
	if (strview_skip(&text, "["))
		return strview_is_blank(strview_byte(text, 0)) ||
		       strview_is_digit(strview_byte(text, 0)) ||
		       (strview_take_until(&text, "]", &content) &&
			timestamp_read_bracket(content, now_ns, &time) != TIMESTAMP_NONE);
	if (strview_is_blank(strview_byte(text, 0)))
		return false;
	return log_prefix_is_kmsg(text) || timestamp_take(&text, now_ns, &time) != TIMESTAMP_NONE;
}

/*
 * What grep(1) writes in front of the lines that match and, with '-' for ':', of those around
 * them: "FILE:", "FILE:NUMBER:", "NUMBER:". A file's name is only known by what follows.
 */
static bool take_file_name(struct strip_state *u)
{
	struct strview line = u->rest;
	bool number = true;

	for (size_t at = 0; at < line.length && at < FILE_NAME_MAX; at++) {
		char byte = line.at[at];
		struct strview behind = strview_from(line, at + 1);

		if (strview_is_blank(byte) || byte == '[')
			return false;
		if (at && (byte == ':' || byte == '-') && !is_named_piece(behind) &&
		    ((number && byte == ':' && behind.length && behind.at[0] != ' ') ||
		     is_line_start(behind, u->now_ns))) {
			u->rest = behind;
			return true;
		}
		number &= strview_is_digit(byte);
	}
	return false;
}

/* Takes the next piece of *u, whatever it is. */
static bool take_any_piece(struct strip_state *u)
{
	char first = strview_byte(u->rest, 0);

	if (first == '[')
		return take_bracket(u);
	if (u->bar && first == '|') {
		u->rest = strview_from(u->rest, 1);
		return true;
	}
	if (u->log_prefix->syslog)
		return false;
	if (u->timestamp != TIMESTAMP_NONE)
		return take_piece_at(u, PLACE_AGAIN) ||
		       (u->timestamp == TIMESTAMP_DATED && take_timestamp(u));
	if (take_piece_at(u, PLACE_FRONT))
		return true;
	return !(first && strchr(">|<:*", first)) &&
	       (take_timestamp(u) || take_piece_at(u, PLACE_UNTIMED) || take_file_name(u) ||
		take_piece_at(u, PLACE_LAST));
}

void log_prefix_strip(struct strview line, int64_t now_ns, struct log_prefix *ret_log_prefix)
{
	struct strip_state u = { .rest = line, .log_prefix = ret_log_prefix, .now_ns = now_ns };
	struct strview trimmed;
	bool quoted = true;

	*ret_log_prefix = (struct log_prefix){
		.host = { line.at, 0 }, .caller = { line.at, 0 }, .width = line.length,
	};
	while (ret_log_prefix->width && strview_is_blank(line.at[ret_log_prefix->width - 1]))
		ret_log_prefix->width--;
	ret_log_prefix->padding = line.length - ret_log_prefix->width;
	for (int count = 0; count < PIECES_MAX; count++) {
		struct strview before = u.rest;

		strview_skip_blanks(&u.rest);
		if (quoted)
			ret_log_prefix->indent = before.length - u.rest.length;
		quoted = quoted && (strview_starts(u.rest, ">") || strview_starts(u.rest, "|"));
		if (ret_log_prefix->kmsg || ret_log_prefix->foreign ||
		    !take_any_piece(&u)) {
			/* Behind a time the blanks are the kernel's. */
			if (ret_log_prefix->timed)
				u.rest = before;
			break;
		}
		/* One blank is the piece's. */
		if (!ret_log_prefix->kmsg)
			strview_skip(&u.rest, " ");
	}
	/* The bar at the end of a table's row. */
	trimmed = strview_trim(u.rest);
	if (u.bar && strview_last(trimmed) == '|')
		u.rest.length = strview_trim(strview_head(trimmed, trimmed.length - 1)).length +
				(size_t)(trimmed.at - u.rest.at);
	ret_log_prefix->message = u.rest;
}
