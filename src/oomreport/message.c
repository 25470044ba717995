/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - recognise the lines of a report by the table of their types */
#include <config.h>

#include <ctype.h>

#include "kernlog/learned-prefix.h"
#include "lib/macros.h"
#include "oomreport/line-pattern.h"
#include "oomreport/message.h"

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define KERNEL_COMM_MAX 15

/* Whether TEXT is of TYPE by itself, or, with its list among EXPECTED, as a line of that. */
static bool is_of_type(enum oom_line_type type, struct strview text, unsigned expected)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];
	bool in_list = kind->list & expected;

	return oom_line_is_one_of(text, kind->forms) || oom_line_figure_of(type, text) ||
	       (in_list && oom_line_is_one_of(text, kind->in_list)) ||
	       (kind->is && (in_list || !kind->list) && kind->is(text));
}

enum oom_line_type oom_line_type_of(struct strview text, unsigned expected)
{
	static const enum oom_line_front fronts[] = {
		OOM_FRONT_LONG, OOM_FRONT_NAME, OOM_FRONT_WORDS,
	};
	struct strview bare = text;

	strview_skip_blanks(&bare);
	for (size_t i = 0; bare.length && i < ARRAY_SIZE(fronts); i++)
		for (enum oom_line_type type = OOM_LINE_NONE; type < OOM_LINE_LAST; type++)
			if (oom_line_kinds[type].front == fronts[i] &&
			    is_of_type(type, fronts[i] == OOM_FRONT_NAME ? text : bare, expected))
				return type;
	return OOM_LINE_NONE;
}

enum oom_line_type oom_line_classify(struct oom_line *line, unsigned expected)
{
	if (!line->has_type || line->expected != expected) {
		line->type = oom_line_type_of(line->stripped.message, expected);
		line->expected = expected;
		line->has_type = true;
	}
	return line->type;
}

/* What no other text has, wherever it stands. */
static size_t find_unmistakable(struct strview text)
{
	static const char *const beginnings[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill",
		"oom-kill:constraint=CONSTRAINT_", "oom_reaper: reaped process ",
		"Killed process ",
	};
	size_t first = STRVIEW_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
		size_t at = strview_find(text, beginnings[i]);

		if (at < first)
			first = at;
	}
	return first;
}

/* Behind what a message may begin where unknown prefixes are in front of it. */
static size_t line_prefix_length(struct strview text)
{
	char here = strview_byte(text, 0), next = strview_byte(text, 1);

	if (here == '\t')
		return 1;
	return next == ' ' && strchr(":]>|-)", here) && here ? 2 : 0;
}

enum oom_line_type oom_line_type_find(struct strview *text, unsigned expected,
				      bool prefixed)
{
	struct strview rest = strview_head(*text, 256);
	size_t at = find_unmistakable(*text), prefix;
	enum oom_line_type message;

	if (at != STRVIEW_NONE && prefix_is_foreign(strview_head(*text, at)))
		return OOM_LINE_NONE;
	if (at != STRVIEW_NONE) {
		rest = strview_from(*text, at);
		message = oom_line_type_of(rest, expected);
		if (message != OOM_LINE_NONE) {
			*text = rest;
			return message;
		}
	}
	for (; !prefixed && rest.length; rest = strview_from(rest, 1)) {
		prefix = line_prefix_length(rest);
		if (!prefix)
			continue;
		at = (size_t)(rest.at - text->at) + prefix;
		message = oom_line_type_of(strview_from(*text, at), expected);
		if (message > OOM_LINE_CPUSET && !prefix_is_foreign(strview_head(*text, at))) {
			*text = strview_from(*text, at);
			return message;
		}
	}
	return OOM_LINE_NONE;
}

static bool breaks_off(struct strview text, const char *const *patterns)
{
	for (; patterns && *patterns; patterns++)
		if (line_pattern_breaks_off(text, *patterns))
			return true;
	return false;
}

enum oom_line_type oom_line_type_begun(struct strview text, unsigned expected)
{
	text = strview_trim(text);
	for (enum oom_line_type type = OOM_LINE_NONE; type < OOM_LINE_LAST; type++) {
		const struct oom_line_kind *kind = &oom_line_kinds[type];
		const struct oom_line_figure *figure = kind->figures;
		bool begun = breaks_off(text, kind->forms) || breaks_off(text, kind->begun) ||
			     (kind->list & expected && breaks_off(text, kind->in_list));

		if (!(kind->flags & (OOM_LINE_PLACED | OOM_LINE_PROCESS)))
			continue;
		for (; !begun && figure && figure->pattern; figure++)
			begun = line_pattern_breaks_off(text, figure->pattern);
		/* What begins like a choice may be a kill, which is known better by its rest. */
		if (begun)
			return type == OOM_LINE_CHOICE ? OOM_LINE_KILLED : type;
	}
	return OOM_LINE_NONE;
}

/* A row ends with a name; how many columns are in front of it only the table's header tells. */
static bool row_has_name(struct strview text)
{
	struct strview word, last = { text.at, 0 };
	int64_t number;

	while (strview_skip_blanks(&text), word = strview_take_word(&text), word.length)
		last = word;
	return last.length && !(strview_take_i64(&last, &number) && !last.length);
}

bool oom_line_is_whole(enum oom_line_type message, struct strview text)
{
	const char *const *part = oom_line_kinds[message].whole;

	if (message == OOM_LINE_ROW)
		return row_has_name(text);
	for (; part && *part; part++)
		if (line_pattern_is_last(text, *part))
			return true;
	return !oom_line_kinds[message].whole;
}

/* Whether LINE has nothing but figures, as the record of a node and of a zone. */
bool oom_line_may_join(enum oom_line_type message, struct strview line)
{
	bool figures = oom_line_kinds[message].flags & OOM_LINE_FIGURES;

	for (size_t i = 0; figures && i < line.length; i++)
		if (!isalnum((unsigned char)line.at[i]) && !strchr(" \t_():?-", line.at[i]))
			return false;
	return true;
}

bool oom_line_goes_on(enum oom_line_type message, struct strview line, enum oom_line_type type,
		      bool prefixed)
{
	const char *const *rests = oom_line_kinds[message].rests;

	strview_skip_blanks(&line);
	if (!line.length)
		return false;
	if (type != OOM_LINE_NONE && type != OOM_LINE_COUNTS && type != OOM_LINE_STAT && !prefixed)
		return false;
	if (!rests)
		return type == OOM_LINE_NONE || prefixed;
	return oom_line_is_one_of(line, rests) ||
	       (prefixed && type == OOM_LINE_NONE && message != OOM_LINE_INVOKED);
}

bool oom_line_is_other(struct strview line)
{
	static const char *const beginnings[] = {
		"Call Trace:", "Call trace:", "<TASK>", "</TASK>", "lowmem_reserve[]:",
		"Modules linked in:", "RIP:", "RSP:", "Code:", "---[", "Node ",
		"DMA ", "Normal ", NULL,
	};
	struct strview head = strview_head(line, 80);

	strview_skip_blanks(&line);
	/* "dump_stack+0x5c/0x80", "[<ffffffff81d91389>] dump_stack+0xc1/0x128" */
	if (oom_line_is_one_of(line, beginnings) ||
	    (strview_has(head, "+0x") && strview_has(head, "/0x")))
		return true;
	/* "...", "[...]", "```": somebody has left something out, or it has ended. */
	for (size_t i = 0; i < line.length; i++)
		if (isalnum((unsigned char)line.at[i]))
			return false;
	return true;
}

bool oom_line_is_torn(enum oom_line_type message, struct strview so_far, struct strview word,
		      struct strview next)
{
	const struct oom_line_kind *kind = &oom_line_kinds[message];

	/* A '#' follows the version of the kernel. */
	if (message == OOM_LINE_CPU)
		return strview_has(so_far, "ainted") && strview_is_digit(strview_byte(word, 0)) &&
		       !strview_has(so_far, " #") && strview_byte(next, 0) != '#';
	return kind->words && (!kind->behind || strview_has(so_far, kind->behind)) &&
	       !oom_line_is_one_of(word, kind->words);
}

/* Whether REST is nothing, or the first part of one of WORDS, or begins with one. */
static bool is_begun_with(struct strview rest, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);

		length = rest.length < length ? rest.length : length;
		if (!memcmp(rest.at, words[i], length))
			return true;
	}
	return false;
}

/* "N (comm) total-vm:...", "N, UID 27, (mysqld) ...", "N (comm)", cut off anywhere */
static bool is_kernels_process(struct strview rest, const char *const *behind, size_t count)
{
	static const char *const names[] = { "(", ", UID " };
	uint64_t pid;

	strview_skip_blanks(&rest);
	if (!strview_take_u64(&rest, &pid))
		return false;
	strview_skip_blanks(&rest);
	if (!is_begun_with(rest, names, ARRAY_SIZE(names)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strview_has(rest, behind[i]))
			return true;
	/* A name may have brackets too, but no more than fits. */
	if (strview_find_last(rest, ")") != STRVIEW_NONE && !strview_has(rest, "\\") &&
	    strview_find_last(rest, ")") > KERNEL_COMM_MAX + 1)
		return false;
	return !strview_skip_past_last(&rest, ")") ||
	       (strview_skip_blanks(&rest), is_begun_with(strview_trim(rest), behind, count));
}

/* Behind what may stand in front of it. Titles and prose have a cause too, but no sizes. */
static bool is_kernels_kill(struct strview text, bool timed, bool expected)
{
	static const char *const sizes[] = { "total-vm:", "vsz:", ", UID " };
	struct strview rest = text;

	line_take_cause(&rest);
	expected |= (timed && rest.at != text.at) || strview_has(rest, "total-vm:") ||
		    strview_has(rest, " vsz:");
	return expected && strview_skip(&rest, "Killed process") &&
	       is_kernels_process(rest, sizes, ARRAY_SIZE(sizes));
}

/* A mailer may have broken it off behind the cause. */
static bool is_kernels_choice(struct strview text, bool timed, bool expected)
{
	static const char *const scores[] = { "score " };
	struct strview rest = text;

	line_take_cause(&rest);
	expected |= rest.at != text.at && (timed || strview_has(rest, " score "));
	return expected &&
	       (strview_skip(&rest, "Kill process") || strview_skip(&rest, "kill process")) &&
	       is_kernels_process(rest, scores, ARRAY_SIZE(scores));
}

/* "constraint=CONSTRAINT_NONE,nodemask=", cut off anywhere, or without what nobody needs */
static bool is_kernels_decision(struct strview text)
{
	static const char *const behind[] = {
		"nodemask=", "cpuset=", "oom_memcg=", "global_oom", "task",
	};

	if (!strview_skip_past(&text, "constraint=CONSTRAINT_"))
		return false;
	while (strview_byte(text, 0) == '_' ||
	       (strview_byte(text, 0) >= 'A' && strview_byte(text, 0) <= 'Z'))
		text = strview_from(text, 1);
	if (!strview_skip(&text, ","))
		return !text.length;
	strview_skip_blanks(&text);
	return is_begun_with(text, behind, ARRAY_SIZE(behind));
}

/* "memory: usage 4kB, limit", cut off anywhere behind the first word */
static bool is_kernels_counter(struct strview text)
{
	return strview_skip_past(&text, "usage") &&
	       (strview_skip_blanks(&text), !text.length || strview_is_digit(text.at[0]));
}

bool oom_line_is_kernels(enum oom_line_type message, struct strview text, bool timed,
			 bool expected)
{
	strview_skip_blanks(&text);
	switch (message) {
	case OOM_LINE_INVOKED:
		return !prefix_is_foreign(text) &&
		       (strview_has(text, "gfp_mask=0x") ||
			(timed && !strview_has(text, "gfp_mask=%")));
	case OOM_LINE_KILLED:
		return is_kernels_kill(text, timed, expected);
	case OOM_LINE_CHOICE:
		return is_kernels_choice(text, timed, expected);
	case OOM_LINE_DECISION:
		return is_kernels_decision(text);
	case OOM_LINE_COUNTER:
		return is_kernels_counter(text);
	case OOM_LINE_REAPED:
		return strview_skip_past(&text, "reaped process ") &&
		       strview_is_digit(strview_byte(text, 0));
	case OOM_LINE_UNREAPED:
		return strview_skip_past(&text, "reap pid:") &&
		       strview_is_digit(strview_byte(text, 0));
	default:
		return !(oom_line_kinds[message].flags & OOM_LINE_IN_SOURCE) ||
		       !strview_has(text, "\\n\"");
	}
}
