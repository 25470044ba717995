/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h - a piece of text inside a longer one, and what can be read off it */
#ifndef PT_TEXT_H
#define PT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* LENGTH bytes from AT on, of memory that is somebody else's; may hold any byte, NUL too. */
struct text {
	const char *at;
	size_t length;
};

static inline struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

/* TEXT without its first COUNT bytes (all of them if there are fewer). */
static inline struct text text_from(struct text text, size_t count)
{
	count = count < text.length ? count : text.length;
	return (struct text){ text.at + count, text.length - count };
}

/* The first COUNT bytes of TEXT (all of them if there are fewer). */
static inline struct text text_head(struct text text, size_t count)
{
	return (struct text){ text.at, count < text.length ? count : text.length };
}

/* Byte INDEX of TEXT, NUL behind its end. */
static inline char text_byte(struct text text, size_t index)
{
	return index < text.length ? text.at[index] : '\0';
}

/* The last byte of TEXT, NUL if it has none. */
static inline char text_last(struct text text)
{
	return text.length ? text.at[text.length - 1] : '\0';
}

static inline bool text_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool text_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

bool text_starts(struct text text, const char *piece);
bool text_is(struct text text, const char *piece);

#define TEXT_NONE SIZE_MAX

/* Where PIECE, which is not empty, begins in TEXT, first or last; TEXT_NONE: nowhere. */
size_t text_find(struct text text, const char *piece);
size_t text_find_last(struct text text, const char *piece);

static inline bool text_has(struct text text, const char *piece)
{
	return text_find(text, piece) != TEXT_NONE;
}

/* Takes PIECE from the front of *text, if that is what it begins with. */
bool text_skip(struct text *text, const char *piece);

/*
 * Takes all up to the end of the first PIECE, or of the last; leaves *text alone if there is none.
 */
bool text_skip_past(struct text *text, const char *piece);
bool text_skip_past_last(struct text *text, const char *piece);

/* Takes blanks and tabs from the front. Returns whether there were any. */
bool text_skip_blanks(struct text *text);

/* TEXT without blanks, tabs, line ends and NULs at either end. */
struct text text_trim(struct text text);

/* Takes the longest run of bytes that are no blank, tab, line end or NUL; it may be empty. */
struct text text_take_word(struct text *text);

/* Takes what is in front of PIECE, and PIECE; leaves *text alone if PIECE is not there. */
bool text_take_until(struct text *text, const char *piece, struct text *ret_front);

/*
 * Takes an unsigned decimal number from the front (no blank, no sign in front of it); more than
 * uint64_t holds becomes UINT64_MAX. Returns whether there was a digit.
 */
bool text_take_u64(struct text *text, uint64_t *ret_value);

/* The same with an optional '-', kept within INT64_MAX on either side of 0. */
bool text_take_i64(struct text *text, int64_t *ret_value);

/* The same for hexadecimal digits, behind an optional 0x. */
bool text_take_hex(struct text *text, uint64_t *ret_value);

/* A copy with a NUL, for the caller to free; NULL: out of memory. */
char *text_copy(struct text text);

/*
 * Copies into BUFFER of SIZE bytes, 1 at least, with a NUL; the rest is left out. Returns buffer.
 */
char *text_copy_to(struct text text, char *buffer, size_t size);

#endif
