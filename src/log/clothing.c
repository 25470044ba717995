/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clothing.c - take off what log programs put in front of the kernel's text */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "log/clothing.h"
#include "log/stamp.h"

/* So many pieces may stand in front of a message: a bound, not a rule. */
#define PIECES_MAX 16

struct undressing {
	struct text rest;
	struct clothing *clothing;
	int64_t now_ns;
	enum stamp_form stamp;		/* of the time that was taken last */
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* "> > ", ">>", "| ": mail, issue forms, docker-compose's bar */
static bool take_quote(struct undressing *u)
{
	struct text rest = u->rest;

	if (text_byte(rest, 0) != '>' && text_byte(rest, 0) != '|')
		return false;
	u->rest = text_from(rest, 1);
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
	if (text_byte(rest, 0) == '1' && text_byte(rest, 1) == ' ')
		rest = text_from(rest, 2);
	u->rest = rest;
	return true;
}

/* "6,1234,5678901,-;", "6,1234,5678901,-,caller=T12;" */
static bool take_kmsg(struct undressing *u)
{
	struct text rest = u->rest, head;
	uint64_t level, sequence, microseconds;
	size_t caller;

	if (!text_take_u64(&rest, &level) || !text_skip(&rest, ",") ||
	    !text_take_u64(&rest, &sequence) || !text_skip(&rest, ",") ||
	    !text_take_u64(&rest, &microseconds) || !text_skip(&rest, ",") ||
	    !text_take_until(&rest, ";", &head) || head.length > 64)
		return false;
	caller = text_find(head, "caller=");
	if (caller != TEXT_NONE)
		u->clothing->caller = text_from(head, caller + sizeof("caller=") - 1);
	stamp_set_monotonic(&u->clothing->time, microseconds);
	snprintf(u->clothing->time.raw, sizeof(u->clothing->time.raw), "%" PRIu64 ".%06" PRIu64,
		 microseconds / 1000000, microseconds % 1000000);
	u->clothing->kmsg = true;
	u->clothing->timed = true;
	u->rest = rest;
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

/* "kern  :warn  : " */
static bool take_decoded_priority(struct undressing *u)
{
	static const char *const facilities[] = {
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
		"authpriv", "ftp", "local0", "local1", "local2", "local3", "local4", "local5",
		"local6", "local7", NULL,
	};
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

/* "T5241", "C1" in its brackets, right behind a time */
static bool is_caller(struct text content)
{
	content = text_trim(content);
	if (content.length < 2 || (content.at[0] != 'T' && content.at[0] != 'C'))
		return false;
	for (size_t i = 1; i < content.length; i++)
		if (!is_digit(content.at[i]))
			return false;
	return true;
}

/* Vendors' kernels for phones: "[1:  swapper/1:    0]" behind the time; kubectl's "[pod/NAME/...]" */
static bool is_other_bracket(struct text content, enum stamp_form stamp)
{
	struct text rest = content;
	uint64_t cpu;

	if (text_starts(content, "pod/"))
		return true;
	return stamp == STAMP_MONOTONIC && text_take_u64(&rest, &cpu) && text_skip(&rest, ":");
}

static bool take_bracket(struct undressing *u)
{
	struct text rest = u->rest, content;
	enum stamp_form stamp;

	if (!text_skip(&rest, "[") || !text_take_until(&rest, "]", &content) || content.length > 64)
		return false;
	if (is_caller(content)) {
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
	static const char *const tags[] = { "kernel", "kern", "klogd", "vmunix", "dmesg", "linux" };
	size_t bracket = text_find(tag, "[");

	if (bracket != TEXT_NONE && text_byte(tag, tag.length - 1) == ']')
		tag.length = bracket;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (text_is(tag, tags[i]))
			return true;
	return false;
}

/* Takes a word that ends in a colon; ret_tag is without it. */
static bool take_tag_word(struct text *text, struct text *ret_tag)
{
	struct text rest = *text, word = text_take_word(&rest);

	if (word.length < 2 || word.length > 128 || word.at[word.length - 1] != ':')
		return false;
	*ret_tag = text_head(word, word.length - 1);
	*text = rest;
	return true;
}

/* A host, or a facility as busybox's syslogd writes it ("kern.warn"): no colon, no '=', no bracket */
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

/* "host kernel: ", "kernel: ", "host kern.warn kernel: " with at most two words in front of the tag */
static bool take_kernel_tag(struct undressing *u)
{
	struct text rest = u->rest, tag, word, host = { 0 };

	text_skip_blanks(&rest);
	for (int words = 0; words < 3; words++) {
		struct text front = rest;

		if (take_tag_word(&front, &tag)) {
			if (!is_kernel_tag(tag))
				return false;
			if (host.length)
				u->clothing->host = host;
			u->clothing->timed = true;
			u->clothing->foreign = false;
			u->clothing->syslog = true;
			text_skip(&front, " ");
			u->rest = front;
			return true;
		}
		if (!take_plain_word(&rest, &word))
			return false;
		if (!words)
			host = word;
	}
	return false;
}

/* RFC 5424 behind its time: "HOST kernel - - - " */
static bool take_structured_tag(struct undressing *u)
{
	struct text rest = u->rest, host, app, process, id, data;

	text_skip_blanks(&rest);
	if (!take_plain_word(&rest, &host) || !take_plain_word(&rest, &app) ||
	    !take_plain_word(&rest, &process) || !take_plain_word(&rest, &id) ||
	    (!is_digit(text_byte(process, 0)) && !text_is(process, "-")))
		return false;
	if (text_starts(rest, "[") && text_take_until(&rest, "]", &data))
		;
	else if (!text_skip(&rest, "-"))
		return false;
	text_skip(&rest, " ");
	text_skip(&rest, "\xef\xbb\xbf");
	u->clothing->host = host;
	u->clothing->foreign = !is_kernel_tag(app);
	u->clothing->syslog = true;
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
	if (!text_skip(&rest, "F ") && !text_skip(&rest, "P "))
		return false;
	u->rest = rest;
	return true;
}

/* Behind a syslog time without a kernel's tag: whose words are these? */
static void look_for_foreign_tag(struct undressing *u)
{
	struct text rest = u->rest, host, tag;

	text_skip_blanks(&rest);
	if (!take_plain_word(&rest, &host) || !take_tag_word(&rest, &tag))
		return;
	text_skip_blanks(&rest);
	u->clothing->host = host;
	/* A daemon that passes the kernel's text on keeps the kernel's time. */
	u->clothing->foreign = !text_starts(rest, "[");
	u->rest = rest;
}

/* logcat -v threadtime behind its time: "  123   456 W kernel  : " */
static bool take_logcat_rest(struct undressing *u)
{
	struct text rest = u->rest, tag;
	uint64_t process, thread;

	text_skip_blanks(&rest);
	if (!text_take_u64(&rest, &process) || !text_skip_blanks(&rest) ||
	    !text_take_u64(&rest, &thread) || !text_skip_blanks(&rest) ||
	    !strchr("VDIWEFS", text_byte(rest, 0)) || text_byte(rest, 1) != ' ')
		return false;
	rest = text_from(rest, 2);
	if (!text_take_until(&rest, ":", &tag))
		return false;
	text_skip(&rest, " ");
	u->rest = rest;
	return true;
}

/* logcat -v brief: "W/kernel  (  123): " */
static bool take_logcat_brief(struct undressing *u)
{
	struct text rest = u->rest, tag, process;

	if (text_byte(rest, 1) != '/' || !strchr("VDIWEF", text_byte(rest, 0)) || !rest.length ||
	    !text_take_until(&rest, "(", &tag) || tag.length > 40 ||
	    !text_take_until(&rest, "): ", &process) || process.length > 12)
		return false;
	u->clothing->timed = true;
	u->rest = rest;
	return true;
}

static bool take_stamp(struct undressing *u)
{
	enum stamp_form stamp = stamp_take(&u->rest, u->now_ns, &u->clothing->time);

	if (stamp == STAMP_NONE)
		return false;
	u->stamp = stamp;
	u->clothing->timed = true;
	if (stamp == STAMP_LOGCAT)
		take_logcat_rest(u);
	else if (stamp == STAMP_DMESG || take_stream(u) || take_kernel_tag(u) || take_structured_tag(u))
		;
	else if (stamp == STAMP_DATED || stamp == STAMP_UNIX)
		look_for_foreign_tag(u);
	return true;
}

/* grep's "FILE:" or "FILE-" and "NUMBER:" in front of something that is known as a beginning */
static bool take_file_name(struct undressing *u)
{
	struct text rest = u->rest, name;
	struct oom_time time = { 0 };

	if (!text_take_until(&rest, ":", &name) || !name.length || name.length > 255 ||
	    memchr(name.at, ' ', name.length) || memchr(name.at, '[', name.length))
		return false;
	if (text_starts(rest, "[") || text_starts(rest, "<") ||
	    (text_byte(rest, 0) != ' ' && stamp_take(&rest, u->now_ns, &time) != STAMP_NONE) ||
	    (is_digit(name.at[0]) && text_byte(rest, 0) != ' ')) {
		u->rest = text_from(u->rest, name.length + 1);
		return true;
	}
	return false;
}

/* ": Memory cgroup stats", a bot's way to cut the times off */
static bool take_colon(struct undressing *u)
{
	return text_skip(&u->rest, ": ");
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

static bool take_piece(struct undressing *u)
{
	char first = text_byte(u->rest, 0);

	if (first == '[')
		return take_bracket(u);
	/* Once there is a time, only what may follow one is looked for: names may look like clothes. */
	if (u->stamp != STAMP_NONE)
		return !u->clothing->syslog && take_kernel_tag(u);
	if (first == '>' || first == '|')
		return take_quote(u);
	if (first == '<')
		return take_priority(u);
	if (first == ':')
		return take_colon(u);
	return (is_digit(first) && take_kmsg(u)) || take_stamp(u) || take_decoded_priority(u) ||
	       take_kernel_tag(u) || take_logcat_brief(u) || take_file_name(u) || take_service(u);
}

void clothing_take_off(struct text line, int64_t now_ns, struct clothing *ret_clothing)
{
	struct undressing u = { .rest = line, .clothing = ret_clothing, .now_ns = now_ns };

	*ret_clothing = (struct clothing){ .host = { line.at, 0 }, .caller = { line.at, 0 } };
	for (int pieces = 0; pieces < PIECES_MAX; pieces++) {
		struct text before = u.rest;

		if (!ret_clothing->kmsg)
			text_skip_blanks(&u.rest);
		if (ret_clothing->kmsg || ret_clothing->foreign || !take_piece(&u)) {
			/* The kernel's own indentation is kept where a time stands in front of it. */
			if (ret_clothing->timed && !ret_clothing->kmsg && text_skip(&before, " "))
				u.rest = before;
			break;
		}
	}
	ret_clothing->message = u.rest;
}
