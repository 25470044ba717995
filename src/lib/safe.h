/* SPDX-License-Identifier: GPL-2.0-or-later */
/* safe.h - untrusted text (process names, cgroup paths) made safe for a terminal */
#ifndef PT_SAFE_H
#define PT_SAFE_H

#include <stddef.h>

/* The size that safe_text() needs for LENGTH bytes, with the NUL. */
#define SAFE_ROOM(length) ((length) * 4 + 1)

/*
 * Copies TEXT with control characters (C0, DEL, and C1 as U+0080 to U+009F), backslashes, format
 * and direction characters of Unicode (U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F,
 * U+FEFF) and bytes that are no UTF-8 as \xNN; other UTF-8 is left as it is. SIZE counts the NUL;
 * what does not fit is left out, and nothing is cut in the middle. Returns safe.
 */
const char *safe_text(char *safe, size_t size, const char *text);

#endif
