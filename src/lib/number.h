/* SPDX-License-Identifier: GPL-2.0-or-later */
/* number.h - exact decimal numbers, whatever the locale */
#ifndef PT_NUMBER_H
#define PT_NUMBER_H

#include <stdint.h>

/* A decimal number as written: digits / divisor; the divisor is a power of ten. */
struct decimal {
	uint64_t digits;
	uint64_t divisor;
};

/*
 * Parses the decimal number that TEXT begins with (digits, then at most one point
 * with digits behind it; no sign, space or exponent). *ret_rest is what follows.
 * Returns 0, -EINVAL (no number) or -ERANGE (more digits than can be kept exactly).
 */
int decimal_parse(const char *text, struct decimal *ret_number, const char **ret_rest);

/*
 * A * B / DIVISOR, exactly: the product may have 128 bits, which C has no type for where pointers
 * have 32. *ret_rest is the remainder. Returns 0, or -ERANGE over 2^64 - 1, with nothing set.
 */
int number_muldiv(uint64_t a, uint64_t b, uint64_t divisor, uint64_t *ret_quotient,
		  uint64_t *ret_rest);

/* A * B / DIVISOR, rounded down; 2^64 - 1 when it is more. */
uint64_t number_portion(uint64_t a, uint64_t b, uint64_t divisor);

/* NUMBER times MULTIPLIER, rounded up. Returns 0, or -ERANGE over 2^64 - 1. */
int decimal_scale(struct decimal number, uint64_t multiplier, uint64_t *ret_product);

/* A + B; 2^64 - 1 when it is more. */
static inline uint64_t number_add_saturated(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* The value of a hexadecimal digit, -1: it is none. */
int number_hex_digit(char digit);

/*
 * Parses all of TEXT as an unsigned decimal integer; one newline may follow.
 * Returns 0, -EINVAL or -ERANGE.
 */
int number_parse_u64(const char *text, uint64_t *ret_value);

#endif
