/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clothing.c - take off what log programs put in front of the kernel's text */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "log/clothing.h"
#include "log/stamp.h"

/* So many pieces may stand in front of a message: a bound, not a rule. */
#define PIECES_MAX 16

/* A longer first word is no file's name. */
#define FILE_NAME_MAX 255

struct undressing {
	struct text rest;
	struct clothing *clothing;
	int64_t now_ns;
	enum stamp_form stamp;		/* of the time that was taken last */
	bool bar;			/* a bar was in front: a row of a table, perhaps */
	bool structured;		/* "<N>1 " was in front: RFC 5424 */
};

/* Behind a piece: it was none, but the name of the process that did. */
static bool is_named_piece(struct text rest)
{
	text_skip(&rest, " ");
	return text_starts(rest, "invoked oom-killer");
}

/* "> > ", ">>", "| ": mail, issue forms, docker-compose's bar, a table's */
static bool take_quote(struct undressing *u)
{
	char first = text_byte(u->rest, 0);

	if (first != '>' && first != '|')
		return false;
	u->rest = text_from(u->rest, 1);
	u->bar |= first == '|';
	return true;
}

/* "<4>", and what RFC 5424 has behind it: "1 TIME HOST APP PROCID MSGID -" */
static bool take_priority(struct undressing *u)
{
	struct text rest = u->rest;
	uint64_t level;

	if (!text_skip(&rest, "<") || !text_take_u64(&rest, &level) || !text_skip(&rest, ">") ||
	    level > 191)
		return false;
	u->structured = text_skip(&rest, "1 ");
	u->rest = rest;
	return true;
}

/* "6,1234,5678901,-,caller=T12;": its number and what is behind it up to the semicolon */
static bool take_kmsg_head(struct text *text, uint64_t *ret_microseconds, struct text *ret_flags)
{
	struct text rest = *text;
	uint64_t level, sequence;

	if (!text_take_u64(&rest, &level) || !text_skip(&rest, ",") ||
	    !text_take_u64(&rest, &sequence) || !text_skip(&rest, ",") ||
	    !text_take_u64(&rest, ret_microseconds) || !text_skip(&rest, ",") ||
	    !text_take_until(&rest, ";", ret_flags) || ret_flags->length > 64)
		return false;
	*text = rest;
	return true;
}

bool clothing_is_kmsg(struct text line)
{
	uint64_t microseconds;
	struct text flags;

	return text_is_digit(text_byte(line, 0)) && take_kmsg_head(&line, &microseconds, &flags);
}

static bool take_kmsg(struct undressing *u)
{
	struct oom_time *time = &u->clothing->time;
	struct text flags, *caller = &u->clothing->caller;
	uint64_t microseconds;

	if (!take_kmsg_head(&u->rest, &microseconds, &flags))
		return false;
	if (text_skip_past(&flags, "caller="))
		*caller = text_head(flags, text_find(flags, ","));
	stamp_set_monotonic(time, microseconds);
	snprintf(time->raw, sizeof(time->raw), "%" PRIu64 ".%06" PRIu64, microseconds / 1000000,
		 microseconds % 1000000);
	u->clothing->kmsg = true;
	u->clothing->timed = true;
	return true;
}

/* One of WORDS, blanks, a colon: a column of dmesg -x. */
static bool take_column(struct text *text, const char *const *words)
{
	for (; *words; words++) {
		struct text rest = *text;

		if (!text_skip(&rest, *words))
			continue;
		text_skip_blanks(&rest);
		if (!text_skip(&rest, ":"))
			continue;
		text_skip_blanks(&rest);
		*text = rest;
		return true;
	}
	return false;
}

static const char *const facilities[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", "local0", "local1", "local2", "local3", "local4", "local5",
	"local6", "local7", NULL,
};

/* "kern  :warn  : " */
static bool take_decoded_priority(struct undressing *u)
{
	static const char *const levels[] = {
		"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", NULL,
	};
	struct text rest = u->rest;

	if (!take_column(&rest, facilities) || !take_column(&rest, levels))
		return false;
	u->rest = rest;
	u->clothing->timed = true;
	return true;
}

/* "kern.warn", as busybox and OpenWrt write it where others have the host */
static bool is_dotted_priority(struct text word)
{
	struct text facility;

	if (!text_take_until(&word, ".", &facility))
		return false;
	for (size_t i = 0; facilities[i]; i++)
		if (text_is(facility, facilities[i]))
			return true;
	return false;
}

/* "T5241", "C1" in its brackets, right behind a time */
static bool is_caller(struct text content)
{
	content = text_trim(content);
	if (content.length < 2 || (content.at[0] != 'T' && content.at[0] != 'C'))
		return false;
	for (size_t i = 1; i < content.length; i++)
		if (!text_is_digit(content.at[i]))
			return false;
	return true;
}

/*
 * Vendors' kernels for phones: "[1:  swapper/1:    0]" behind the time; kubectl's "[pod/NAME/...]"
 */
static bool is_other_bracket(struct text content, enum stamp_form stamp)
{
	uint64_t cpu;

	if (text_starts(content, "pod/"))
		return true;
	return stamp == STAMP_MONOTONIC && text_take_u64(&content, &cpu) &&
	       text_skip(&content, ":");
}

static bool take_bracket(struct undressing *u)
{
	struct text rest = u->rest, content;
	enum stamp_form stamp;

	if (!text_skip(&rest, "[") || !text_take_until(&rest, "]", &content) ||
	    content.length > 64)
		return false;
	if (is_caller(content)) {
		if (is_named_piece(rest))
			return false;
		u->clothing->caller = text_trim(content);
		u->rest = rest;
		return true;
	}
	stamp = stamp_read_bracket(content, u->now_ns, &u->clothing->time);
	if (stamp == STAMP_NONE && !is_other_bracket(content, u->stamp))
		return false;
	if (stamp != STAMP_NONE)
		u->stamp = stamp;
	u->clothing->timed = true;
	u->rest = rest;
	return true;
}

static bool is_kernel_tag(struct text tag)
{
	static const char *const tags[] = {
		"kernel", "kern", "klogd", "vmunix", "dmesg", "linux",
	};
	size_t bracket = text_find(tag, "[");

	if (bracket != TEXT_NONE && text_last(tag) == ']')
		tag.length = bracket;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (text_is(tag, tags[i]))
			return true;
	return false;
}

/* Takes a word that ends in a colon; ret_tag is without it. In "|5|msg=CPU:" it is none. */
static bool take_tag_word(struct text *text, struct text *ret_tag)
{
	struct text rest = *text, word = text_take_word(&rest);

	if (word.length < 2 || word.length > 128 || text_last(word) != ':' ||
	    memchr(word.at, '=', word.length) || memchr(word.at, '|', word.length))
		return false;
	*ret_tag = text_head(word, word.length - 1);
	*text = rest;
	return true;
}

/* A host or the like: no colon, no '=', no bracket. */
static bool take_plain_word(struct text *text, struct text *ret_word)
{
	struct text rest = *text, word = text_take_word(&rest);

	if (!word.length || word.length > 255 || !text_skip_blanks(&rest))
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
static bool take_kernel_word(struct text *text, bool first)
{
	struct text rest = *text, tag;

	if (take_tag_word(&rest, &tag) && is_kernel_tag(tag)) {
		*text = rest;
		return true;
	}
	return first && text_skip(text, "kernel:");
}

/*
 * "host kernel: ", "kernel: ", "host kern.warn kernel: " with at most two words in front of the
 * tag
 */
static bool take_kernel_tag(struct undressing *u)
{
	struct text rest = u->rest, word, host = { 0 };

	text_skip_blanks(&rest);
	for (int words = 0; words < 3; words++) {
		if (take_kernel_word(&rest, !words)) {
			if (!words && is_named_piece(rest))
				return false;
			if (host.length)
				u->clothing->host = host;
			u->clothing->timed = true;
			u->clothing->foreign = false;
			u->clothing->syslog = true;
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
static bool take_structured_data(struct text *text)
{
	bool quoted = false;

	if (text_byte(*text, 0) != '[')
		return text_skip(text, "-");
	for (size_t at = 0; at < text->length; at++) {
		char byte = text->at[at];

		if (byte == '\\' && quoted) {
			at++;
		} else if (byte == '"') {
			quoted = !quoted;
		} else if (byte == ']' && !quoted && text_byte(*text, at + 1) != '[') {
			*text = text_from(*text, at + 1);
			return true;
		}
	}
	return false;
}

/* RFC 5424 behind its time: "HOST kernel - - - " */
static bool take_structured_tag(struct undressing *u)
{
	struct text rest = u->rest, host, app, process, id;

	text_skip_blanks(&rest);
	host = text_take_word(&rest);
	if (!host.length || !text_skip_blanks(&rest) || !take_plain_word(&rest, &app) ||
	    !take_plain_word(&rest, &process) || !take_plain_word(&rest, &id) ||
	    (!u->structured && !text_is_digit(process.at[0]) && !text_is(process, "-")) ||
	    !take_structured_data(&rest))
		return false;
	u->clothing->host = text_is(host, "-") ? text_head(host, 0) : host;
	u->clothing->foreign = !is_kernel_tag(app);
	u->clothing->syslog = true;
	u->clothing->timed = true;
	if (u->clothing->foreign)
		return true;
	u->rest = rest;
	if (text_skip(&rest, " \xef\xbb\xbf"))
		u->rest = rest;
	return true;
}

/* CRI's "stdout F ", "stderr P " */
static bool take_stream(struct undressing *u)
{
	struct text rest = u->rest;

	text_skip_blanks(&rest);
	if (!text_skip(&rest, "stdout ") && !text_skip(&rest, "stderr "))
		return false;
	if (!text_skip(&rest, "F") && !text_skip(&rest, "P"))
		return false;
	if (rest.length && rest.at[0] != ' ')
		return false;
	/* What follows is a line with all that it had on. */
	u->stamp = STAMP_NONE;
	u->rest = rest;
	return true;
}

/* Behind a syslog time without a kernel's tag: whose words are these? */
static void look_for_foreign_tag(struct undressing *u)
{
	struct text rest = u->rest, host, tag;

	text_skip_blanks(&rest);
	if (!take_plain_word(&rest, &host) || !take_tag_word(&rest, &tag) || is_named_piece(rest))
		return;
	u->clothing->host = host;
	text_skip_blanks(&rest);
	/* A daemon that passes the kernel's text on keeps the kernel's time. */
	u->clothing->foreign = !text_starts(rest, "[");
	if (!u->clothing->foreign)
		u->rest = rest;
}

static bool is_logcat_priority(char byte)
{
	return byte && strchr("VDIWEFS", byte);
}

/*
 * "kernel  : ", "W kernel  : ": the tag. logd takes the first words of a kernel's line for its tag
 * if a colon is behind them ("oom_reaper: "): then they are the message's.
 */
static bool take_logcat_tag(struct text *text)
{
	struct text rest = *text, tag;

	if (!text_take_until(&rest, ":", &tag) || tag.length > 40)
		return false;
	tag = text_trim(tag);
	if (!tag.length || is_kernel_tag(tag))
		*text = rest;
	return true;
}

/*
 * logcat -v threadtime behind its time: "  123   456 W kernel  : ", also with a user's name in
 * front
 */
static bool take_logcat_rest(struct undressing *u)
{
	struct text rest = u->rest, user;
	uint64_t process, thread;

	text_skip_blanks(&rest);
	if (!text_is_digit(text_byte(rest, 0)) && !take_plain_word(&rest, &user))
		return false;
	if (!text_take_u64(&rest, &process) || !text_skip_blanks(&rest) ||
	    !text_take_u64(&rest, &thread) || !text_skip_blanks(&rest) ||
	    !is_logcat_priority(text_byte(rest, 0)) || text_byte(rest, 1) != ' ')
		return false;
	rest = text_from(rest, 2);
	if (!take_logcat_tag(&rest))
		return false;
	u->rest = rest;
	return true;
}

/* logcat -v brief, and -v time behind its time: "W/kernel  (  123): "; -v tag: "W/kernel  : " */
static bool take_logcat_brief(struct undressing *u)
{
	struct text rest = u->rest, tag, process;

	text_skip_blanks(&rest);
	if (text_byte(rest, 1) != '/' || !is_logcat_priority(text_byte(rest, 0)))
		return false;
	rest = text_from(rest, 2);
	if (!text_take_until(&rest, ":", &tag) || tag.length > 60)
		return false;
	process = tag;
	if (text_take_until(&process, "(", &tag) &&
	    (process.length > 12 || text_last(process) != ')'))
		return false;
	if (!is_kernel_tag(text_trim(tag)) && text_trim(tag).length)
		return false;
	u->clothing->timed = true;
	u->rest = rest;
	return true;
}

static bool take_stamp(struct undressing *u)
{
	enum stamp_form stamp = stamp_take(&u->rest, u->now_ns, &u->clothing->time);

	if (stamp == STAMP_NONE && u->structured && text_skip(&u->rest, "- "))
		stamp = STAMP_DATED;
	if (stamp == STAMP_NONE)
		return false;
	u->stamp = stamp;
	u->clothing->timed = true;
	if (stamp == STAMP_DMESG || take_stream(u) || take_logcat_rest(u) ||
	    take_logcat_brief(u) || take_kernel_tag(u) || take_structured_tag(u))
		return true;
	if (stamp == STAMP_DATED || stamp == STAMP_UNIX)
		look_for_foreign_tag(u);
	return true;
}

/* Whether TEXT, behind a file's name, is the beginning of a line as logs have them. */
static bool is_line_start(struct text text, int64_t now_ns)
{
	struct oom_time time = { .raw = "" };
	struct text content;

	if (text_starts(text, "<"))
		return true;
	if (text_skip(&text, "["))
		return text_is_blank(text_byte(text, 0)) || text_is_digit(text_byte(text, 0)) ||
		       (text_take_until(&text, "]", &content) &&
			stamp_read_bracket(content, now_ns, &time) != STAMP_NONE);
	if (text_is_blank(text_byte(text, 0)))
		return false;
	return clothing_is_kmsg(text) || stamp_take(&text, now_ns, &time) != STAMP_NONE;
}

/*
 * What grep(1) writes in front of the lines that match and, with '-' for ':', of those around
 * them: "FILE:", "FILE:NUMBER:", "NUMBER:". A file's name is only known by what follows.
 */
static bool take_file_name(struct undressing *u)
{
	struct text line = u->rest;
	bool number = true;

	for (size_t at = 0; at < line.length && at < FILE_NAME_MAX; at++) {
		char byte = line.at[at];
		struct text behind = text_from(line, at + 1);

		if (text_is_blank(byte) || byte == '[')
			return false;
		if (at && (byte == ':' || byte == '-') && !is_named_piece(behind) &&
		    ((number && byte == ':' && behind.length && behind.at[0] != ' ') ||
		     is_line_start(behind, u->now_ns))) {
			u->rest = behind;
			return true;
		}
		number &= text_is_digit(byte);
	}
	return false;
}

/* ": Memory cgroup stats", a bot's way to cut the times off */
static bool take_colon(struct undressing *u)
{
	if (!text_starts(u->rest, ": "))
		return false;
	u->rest = text_from(u->rest, 1);
	return true;
}

/* docker-compose's "service_1  | " */
static bool take_service(struct undressing *u)
{
	struct text rest = u->rest, word = text_take_word(&rest);

	if (!word.length || !text_skip_blanks(&rest) || !text_skip(&rest, "| "))
		return false;
	u->rest = rest;
	return true;
}

/* "** 57 printk messages dropped ** " of 3.18 to 4.14, which begins no line of its own */
static bool take_dropped(struct undressing *u)
{
	struct text rest = u->rest;
	uint64_t count;

	if (!text_skip(&rest, "** ") || !text_take_u64(&rest, &count) ||
	    !text_skip(&rest, " printk messages dropped ** "))
		return false;
	u->clothing->dropped = count;
	u->rest = rest;
	return true;
}

static bool take_piece(struct undressing *u)
{
	char first = text_byte(u->rest, 0);

	if (first == '[')
		return take_bracket(u);
	if (u->bar && first == '|')
		return take_quote(u);
	if (u->clothing->syslog)
		return false;
	/* A log of logs has two. */
	if (u->stamp != STAMP_NONE)
		return take_kernel_tag(u) || (u->stamp == STAMP_DATED && take_stamp(u));
	if (first == '>' || first == '|')
		return take_quote(u);
	if (first == '<')
		return take_priority(u);
	if (first == ':')
		return take_colon(u);
	if (first == '*')
		return take_dropped(u);
	return (text_is_digit(first) && take_kmsg(u)) || take_stamp(u) ||
	       take_decoded_priority(u) || take_kernel_tag(u) || take_logcat_brief(u) ||
	       take_file_name(u) || take_service(u);
}

/* The bar at the end of a table's row. */
static void drop_bar(struct undressing *u)
{
	struct text trimmed = text_trim(u->rest);

	if (u->bar && text_last(trimmed) == '|')
		u->rest.length = text_trim(text_head(trimmed, trimmed.length - 1)).length +
				 (size_t)(trimmed.at - u->rest.at);
}

void clothing_take_off(struct text line, int64_t now_ns, struct clothing *ret_clothing)
{
	struct undressing u = { .rest = line, .clothing = ret_clothing, .now_ns = now_ns };
	bool quoted = true;

	*ret_clothing = (struct clothing){
		.host = { line.at, 0 }, .caller = { line.at, 0 }, .width = line.length,
	};
	while (ret_clothing->width && text_is_blank(line.at[ret_clothing->width - 1]))
		ret_clothing->width--;
	ret_clothing->padding = line.length - ret_clothing->width;
	for (int pieces = 0; pieces < PIECES_MAX; pieces++) {
		struct text before = u.rest;

		text_skip_blanks(&u.rest);
		if (quoted)
			ret_clothing->indent = before.length - u.rest.length;
		quoted = quoted && (text_starts(u.rest, ">") || text_starts(u.rest, "|"));
		if (ret_clothing->kmsg || ret_clothing->foreign || !take_piece(&u)) {
			/* Behind a time the blanks are the kernel's. */
			if (ret_clothing->timed)
				u.rest = before;
			break;
		}
		/* One blank is the piece's. */
		if (!ret_clothing->kmsg)
			text_skip(&u.rest, " ");
	}
	drop_bar(&u);
	ret_clothing->message = u.rest;
}
