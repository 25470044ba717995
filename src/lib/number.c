/* SPDX-License-Identifier: GPL-2.0-or-later */
/* number.c - exact decimal numbers */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>

#include "lib/ascii.h"
#include "lib/number.h"

/* Appends a digit to *value. Returns 0 or -ERANGE. */
static int append_digit(uint64_t *value, char digit)
{
	uint64_t next;

	if (__builtin_mul_overflow(*value, (uint64_t)10, &next) ||
	    __builtin_add_overflow(next, (uint64_t)(digit - '0'), &next))
		return -ERANGE;
	*value = next;
	return 0;
}

int decimal_parse(const char *text, struct decimal *ret_number, const char **ret_rest)
{
	struct decimal number = { .digits = 0, .divisor = 1 };
	bool point = false;

	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '.' && isdigit((unsigned char)text[1])))
		return -EINVAL;
	for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			if (!isdigit((unsigned char)text[1]))
				return -EINVAL;
			continue;
		}
		if (append_digit(&number.digits, *text) < 0)
			return -ERANGE;
		if (point && append_digit(&number.divisor, '0') < 0)
			return -ERANGE;
	}
	*ret_number = number;
	*ret_rest = text;
	return 0;
}

int number_muldiv(uint64_t a, uint64_t b, uint64_t divisor, uint64_t *ret_quotient,
		  uint64_t *ret_rest)
{
	/* A * B by its halves: REST times 2^64 plus LOW. */
	uint64_t lower = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t middle = (a >> 32) * (b & UINT32_MAX) + (lower >> 32);
	uint64_t other = (a & UINT32_MAX) * (b >> 32) + (middle & UINT32_MAX);
	uint64_t rest = (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);
	uint64_t low = other << 32 | (lower & UINT32_MAX), quotient = 0;

	if (rest >= divisor)
		return -ERANGE;
	if (!rest) {
		*ret_quotient = low / divisor;
		*ret_rest = low % divisor;
		return 0;
	}
	for (int bit = 63; bit >= 0; bit--) {
		bool carry = rest >> 63;

		rest = rest << 1 | (low >> bit & 1);
		if (carry || rest >= divisor) {
			rest -= divisor;
			quotient |= (uint64_t)1 << bit;
		}
	}
	*ret_quotient = quotient;
	*ret_rest = rest;
	return 0;
}

uint64_t number_portion(uint64_t a, uint64_t b, uint64_t divisor)
{
	uint64_t quotient, rest;

	return number_muldiv(a, b, divisor, &quotient, &rest) < 0 ? UINT64_MAX : quotient;
}

int decimal_scale(struct decimal number, uint64_t multiplier, uint64_t *ret_product)
{
	uint64_t product, rest;

	if (number_muldiv(number.digits, multiplier, number.divisor, &product, &rest) < 0 ||
	    __builtin_add_overflow(product, (uint64_t)(rest != 0), &product))
		return -ERANGE;
	*ret_product = product;
	return 0;
}

int number_hex_digit(char digit)
{
	if (!isxdigit((unsigned char)digit))
		return -1;
	return isdigit((unsigned char)digit) ? digit - '0' : ascii_lower(digit) - 'a' + 10;
}

int number_parse_u64(const char *text, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++)
		if (append_digit(&value, *text) < 0)
			return -ERANGE;
	if (*text && !(text[0] == '\n' && !text[1]))
		return -EINVAL;
	*ret_value = value;
	return 0;
}
