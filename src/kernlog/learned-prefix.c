/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learned-prefix.c - find the kernel's text by what it says; what stands before it is the prefix
 */
#include <config.h>

#include "kernlog/learned-prefix.h"
#include "kernlog/line-timestamp.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/*
 * Text that the kernel alone begins a line with. '#' stands for a number. HAS must follow
 * somewhere; behind LAST, if it is there, the text has an end.
 */
static const struct anchor {
	const char *begins, *has, *last;
} anchors[] = {
	{ "oom-kill:constraint=CONSTRAINT_", NULL, ",uid=#" },
	{ "Out of memory: Kill", " process ", "oom_score_adj:#" },
	{ "Out of memory (oom_kill_allocating_task): Kill", " process ", "oom_score_adj:#" },
	{ "Memory cgroup out of memory: Kill", " process ", "oom_score_adj:#" },
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

/* A byte of a word: no punctuation that a prefix is told by. */
static bool is_word_byte(char byte)
{
	return ascii_is_alphanumeric(byte) || (unsigned char)byte >= 0x80 ||
	       (byte && strchr("_-./@+%*~!?$&\\#", byte));
}

/* Takes what PATTERN says from the front of *text. */
static bool take_pattern(struct strview *text, const char *pattern)
{
	struct strview rest = *text;
	uint64_t number;

	for (; *pattern; pattern++) {
		if (*pattern == '#') {
			strview_skip(&rest, "-");
			if (!strview_take_u64(&rest, &number))
				return false;
		} else if (strview_byte(rest, 0) == *pattern) {
			rest = strview_from(rest, 1);
		} else {
			return false;
		}
	}
	*text = rest;
	return true;
}

static const struct anchor *anchor_at(struct strview text)
{
	for (size_t i = 0; i < ARRAY_SIZE(anchors); i++) {
		struct strview rest = text;

		/* Most differ in the first byte: this is asked at each one of a line. */
		if (*anchors[i].begins != '#' && *anchors[i].begins != strview_byte(text, 0))
			continue;
		if (take_pattern(&rest, anchors[i].begins) &&
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

static void add_mark(struct prefix_skeleton *skeleton, char mark)
{
	char last = skeleton->length ? skeleton->mark[skeleton->length - 1] : '\0';

	if (mark == ' ' && last != 'w')
		return;
	if (mark != 'w' && mark != ' ' && last == ' ')
		skeleton->length--;
	if (skeleton->length < sizeof(skeleton->mark))
		skeleton->mark[skeleton->length++] = mark;
}

/* The skeleton of TEXT. Returns whether there was room for it. */
static bool read_skeleton(struct strview text, struct prefix_skeleton *ret_skeleton)
{
	struct prefix_skeleton skeleton = { .length = 0 };

	for (size_t at = 0; at < text.length;) {
		char byte = text.at[at++];

		if (!is_word_byte(byte)) {
			add_mark(&skeleton, strview_is_blank(byte) ? ' ' : byte);
			continue;
		}
		while (at < text.length && is_word_byte(text.at[at]))
			at++;
		add_mark(&skeleton, 'w');
	}
	*ret_skeleton = skeleton;
	return skeleton.length < sizeof(skeleton.mark);
}

static bool take_word_run(struct strview *text)
{
	size_t length = 0;

	while (length < text->length && is_word_byte(text->at[length]))
		length++;
	*text = strview_from(*text, length);
	return length > 0;
}

/* Takes what SKELETON says, without blanks at its end. */
static bool take_skeleton(struct strview *text, const struct prefix_skeleton *skeleton)
{
	struct strview rest = *text;

	for (size_t i = 0; i < skeleton->length; i++) {
		char mark = skeleton->mark[i];

		if (mark == ' ') {
			if (i + 1 < skeleton->length && !strview_skip_blanks(&rest))
				return false;
			continue;
		}
		strview_skip_blanks(&rest);
		if (mark == 'w' ? !take_word_run(&rest) : strview_byte(rest, 0) != mark)
			return false;
		if (mark != 'w')
			rest = strview_from(rest, 1);
	}
	*text = rest;
	return true;
}

/* How many blanks stand at the front of TEXT. */
static size_t count_blanks(struct strview text)
{
	struct strview rest = text;

	strview_skip_blanks(&rest);
	return text.length - rest.length;
}

/* What may close or follow a text that is not the last of its line, also "key=value". */
static bool is_suffix(struct strview suffix)
{
	char first = strview_byte(suffix, 0);

	if (take_word_run(&suffix))
		return strview_byte(suffix, 0) == '=';
	return first && strchr("\"'`|}])<\\,", first);
}

/* Behind the end of the text that ANCHOR is of. */
static bool find_suffix(struct strview text, const char *last, struct strview *ret_suffix)
{
	if (!last)
		return false;
	for (size_t at = text.length; at-- > 0;) {
		struct strview rest = strview_from(text, at);

		if (take_pattern(&rest, last)) {
			*ret_suffix = strview_trim(rest);
			return true;
		}
	}
	return false;
}

static bool same_skeleton(const struct prefix_skeleton *a, const struct prefix_skeleton *b)
{
	return a->length == b->length && !memcmp(a->mark, b->mark, a->length);
}

/* The shape with this front, a new one if there is none. */
static struct prefix_shape *shape_of(struct prefixes *prefixes,
				     const struct prefix_skeleton *front)
{
	struct prefix_shape *shape;

	for (size_t i = 0; i < prefixes->count; i++)
		if (same_skeleton(&prefixes->shapes[i].front, front))
			return &prefixes->shapes[i];
	shape = &prefixes->shapes[prefixes->next];
	prefixes->next = (prefixes->next + 1) % PREFIX_SHAPES;
	if (prefixes->count < PREFIX_SHAPES)
		prefixes->count++;
	*shape = (struct prefix_shape){ .front = *front };
	return shape;
}

void prefix_learn(struct prefixes *prefixes, struct strview line, size_t at)
{
	struct strview front = strview_head(line, at), text = strview_from(line, at), suffix;
	const struct anchor *anchor = anchor_at(text);
	char quote = strview_last(front);
	struct prefix_skeleton skeleton, back;
	struct prefix_shape *shape;

	if (prefix_is_foreign(front))
		return;
	quote = quote && strchr("\"'", quote) ? quote : '\0';
	/* Writers of CSV quote what needs it: a text without a comma has none. */
	if (quote)
		front.length--;
	if (!anchor || !read_skeleton(front, &skeleton))
		return;
	shape = shape_of(prefixes, &skeleton);
	shape->width = front.length;
	shape->sample[0] = '\0';
	if (front.length > 1 && front.length < sizeof(shape->sample) && skeleton.length > 1 &&
	    skeleton.mark[0] == 'w')
		strview_copy_to(front, shape->sample, sizeof(shape->sample));
	shape->blanks = front.length - strview_trim(front).length;
	shape->quote = quote ? quote : shape->quote;
	if (!find_suffix(text, anchor->last, &suffix) || !read_skeleton(suffix, &back))
		return;
	if (quote && suffix.length && suffix.at[0] == quote)
		read_skeleton(strview_from(suffix, 1), &back);
	if (is_suffix(suffix) || !suffix.length)
		shape->back = back;
}

void prefix_learn_end(struct prefixes *prefixes, struct strview line)
{
	static const char *const lasts[] = { "oom_score_adj=#", "oom_adj=#", "oomkilladj=#" };
	struct strview suffix = { line.at, 0 };
	struct prefix_skeleton back;

	for (size_t i = 0; i < ARRAY_SIZE(lasts) && !suffix.length; i++)
		find_suffix(line, lasts[i], &suffix);
	if (!is_suffix(suffix))
		return;
	for (size_t i = 0; i < prefixes->count; i++) {
		struct prefix_shape *shape = &prefixes->shapes[i];
		struct strview front = line;
		bool quoted;

		if (shape->back.length || !take_skeleton(&front, &shape->front))
			continue;
		strview_skip_blanks(&front);
		quoted = suffix.at[0] == strview_byte(front, 0);
		if (quoted)
			shape->quote = suffix.at[0];
		if (read_skeleton(strview_from(suffix, quoted), &back))
			shape->back = back;
	}
}

/* Takes the blanks between the prefix and the text, which may have some of its own. */
static void take_last_blanks(const struct prefix_shape *shape, struct strview line,
			     struct strview *rest)
{
	size_t there = count_blanks(*rest), taken = line.length - rest->length;

	if (shape->blanks <= 1)
		*rest = strview_from(*rest, there < shape->blanks ? there : shape->blanks);
	else if (taken < shape->width && taken + there >= shape->width)
		*rest = strview_from(*rest, shape->width - taken);
	else
		*rest = strview_from(*rest, there < shape->blanks ? there : shape->blanks);
}

/* Cuts off TEXT's end what has the shape of BACK. */
static void drop_suffix(struct strview *text, const struct prefix_skeleton *back)
{
	struct strview trimmed = strview_trim(*text);

	if (!back->length)
		return;
	for (size_t at = trimmed.length; at-- > 0;) {
		struct strview rest = strview_from(trimmed, at);
		bool word = back->mark[0] == 'w' && at && strview_is_blank(trimmed.at[at - 1]);

		if ((word || rest.at[0] == back->mark[0]) && take_skeleton(&rest, back) &&
		    !rest.length) {
			text->length = (size_t)(trimmed.at - text->at) + at - word;
			return;
		}
	}
}

/* Cuts a string off where the QUOTE is that BACK follows, or at the last byte. */
static void drop_quote(struct strview *text, char quote, const struct prefix_skeleton *back)
{
	struct strview trimmed = strview_trim(*text);

	for (size_t at = trimmed.length; at-- > 0;) {
		struct strview rest = strview_from(trimmed, at + 1);

		if (trimmed.at[at] == quote && take_skeleton(&rest, back) && !rest.length) {
			*text = strview_head(trimmed, at);
			return;
		}
	}
	drop_suffix(text, back);
	if (strview_last(*text) == quote)
		text->length--;
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
	struct strview rest = line;

	if (!take_skeleton(&rest, &shape->front))
		return false;
	take_last_blanks(shape, line, &rest);
	ret_parts->front = strview_head(line, line.length - rest.length);
	ret_parts->quote = strview_byte(rest, 0) == shape->quote ? shape->quote : '\0';
	if (ret_parts->quote) {
		rest = strview_from(rest, 1);
		drop_quote(&rest, shape->quote, &shape->back);
	} else {
		drop_suffix(&rest, &shape->back);
	}
	ret_parts->text = rest;
	return true;
}

bool prefix_is_sure(const struct prefix_shape *shape, struct strview front)
{
	size_t marks = 0;

	if (shape->sample[0] && strview_is(front, shape->sample))
		return true;

	for (size_t i = 0; i < shape->front.length; i++)
		marks += !strchr("w >\"'", shape->front.mark[i]);
	return marks > 1;
}

static bool is_kernel_word(struct strview word)
{
	static const char *const words[] = { "kernel", "kern", "vmunix", "klogd" };

	return strview_is_one_of(word, words, ARRAY_SIZE(words));
}

/* A time in brackets, or a thread. */
static bool read_bracket(struct strview *text, int64_t now_ns, struct log_prefix *log_prefix)
{
	struct strview rest = *text, content;

	if (!strview_skip(&rest, "[") || !strview_take_until(&rest, "]", &content) ||
	    content.length > 64)
		return false;
	if (log_prefix_is_caller(strview_trim(content)))
		log_prefix->caller = strview_trim(content);
	else if (timestamp_read_bracket(content, now_ns, &log_prefix->time) == TIMESTAMP_NONE)
		return false;
	*text = rest;
	return true;
}

/* A time as it stands, at the beginning of a word. Numbers with a point may be anything. */
static bool read_timestamp(struct strview *text, int64_t now_ns, struct log_prefix *log_prefix)
{
	struct oom_time time = log_prefix->time;
	struct strview rest = *text;
	enum timestamp_form form = timestamp_take(&rest, now_ns, &time);

	if (form == TIMESTAMP_NONE || form == TIMESTAMP_MONOTONIC ||
	    is_word_byte(strview_byte(rest, 0)))
		return false;
	log_prefix->time = time;
	*text = rest;
	return true;
}

/* A name, or an address; no version ("6.5"), number or dash. */
static bool may_be_host(struct strview word)
{
	size_t letters = 0, dots = 0;

	for (size_t i = 0; i < word.length; i++) {
		letters += ascii_is_letter(word.at[i]);
		dots += word.at[i] == '.';
	}
	return letters || dots == 3;
}

/* A word of the prefix: BEFORE is the one before it, empty if there was a time. */
static void read_word(struct strview word, struct strview *before, struct log_prefix *log_prefix)
{
	static const char *const keys[] = { "host", "hostname", "Hostname", "_HOSTNAME", "node",
					    "dvchost" };

	if (strview_is_one_of(*before, keys, ARRAY_SIZE(keys)) && !log_prefix->host.length &&
	    !is_kernel_word(word))
		log_prefix->host = word;
	if (is_kernel_word(word) && !log_prefix->host.length && may_be_host(*before))
		log_prefix->host = *before;
	/* "kern.warn", where busybox has it, is no host. */
	if (!strview_starts(word, "kern."))
		*before = word;
}

void prefix_read(struct strview front, int64_t now_ns, struct log_prefix *log_prefix)
{
	struct strview before = { front.at, 0 }, rest = front;

	while (rest.length) {
		struct strview start = rest;

		if (rest.at[0] == '[' ? read_bracket(&rest, now_ns, log_prefix)
				      : read_timestamp(&rest, now_ns, log_prefix)) {
			before.length = 0;
			continue;
		}
		if (take_word_run(&rest)) {
			read_word(strview_head(start, start.length - rest.length), &before,
				  log_prefix);
			continue;
		}
		/* Columns that may be anything: "|Linux|kernel|" */
		if (rest.at[0] == '|')
			before.length = 0;
		rest = strview_from(rest, 1);
	}
}
