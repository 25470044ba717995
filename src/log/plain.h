/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plain.h - text as the kernel wrote it, out of what terminals, browsers and loggers make of it */
#ifndef PT_PLAIN_H
#define PT_PLAIN_H

#include <stddef.h>

/*
 * Takes from a line of LENGTH bytes, in place, what is not text: a final carriage return, terminal
 * sequences (ECMA-48 CSI), HTML tags at both ends and HTML entities. Returns the new length.
 */
size_t plain_line(char *line, size_t length);

/*
 * Undoes escapes in a message, in place, and returns the new length. PLAIN_KMSG: every \xNN, as
 * /dev/kmsg writes them. PLAIN_OTHER: only \xNN of bytes that are no text (dmesg(1)). PLAIN_SYSLOG: these, and
 * #NNN with the octal value of a control character (rsyslogd).
 */
enum plain_escapes { PLAIN_KMSG, PLAIN_OTHER, PLAIN_SYSLOG };
size_t plain_unescape(char *message, size_t length, enum plain_escapes escapes);

#endif
