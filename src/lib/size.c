/* SPDX-License-Identifier: GPL-2.0-or-later */
/* size.c - parse and print byte counts */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/number.h"
#include "lib/size.h"

static const char suffix_letters[] = "KMGTPE";

#define SIZE_HINT \
	"write bytes (65536, 0x10000), or a number with K, M, G, T, P, E (powers of 1024), " \
	"KB, MB, GB ... (powers of 1000), or N%%"

static int size_error(const char *name, const char *text, const char *why, int error,
		      struct error *err)
{
	char escaped[128];

	error_set(err, "%s '%s' %s", name,
		  error_escape(escaped, sizeof(escaped), text), why);
	error_hint(err, SIZE_HINT);
	return error;
}

static int parse_hexadecimal(const char *name, const char *text, struct size *ret_size,
			     struct error *err)
{
	uint64_t bytes = 0;
	const char *digit = text + 2;

	if (!*digit)
		return size_error(name, text, "has no digits after 0x", -EINVAL, err);
	for (; *digit; digit++) {
		if (!isxdigit((unsigned char)*digit))
			return size_error(name, text, "is not a hexadecimal number of bytes",
					  -EINVAL, err);
		if (bytes >> 60)
			return size_error(name, text, "is too large", -ERANGE, err);
		bytes = bytes << 4 | (uint64_t)number_hex_digit(*digit);
	}
	*ret_size = (struct size){ .bytes = bytes };
	return 0;
}

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

int size_parse(const char *name, const char *text, struct size *ret_size,
	       struct error *err)
{
	struct decimal number;
	uint64_t multiplier, scaled;
	const char *rest;
	int r;

	if (!*text)
		return size_error(name, text, "is empty", -EINVAL, err);
	if (text[0] == '-')
		return size_error(name, text, "is negative or not a size", -EINVAL, err);
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return parse_hexadecimal(name, text, ret_size, err);
	r = decimal_parse(text, &number, &rest);
	if (r == -ERANGE)
		return size_error(name, text, "has too many digits", -ERANGE, err);
	if (r < 0)
		return size_error(name, text, "is not a size", -EINVAL, err);
	if (!strcmp(rest, "%")) {
		if (decimal_scale(number, 100, &scaled) < 0 || scaled > 10000)
			return size_error(name, text, "is more than 100%", -ERANGE, err);
		/* Rounded, it would be another share than the one that was asked for. */
		if (number.divisor > 100)
			return size_error(name, text, "has more than two decimals", -EINVAL, err);
		if (scaled == 0)
			return size_error(name, text, "is nothing", -EINVAL, err);
		*ret_size = (struct size){ .permyriad = (unsigned)scaled };
		return 0;
	}
	multiplier = suffix_multiplier(rest);
	if (!multiplier)
		return size_error(name, text, "is not a size", -EINVAL, err);
	if (multiplier == 1 && number.digits % number.divisor)
		return size_error(name, text, "is a fraction of a byte", -EINVAL, err);
	if (decimal_scale(number, multiplier, &scaled) < 0)
		return size_error(name, text, "is too large", -ERANGE, err);
	*ret_size = (struct size){ .bytes = scaled };
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

/* Writes 1.5G, or in a sentence 1.5 GiB. */
static void format_human(char *text, uint64_t bytes, bool sentence)
{
	int power = 0;
	uint64_t divisor = 1;

	/* The last half unit below 1024 would be rounded up to it. */
	while (power < 6 && bytes >= (divisor << 10) - divisor / 2) {
		divisor *= 1024;
		power++;
	}
	if (power == 0)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64 "%s", bytes, sentence ? " bytes" : "");
	else
		snprintf(text, SIZE_TEXT_MAX, "%.*f%s%c%s",
			 (double)bytes / (double)divisor < 99.95 ? 1 : 0,
			 (double)bytes / (double)divisor, sentence ? " " : "",
			 suffix_letters[power - 1], sentence ? "iB" : "");
}

const char *size_format(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit)
{
	if (unit == SIZE_HUMAN)
		format_human(text, bytes, false);
	else if (unit == SIZE_BYTES)
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64, bytes);
	else
		snprintf(text, SIZE_TEXT_MAX, "%" PRIu64, bytes / 1024 + (bytes % 1024 != 0));
	return text;
}

const char *size_text(char text[static SIZE_TEXT_MAX], uint64_t bytes, enum size_unit unit)
{
	size_t used;

	if (unit == SIZE_HUMAN) {
		format_human(text, bytes, true);
		return text;
	}
	used = strlen(size_format(text, bytes, unit));
	snprintf(text + used, SIZE_TEXT_MAX - used, unit == SIZE_BYTES ? " bytes" : " KiB");
	return text;
}
