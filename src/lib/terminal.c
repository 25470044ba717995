/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.c - measure and break UTF-8 text, ask what the terminal can show, and print there */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "lib/cleanup.h"
#include "lib/terminal.h"
#include "lib/utf8.h"

/* The columns that the first character of TEXT takes. */
static size_t first_width(const char *text, size_t *ret_length)
{
	uint32_t character = 0;
	size_t length = utf8_decode(text, &character);
	int columns = length ? wcwidth((wchar_t)character) : 1;

	*ret_length = length ? length : 1;
	return columns < 0 ? 1 : (size_t)columns;
}

size_t wrap_width(const char *text)
{
	size_t columns = 0, length;

	for (; *text; text += length)
		columns += first_width(text, &length);
	return columns;
}

const char *wrap_tail(const char *text, size_t columns)
{
	size_t width = wrap_width(text), length;

	for (; width > columns; text += length)
		width -= first_width(text, &length);
	return text;
}

size_t wrap_head(const char *text, size_t columns)
{
	size_t at = 0, length;

	for (size_t used = 0; text[at]; at += length) {
		used += first_width(text + at, &length);
		if (used > columns)
			break;
	}
	return at;
}

/* Whether a line may end at the blank at AT: not if a number would lose its unit, "4.0 KiB". */
static bool may_break(const char *text, size_t at)
{
	const char *unit = text + at + 1;

	if (!at || text[at - 1] == ' ')
		return false;
	if (!isdigit((unsigned char)text[at - 1]))
		return true;
	return *unit != '%' && !(*unit && strchr("KMGTPE", *unit) && !strncmp(unit + 1, "iB", 2));
}

size_t wrap_line(const char *text, size_t columns, size_t *ret_next)
{
	/* A path that is broken cannot be copied, and has no blank to break at. */
	bool begins_with_path = memchr(text, '/', strcspn(text, " ")) != NULL;
	size_t end = 0, next = 0, used = 0, at = 0, length;

	for (; text[at]; at += length) {
		used += first_width(text + at, &length);
		if (text[at] != ' ' && columns && used > columns && at &&
		    (end || !begins_with_path))
			break;
		/* A blank may stand behind the last column: it is not printed. */
		if (text[at] == ' ' && may_break(text, at)) {
			end = at;
			next = at + 1;
		} else if (text[at] == ' ' && next == at) {
			next = at + 1;
		}
	}
	/* The last word is whole where the text ends, and the first where there is no other. */
	if (!end || (!text[at] && next != at))
		end = next = at;
	while (end > 1 && text[end - 1] == ' ')
		end--;
	*ret_next = text[at] ? next : at;
	return end;
}

size_t wrap_lines(const char *text, size_t columns)
{
	size_t lines = 1, next;

	for (wrap_line(text, columns, &next); text[next]; wrap_line(text, columns, &next)) {
		text += next;
		lines++;
	}
	return lines;
}

bool terminal_wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
}

int terminal_of(FILE *stream)
{
	return stream == stdout   ? STDOUT_FILENO
	       : stream == stderr ? STDERR_FILENO
				  : fileno(stream);
}

int terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int terminal_height(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

bool terminal_has_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

char *terminal_fit(const char *text)
{
	bool utf8 = terminal_has_utf8();
	size_t room = strlen(text) * strlen("\\xNN") + 1;
	char *fit = malloc(room), *at = fit;

	for (; fit && *text; text++) {
		if (utf8 || (unsigned char)*text < 0x80)
			*at++ = *text;
		else
			at += snprintf(at, room - (size_t)(at - fit), "\\x%02x",
				       (unsigned char)*text);
	}
	if (fit)
		*at = '\0';
	return fit;
}

void terminal_print(FILE *stream, const char *text)
{
	int width = terminal_width(terminal_of(stream));
	size_t next = 0;

	for (; width > 0 && wrap_lines(text, (size_t)width) > 1; text += next)
		fprintf(stream, "%.*s\n", (int)wrap_line(text, (size_t)width, &next), text);
	fprintf(stream, "%s\n", text);
}

void terminal_say(const char *what, const char *text)
{
	CLEANUP_FREE char *line = NULL;

	if (asprintf(&line, "%s: %s%s", program_invocation_short_name, what, text) < 0)
		line = NULL;
	terminal_print(stderr, line ? line : text);
}
