/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known-prefix.c - take off what log programs put in front of the kernel's text
 *
 * Over 500 lines: a function for each piece, of which none is read without those around it.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "kernlog/known-prefix.h"
#include "kernlog/line-timestamp.h"
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

/* Behind a piece: it was none, but the name of the process that did. */
static bool is_named_piece(struct strview rest)
{
	strview_skip(&rest, " ");
	return strview_starts(rest, "invoked oom-killer");
}

/* "> > ", ">>", "| ": mail, issue forms, docker-compose's bar, a table's */
static bool take_quote(struct strip_state *u)
{
	char first = strview_byte(u->rest, 0);

	if (first != '>' && first != '|')
		return false;
	u->rest = strview_from(u->rest, 1);
	u->bar |= first == '|';
	return true;
}

/* "<4>", and what RFC 5424 has behind it: "1 TIME HOST APP PROCID MSGID -" */
static bool take_priority(struct strip_state *u)
{
	struct strview rest = u->rest;
	uint64_t level;

	if (!strview_skip(&rest, "<") || !strview_take_u64(&rest, &level) ||
	    !strview_skip(&rest, ">") ||
	    level > 191)
		return false;
	u->structured = strview_skip(&rest, "1 ");
	u->rest = rest;
	return true;
}

/* "6,1234,5678901,-,caller=T12;": its number and what is behind it up to the semicolon */
static bool take_kmsg_head(struct strview *text, uint64_t *ret_microseconds,
			   struct strview *ret_flags)
{
	struct strview rest = *text;
	uint64_t level, sequence;

	if (!strview_take_u64(&rest, &level) || !strview_skip(&rest, ",") ||
	    !strview_take_u64(&rest, &sequence) || !strview_skip(&rest, ",") ||
	    !strview_take_u64(&rest, ret_microseconds) || !strview_skip(&rest, ",") ||
	    !strview_take_until(&rest, ";", ret_flags) || ret_flags->length > 64)
		return false;
	*text = rest;
	return true;
}

bool log_prefix_is_kmsg(struct strview line)
{
	uint64_t microseconds;
	struct strview flags;

	return strview_is_digit(strview_byte(line, 0)) &&
	       take_kmsg_head(&line, &microseconds, &flags);
}

static bool take_kmsg(struct strip_state *u)
{
	struct oom_time *time = &u->log_prefix->time;
	struct strview flags, *caller = &u->log_prefix->caller;
	uint64_t microseconds;

	if (!take_kmsg_head(&u->rest, &microseconds, &flags))
		return false;
	if (strview_skip_past(&flags, "caller="))
		*caller = strview_head(flags, strview_find(flags, ","));
	timestamp_set_monotonic(time, microseconds);
	snprintf(time->raw, sizeof(time->raw), "%" PRIu64 ".%06" PRIu64, microseconds / 1000000,
		 microseconds % 1000000);
	u->log_prefix->kmsg = true;
	u->log_prefix->timed = true;
	return true;
}

/* One of COUNT words, blanks, a colon: a column of dmesg -x. */
static bool take_column(struct strview *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strview rest = *text;

		if (!strview_skip(&rest, words[i]))
			continue;
		strview_skip_blanks(&rest);
		if (!strview_skip(&rest, ":"))
			continue;
		strview_skip_blanks(&rest);
		*text = rest;
		return true;
	}
	return false;
}

static const char *const facilities[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", "local0", "local1", "local2", "local3", "local4", "local5",
	"local6", "local7",
};

/* "kern  :warn  : " */
static bool take_decoded_priority(struct strip_state *u)
{
	static const char *const levels[] = {
		"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
	};
	struct strview rest = u->rest;

	if (!take_column(&rest, facilities, ARRAY_SIZE(facilities)) ||
	    !take_column(&rest, levels, ARRAY_SIZE(levels)))
		return false;
	u->rest = rest;
	u->log_prefix->timed = true;
	return true;
}

/* "kern.warn", as busybox and OpenWrt write it where others have the host */
static bool is_dotted_priority(struct strview word)
{
	struct strview facility;

	return strview_take_until(&word, ".", &facility) &&
	       strview_is_one_of(facility, facilities, ARRAY_SIZE(facilities));
}

bool log_prefix_is_caller(struct strview text)
{
	struct strview number = strview_from(text, 1);

	return (strview_byte(text, 0) == 'T' || strview_byte(text, 0) == 'C') && number.length &&
	       strview_has_only(number, "0123456789");
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

static bool is_kernel_tag(struct strview tag)
{
	static const char *const tags[] = {
		"kernel", "kern", "klogd", "vmunix", "dmesg", "linux",
	};
	size_t bracket = strview_find(tag, "[");

	if (bracket != STRVIEW_NONE && strview_last(tag) == ']')
		tag.length = bracket;
	return strview_is_one_of(tag, tags, ARRAY_SIZE(tags));
}

/* Takes a word that ends in a colon; ret_tag is without it. In "|5|msg=CPU:" it is none. */
static bool take_tag_word(struct strview *text, struct strview *ret_tag)
{
	struct strview rest = *text, word = strview_take_word(&rest);

	if (word.length < 2 || word.length > 128 || strview_last(word) != ':' ||
	    memchr(word.at, '=', word.length) || memchr(word.at, '|', word.length))
		return false;
	*ret_tag = strview_head(word, word.length - 1);
	*text = rest;
	return true;
}

/* A host or the like: no colon, no '=', no bracket. */
static bool take_plain_word(struct strview *text, struct strview *ret_word)
{
	struct strview rest = *text, word = strview_take_word(&rest);

	if (!word.length || word.length > 255 || !strview_skip_blanks(&rest))
		return false;
	for (size_t i = 0; i < word.length; i++)
		if (strchr(":=[](),;", word.at[i]))
			return false;
	*ret_word = word;
	*text = rest;
	return true;
}

/*
 * "kernel:"; as the FIRST word also without a blank behind it, as syslogd writes to all terminals
 */
static bool take_kernel_word(struct strview *text, bool first)
{
	struct strview rest = *text, tag;

	if (take_tag_word(&rest, &tag) && is_kernel_tag(tag)) {
		*text = rest;
		return true;
	}
	return first && strview_skip(text, "kernel:");
}

/*
 * "host kernel: ", "kernel: ", "host kern.warn kernel: " with at most two words in front of the
 * tag
 */
static bool take_kernel_tag(struct strip_state *u)
{
	struct strview rest = u->rest, word, host = { 0 };

	strview_skip_blanks(&rest);
	for (int words = 0; words < 3; words++) {
		if (take_kernel_word(&rest, !words)) {
			if (!words && is_named_piece(rest))
				return false;
			if (host.length)
				u->log_prefix->host = host;
			u->log_prefix->timed = true;
			u->log_prefix->foreign = false;
			u->log_prefix->syslog = true;
			u->rest = rest;
			return true;
		}
		if (!take_plain_word(&rest, &word))
			return false;
		if (!host.length && !is_dotted_priority(word))
			host = word;
	}
	return false;
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

/* RFC 5424 behind its time: "HOST kernel - - - " */
static bool take_structured_tag(struct strip_state *u)
{
	struct strview rest = u->rest, host, app, process, id;

	strview_skip_blanks(&rest);
	host = strview_take_word(&rest);
	if (!host.length || !strview_skip_blanks(&rest) || !take_plain_word(&rest, &app) ||
	    !take_plain_word(&rest, &process) || !take_plain_word(&rest, &id) ||
	    (!u->structured && !strview_is_digit(process.at[0]) && !strview_is(process, "-")) ||
	    !take_structured_data(&rest))
		return false;
	u->log_prefix->host = strview_is(host, "-") ? strview_head(host, 0) : host;
	u->log_prefix->foreign = !is_kernel_tag(app);
	u->log_prefix->syslog = true;
	u->log_prefix->timed = true;
	if (u->log_prefix->foreign)
		return true;
	u->rest = rest;
	if (strview_skip(&rest, " \xef\xbb\xbf"))
		u->rest = rest;
	return true;
}

/* CRI's "stdout F ", "stderr P " */
static bool take_stream(struct strip_state *u)
{
	struct strview rest = u->rest;

	strview_skip_blanks(&rest);
	if (!strview_skip(&rest, "stdout ") && !strview_skip(&rest, "stderr "))
		return false;
	if (!strview_skip(&rest, "F") && !strview_skip(&rest, "P"))
		return false;
	if (rest.length && rest.at[0] != ' ')
		return false;
	/* What follows is a line with all that it had on. */
	u->timestamp = TIMESTAMP_NONE;
	u->rest = rest;
	return true;
}

static bool is_logcat_priority(char byte)
{
	return byte && strchr("VDIWEFS", byte);
}

/*
 * logcat -v threadtime behind its time: "  123   456 W kernel  : ", also with a user's name in
 * front. logd takes the first words of a kernel's line for its tag if a colon is behind them
 * ("oom_reaper: "): then they are the message's.
 */
static bool take_logcat_rest(struct strip_state *u)
{
	struct strview rest = u->rest, user, tag, behind;
	uint64_t process, thread;

	strview_skip_blanks(&rest);
	if (!strview_is_digit(strview_byte(rest, 0)) && !take_plain_word(&rest, &user))
		return false;
	if (!strview_take_u64(&rest, &process) || !strview_skip_blanks(&rest) ||
	    !strview_take_u64(&rest, &thread) || !strview_skip_blanks(&rest) ||
	    !is_logcat_priority(strview_byte(rest, 0)) || strview_byte(rest, 1) != ' ')
		return false;
	rest = strview_from(rest, 2);
	behind = rest;
	if (!strview_take_until(&behind, ":", &tag) || tag.length > 40)
		return false;
	tag = strview_trim(tag);
	u->rest = !tag.length || is_kernel_tag(tag) ? behind : rest;
	return true;
}

/* logcat -v brief, and -v time behind its time: "W/kernel  (  123): "; -v tag: "W/kernel  : " */
static bool take_logcat_brief(struct strip_state *u)
{
	struct strview rest = u->rest, tag, process;

	strview_skip_blanks(&rest);
	if (strview_byte(rest, 1) != '/' || !is_logcat_priority(strview_byte(rest, 0)))
		return false;
	rest = strview_from(rest, 2);
	if (!strview_take_until(&rest, ":", &tag) || tag.length > 60)
		return false;
	process = tag;
	if (strview_take_until(&process, "(", &tag) &&
	    (process.length > 12 || strview_last(process) != ')'))
		return false;
	if (!is_kernel_tag(strview_trim(tag)) && strview_trim(tag).length)
		return false;
	u->log_prefix->timed = true;
	u->rest = rest;
	return true;
}

static bool take_timestamp(struct strip_state *u)
{
	enum timestamp_form timestamp = timestamp_take(&u->rest, u->now_ns, &u->log_prefix->time);
	struct strview rest, host, tag;

	if (timestamp == TIMESTAMP_NONE && u->structured && strview_skip(&u->rest, "- "))
		timestamp = TIMESTAMP_DATED;
	if (timestamp == TIMESTAMP_NONE)
		return false;
	u->timestamp = timestamp;
	u->log_prefix->timed = true;
	if (timestamp == TIMESTAMP_DMESG || take_stream(u) || take_logcat_rest(u) ||
	    take_logcat_brief(u) || take_kernel_tag(u) || take_structured_tag(u) ||
	    timestamp == TIMESTAMP_LOGCAT || timestamp == TIMESTAMP_MONOTONIC)
		return true;
	/* Behind a syslog time without a kernel's tag: whose words are these? */
	rest = u->rest;
	strview_skip_blanks(&rest);
	if (!take_plain_word(&rest, &host) || !take_tag_word(&rest, &tag) || is_named_piece(rest))
		return true;
	u->log_prefix->host = host;
	strview_skip_blanks(&rest);
	/* A daemon that passes the kernel's text on keeps the kernel's time. */
	u->log_prefix->foreign = !strview_starts(rest, "[");
	if (!u->log_prefix->foreign)
		u->rest = rest;
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

/* ": Memory cgroup stats", a bot's way to cut the times off */
static bool take_colon(struct strip_state *u)
{
	if (!strview_starts(u->rest, ": "))
		return false;
	u->rest = strview_from(u->rest, 1);
	return true;
}

/* docker-compose's "service_1  | " */
static bool take_service(struct strip_state *u)
{
	struct strview rest = u->rest, word = strview_take_word(&rest);

	if (!word.length || !strview_skip_blanks(&rest) || !strview_skip(&rest, "| "))
		return false;
	u->rest = rest;
	return true;
}

/* "** 57 printk messages dropped ** " of 3.18 to 4.14, which begins no line of its own */
static bool take_dropped(struct strip_state *u)
{
	struct strview rest = u->rest;
	uint64_t count;

	if (!strview_skip(&rest, "** ") || !strview_take_u64(&rest, &count) ||
	    !strview_skip(&rest, " printk messages dropped ** "))
		return false;
	u->log_prefix->dropped = count;
	u->rest = rest;
	return true;
}

/*
 * What may begin a line. FIRST, where it is not empty, has the first bytes, with which no other
 * piece begins; the rest are tried in this order.
 */
static const struct {
	const char *first;
	bool (*take)(struct strip_state *u);
} first_pieces[] = {
	{ ">|", take_quote },		/* "> > [    6.333700] " */
	{ "<", take_priority },		/* "<4>", "<4>1 " */
	{ ":", take_colon },		/* ": Memory cgroup stats" */
	{ "*", take_dropped },		/* "** 57 printk messages dropped ** " */
	{ "", take_kmsg },		/* "6,1234,5678901,-,caller=T12;" */
	{ "", take_timestamp },		/* "Nov 23 07:05:30 host kernel: " */
	{ "", take_decoded_priority },	/* "kern  :warn  : " */
	{ "", take_kernel_tag },	/* "host kernel: " */
	{ "", take_logcat_brief },	/* "W/kernel  (  123): " */
	{ "", take_file_name },		/* "messages.1:" */
	{ "", take_service },		/* "service_1  | " */
};

static bool log_prefix_take_piece(struct strip_state *u)
{
	char first = strview_byte(u->rest, 0);

	if (first == '[')
		return take_bracket(u);
	if (u->bar && first == '|')
		return take_quote(u);
	if (u->log_prefix->syslog)
		return false;
	/* A log of logs has two. */
	if (u->timestamp != TIMESTAMP_NONE)
		return take_kernel_tag(u) ||
		       (u->timestamp == TIMESTAMP_DATED && take_timestamp(u));
	for (size_t i = 0; i < ARRAY_SIZE(first_pieces); i++) {
		bool own = first && strchr(first_pieces[i].first, first);

		if (own || !*first_pieces[i].first) {
			if (first_pieces[i].take(u))
				return true;
			if (own)
				return false;
		}
	}
	return false;
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
	for (int pieces = 0; pieces < PIECES_MAX; pieces++) {
		struct strview before = u.rest;

		strview_skip_blanks(&u.rest);
		if (quoted)
			ret_log_prefix->indent = before.length - u.rest.length;
		quoted = quoted && (strview_starts(u.rest, ">") || strview_starts(u.rest, "|"));
		if (ret_log_prefix->kmsg || ret_log_prefix->foreign ||
		    !log_prefix_take_piece(&u)) {
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
