/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unescape.c - undo what terminals, browsers and loggers do to text */
#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "kernlog/unescape.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"

/* Skips bytes from AT on that lie between FIRST and LAST. */
static size_t skip_range(struct strview text, size_t at, char first, char last)
{
	while (at < text.length && text.at[at] >= first && text.at[at] <= last)
		at++;
	return at;
}

/* "ESC ]8;;ADDRESS BEL", also with "ESC \\" at its end: links and titles */
static size_t command_length(struct strview text)
{
	for (size_t at = 2; at < text.length; at++) {
		if (text.at[at] == '\a')
			return at + 1;
		if (text.at[at] == '\x1b')
			return strview_byte(text, at + 1) == '\\' ? at + 2 : 0;
	}
	return 0;
}

/*
 * The length of the terminal sequence that TEXT begins with, 0: there is none, or it has no end.
 */
static size_t sequence_length(struct strview text)
{
	size_t at;

	if (strview_byte(text, 0) != '\x1b')
		return 0;
	if (strview_byte(text, 1) == ']')
		return command_length(text);
	if (strview_byte(text, 1) == '[')
		at = skip_range(text, 2, 0x20, 0x3f);
	else if (skip_range(text, 1, 0x20, 0x2f) > 1)
		at = skip_range(text, 1, 0x20, 0x2f);
	else
		return 0;
	return at < text.length ? at + 1 : 0;
}

static size_t drop_sequences(char *line, size_t length)
{
	size_t kept = 0;

	if (!memchr(line, '\x1b', length))
		return length;
	for (size_t at = 0; at < length;) {
		size_t sequence = sequence_length((struct strview){ line + at, length - at });

		if (sequence)
			at += sequence;
		else
			line[kept++] = line[at++];
	}
	return kept;
}

struct entity {
	char byte;
	size_t length;		/* 0: none */
};

/* "&#39;", "&#039;", "&#x27;": of printable ASCII, or the no-break space */
static struct entity number_entity(struct strview text)
{
	struct strview rest = text;
	uint64_t code;

	if (!strview_skip(&rest, "&#") ||
	    !(strview_skip(&rest, "x") || strview_skip(&rest, "X") ? strview_take_hex(&rest, &code)
							     : strview_take_u64(&rest, &code)) ||
	    !strview_skip(&rest, ";"))
		return (struct entity){ 0 };
	if (code == 160)
		code = ' ';
	if (code < ' ' || code > '~')
		return (struct entity){ 0 };
	return (struct entity){ (char)code, (size_t)(rest.at - text.at) };
}

/* What TEXT begins with. */
static struct entity entity_at(struct strview text)
{
	static const struct {
		const char *name;
		char byte;
	} names[] = {
		{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' }, { "&nbsp;", ' ' }, { "&lbrack;", '[' }, { "&rbrack;", ']' },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_starts(text, names[i].name))
			return (struct entity){ names[i].byte, strlen(names[i].name) };
	return number_entity(text);
}

static size_t decode_entities(char *line, size_t length)
{
	size_t kept = 0;

	if (!memchr(line, '&', length))
		return length;
	for (size_t at = 0; at < length;) {
		struct entity entity = entity_at((struct strview){ line + at, length - at });

		line[kept++] = entity.length ? entity.byte : line[at];
		at += entity.length ? entity.length : 1;
	}
	return kept;
}

size_t unescape_spaces(char *line, size_t length)
{
	static const char space[] = "\xc2\xa0";
	size_t kept = 0;

	if (!memmem(line, length, space, 2))
		return length;
	for (size_t at = 0; at < length; at++) {
		bool found = at + 1 < length && !memcmp(line + at, space, 2);

		line[kept++] = found ? ' ' : line[at];
		at += found;
	}
	return kept;
}

size_t plain_equals(char *line, size_t length)
{
	size_t kept = 0;

	for (size_t at = 0; at < length; at++) {
		at += line[at] == '\\' && at + 1 < length &&
		      (line[at + 1] == '=' || line[at + 1] == '\\');
		line[kept++] = line[at];
	}
	return kept;
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
	length = drop_sequences(line, length);
	length = drop_tags(line, length);
	length = unescape_spaces(line, length);
	length = decode_entities(line, length);
	plain_constraint(line, length);
	return length;
}

/* The byte that the escape at the front of TEXT stands for, -1: no escape. It is 4 bytes long. */
static int escaped_byte(struct strview text, enum unescape_kind escapes)
{
	int high, low, value;

	if (strview_starts(text, "\\x")) {
		high = number_hex_digit(strview_byte(text, 2));
		low = number_hex_digit(strview_byte(text, 3));
		if (high < 0 || low < 0)
			return -1;
		value = high << 4 | low;
		return escapes == UNESCAPE_KMSG || value < ' ' || value >= 127 ? value : -1;
	}
	if (escapes != UNESCAPE_SYSLOG || strview_byte(text, 0) != '#')
		return -1;
	high = number_hex_digit(strview_byte(text, 1));
	low = number_hex_digit(strview_byte(text, 2));
	value = number_hex_digit(strview_byte(text, 3));
	if (high < 0 || high > 1 || low < 0 || low > 7 || value < 0 || value > 7)
		return -1;
	value |= high << 6 | low << 3;
	return value < ' ' || value == 127 ? value : -1;
}

size_t unescape_bytes(char *message, size_t length, enum unescape_kind escapes)
{
	size_t kept = 0;

	if (!memchr(message, '\\', length) && !memchr(message, '#', length))
		return length;
	for (size_t at = 0; at < length;) {
		int byte = message[at] == '\\' || message[at] == '#'
			? escaped_byte((struct strview){ message + at, length - at }, escapes)
				: -1;

		message[kept++] = byte >= 0 ? (char)byte : message[at];
		at += byte >= 0 ? 4 : 1;
	}
	return kept;
}
