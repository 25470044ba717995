/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.h - how wide UTF-8 text is on a terminal, and where its lines break */
#ifndef PT_WRAP_H
#define PT_WRAP_H

#include <stddef.h>

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

#endif
