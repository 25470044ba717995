/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c - pieces of text, searched and read without a final NUL */
#include <config.h>

#include <stdlib.h>

#include "base/text.h"

bool text_starts(struct text text, const char *piece)
{
	size_t length = strlen(piece);

	return text.length >= length && (!length || !memcmp(text.at, piece, length));
}

bool text_is(struct text text, const char *piece)
{
	return text.length == strlen(piece) && text_starts(text, piece);
}

size_t text_find(struct text text, const char *piece)
{
	const char *found = NULL;

	if (text.length)
		found = memmem(text.at, text.length, piece, strlen(piece));
	return found ? (size_t)(found - text.at) : TEXT_NONE;
}

size_t text_find_last(struct text text, const char *piece)
{
	size_t length = strlen(piece);

	for (size_t at = text.length < length ? 0 : text.length - length + 1; at > 0; at--)
		if (!memcmp(text.at + at - 1, piece, length))
			return at - 1;
	return TEXT_NONE;
}

bool text_skip(struct text *text, const char *piece)
{
	if (!text_starts(*text, piece))
		return false;
	*text = text_from(*text, strlen(piece));
	return true;
}

bool text_skip_past(struct text *text, const char *piece)
{
	size_t at = text_find(*text, piece);

	if (at == TEXT_NONE)
		return false;
	*text = text_from(*text, at + strlen(piece));
	return true;
}

bool text_skip_past_last(struct text *text, const char *piece)
{
	size_t at = text_find_last(*text, piece);

	if (at == TEXT_NONE)
		return false;
	*text = text_from(*text, at + strlen(piece));
	return true;
}

bool text_skip_blanks(struct text *text)
{
	size_t count = 0;

	while (count < text->length && text_is_blank(text->at[count]))
		count++;
	*text = text_from(*text, count);
	return count > 0;
}

static bool is_space(char byte)
{
	return text_is_blank(byte) || byte == '\n' || byte == '\r' || byte == '\0';
}

struct text text_trim(struct text text)
{
	while (text.length && is_space(text.at[text.length - 1]))
		text.length--;
	while (text.length && is_space(text.at[0]))
		text = text_from(text, 1);
	return text;
}

struct text text_take_word(struct text *text)
{
	struct text word = { text->at, 0 };

	while (word.length < text->length && !is_space(text->at[word.length]))
		word.length++;
	*text = text_from(*text, word.length);
	return word;
}

bool text_take_until(struct text *text, const char *piece, struct text *ret_front)
{
	size_t at = text_find(*text, piece);

	if (at == TEXT_NONE)
		return false;
	*ret_front = text_head(*text, at);
	*text = text_from(*text, at + strlen(piece));
	return true;
}

bool text_take_u64(struct text *text, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t count = 0;

	for (; count < text->length && text_is_digit(text->at[count]); count++) {
		uint64_t digit = (uint64_t)(text->at[count] - '0');

		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, digit, &value))
			value = UINT64_MAX;
		if (value == UINT64_MAX)
			break;
	}
	while (count < text->length && text_is_digit(text->at[count]))
		count++;
	if (!count)
		return false;
	*text = text_from(*text, count);
	*ret_value = value;
	return true;
}

bool text_take_i64(struct text *text, int64_t *ret_value)
{
	struct text rest = *text;
	bool negative = text_skip(&rest, "-");
	uint64_t value;

	if (!text_take_u64(&rest, &value))
		return false;
	*text = rest;
	if (value > INT64_MAX)
		value = INT64_MAX;
	*ret_value = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

static int hex_value(char byte)
{
	if (text_is_digit(byte))
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

bool text_take_hex(struct text *text, uint64_t *ret_value)
{
	struct text rest = *text;
	uint64_t value = 0;
	size_t count = 0;

	text_skip(&rest, "0x");
	for (; count < rest.length && hex_value(rest.at[count]) >= 0; count++) {
		bool full = value >> 60;

		value = full ? UINT64_MAX : value << 4 | (uint64_t)hex_value(rest.at[count]);
	}
	if (!count)
		return false;
	*text = text_from(rest, count);
	*ret_value = value;
	return true;
}

char *text_copy(struct text text)
{
	char *copy = malloc(text.length + 1);

	if (copy)
		text_copy_to(text, copy, text.length + 1);
	return copy;
}

char *text_copy_to(struct text text, char *buffer, size_t size)
{
	size_t length = text.length < size ? text.length : size - 1;

	if (length)
		memcpy(buffer, text.at, length);
	buffer[length] = '\0';
	return buffer;
}
