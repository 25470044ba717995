/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learned-prefix.c - find the kernel's text by what it says; what stands before it is the prefix
 */
#include <config.h>

#include "kernlog/line-timestamp.h"
#include "kernlog/prefix.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/*
 * Text that the kernel alone begins a line with: a pattern of log_prefix_take(). HAS must follow
 * somewhere; behind LAST, another pattern, if it is there, the text has an end.
 */
static const struct anchor {
	const char *begins, *has, *last;
} anchors[] = {
	{ "oom-kill:constraint=CONSTRAINT_", NULL, ",uid=#" },
	{ "Out of memory: Kill", " process ", "oom_score_adj:%-#" },
	{ "Out of memory (oom_kill_allocating_task): Kill", " process ", "oom_score_adj:%-#" },
	{ "Memory cgroup out of memory: Kill", " process ", "oom_score_adj:%-#" },
	{ "oom_reaper: reaped process # (", NULL, "shmem-rss:#kB" },
	{ "Tasks state (memory values in pages):", NULL, "pages):" },
	{ "[ pid ]   uid  tgid total_vm", NULL, " name" },
	{ "[  pid  ]   uid  tgid total_vm", NULL, " name" },
	{ "CPU: # PID: # Comm: ", NULL, NULL },
	{ "CPU: # UID: # PID: # Comm: ", NULL, NULL },
	{ "Pid: #, comm: ", "ainted", NULL },
	{ "Memory cgroup stats for /", NULL, NULL },
	{ "memory: usage #kB, limit ", NULL, "failcnt #" },
	{ "active_anon:# inactive_anon:#", NULL, NULL },
	{ "Node # DMA free:#kB", NULL, NULL },
	{ "Node # active_anon:#kB", NULL, NULL },
	{ "Task in /", " killed as a result of limit of ", NULL },
	{ "Tasks in /", " are going to be killed due to ", "oom.group set" },
	{ "# total pagecache pages", NULL, "pages" },
	{ "lowmem_reserve[]: # ", NULL, NULL },
};

static struct strview shape_front(const struct prefix_shape *shape)
{
	return (struct strview){ shape->front_text, shape->front };
}

/* A byte of a word: no punctuation that a prefix is told by. */
static bool is_word_byte(char byte)
{
	return ascii_is_alphanumeric(byte) || (unsigned char)byte >= 0x80 ||
	       (byte && strchr("_-./@+%*~!?$&\\#", byte));
}

static const struct anchor *anchor_at(struct strview text)
{
	for (size_t i = 0; i < ARRAY_SIZE(anchors); i++) {
		struct strview rest = text;

		/* Most differ in the first byte: this is asked at each one of a line. */
		if (*anchors[i].begins != '#' && *anchors[i].begins != strview_byte(text, 0))
			continue;
		if (log_prefix_take(&rest, anchors[i].begins) &&
		    (!anchors[i].has || strview_has(rest, anchors[i].has)))
			return &anchors[i];
	}
	return NULL;
}

size_t prefix_find(struct strview line)
{
	for (size_t at = 0; at < line.length && at < PREFIX_MAX; at++) {
		struct strview rest = strview_from(line, at);

		if (!rest.at[0] ||
		    (!strchr("oOMKT[CPmaNlc", rest.at[0]) && !strview_is_digit(rest.at[0])))
			continue;
		/* The names in front of these may be anything, a path may be. */
		if (at && ascii_is_alphanumeric(line.at[at - 1]))
			continue;
		if (strview_starts(rest, "cpuset=") || strview_starts(rest, "oom-killer:"))
			return STRVIEW_NONE;
		if (anchor_at(rest))
			return at;
	}
	return STRVIEW_NONE;
}

bool prefix_is_foreign(struct strview front)
{
	static const char *const marks[] = { "/*", "(\"", "{ \"", "* \"", " = \"" };
	static const char *const begins[] = {
		"//", "Subject:", "subject:", "Re:", "RE:", "Fwd:", "Fw:", "AW:",
	};

	front = strview_trim(front);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strview_has(front, marks[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (strview_starts(front, begins[i]))
			return true;
	return false;
}

static bool take_word_run(struct strview *text)
{
	size_t length = 0;

	while (length < text->length && is_word_byte(text->at[length]))
		length++;
	*text = strview_from(*text, length);
	return length > 0;
}

/*
 * Takes what has the shape of SAMPLE, but for blanks at its end: a word for a word, blanks for
 * those between two words, which may be there or not beside punctuation, and that as it stands.
 */
static bool take_shape(struct strview *text, struct strview sample)
{
	struct strview rest = *text;

	while (sample.length) {
		if (take_word_run(&sample)) {
			bool blanks = strview_skip_blanks(&sample);

			strview_skip_blanks(&rest);
			if (!take_word_run(&rest))
				return false;
			if (blanks && is_word_byte(strview_byte(sample, 0)) &&
			    !strview_is_blank(strview_byte(rest, 0)))
				return false;
		} else if (!strview_skip_blanks(&sample)) {
			strview_skip_blanks(&rest);
			if (!rest.length || rest.at[0] != sample.at[0])
				return false;
			rest = strview_from(rest, 1);
			sample = strview_from(sample, 1);
		}
	}
	*text = rest;
	return true;
}

/* What may close or follow a text that is not the last of its line, also "key=value". */
static bool is_suffix(struct strview suffix)
{
	char first = strview_byte(suffix, 0);

	if (take_word_run(&suffix))
		return strview_byte(suffix, 0) == '=';
	return first && strchr("\"'`|}])<\\,", first);
}

/* What is behind the last LAST in TEXT. */
static bool find_suffix(struct strview text, const char *last, struct strview *ret_suffix)
{
	for (size_t at = text.length; last && at-- > 0;) {
		struct strview rest = strview_from(text, at);

		if (log_prefix_take(&rest, last)) {
			*ret_suffix = strview_trim(rest);
			return true;
		}
	}
	return false;
}

static void shape_keep_back(struct prefix_shape *shape, struct strview back)
{
	if (back.length > sizeof(shape->back_text))
		return;
	memcpy(shape->back_text, back.at, back.length);
	shape->back = back.length;
}

void prefix_learn(struct prefixes *prefixes, struct strview line, size_t at)
{
	struct strview front = strview_head(line, at), text = strview_from(line, at), suffix;
	struct prefix_shape *shape = prefixes->shapes;
	const struct anchor *anchor = anchor_at(text);
	char quote = strview_last(front);

	if (!anchor || prefix_is_foreign(front))
		return;
	quote = quote && strchr("\"'", quote) ? quote : '\0';
	/* Writers of CSV quote what needs it: a text without a comma has none. */
	if (quote)
		front.length--;
	for (; shape < prefixes->shapes + prefixes->count; shape++) {
		struct strview rest = front;

		if (take_shape(&rest, shape_front(shape)) && !strview_trim(rest).length)
			break;
	}
	if (shape == prefixes->shapes + prefixes->count) {
		shape = &prefixes->shapes[prefixes->next];
		prefixes->next = (prefixes->next + 1) % PREFIX_SHAPES;
		prefixes->count = MIN(prefixes->count + 1, PREFIX_SHAPES);
		*shape = (struct prefix_shape){ .quote = quote };
	}
	memcpy(shape->front_text, front.at, front.length);
	shape->front = front.length;
	shape->quote = quote ? quote : shape->quote;
	if (!find_suffix(text, anchor->last, &suffix) || (suffix.length && !is_suffix(suffix)))
		return;
	shape_keep_back(shape, strview_from(suffix, quote && strview_byte(suffix, 0) == quote));
}

void prefix_learn_end(struct prefixes *prefixes, struct strview line)
{
	static const char *const lasts[] = {
		"oom_score_adj=%-#", "oom_adj=%-#", "oomkilladj=%-#",
	};
	struct strview suffix = { line.at, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(lasts) && !suffix.length; i++)
		find_suffix(line, lasts[i], &suffix);
	if (!is_suffix(suffix))
		return;
	for (size_t i = 0; i < prefixes->count; i++) {
		struct prefix_shape *shape = &prefixes->shapes[i];
		struct strview rest = line;
		bool quoted;

		if (shape->back || !take_shape(&rest, shape_front(shape)))
			continue;
		strview_skip_blanks(&rest);
		quoted = suffix.at[0] == strview_byte(rest, 0);
		if (quoted)
			shape->quote = suffix.at[0];
		shape_keep_back(shape, strview_from(suffix, quoted));
	}
}

/* Cuts off TEXT's end what has the shape of BACK; with a QUOTE, what begins with that too. */
static bool drop_suffix(struct strview *text, char quote, struct strview back)
{
	struct strview trimmed = strview_trim(*text);
	char first = quote ? quote : strview_byte(back, 0);
	bool word = !quote && is_word_byte(first);

	for (size_t at = trimmed.length; at-- > 0;) {
		struct strview rest = strview_from(trimmed, quote ? at + 1 : at);
		bool begins = word ? at && strview_is_blank(trimmed.at[at - 1])
				   : trimmed.at[at] == first;

		if (begins && take_shape(&rest, back) && !rest.length) {
			text->at = quote ? trimmed.at : text->at;
			text->length = (size_t)(trimmed.at - text->at) + at - word;
			return true;
		}
	}
	return false;
}

size_t prefix_unquote(char *text, size_t length, char quote)
{
	size_t kept = 0;

	for (size_t at = 0; at < length; at++) {
		char next = at + 1 < length ? text[at + 1] : '\0';

		if (text[at] == '\\' && next && (next == quote || strchr("\\/nt", next))) {
			text[kept++] = next == 'n' ? '\n' : next == 't' ? '\t' : next;
			at++;
			continue;
		}
		text[kept++] = text[at];
		at += text[at] == quote && next == quote;
	}
	return kept;
}

bool prefix_split(const struct prefix_shape *shape, struct strview line,
		  struct prefix_parts *ret_parts)
{
	struct strview rest = line, bare, sample = shape_front(shape);
	struct strview back = { shape->back_text, shape->back };
	size_t taken, blanks, usual = sample.length - strview_trim(sample).length;

	if (!take_shape(&rest, sample))
		return false;
	/* The blanks between the prefix and the text, which may have some of its own. */
	bare = rest;
	strview_skip_blanks(&bare);
	blanks = rest.length - bare.length;
	taken = line.length - rest.length;
	if (usual > 1 && taken < sample.length && taken + blanks >= sample.length)
		rest = strview_from(rest, sample.length - taken);
	else
		rest = strview_from(rest, MIN(blanks, usual));
	ret_parts->front = strview_head(line, line.length - rest.length);
	ret_parts->quote = strview_byte(rest, 0) == shape->quote ? shape->quote : '\0';
	if (ret_parts->quote)
		rest = strview_from(rest, 1);
	if (!ret_parts->quote || !drop_suffix(&rest, shape->quote, back)) {
		if (back.length)
			drop_suffix(&rest, '\0', back);
		if (ret_parts->quote && strview_last(rest) == shape->quote)
			rest.length--;
	}
	ret_parts->text = rest;
	return true;
}

bool prefix_is_sure(const struct prefix_shape *shape, struct strview front)
{
	struct strview sample = shape_front(shape), behind = sample;
	size_t marks = 0;

	for (size_t i = 0; i < sample.length; i++)
		marks += !is_word_byte(sample.at[i]) &&
			 !memchr(" \t>\"'", sample.at[i], strlen(" \t>\"'"));
	strview_skip_blanks(&behind);
	return marks > 1 || (sample.length > 1 && take_word_run(&behind) && behind.length &&
			     front.length == sample.length &&
			     !memcmp(front.at, sample.at, front.length));
}

/* Takes a time from the front of *text, also one in brackets, or a thread in them. */
static bool read_time_or_caller(struct strview *text, int64_t now_ns,
				struct log_prefix *log_prefix)
{
	struct oom_time time = log_prefix->time;
	struct strview rest = *text, content;
	enum timestamp_form form;

	if (!strview_skip(&rest, "[")) {
		/* A time as it stands. Numbers with a point may be anything. */
		form = timestamp_take(&rest, now_ns, &time);
		if (form == TIMESTAMP_MONOTONIC || is_word_byte(strview_byte(rest, 0)))
			form = TIMESTAMP_NONE;
	} else if (!strview_take_until(&rest, "]", &content) || content.length > 64) {
		return false;
	} else if (log_prefix_is_caller(strview_trim(content))) {
		log_prefix->caller = strview_trim(content);
		*text = rest;
		return true;
	} else {
		form = timestamp_read_bracket(content, now_ns, &time);
	}
	if (form == TIMESTAMP_NONE)
		return false;
	log_prefix->time = time;
	*text = rest;
	return true;
}

void prefix_read(struct strview front, int64_t now_ns, struct log_prefix *log_prefix)
{
	static const char keys[] = "host hostname Hostname _HOSTNAME node dvchost";
	/* The word before; empty if there was a time, or a column that may be anything. */
	struct strview before = { front.at, 0 }, rest = front;
	size_t letters, dots;

	while (rest.length) {
		struct strview word = rest;
		bool tag;

		if (read_time_or_caller(&rest, now_ns, log_prefix)) {
			before.length = 0;
			continue;
		}
		if (!take_word_run(&rest)) {
			/* "|Linux|kernel|" */
			if (rest.at[0] == '|')
				before.length = 0;
			rest = strview_from(rest, 1);
			continue;
		}
		word.length -= rest.length;
		tag = strview_is_among(word, "kernel kern vmunix klogd");
		if (!log_prefix->host.length && !tag &&
		    strview_is_among(before, keys))
			log_prefix->host = word;
		letters = dots = 0;
		for (size_t i = 0; i < before.length; i++) {
			letters += ascii_is_letter(before.at[i]);
			dots += before.at[i] == '.';
		}
		/* A name, or an address; no version ("6.5"), number or dash. */
		if (!log_prefix->host.length && tag && (letters || dots == 3))
			log_prefix->host = before;
		/* "kern.warn", where busybox has it, is no host. */
		if (!strview_starts(word, "kern."))
			before = word;
	}
}
