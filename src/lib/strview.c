/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strview.c - pieces of text, searched and read without a final NUL */
#include <config.h>

#include <stdlib.h>

#include "lib/number.h"
#include "lib/strview.h"

bool strview_starts(struct strview text, const char *piece)
{
	size_t length = strlen(piece);

	return text.length >= length && (!length || !memcmp(text.at, piece, length));
}

bool strview_is(struct strview text, const char *piece)
{
	return text.length == strlen(piece) && strview_starts(text, piece);
}

bool strview_is_among(struct strview text, const char *words)
{
	for (; text.length && *words; words += strspn(words, " ")) {
		const char *word = words;

		words = strchrnul(word, ' ');
		if (text.length == (size_t)(words - word) && !memcmp(text.at, word, text.length))
			return true;
	}
	return false;
}

bool strview_has_only(struct strview text, const char *bytes)
{
	for (size_t i = 0; i < text.length; i++)
		if (!text.at[i] || !strchr(bytes, text.at[i]))
			return false;
	return true;
}

size_t strview_find(struct strview text, const char *piece)
{
	const char *found = NULL;

	if (text.length)
		found = memmem(text.at, text.length, piece, strlen(piece));
	return found ? (size_t)(found - text.at) : STRVIEW_NONE;
}

size_t strview_find_last(struct strview text, const char *piece)
{
	size_t length = strlen(piece);
	const char *at;

	text.length = text.length < length ? 0 : text.length - length + 1;
	while (text.length && (at = memrchr(text.at, *piece, text.length))) {
		text.length = (size_t)(at - text.at);
		if (!memcmp(at, piece, length))
			return text.length;
	}
	return STRVIEW_NONE;
}

bool strview_skip(struct strview *text, const char *piece)
{
	if (!strview_starts(*text, piece))
		return false;
	*text = strview_from(*text, strlen(piece));
	return true;
}

bool strview_skip_past(struct strview *text, const char *piece)
{
	struct strview front;

	return strview_take_until(text, piece, &front);
}

bool strview_skip_past_last(struct strview *text, const char *piece)
{
	size_t at = strview_find_last(*text, piece);

	if (at == STRVIEW_NONE)
		return false;
	*text = strview_from(*text, at + strlen(piece));
	return true;
}

bool strview_skip_blanks(struct strview *text)
{
	size_t count = 0;

	while (count < text->length && strview_is_blank(text->at[count]))
		count++;
	*text = strview_from(*text, count);
	return count > 0;
}

static bool is_space(char byte)
{
	return strview_is_blank(byte) || byte == '\n' || byte == '\r' || byte == '\0';
}

struct strview strview_trim(struct strview text)
{
	while (text.length && is_space(text.at[text.length - 1]))
		text.length--;
	while (text.length && is_space(text.at[0]))
		text = strview_from(text, 1);
	return text;
}

struct strview strview_take_word(struct strview *text)
{
	struct strview word = { text->at, 0 };

	while (word.length < text->length && !is_space(text->at[word.length]))
		word.length++;
	*text = strview_from(*text, word.length);
	return word;
}

bool strview_take_until(struct strview *text, const char *piece, struct strview *ret_front)
{
	size_t at = strview_find(*text, piece);

	if (at == STRVIEW_NONE)
		return false;
	*ret_front = strview_head(*text, at);
	*text = strview_from(*text, at + strlen(piece));
	return true;
}

bool strview_take_u64(struct strview *text, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t count = 0;

	/* Too much stays too much: it overflows again. */
	for (; strview_is_digit(strview_byte(*text, count)); count++)
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text->at[count] - '0'), &value))
			value = UINT64_MAX;
	if (!count)
		return false;
	*text = strview_from(*text, count);
	*ret_value = value;
	return true;
}

bool strview_take_i64(struct strview *text, int64_t *ret_value)
{
	struct strview rest = *text;
	bool negative = strview_skip(&rest, "-");
	uint64_t value;

	if (!strview_take_u64(&rest, &value))
		return false;
	*text = rest;
	if (value > INT64_MAX)
		value = INT64_MAX;
	*ret_value = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

bool strview_take_hex(struct strview *text, uint64_t *ret_value)
{
	struct strview rest = *text;
	uint64_t value = 0;
	size_t count = 0;
	int digit;

	strview_skip(&rest, "0x");
	for (; (digit = number_hex_digit(strview_byte(rest, count))) >= 0; count++)
		value = value >> 60 ? UINT64_MAX : value << 4 | (uint64_t)digit;
	if (!count)
		return false;
	*text = strview_from(rest, count);
	*ret_value = value;
	return true;
}

char *strview_copy(struct strview text)
{
	char *copy = malloc(text.length + 1);

	if (copy)
		strview_copy_to(text, copy, text.length + 1);
	return copy;
}

char *strview_copy_to(struct strview text, char *buffer, size_t size)
{
	size_t length = text.length < size ? text.length : size - 1;

	if (length)
		memcpy(buffer, text.at, length);
	buffer[length] = '\0';
	return buffer;
}

void strview_keep_last(char *buffer, size_t *length, size_t size, struct strview text)
{
	size_t kept = *length;

	if (text.length > size)
		text = strview_from(text, text.length - size);
	if (kept > size - text.length) {
		kept = size - text.length;
		memmove(buffer, buffer + *length - kept, kept);
	}
	if (text.length)
		memcpy(buffer + kept, text.at, text.length);
	*length = kept + text.length;
}
