/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h - what the terminal and the locale can show, and where lines break */
#ifndef PT_TERMINAL_H
#define PT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * The columns that TEXT takes, by wcwidth(3). A byte that is no UTF-8 counts as one, and so does a
 * character without a width: in the C locale all that are not ASCII.
 */
size_t wrap_width(const char *text);

/* The longest end of TEXT that is at most COLUMNS wide. */
const char *wrap_tail(const char *text, size_t columns);

/* The bytes of the longest beginning of TEXT that is at most COLUMNS wide. */
size_t wrap_head(const char *text, size_t columns);

/*
 * The bytes of TEXT, which does not begin with a blank, that make its first line of at most
 * COLUMNS: those in front of the last blank that fits, or else as many characters as fit, at
 * least one; but a first word with a slash in it, a path, is whole, however long. COLUMNS 0: all.
 * *ret_next is where the next line begins; there is none if TEXT ends there. Blanks where a line
 * ends belong to neither. "4.0 KiB" and "98 %" are kept together.
 */
size_t wrap_line(const char *text, size_t columns, size_t *ret_next);

/* The lines of at most COLUMNS that wrap_line() makes of TEXT. */
size_t wrap_lines(const char *text, size_t columns);

/* The descriptor of STREAM, standard output, standard error or a stdio(3) file; -1: none. */
int terminal_of(FILE *stream);

/* Whether colours are wanted on a terminal: NO_COLOR (no-color.org) is empty, TERM not dumb. */
bool terminal_wants_colour(void);

/* The columns of the terminal at FD; 0: it is none, or does not say. */
int terminal_width(int fd);

/* Its rows, likewise. */
int terminal_height(int fd);

/* Whether the locale's characters are UTF-8. */
bool terminal_has_utf8(void);

/*
 * A copy of TEXT, UTF-8 without control characters (lib/utf8.h), with bytes that are no ASCII as
 * \xNN where the locale has another character set: there they may be control characters. The
 * caller frees it; NULL: out of memory.
 */
char *terminal_fit(const char *text);

/* Writes TEXT and a newline to STREAM; on a terminal, lines end between words at its width. */
void terminal_print(FILE *stream, const char *text);

/* Writes "program: evidence: TEXT" to standard error in the same way, where WHAT is "evidence: ". */
void terminal_say(const char *what, const char *text);

#endif
