/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-pattern.c - match a line, or the beginning of one that was broken off, with a pattern */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/line-pattern.h"

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

bool line_take_cause(struct strview *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (strview_skip(text, causes[i]))
			return true;
	return false;
}

/* Names may hold brackets ("isolated(anon)"). */
bool line_take_figure(struct strview *text, bool *ret_unit)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz_()";
	size_t length = strview_byte(*text, 0) == 'A';
	struct strview rest;
	uint64_t number;

	while (length < text->length && length < 40 &&
	       memchr(bytes, text->at[length], sizeof(bytes) - 1))
		length++;
	rest = strview_from(*text, length);
	if (!length || !strview_skip(&rest, ":"))
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
	static const char *const zones[] = {
		"DMA32", "DMA", "Normal", "HighMem", "Movable", "Device",
	};
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
		return line_take_figure(text, &unit);
	case 'z':
		*points += POINTS_ZONE;
		word = strview_take_word(text);
		word.length -= strview_last(word) == ':';
		return strview_is_one_of(word, zones, ARRAY_SIZE(zones));
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

bool line_pattern_starts(struct strview text, const char *pattern)
{
	return may_start(strview_byte(text, 0), pattern) && match(pattern, text, 0, NULL);
}

bool line_pattern_breaks_off(struct strview text, const char *pattern)
{
	bool broken = false;

	return !match(pattern, text, 0, &broken) && broken;
}

bool line_pattern_is_last(struct strview text, const char *pattern)
{
	size_t literal = strcspn(pattern, "%"), at;
	char piece[48];

	strview_copy_to((struct strview){ pattern, literal }, piece, sizeof(piece));
	at = strview_find_last(text, piece);
	return at != STRVIEW_NONE &&
	       match(pattern + literal, strview_from(text, at + literal), 0, NULL);
}
