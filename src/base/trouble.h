/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trouble.h - what went wrong and what to do about it, carried up to main, which prints it */
#ifndef PT_TROUBLE_H
#define PT_TROUBLE_H

#include <stdbool.h>

#define TROUBLE_WHAT_MAX 1600
#define TROUBLE_REMEDY_MAX 1024

/*
 * The first line says what could not be done, to what, and why; the second,
 * which may be empty, what to do about it. Both are whole sentences without the
 * program's name, without a final full stop and without a newline.
 */
struct trouble {
	char what[TROUBLE_WHAT_MAX];
	char remedy[TROUBLE_REMEDY_MAX];
};

/* Sets the first line and clears the second; too long a text is cut. */
void trouble_set(struct trouble *trouble, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets the second line. */
void trouble_remedy(struct trouble *trouble, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Sets the second line to the limit of this process that ERROR, a negative errno, speaks of, if it
 * is of that kind: EMFILE, ENOMEM, EFBIG, EAGAIN, EPERM ... Returns whether it is.
 */
bool trouble_remedy_errno(struct trouble *trouble, int error);

/* Sets the first line to WHAT and the text of ERROR, and the second as trouble_remedy_errno(). */
void trouble_set_errno(struct trouble *trouble, int error, const char *what);

/*
 * Copies untrusted text for one line of a message: control characters, ' and \\
 * and bytes over 126 come out as \\xNN. size, at least 4, counts the final NUL; what does
 * not fit ends in "...". Returns escaped.
 */
const char *trouble_escape(char *escaped, unsigned size, const char *text);

/* Prints "PROGRAM: what" and, if there is one, the remedy to standard error. */
void trouble_print(const struct trouble *trouble);

#endif
