/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h - make sure that text is UTF-8, and safe for a terminal */
#ifndef PT_UTF8_H
#define PT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the character that TEXT, which ends with a NUL, begins with. Returns its length in bytes,
 * or 0 with *ret_character untouched when it is not well-formed UTF-8.
 */
size_t utf8_decode(const char *text, uint32_t *ret_character);

/*
 * Copies TEXT, with every byte that is no part of well-formed UTF-8 (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF) replaced by U+FFFD. The caller frees the copy;
 * NULL: out of memory.
 */
char *utf8_repair(const char *text);

/*
 * Copies TEXT, which is JSON, with \u escapes for what is not ASCII: json-c 0.18 takes the bytes
 * of UTF-8 for control characters where it is strict. What is no UTF-8 becomes U+FFFD. The caller
 * frees the copy; NULL: out of memory.
 */
char *utf8_escape(const char *text);

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
