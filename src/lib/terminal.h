/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h - what the terminal and the locale can show */
#ifndef PT_TERMINAL_H
#define PT_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

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
 * A copy of TEXT, UTF-8 without control characters (lib/safe.h), with bytes that are no ASCII as
 * \xNN where the locale has another character set: there they may be control characters. The
 * caller frees it; NULL: out of memory.
 */
char *terminal_fit(const char *text);

/* Writes TEXT and a newline to STREAM; on a terminal, lines end between words at its width. */
void terminal_print(FILE *stream, const char *text);

/* Writes "program: evidence: TEXT" to standard error in the same way, where WHAT is "evidence: ". */
void terminal_say(const char *what, const char *text);

#endif
