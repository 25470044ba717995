/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error.h - what went wrong and what to do about it, passed up to main, which prints it */
#ifndef PT_ERROR_H
#define PT_ERROR_H

#include <stdbool.h>

#define ERROR_MESSAGE_MAX 1600
#define ERROR_HINT_MAX 1024

/*
 * The first line says what could not be done, to what, and why; the second,
 * which may be empty, what to do about it. Both are whole sentences without the
 * program's name, without a final full stop and without a newline.
 */
struct error {
	char message[ERROR_MESSAGE_MAX];
	char hint[ERROR_HINT_MAX];
};

/* Sets the first line and clears the second; too long a text is cut. */
void error_set(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets both for TEXT, which NAME was given as: "NAME 'TEXT' WHY", and HINT. Returns ERROR. */
int error_set_value(struct error *err, int error, const char *name, const char *text,
		    const char *why, const char *hint);

/*
 * Sets both lines, which FORMAT has with a newline between them. Returns ERROR, so that it can be
 * returned at once.
 */
int error_return(struct error *err, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets the second line. */
void error_hint(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Sets the second line to the limit or privilege that ERROR, a negative errno, is about, if it is
 * of that kind: EMFILE, ENOMEM, EFBIG, EAGAIN, EPERM ... Returns whether it is.
 */
bool error_hint_errno(struct error *err, int error);

/* Sets the first line to WHAT and the text of ERROR, and the second as error_hint_errno(). */
void error_set_errno(struct error *err, int error, const char *what);

/*
 * Copies untrusted text for one line of a message: control characters, ' and \\
 * and bytes over 126 become \\xNN. size, at least 4, counts the final NUL; what does not fit
 * ends in "...". Returns escaped.
 */
const char *error_escape(char *escaped, unsigned size, const char *text);

/* Prints both lines to standard error, each behind the name of the program. */
void error_print(const struct error *err);

#endif
