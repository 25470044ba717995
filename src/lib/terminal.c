/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.c - ask the environment, the terminal and the locale what can be shown */
#include <config.h>

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/terminal.h"
#include "lib/wrap.h"

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
