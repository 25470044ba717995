/* SPDX-License-Identifier: GPL-2.0-or-later */
/* size.h - byte counts as people write them, and back */
#ifndef PT_SIZE_H
#define PT_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

/* Longest text that size_format makes, with its NUL. */
#define SIZE_TEXT_MAX 32

enum size_unit {
	SIZE_KIB,	/* whole KiB as in ps(1), rounded up */
	SIZE_BYTES,
	SIZE_HUMAN,	/* 1.5G, powers of 1024; 1.5 GiB in a sentence */
};

/* A size as written: bytes, or a share of something known only later. */
struct size {
	uint64_t bytes;		/* valid when permyriad is 0 */
	unsigned permyriad;	/* hundredths of a percent, 1 to 10000; 0: not a share */
};

/*
 * Parses TEXT, called NAME in messages: decimal or 0x hexadecimal bytes (a
 * leading 0 is not octal), or a decimal number, also a fraction, with K M G T P E
 * or KiB MiB ... (powers of 1024) or KB MB ... (powers of 1000), in any case; or
 * N%, above 0 and not above 100. A fraction of a byte is rounded up.
 * Returns 0, or -EINVAL (not a size, or negative) or -ERANGE (too large) with
 * *err set and *ret_size untouched.
 */
int size_parse(const char *name, const char *text, struct size *ret_size,
	       struct error *err);

/* The same for a size that is no share: N% is refused. */
int size_parse_bytes(const char *name, const char *text, struct size *ret_size,
		     struct error *err);

/* The same as size_parse() for a size that may not be 0. */
int size_parse_above_zero(const char *name, const char *text, struct size *ret_size,
			  struct error *err);

/* The size of a difference, whichever its sign. */
uint64_t size_magnitude(int64_t difference);

/* The bytes that SIZE means when the whole is WHOLE bytes; a share is rounded down. */
uint64_t size_resolve(struct size size, uint64_t whole);

/* Rounds BYTES up to a multiple of UNIT (above 0). Returns 0, or -ERANGE on overflow. */
int size_round_up(uint64_t bytes, uint64_t unit, uint64_t *ret_rounded);

/* Writes BYTES in UNIT as a column shows it (64, 65536, 64.0K). Returns text. */
const char *size_format(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit);

/* The same with the unit's name ("64 KiB", "65536 bytes", "64.0 KiB"), for sentences. */
const char *size_text(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit);

#endif
