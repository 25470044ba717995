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

bool text_starts(struct text text, const char *piece);
bool text_is(struct text text, const char *piece);

#define TEXT_NONE SIZE_MAX

/* Where PIECE begins in TEXT, first or last; TEXT_NONE: nowhere. */
size_t text_find(struct text text, const char *piece);
size_t text_find_last(struct text text, const char *piece);

/* Takes PIECE from the front of *text, if that is what it begins with. */
bool text_skip(struct text *text, const char *piece);

/* Takes blanks and tabs from the front. Returns whether there were any. */
bool text_skip_blanks(struct text *text);

/* TEXT without blanks, tabs, line ends and NULs at either end. */
struct text text_trim(struct text text);

/* Takes the longest run of bytes that are no blank, tab or newline. */
struct text text_take_word(struct text *text);

/* Takes what is in front of PIECE, and PIECE; leaves *text alone if PIECE is not there. */
bool text_take_until(struct text *text, const char *piece, struct text *ret_front);

/*
 * Takes an unsigned decimal number from the front (no blank, no sign in front of it); more than
 * uint64_t holds becomes UINT64_MAX. Returns whether there was a digit.
 */
bool text_take_u64(struct text *text, uint64_t *ret_value);

/* The same with an optional '-', kept in the bounds of int64_t. */
bool text_take_i64(struct text *text, int64_t *ret_value);

/* The same for hexadecimal digits, behind an optional 0x. */
bool text_take_hex(struct text *text, uint64_t *ret_value);

/* A copy with a NUL, for the caller to free; NULL: out of memory. */
char *text_copy(struct text text);

/* Copies into BUFFER of SIZE bytes with a NUL; what does not fit is left out. Returns buffer. */
char *text_copy_to(struct text text, char *buffer, size_t size);

#endif
