/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strview.h - a piece of text inside a longer one, and what can be read off it */
#ifndef PT_STRVIEW_H
#define PT_STRVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* LENGTH bytes from AT on, of memory that is somebody else's; may hold any byte, NUL too. */
struct strview {
	const char *at;
	size_t length;
};

static inline struct strview strview_of(const char *string)
{
	return (struct strview){ string, strlen(string) };
}

/* TEXT without its first COUNT bytes (all of them if there are fewer). */
static inline struct strview strview_from(struct strview text, size_t count)
{
	count = count < text.length ? count : text.length;
	return (struct strview){ text.at + count, text.length - count };
}

/* The first COUNT bytes of TEXT (all of them if there are fewer). */
static inline struct strview strview_head(struct strview text, size_t count)
{
	return (struct strview){ text.at, count < text.length ? count : text.length };
}

/* Byte INDEX of TEXT, NUL behind its end. */
static inline char strview_byte(struct strview text, size_t index)
{
	return index < text.length ? text.at[index] : '\0';
}

/* The last byte of TEXT, NUL if it has none. */
static inline char strview_last(struct strview text)
{
	return text.length ? text.at[text.length - 1] : '\0';
}

static inline bool strview_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool strview_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

bool strview_starts(struct strview text, const char *piece);
bool strview_is(struct strview text, const char *piece);

/* Whether TEXT is one of WORDS, which have a blank between them. */
bool strview_is_among(struct strview text, const char *words);

/* Whether TEXT, which may be empty, has no other bytes than those of the string BYTES. */
bool strview_has_only(struct strview text, const char *bytes);

#define STRVIEW_NONE SIZE_MAX

/* Where PIECE, which is not empty, begins in TEXT, first or last; STRVIEW_NONE: nowhere. */
size_t strview_find(struct strview text, const char *piece);
size_t strview_find_last(struct strview text, const char *piece);

static inline bool strview_has(struct strview text, const char *piece)
{
	return strview_find(text, piece) != STRVIEW_NONE;
}

/* Takes PIECE from the front of *text, if that is what it begins with. */
bool strview_skip(struct strview *text, const char *piece);

/*
 * Takes all up to the end of the first PIECE, or of the last; leaves *text alone if there is none.
 */
bool strview_skip_past(struct strview *text, const char *piece);
bool strview_skip_past_last(struct strview *text, const char *piece);

/* Takes blanks and tabs from the front. Returns whether there were any. */
bool strview_skip_blanks(struct strview *text);

/* TEXT without blanks, tabs, line ends and NULs at either end. */
struct strview strview_trim(struct strview text);

/* Takes the longest run of bytes that are no blank, tab, line end or NUL; it may be empty. */
struct strview strview_take_word(struct strview *text);

/* Takes what is in front of PIECE, and PIECE; leaves *text alone if PIECE is not there. */
bool strview_take_until(struct strview *text, const char *piece, struct strview *ret_front);

/*
 * Takes an unsigned decimal number from the front (no blank, no sign in front of it); more than
 * uint64_t holds becomes UINT64_MAX. Returns whether there was a digit.
 */
bool strview_take_u64(struct strview *text, uint64_t *ret_value);

/* The same with an optional '-', kept within INT64_MAX on either side of 0. */
bool strview_take_i64(struct strview *text, int64_t *ret_value);

/* The same for hexadecimal digits, behind an optional 0x. */
bool strview_take_hex(struct strview *text, uint64_t *ret_value);

/* A copy with a NUL, for the caller to free; NULL: out of memory. */
char *strview_copy(struct strview text);

/*
 * Copies into BUFFER of SIZE bytes, 1 at least, with a NUL; the rest is left out. Returns buffer.
 */
char *strview_copy_to(struct strview text, char *buffer, size_t size);

/* Adds TEXT to the *length bytes of BUFFER, of which the last SIZE are kept. */
void strview_keep_last(char *buffer, size_t *length, size_t size, struct strview text);

#endif
