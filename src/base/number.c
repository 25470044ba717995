/* SPDX-License-Identifier: GPL-2.0-or-later */
/* number.c - exact decimal numbers */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>

#include "base/ascii.h"
#include "base/number.h"

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

int decimal_scale(struct decimal number, uint64_t multiplier, uint64_t *ret_product)
{
	unsigned __int128 product = (unsigned __int128)number.digits * multiplier;

	product = product / number.divisor + (product % number.divisor != 0);
	if (product > UINT64_MAX)
		return -ERANGE;
	*ret_product = (uint64_t)product;
	return 0;
}

int number_hex_digit(char digit)
{
	if (isdigit((unsigned char)digit))
		return digit - '0';
	return ascii_lower(digit) - 'a' + 10;
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
