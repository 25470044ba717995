/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unescape.c - undo what terminals, browsers and loggers do to text */
#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "kernlog/unescape.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"

/*
 * What the escape at the front of TEXT stands for: a byte, or nothing, which is -1. Returns how
 * long it is; 0 with *ret_byte untouched: there is none, or it has no end.
 */
typedef size_t escape_fn(struct strview text, int *ret_byte);

/* Undoes, in place, the escapes that begin with FIRST. Returns the new length. */
static size_t unescape_all(char *line, size_t length, char first, escape_fn *escape_at)
{
	size_t kept = 0;

	if (!memchr(line, first, length))
		return length;
	for (size_t at = 0; at < length;) {
		int byte = (unsigned char)line[at];
		size_t taken = line[at] != first ? 0
			: escape_at((struct strview){ line + at, length - at }, &byte);

		at += taken ? taken : 1;
		if (byte >= 0)
			line[kept++] = (char)byte;
	}
	return kept;
}

/* Skips bytes from AT on that lie between FIRST and LAST. */
static size_t skip_range(struct strview text, size_t at, char first, char last)
{
	while (at < text.length && text.at[at] >= first && text.at[at] <= last)
		at++;
	return at;
}

/* A terminal sequence; "ESC ]8;;ADDRESS BEL", also with "ESC \\" at its end: links and titles */
static size_t sequence_at(struct strview text, int *ret_byte)
{
	size_t at = skip_range(text, 1, 0x20, 0x2f);

	if (strview_byte(text, 1) == ']') {
		at = 2;
		while (at < text.length && text.at[at] != '\a' && text.at[at] != '\x1b')
			at++;
		if (strview_byte(text, at) == '\x1b' && strview_byte(text, ++at) != '\\')
			return 0;
	} else if (strview_byte(text, 1) == '[') {
		at = skip_range(text, 2, 0x20, 0x3f);
	} else if (at == 1) {
		return 0;
	}
	if (at >= text.length)
		return 0;
	*ret_byte = -1;
	return at + 1;
}

/* "&lt;", or of printable ASCII or the no-break space "&#39;", "&#039;", "&#x27;" */
static size_t entity_at(struct strview text, int *ret_byte)
{
	static const struct {
		const char *name;
		char byte;
	} names[] = {
		{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' }, { "&nbsp;", ' ' }, { "&lbrack;", '[' }, { "&rbrack;", ']' },
	};
	struct strview rest = text;
	uint64_t code;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_skip(&rest, names[i].name)) {
			*ret_byte = names[i].byte;
			return text.length - rest.length;
		}
	if (!strview_skip(&rest, "&#") ||
	    !(strview_skip(&rest, "x") || strview_skip(&rest, "X") ? strview_take_hex(&rest, &code)
							     : strview_take_u64(&rest, &code)) ||
	    !strview_skip(&rest, ";") || ((code < ' ' || code > '~') && code != 160))
		return 0;
	*ret_byte = code == 160 ? ' ' : (int)code;
	return text.length - rest.length;
}

static size_t space_at(struct strview text, int *ret_byte)
{
	if (!strview_starts(text, "\xc2\xa0"))
		return 0;
	*ret_byte = ' ';
	return 2;
}

static size_t equals_at(struct strview text, int *ret_byte)
{
	if (strview_byte(text, 1) != '=' && strview_byte(text, 1) != '\\')
		return 0;
	*ret_byte = text.at[1];
	return 2;
}

/* "\x0a" */
static size_t byte_at(struct strview text, int *ret_byte)
{
	int high = number_hex_digit(strview_byte(text, 2));
	int low = number_hex_digit(strview_byte(text, 3));

	if (strview_byte(text, 1) != 'x' || high < 0 || low < 0)
		return 0;
	*ret_byte = high << 4 | low;
	return 4;
}

/* The same where printable ASCII is not escaped. */
static size_t unprintable_at(struct strview text, int *ret_byte)
{
	int byte;

	if (!byte_at(text, &byte) || (byte >= ' ' && byte < 127))
		return 0;
	*ret_byte = byte;
	return 4;
}

/* "#012" */
static size_t octal_at(struct strview text, int *ret_byte)
{
	int byte = 0;

	for (size_t i = 1; i <= 3; i++) {
		char digit = strview_byte(text, i);

		if (digit < '0' || digit > '7')
			return 0;
		byte = byte << 3 | (digit - '0');
	}
	if (byte >= ' ' && byte != 127)
		return 0;
	*ret_byte = byte;
	return 4;
}

size_t unescape_spaces(char *line, size_t length)
{
	return unescape_all(line, length, '\xc2', space_at);
}

size_t plain_equals(char *line, size_t length)
{
	return unescape_all(line, length, '\\', equals_at);
}

size_t unescape_bytes(char *message, size_t length, enum unescape_kind escapes)
{
	if (escapes == UNESCAPE_SYSLOG)
		length = unescape_all(message, length, '#', octal_at);
	return unescape_all(message, length, '\\',
			    escapes == UNESCAPE_KMSG ? byte_at : unprintable_at);
}

/*
 * The length of the HTML tag that TEXT begins with, 0: none of those that pages put around logs.
 */
static size_t tag_length(struct strview text)
{
	static const char *const names[] = {
		"pre", "code", "p", "br", "span", "div", "td", "tr", "li", "samp", "tt", "font",
		"b", "a",
	};
	struct strview rest = text;
	struct strview inside;

	if (!strview_skip(&rest, "<") || !strview_take_until(&rest, ">", &inside))
		return 0;
	strview_skip(&inside, "/");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct strview tail = inside;

		if (strview_skip(&tail, names[i]) &&
		    (!tail.length || tail.at[0] == ' ' || tail.at[0] == '/'))
			return (size_t)(rest.at - text.at);
	}
	return 0;
}

static size_t drop_tags(char *line, size_t length)
{
	size_t tag, start = 0;

	while (length > start &&
	       (tag = tag_length((struct strview){ line + start, length - start })))
		start += tag;
	if (start)
		memmove(line, line + start, length - start);
	length -= start;
	while (length && line[length - 1] == '>') {
		const char *open = memrchr(line, '<', length);

		tag = open
			? tag_length((struct strview){ open, length - (size_t)(open - line) }) : 0;
		if (!tag || open + tag != line + length)
			break;
		length = (size_t)(open - line);
	}
	return length;
}

void plain_constraint(char *line, size_t length)
{
	static const char defused[] = "oom-kill:cO";
	char *found = memmem(line, length, defused, sizeof(defused) - 1);

	if (found)
		found[sizeof(defused) - 2] = 'o';
}

size_t unescape_line(char *line, size_t length)
{
	while (length && line[length - 1] == '\r')
		length--;
	if (length >= 3 && !memcmp(line, "\xef\xbb\xbf", 3)) {
		length -= 3;
		memmove(line, line + 3, length);
	}
	length = unescape_all(line, length, '\x1b', sequence_at);
	length = drop_tags(line, length);
	length = unescape_spaces(line, length);
	length = unescape_all(line, length, '&', entity_at);
	plain_constraint(line, length);
	return length;
}
