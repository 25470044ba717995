/* SPDX-License-Identifier: GPL-2.0-or-later */
/* size.c - parse and print byte counts */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/number.h"
#include "lib/size.h"

static const char suffix_letters[] = "KMGTPE";

/* Finds the multiplier for SUFFIX ("", "B", "K", "Ki", "KiB", "KB", ...); 0: unknown. */
static uint64_t suffix_multiplier(const char *suffix)
{
	const char *letter;
	uint64_t base = 1024, multiplier = 1;

	if (!*suffix || ascii_same(suffix, "B"))
		return 1;
	letter = strchr(suffix_letters, ascii_upper(*suffix));
	if (!letter)
		return 0;
	if (ascii_same(suffix + 1, "B"))
		base = 1000;
	else if (suffix[1] && !ascii_same(suffix + 1, "iB") && !ascii_same(suffix + 1, "i"))
		return 0;
	for (const char *step = suffix_letters; step <= letter; step++)
		multiplier *= base;
	return multiplier;
}

/* Returns what is wrong with TEXT, and -EINVAL or -ERANGE in *ret_error; NULL: nothing. */
static const char *size_find_fault(const char *text, struct size *ret_size, int *ret_error)
{
	const char *digits = text + 2, *rest;
	uint64_t multiplier, scaled = 0;
	struct decimal number;
	int r;

	*ret_error = -EINVAL;
	if (!*text)
		return "is empty";
	if (text[0] == '-')
		return "is negative or not a size";
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		if (!*digits)
			return "has no digits after 0x";
		if (digits[strspn(digits, "0123456789abcdefABCDEF")])
			return "is not a hexadecimal number of bytes";
		*ret_error = -ERANGE;
		errno = 0;
		*ret_size = (struct size){ .bytes = strtoull(digits, NULL, 16) };
		return errno ? "is too large" : NULL;
	}
	r = decimal_parse(text, &number, &rest);
	if (r < 0) {
		*ret_error = r;
		return r == -ERANGE ? "has too many digits" : "is not a size";
	}
	multiplier = *rest == '%' && !rest[1] ? 100 : suffix_multiplier(rest);
	if (!multiplier)
		return "is not a size";
	if (multiplier == 1 && number.digits % number.divisor)
		return "is a fraction of a byte";
	r = decimal_scale(number, multiplier, &scaled);
	if (*rest != '%') {
		*ret_error = r;
		*ret_size = (struct size){ .bytes = scaled };
		return r < 0 ? "is too large" : NULL;
	}
	if (r < 0 || scaled > 10000) {
		*ret_error = -ERANGE;
		return "is more than 100%";
	}
	/* Rounded, it would be another share than the one that was asked for. */
	if (number.divisor > 100)
		return "has more than two decimals";
	*ret_size = (struct size){ .permyriad = (unsigned)scaled };
	return scaled ? NULL : "is nothing";
}

#define SIZE_HINT \
	"write bytes (65536, 0x10000), or a number with K, M, G, T, P, E (powers of 1024), KB, MB, GB ... (powers of 1000)"

int size_parse(const char *name, const char *text, struct size *ret_size,
	       struct error *err)
{
	struct size size;
	int error;
	const char *fault = size_find_fault(text, &size, &error);

	if (fault)
		return error_set_value(err, error, name, text, fault, SIZE_HINT ", or N%");
	*ret_size = size;
	return 0;
}

int size_parse_bytes(const char *name, const char *text, struct size *ret_size,
		     struct error *err)
{
	struct size size;
	int error;
	const char *fault = size_find_fault(text, &size, &error);

	if (!fault && size.permyriad) {
		error = -EINVAL;
		fault = "is a share, and not a size";
	}
	if (fault)
		return error_set_value(err, error, name, text, fault, SIZE_HINT);
	*ret_size = size;
	return 0;
}

int size_parse_above_zero(const char *name, const char *text, struct size *ret_size,
			  struct error *err)
{
	int r = size_parse(name, text, ret_size, err);

	if (r < 0 || ret_size->permyriad || ret_size->bytes)
		return r;
	error_set(err, "%s '%s' is nothing", name, text);
	error_hint(err, "%s must be above 0", name);
	return -EINVAL;
}

uint64_t size_magnitude(int64_t difference)
{
	return difference < 0 ? -(uint64_t)difference : (uint64_t)difference;
}

uint64_t size_resolve(struct size size, uint64_t whole)
{
	if (!size.permyriad)
		return size.bytes;
	return number_portion(whole, size.permyriad, 10000);
}

int size_round_up(uint64_t bytes, uint64_t unit, uint64_t *ret_rounded)
{
	uint64_t excess = bytes % unit;

	if (excess && bytes > UINT64_MAX - (unit - excess))
		return -ERANGE;
	*ret_rounded = excess ? bytes + (unit - excess) : bytes;
	return 0;
}

/* Writes what size_format() writes, or in a sentence what size_text() does. */
static const char *format_size(char *text, uint64_t bytes, enum size_unit unit, bool sentence)
{
	uint64_t divisor = 1;
	int power = 0;

	/* The last half unit below 1024 would be rounded up to it. */
	for (; unit == SIZE_HUMAN && power < 6 && bytes >= (divisor << 10) - divisor / 2; power++)
		divisor *= 1024;
	if (power)
		snprintf(text, SIZE_TEXT_MAX, "%.*f%s%c%s",
			 (double)bytes / (double)divisor < 99.95 ? 1 : 0,
			 (double)bytes / (double)divisor, sentence ? " " : "",
			 suffix_letters[power - 1], sentence ? "iB" : "");
	else if (unit == SIZE_KIB)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "%s", bytes / 1024 + (bytes % 1024 != 0),
			 sentence ? " KiB" : "");
	else
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "%s", bytes, sentence ? " bytes" : "");
	return text;
}

const char *size_format(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit)
{
	return format_size(text, bytes, unit, false);
}

const char *size_text(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit)
{
	return format_size(text, bytes, unit, true);
}
