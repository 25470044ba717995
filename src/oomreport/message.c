/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - recognise the lines of a report by the table of their types */
#include <config.h>

#include <ctype.h>

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

enum oom_line_type oom_line_type_find(struct strview *text, unsigned expected,
				      bool prefixed)
{
	/* What no other text has, wherever it stands */
	static const char *const unmistakable[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill",
		"oom-kill:constraint=CONSTRAINT_", "oom_reaper: reaped process ",
		"Killed process ",
	};
	struct strview rest, head = strview_head(*text, 256);
	size_t first = STRVIEW_NONE;
	enum oom_line_type message;

	for (size_t i = 0; i < ARRAY_SIZE(unmistakable); i++) {
		size_t at = strview_find(*text, unmistakable[i]);

		first = MIN(first, at);
	}
	if (first != STRVIEW_NONE) {
		if (prefix_is_foreign(strview_head(*text, first)))
			return OOM_LINE_NONE;
		rest = strview_from(*text, first);
		message = oom_line_type_of(rest, expected);
		if (message != OOM_LINE_NONE) {
			*text = rest;
			return message;
		}
	}
	/* Unknown prefixes end in a tab, or in a mark and a blank. */
	for (size_t at = 0; !prefixed && at < head.length; at++) {
		bool tab = head.at[at] == '\t';

		if (!tab && (strview_byte(head, at + 1) != ' ' || !head.at[at] ||
			     !strchr(":]>|-)", head.at[at])))
			continue;
		rest = strview_from(*text, at + (tab ? 1 : 2));
		message = oom_line_type_of(rest, expected);
		if (message > OOM_LINE_CPUSET &&
		    !prefix_is_foreign(strview_head(*text, text->length - rest.length))) {
			*text = rest;
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

		if (!(kind->flags & OOM_LINE_PLACED) && !kind->pid)
			continue;
		for (; !begun && figure && figure->pattern; figure++)
			begun = line_pattern_breaks_off(text, figure->pattern);
		/* What begins like a choice may be a kill, which is known better by its rest. */
		if (begun)
			return type == OOM_LINE_CHOICE ? OOM_LINE_KILLED : type;
	}
	return OOM_LINE_NONE;
}

bool oom_line_is_whole(enum oom_line_type message, struct strview text)
{
	const char *const *part = oom_line_kinds[message].whole;
	struct strview word, last = { text.at, 0 };
	int64_t number;

	for (; part && *part; part++)
		if (line_pattern_is_last(text, *part))
			return true;
	if (message != OOM_LINE_ROW)
		return !oom_line_kinds[message].whole;
	/* A row ends with a name; how many columns it has only the table's header tells. */
	while (strview_skip_blanks(&text), word = strview_take_word(&text), word.length)
		last = word;
	return last.length && !(strview_take_i64(&last, &number) && !last.length);
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

/*
 * "Killed process N (comm) total-vm:...", "Killed process N, UID 27, (mysqld) ...", and "Kill
 * process N (comm) score ..." of what is not KILLED yet, cut off anywhere, with a cause in front
 * or not. Titles and prose have a cause too, but no sizes.
 */
static bool is_kernels_kill(bool killed, struct strview text, bool timed, bool expected)
{
	static const char *const sizes[] = { "total-vm:", "vsz:", ", UID " };
	static const char *const scores[] = { "score " };
	static const char *const names[] = { "(", ", UID " };
	const char *const *behind = killed ? sizes : scores;
	size_t count = killed ? ARRAY_SIZE(sizes) : ARRAY_SIZE(scores), end;
	bool caused = line_take_cause(&text);
	uint64_t pid;

	if (killed)
		expected |= (timed && caused) || strview_has(text, "total-vm:") ||
			    strview_has(text, " vsz:");
	else
		expected |= caused && (timed || strview_has(text, " score "));
	if (!expected || !(killed ? strview_skip(&text, "Killed process")
				  : strview_skip(&text, "Kill process") ||
				    strview_skip(&text, "kill process")))
		return false;
	strview_skip_blanks(&text);
	if (!strview_take_u64(&text, &pid))
		return false;
	strview_skip_blanks(&text);
	if (!is_begun_with(text, names, ARRAY_SIZE(names)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strview_has(text, behind[i]))
			return true;
	end = strview_find_last(text, ")");
	if (end == STRVIEW_NONE)
		return true;
	/* A name may have brackets too, but no more than fits. */
	if (end > KERNEL_COMM_MAX + 1 && !strview_has(text, "\\"))
		return false;
	return is_begun_with(strview_trim(strview_from(text, end + 1)), behind, count);
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

bool oom_line_is_kernels(enum oom_line_type message, struct strview text, bool timed,
			 bool expected)
{
	const struct oom_line_kind *kind = &oom_line_kinds[message];

	strview_skip_blanks(&text);
	if (message == OOM_LINE_KILLED || message == OOM_LINE_CHOICE)
		return is_kernels_kill(message == OOM_LINE_KILLED, text, timed, expected);
	if (message == OOM_LINE_DECISION)
		return is_kernels_decision(text);
	if (message == OOM_LINE_INVOKED)
		return !prefix_is_foreign(text) &&
		       (strview_has(text, "gfp_mask=0x") ||
			(timed && !strview_has(text, "gfp_mask=%")));
	return (!kind->kernels || oom_line_is_one_of(text, kind->kernels)) &&
	       (!(kind->flags & OOM_LINE_IN_SOURCE) || !strview_has(text, "\\n\""));
}
