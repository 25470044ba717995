/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.c - replace or escape what is not UTF-8, not ASCII, or could control a terminal */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/utf8.h"

static const char replacement[] = "\xef\xbf\xbd";

static bool is_within(unsigned char byte, unsigned char low, unsigned char high)
{
	return byte >= low && byte <= high;
}

/* The bytes of the well-formed character that TEXT begins with; 0: there is none. */
static size_t utf8_character_length(const unsigned char *text)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (is_within(text[0], 0xc2, 0xdf))
		length = 2;
	else if (is_within(text[0], 0xe0, 0xef))
		length = 3;
	else if (is_within(text[0], 0xf0, 0xf4))
		length = 4;
	else
		return 0;
	/* The second byte decides on overlong forms, surrogates and the end of Unicode. */
	low = text[0] == 0xe0 ? 0xa0 : text[0] == 0xf0 ? 0x90 : low;
	high = text[0] == 0xed ? 0x9f : text[0] == 0xf4 ? 0x8f : high;
	if (!is_within(text[1], low, high))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (!is_within(text[i], 0x80, 0xbf))
			return 0;
	return length;
}

size_t utf8_decode(const char *text, uint32_t *ret_character)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = utf8_character_length(bytes);
	uint32_t character = bytes[0];

	if (!length)
		return 0;
	/* The first of N bytes has N + 1 bits that say so. */
	if (length > 1)
		character &= 0x7fu >> length;
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes[i] & 0x3fu);
	*ret_character = character;
	return length;
}

char *utf8_repair(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof(replacement) - 1) + 1), *at = copy;

	while (copy && *text) {
		size_t length = utf8_character_length((const unsigned char *)text);

		if (length) {
			memcpy(at, text, length);
			at += length;
			text += length;
		} else {
			memcpy(at, replacement, sizeof(replacement) - 1);
			at += sizeof(replacement) - 1;
			text++;
		}
	}
	if (copy)
		*at = '\0';
	return copy;
}

char *utf8_escape(const char *text)
{
	char *escaped = malloc(6 * strlen(text) + 1), *end = escaped;

	while (escaped && *text) {
		uint32_t character = 0xfffd;
		size_t bytes = (unsigned char)*text < 0x80 ? 0 : utf8_decode(text, &character);

		if ((unsigned char)*text < 0x80)
			*end++ = *text;
		else if (character <= UINT16_MAX)
			end += snprintf(end, 7, "\\u%04x", (unsigned)character);
		else
			end += snprintf(end, 13, "\\u%04x\\u%04x",
				       (unsigned)(0xd7c0 + (character >> 10)),
				       (unsigned)(0xdc00 | (character & 0x3ff)));
		text += bytes ? bytes : 1;
	}
	if (escaped)
		*end = '\0';
	return escaped;
}

const char *safe_text(char *safe, size_t size, const char *text)
{
	/* What could control a terminal or deceive a reader */
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x00, 0x1f }, { '\\', '\\' }, { 0x7f, 0x9f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
	};
	size_t used = 0;

	while (*text) {
		uint32_t character = 0;
		size_t decoded = utf8_decode(text, &character), length = decoded ? decoded : 1;
		bool escape = !decoded;
		size_t needed;

		for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
			escape |= character >= ranges[i].first && character <= ranges[i].last;
		needed = escape ? length * strlen("\\xNN") : length;
		if (used + needed >= size)
			break;
		for (size_t i = 0; i < length && escape; i++)
			snprintf(safe + used + i * 4, 5, "\\x%02x", (unsigned char)text[i]);
		if (!escape)
			memcpy(safe + used, text, length);
		used += needed;
		text += length;
	}
	if (size)
		safe[used] = '\0';
	return safe;
}
