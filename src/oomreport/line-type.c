/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-type.c - tell the lines of a report, or the beginnings of broken ones, by their patterns */
#include <config.h>

#include <ctype.h>

#include "lib/macros.h"
#include "oomreport/line-type.h"
#include "oomreport/report.h"

/* A byte that is a pattern's own counts 1, what stands in its place counts these. */
#define POINTS_ENOUGH 4
#define POINTS_NUMBER 2
#define POINTS_ZONE 4

/* may_start() has their first bytes, and those of zones. */
static const char *const causes[] = {
	"Memory cgroup out of memory: ", "Out of memory: ",
	"Out of memory (oom_kill_allocating_task): ",
	"Memory cgroup out of memory (oom_kill_allocating_task): ",
	"No available memory (MPOL_BIND): ", "No available memory in cpuset: ",
	"Out of memory (cpuset): ", "Out of memory (mempolicy): ", "oom_policy: ",
};

/* Takes the cause in front of "Kill process" from *text. Returns whether there was one. */
static bool line_take_cause(struct strview *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (strview_skip(text, causes[i]))
			return true;
	return false;
}

bool oom_line_take_figure(struct strview *text, bool *ret_unit)
{
	struct strview rest = strview_from(*text, strview_byte(*text, 0) == 'A'), name;
	uint64_t number;

	/* Names may hold brackets ("isolated(anon)"). */
	if (!strview_take_until(&rest, ":", &name) || name.at + name.length == text->at ||
	    name.length > 40 || !strview_has_only(name, "abcdefghijklmnopqrstuvwxyz_()"))
		return false;
	strview_skip_blanks(&rest);
	if (!strview_take_u64(&rest, &number))
		return false;
	*ret_unit = strview_starts(rest, "kB") || strview_starts(rest, "KB");
	*text = rest;
	return true;
}

/* Takes what stands in TEXT in the place of SORT, a letter behind '%'. */
static bool line_take_place(struct strview *text, char sort, unsigned *points)
{
	struct strview word;
	uint64_t number;
	int64_t signed_number;
	size_t length;
	bool unit;

	switch (sort) {
	case 'u':
		*points += POINTS_NUMBER;
		return strview_take_u64(text, &number);
	case 'd':
		*points += POINTS_NUMBER;
		return strview_take_i64(text, &signed_number);
	case ' ':
		return strview_skip_blanks(text);
	case '_':
		strview_skip_blanks(text);
		return true;
	case 'w':
		return strview_take_word(text).length;
	case 'k':
		for (length = 0; length < text->length && !strview_is_blank(text->at[length]) &&
		     text->at[length] != ':'; )
			length++;
		*text = strview_from(*text, length);
		return length;
	case 'f':
		return oom_line_take_figure(text, &unit);
	case 'z':
		*points += POINTS_ZONE;
		word = strview_take_word(text);
		word.length -= strview_last(word) == ':';
		return strview_is_among(word, "DMA32 DMA Normal HighMem Movable Device");
	case 'c':
		*points += line_take_cause(text) ? POINTS_ENOUGH : 0;
		return true;
	case '|':
		return !text->length || strchr(" \t\r\n:,(", text->at[0]);
	default:
		return !strview_trim(*text).length;
	}
}

/* Whether TEXT ends with the first bytes of PIECE, LENGTH long, or (ALL) is those alone. */
static bool ends_in_piece(struct strview text, const char *piece, size_t length, bool all)
{
	for (size_t part = POINTS_ENOUGH; part < length && part <= text.length; part++)
		if ((!all || part == text.length) &&
		    !memcmp(text.at + text.length - part, piece, part))
			return true;
	return false;
}

/*
 * Whether TEXT begins with PATTERN, of which so much has been found before as POINTS say.
 * *ret_broken, unless NULL, becomes true where the text ends inside it.
 */
static bool match(const char *pattern, struct strview text, unsigned points, bool *ret_broken)
{
	for (; *pattern; pattern++) {
		size_t literal;
		const char *at;

		if (*pattern != '%' && text.length && text.at[0] == *pattern) {
			text = strview_from(text, 1);
			points++;
			continue;
		}
		if (ret_broken)
			*ret_broken |= !text.length && points >= POINTS_ENOUGH;
		if (*pattern != '%')
			return false;
		pattern++;
		for (size_t i = 0; ret_broken && *pattern == 'c' && i < ARRAY_SIZE(causes); i++)
			*ret_broken |= ends_in_piece(text, causes[i], strlen(causes[i]), true);
		if (*pattern != '*') {
			if (!line_take_place(&text, *pattern, &points))
				return false;
			continue;
		}
		pattern++;
		literal = strcspn(pattern, "%");
		if (ret_broken)
			*ret_broken |= points >= POINTS_ENOUGH ||
				       ends_in_piece(text, pattern, literal, false);
		while (text.length && (at = memmem(text.at, text.length, pattern, literal))) {
			text = strview_from(text, (size_t)(at - text.at));
			if (match(pattern + literal, strview_from(text, literal),
				  points + (unsigned)literal, ret_broken))
				return true;
			/* What may stand anywhere behind it stands behind no later one either. */
			if (pattern[literal] == '%' && pattern[literal + 1] == '*')
				return false;
			text = strview_from(text, 1);
		}
		return false;
	}
	return true;
}

/* Whether what begins with BYTE may begin with PATTERN: by this most are told apart at once. */
static bool may_start(char byte, const char *pattern)
{
	if (*pattern != '%')
		return byte == *pattern;
	switch (pattern[1]) {
	case 'u':
		return strview_is_digit(byte);
	case 'd':
		return strview_is_digit(byte) || byte == '-';
	case 'c':
		return byte == pattern[2] || strchr("MNOo", byte);
	case 'z':
		return strchr("DHMN", byte);
	default:
		return true;
	}
}

bool oom_line_is_one_of(struct strview text, const char *const *patterns)
{
	for (; patterns && *patterns; patterns++)
		if (may_start(strview_byte(text, 0), *patterns) && match(*patterns, text, 0, NULL))
			return true;
	return false;
}

const struct oom_line_figure *oom_line_figure_of(enum oom_line_type type, struct strview text)
{
	const struct oom_line_figure *figure = oom_line_kinds[type].figures;

	for (; figure && figure->pattern; figure++)
		if (may_start(strview_byte(text, 0), figure->pattern) &&
		    match(figure->pattern, text, 0, NULL))
			return figure;
	return NULL;
}

enum oom_line_type oom_line_type_of(struct strview text, unsigned expected)
{
	static const enum oom_line_front fronts[] = {
		OOM_FRONT_LONG, OOM_FRONT_NAME, OOM_FRONT_WORDS,
	};
	struct strview bare = text;

	strview_skip_blanks(&bare);
	for (size_t i = 0; bare.length && i < ARRAY_SIZE(fronts); i++) {
		if (fronts[i] == OOM_FRONT_WORDS)
			text = bare;
		for (enum oom_line_type type = OOM_LINE_NONE; type < OOM_LINE_LAST; type++) {
			const struct oom_line_kind *kind = &oom_line_kinds[type];
			bool in_list = kind->list & expected;

			if (kind->front != fronts[i])
				continue;
			if (oom_line_is_one_of(text, kind->forms) ||
			    oom_line_figure_of(type, text) ||
			    (in_list && oom_line_is_one_of(text, kind->in_list)) ||
			    (kind->is && (in_list || !kind->list) && kind->is(text)))
				return type;
		}
	}
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

enum oom_line_type oom_line_type_find(struct strview *text, unsigned expected, bool prefixed)
{
	/* What no other text has, wherever it stands */
	static const char *const unmistakable[] = {
		"Memory cgroup out of memory: Kill", "Out of memory: Kill",
		"Out of memory (oom_kill_allocating_task): Kill",
		"oom-kill:constraint=CONSTRAINT_", "oom_reaper: reaped process ",
		"Killed process ",
	};
	size_t first = STRVIEW_NONE, last = prefixed ? 0 : MIN(text->length, 256);
	enum oom_line_type type;

	for (size_t i = 0; i < ARRAY_SIZE(unmistakable); i++) {
		size_t at = strview_find(*text, unmistakable[i]);

		first = MIN(first, at);
	}
	if (first != STRVIEW_NONE) {
		if (prefix_is_foreign(strview_head(*text, first)))
			return OOM_LINE_NONE;
		type = oom_line_type_of(strview_from(*text, first), expected);
		if (type != OOM_LINE_NONE) {
			*text = strview_from(*text, first);
			return type;
		}
	}
	/* Unknown prefixes end in a tab, or in a mark and a blank. */
	for (size_t at = 1; at <= last; at++) {
		char mark = at > 1 ? text->at[at - 2] : '\0';

		if (text->at[at - 1] != '\t' && (text->at[at - 1] != ' ' || !mark ||
						 !strchr(":]>|-)", mark)))
			continue;
		type = oom_line_type_of(strview_from(*text, at), expected);
		if (type > OOM_LINE_CPUSET && !prefix_is_foreign(strview_head(*text, at))) {
			*text = strview_from(*text, at);
			return type;
		}
	}
	return OOM_LINE_NONE;
}

/* Whether TEXT ends inside one of PATTERNS, and enough of it is there to be no chance. */
static bool breaks_off(struct strview text, const char *const *patterns)
{
	bool broken = false;

	for (; patterns && *patterns && !broken; patterns++)
		broken = !match(*patterns, text, 0, &broken) && broken;
	return broken;
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
			begun = breaks_off(text, (const char *[]){ figure->pattern, NULL });
		/* What begins like a choice may be a kill, which is known better by its rest. */
		if (begun)
			return type == OOM_LINE_CHOICE ? OOM_LINE_KILLED : type;
	}
	return OOM_LINE_NONE;
}

bool oom_line_is_whole(enum oom_line_type type, struct strview text)
{
	const char *const *part = oom_line_kinds[type].whole;
	struct strview word, last = { text.at, 0 };
	int64_t number;

	for (; part && *part; part++) {
		size_t literal = strcspn(*part, "%"), at;
		char piece[48];

		strview_copy_to((struct strview){ *part, literal }, piece, sizeof(piece));
		at = strview_find_last(text, piece);
		if (at != STRVIEW_NONE &&
		    match(*part + literal, strview_from(text, at + literal), 0, NULL))
			return true;
	}
	if (type != OOM_LINE_ROW)
		return !oom_line_kinds[type].whole;
	/* A row ends with a name; how many columns it has only the table's header tells. */
	while (strview_skip_blanks(&text), word = strview_take_word(&text), word.length)
		last = word;
	return last.length && !(strview_take_i64(&last, &number) && !last.length);
}

bool oom_line_may_join(enum oom_line_type type, struct strview rest)
{
	/* The record of a node and of a zone has nothing but figures. */
	bool figures = oom_line_kinds[type].flags & OOM_LINE_FIGURES;

	for (size_t i = 0; figures && i < rest.length; i++)
		if (!isalnum((unsigned char)rest.at[i]) && !strchr(" \t_():?-", rest.at[i]))
			return false;
	return true;
}

bool oom_line_goes_on(enum oom_line_type type, struct strview rest, enum oom_line_type by_itself,
		      bool prefixed)
{
	const char *const *rests = oom_line_kinds[type].rests;
	bool none = by_itself == OOM_LINE_NONE;

	strview_skip_blanks(&rest);
	if (!rest.length || (!none && !prefixed && by_itself != OOM_LINE_COUNTS &&
			     by_itself != OOM_LINE_STAT))
		return false;
	if (!rests)
		return none || prefixed;
	return oom_line_is_one_of(rest, rests) || (prefixed && none && type != OOM_LINE_INVOKED);
}

bool oom_line_is_other(struct strview text)
{
	static const char *const beginnings[] = {
		"Call Trace:", "Call trace:", "<TASK>", "</TASK>", "lowmem_reserve[]:",
		"Modules linked in:", "RIP:", "RSP:", "Code:", "---[", "Node ",
		"DMA ", "Normal ", NULL,
	};
	struct strview head = strview_head(text, 80);

	strview_skip_blanks(&text);
	/* "dump_stack+0x5c/0x80", "[<ffffffff81d91389>] dump_stack+0xc1/0x128" */
	if (oom_line_is_one_of(text, beginnings) ||
	    (strview_has(head, "+0x") && strview_has(head, "/0x")))
		return true;
	/* "...", "[...]", "```": somebody has left something out, or it has ended. */
	for (size_t i = 0; i < text.length; i++)
		if (isalnum((unsigned char)text.at[i]))
			return false;
	return true;
}

bool oom_line_is_torn(enum oom_line_type type, struct strview so_far, struct strview word,
		      struct strview next)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];

	/* A '#' follows the version of the kernel. */
	if (type == OOM_LINE_CPU)
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
	if (end > OOM_KERNEL_COMM_MAX + 1 && !strview_has(text, "\\"))
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

bool oom_line_is_kernels(enum oom_line_type type, struct strview text, bool timed, bool expected)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];

	strview_skip_blanks(&text);
	if (type == OOM_LINE_KILLED || type == OOM_LINE_CHOICE)
		return is_kernels_kill(type == OOM_LINE_KILLED, text, timed, expected);
	if (type == OOM_LINE_DECISION)
		return is_kernels_decision(text);
	if (type == OOM_LINE_INVOKED)
		return !prefix_is_foreign(text) &&
		       (strview_has(text, "gfp_mask=0x") ||
			(timed && !strview_has(text, "gfp_mask=%")));
	return (!kind->kernels || oom_line_is_one_of(text, kind->kernels)) &&
	       (!(kind->flags & OOM_LINE_IN_SOURCE) || !strview_has(text, "\\n\""));
}
