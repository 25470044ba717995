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

/* What HTML, pages that were copied, and CEF have for a byte. */
static const struct {
	const char *text;
	char byte;
} literals[] = {
	{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' },
	{ "&nbsp;", ' ' }, { "&lbrack;", '[' }, { "&rbrack;", ']' }, { "\xc2\xa0", ' ' },
	{ "\\=", '=' }, { "\\\\", '\\' },
};

/* One of these, or of printable ASCII or the no-break space "&#39;", "&#039;", "&#x27;" */
static size_t literal_at(struct strview text, int *ret_byte)
{
	struct strview rest = text;
	uint64_t code;

	for (size_t i = 0; i < ARRAY_SIZE(literals); i++)
		if (strview_skip(&rest, literals[i].text)) {
			*ret_byte = literals[i].byte;
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
	return unescape_all(line, length, '\xc2', literal_at);
}

size_t plain_equals(char *line, size_t length)
{
	return unescape_all(line, length, '\\', literal_at);
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
	static const char names[] = "pre code p br span div td tr li samp tt font b a";
	struct strview rest = text, inside, name;

	if (!strview_skip(&rest, "<") || !strview_take_until(&rest, ">", &inside))
		return 0;
	strview_skip(&inside, "/");
	name = strview_head(inside, strview_find(inside, " "));
	name = strview_head(name, strview_find(name, "/"));
	return strview_is_among(name, names) ? text.length - rest.length : 0;
}

static struct strview without_tags(struct strview line)
{
	const char *open;
	size_t tag;

	while ((tag = tag_length(line)))
		line = strview_from(line, tag);
	while (strview_last(line) == '>' && (open = memrchr(line.at, '<', line.length))) {
		struct strview last = strview_from(line, (size_t)(open - line.at));

		if (tag_length(last) != last.length)
			break;
		line.length -= last.length;
	}
	return line;
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
	struct strview text;

	while (length && line[length - 1] == '\r')
		length--;
	length = unescape_all(line, length, '\x1b', sequence_at);
	text = (struct strview){ line, length };
	strview_skip(&text, "\xef\xbb\xbf");
	text = without_tags(text);
	if (text.at > line)
		memmove(line, text.at, text.length);
	length = unescape_spaces(line, text.length);
	length = unescape_all(line, length, '&', literal_at);
	plain_constraint(line, length);
	return length;
}
