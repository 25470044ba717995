/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unescape.h - text as the kernel wrote it, out of what terminals, browsers and loggers make of it
 */
#ifndef PT_UNESCAPE_H
#define PT_UNESCAPE_H

#include <stddef.h>

/*
 * Takes from a line of LENGTH bytes, in place, what is not text: carriage returns at its end, a
 * mark of UTF-8 at its beginning, terminal sequences (ECMA-48) that have an end, HTML tags at both
 * ends; and makes HTML entities and no-break spaces what they stand for. Returns the new length.
 */
size_t unescape_line(char *line, size_t length);

/*
 * Makes no-break spaces, of a page that was copied, blanks, in place. Returns the new length.
 */
size_t unescape_spaces(char *line, size_t length);

/*
 * Undoes, in place, what sites that let nobody write "onclick=" into their pages make of the line
 * "oom-kill:constraint=": they write the first letter of what they take for such a thing large.
 * unescape_line() has done it to whole lines.
 */
void plain_constraint(char *line, size_t length);

/* Undoes "\\=" and "\\\\", as CEF has them, in place. Returns the new length. */
size_t plain_equals(char *line, size_t length);

enum unescape_kind {
	UNESCAPE_KMSG,	/* every \xNN, as /dev/kmsg has them */
	UNESCAPE_OTHER,	/* \xNN of bytes that are no printable ASCII, as dmesg(1) writes them */
	UNESCAPE_SYSLOG,	/* these, and #NNN, a control character in octal (rsyslogd) */
};

/* Undoes escapes in a message, in place. Returns the new length. */
size_t unescape_bytes(char *message, size_t length, enum unescape_kind escapes);

#endif
