/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ascii.h - letters as ASCII has them, whatever the locale: in a Turkish one 'I' is no capital 'i'
 * to toupper(3) and strcasecmp(3)
 */
#ifndef PT_ASCII_H
#define PT_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char ascii_lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static inline char ascii_upper(char letter)
{
	return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static inline bool ascii_is_letter(char byte)
{
	return ascii_lower(byte) >= 'a' && ascii_lower(byte) <= 'z';
}

static inline bool ascii_is_alphanumeric(char byte)
{
	return ascii_is_letter(byte) || (byte >= '0' && byte <= '9');
}

/* Whether the first LENGTH bytes of both are the same but for their case. */
static inline bool ascii_same_head(const char *first, const char *second, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (ascii_lower(first[i]) != ascii_lower(second[i]))
			return false;
		if (!first[i])
			return true;
	}
	return true;
}

static inline bool ascii_same(const char *first, const char *second)
{
	return ascii_same_head(first, second, (size_t)-1);
}

#endif
