/* SPDX-License-Identifier: GPL-2.0-or-later */
/* safe.c - escape what could control a terminal or deceive a reader */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/safe.h"
#include "lib/utf8.h"

static bool is_harmful(uint32_t character)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x00, 0x1f }, { '\\', '\\' }, { 0x7f, 0x9f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

const char *safe_text(char *safe, size_t size, const char *text)
{
	size_t used = 0;

	while (*text) {
		uint32_t character = 0;
		size_t decoded = utf8_decode(text, &character), length = decoded ? decoded : 1;
		bool escape = !decoded || is_harmful(character);
		size_t needed = escape ? length * strlen("\\xNN") : length;

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
