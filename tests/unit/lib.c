/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib.c - sizes, numbers, durations and messages: what is taken, what is refused, what is said */
#include <config.h>

#include <errno.h>
#include <time.h>

#include "../tap.h"
#include "lib/duration.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/size.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define TIB (KIB * GIB)
#define PIB (KIB * TIB)
#define EIB (KIB * PIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	uint64_t bytes;
} sizes[] = {
	{ "0", 0 }, { "1", 1 }, { "65536", 65536 }, { "65536B", 65536 }, { "7b", 7 },
	{ "18446744073709551615", UINT64_MAX },
	/* A leading zero is not octal. */
	{ "010", 10 }, { "0010K", 10 * KIB }, { "08", 8 }, { "00", 0 },
	/* Hexadecimal is bytes, in any case. */
	{ "0x0", 0 }, { "0x10", 16 }, { "0X10", 16 }, { "0xfF", 255 },
	{ "0x1000000000", 64 * GIB }, { "0x2000000", 32 * MIB },
	{ "0xffffffffffffffff", UINT64_MAX }, { "0x00000000000000000000001", 1 },
	{ "0xB", 11 }, { "0x1e", 30 },
	/* K, Ki and KiB are powers of 1024, KB of 1000, in any case. */
	{ "1K", KIB }, { "1k", KIB }, { "1Ki", KIB }, { "1KiB", KIB }, { "1kib", KIB },
	{ "1KIB", KIB }, { "1KB", 1000 }, { "1kB", 1000 }, { "1kb", 1000 },
	{ "3M", 3 * MIB }, { "3MiB", 3 * MIB }, { "3MB", 3000000 },
	{ "64G", 64 * GIB }, { "64GB", UINT64_C(64000000000) },
	{ "2T", 2 * TIB }, { "2TB", UINT64_C(2000000000000) },
	{ "5P", 5 * PIB }, { "5PB", UINT64_C(5000000000000000) },
	{ "15E", 15 * EIB }, { "15EiB", 15 * EIB }, { "18EB", UINT64_C(18000000000000000000) },
	{ "1e", EIB }, { "0K", 0 }, { "0E", 0 },
	/* Fractions are exact, and a fraction of a byte is rounded up. */
	{ "1.5G", 3 * GIB / 2 }, { "0.5K", 512 }, { ".5K", 512 }, { "1.0M", MIB },
	{ "0.0001K", 1 }, { "1.1K", 1127 }, { "0.001KB", 1 }, { "0.0011KB", 2 },
	{ "15.99E", UINT64_C(18435214858663483147) },
};

static void test_sizes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct size size = { .bytes = 42, .permyriad = 42 };
		struct error err = { "", "" };
		int r = size_parse("SIZE", sizes[i].text, &size, &err);

		tap_ok(r == 0 && !size.permyriad && size.bytes == sizes[i].bytes,
		       "size '%s' is %" PRIu64 " bytes", sizes[i].text, sizes[i].bytes);
	}
}

static const struct {
	const char *text;
	unsigned permyriad;
} shares[] = {
	{ "1%", 100 }, { "50%", 5000 }, { "100%", 10000 }, { "12.5%", 1250 }, { "0.01%", 1 },
	{ "050%", 5000 }, { "100.00%", 10000 }, { "0.5%", 50 }, { ".5%", 50 },
};

static void test_shares(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		struct size size = { .bytes = 42, .permyriad = 42 };
		struct error err = { "", "" };
		int r = size_parse("SIZE", shares[i].text, &size, &err);

		tap_ok(r == 0 && size.permyriad == shares[i].permyriad,
		       "share '%s' is %u hundredths of a percent", shares[i].text,
		       shares[i].permyriad);
	}
}

/* What is no size; label stands for texts that a test's name cannot hold. */
static const struct {
	const char *text;
	int error;
	const char *label;
} wrong_sizes[] = {
	{ "", -EINVAL, "an empty text" },
	{ " ", -EINVAL, "a space" },
	{ " 5", -EINVAL, NULL }, { "5 ", -EINVAL, NULL }, { "5 K", -EINVAL, NULL },
	{ "5K ", -EINVAL, NULL }, { "5\n", -EINVAL, "a newline behind it" },
	{ "\t5", -EINVAL, "a tab before it" },
	{ "+5", -EINVAL, NULL }, { "-5", -EINVAL, NULL }, { "-0", -EINVAL, NULL },
	{ "-1G", -EINVAL, NULL }, { "--5", -EINVAL, NULL }, { "-", -EINVAL, NULL },
	{ "-0x10", -EINVAL, NULL }, { "-5%", -EINVAL, NULL },
	{ "nan", -EINVAL, NULL }, { "inf", -EINVAL, NULL }, { "infinity", -EINVAL, NULL },
	{ "junk", -EINVAL, NULL }, { "G", -EINVAL, NULL }, { "KiB", -EINVAL, NULL },
	{ "5X", -EINVAL, NULL }, { "5KX", -EINVAL, NULL }, { "5KBB", -EINVAL, NULL },
	{ "5KK", -EINVAL, NULL }, { "5iB", -EINVAL, NULL }, { "5Bi", -EINVAL, NULL },
	{ "5Z", -EINVAL, NULL }, { "12abc", -EINVAL, NULL }, { "1e3", -EINVAL, NULL },
	{ "1E3", -EINVAL, NULL }, { "1e+3", -EINVAL, NULL },
	{ "1,5G", -EINVAL, NULL }, { "1 000", -EINVAL, NULL }, { "1_000", -EINVAL, NULL },
	{ "1'000", -EINVAL, NULL }, { "5.", -EINVAL, NULL }, { "5.K", -EINVAL, NULL },
	{ ".", -EINVAL, NULL }, { ".K", -EINVAL, NULL }, { "1..5K", -EINVAL, NULL },
	{ "1.5.5K", -EINVAL, NULL }, { "1.5", -EINVAL, NULL }, { "1.5B", -EINVAL, NULL },
	{ "0x", -EINVAL, NULL }, { "0xg", -EINVAL, NULL }, { "0x1G", -EINVAL, NULL },
	{ "0x1.8", -EINVAL, NULL }, { "0x-1", -EINVAL, NULL }, { "0x 1", -EINVAL, NULL },
	{ "x10", -EINVAL, NULL }, { "0b11", -EINVAL, NULL }, { "0o7", -EINVAL, NULL },
	{ "%", -EINVAL, NULL }, { "0%", -EINVAL, NULL }, { "0.00%", -EINVAL, NULL },
	{ "5%%", -EINVAL, NULL }, { "5%K", -EINVAL, NULL }, { "5K%", -EINVAL, NULL },
	{ "0x10%", -EINVAL, NULL },
	{ "\xef\xbc\x95K", -EINVAL, "a full-width digit" },
	{ "5\xc2\xb5", -EINVAL, "a micro sign behind it" },
	{ "5\xff", -EINVAL, "a byte that is no UTF-8 behind it" },
	{ "\xe2\x88\x92" "5", -EINVAL, "a typographic minus" },
	{ "0.001%", -EINVAL, NULL }, { "12.345%", -EINVAL, NULL },
	{ "50.000%", -EINVAL, NULL }, { "200%", -ERANGE, NULL }, { "100.01%", -ERANGE, NULL },
			{ "100.001%", -ERANGE, NULL },
	{ "18446744073709551615%", -ERANGE, NULL },
	{ "99999999999G", -ERANGE, NULL }, { "16E", -ERANGE, NULL }, { "16EiB", -ERANGE, NULL },
	{ "19EB", -ERANGE, NULL }, { "16384P", -ERANGE, NULL },
	{ "18446744073709551616", -ERANGE, NULL },
	{ "0x10000000000000000", -ERANGE, NULL },
	{ "99999999999999999999999999999999999999K", -ERANGE, NULL },
};

static void test_wrong_sizes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong_sizes); i++) {
		const char *text = wrong_sizes[i].text;
		const char *label = wrong_sizes[i].label ? wrong_sizes[i].label : text;
		struct size size = { .bytes = 42, .permyriad = 43 };
		struct error err = { "", "" };
		int r = size_parse("--touch", text, &size, &err);

		tap_ok(r == wrong_sizes[i].error, "'%s' is refused as %s", label,
		       wrong_sizes[i].error == -ERANGE ? "too large" : "no size");
		tap_ok(size.bytes == 42 && size.permyriad == 43, "'%s' leaves the size alone",
		       label);
		tap_ok(strstr(err.message, "--touch") && err.hint[0],
		       "'%s': the message names the option and a way out", label);
	}
}

static void test_size_messages(void)
{
	struct size size;
	struct error err;

	size_parse("SIZE", "12abc", &size, &err);
	tap_has(err.message, "SIZE '12abc'", "the message quotes what was written");
	tap_has(err.hint, "or N%", "the way out shows one per cent sign");
	size_parse("SIZE", "-5", &size, &err);
	tap_has(err.message, "negative", "the message says that a size is negative");
	size_parse("SIZE", "", &size, &err);
	tap_has(err.message, "empty", "the message says that a size is empty");
	size_parse("SIZE", "16E", &size, &err);
	tap_has(err.message, "too large", "the message says that a size is too large");
	size_parse("SIZE", "\x1b[2J", &size, &err);
	tap_ok(!strchr(err.message, '\x1b'), "no escape sequence gets into the message");
}

static void test_resolve(void)
{
	struct size half = { .permyriad = 5000 }, all = { .permyriad = 10000 };
	struct size least = { .permyriad = 1 }, fixed = { .bytes = 77 };

	tap_is((int64_t)size_resolve(fixed, 1000), 77, "bytes do not depend on the whole");
	tap_is((int64_t)size_resolve(half, 1001), 500, "a share is rounded down");
	tap_is((int64_t)size_resolve(least, 9999), 0, "a share of little is nothing");
	tap_is((int64_t)size_resolve(least, 10000), 1, "0.01% of 10000 is 1");
	tap_ok(size_resolve(all, UINT64_MAX) == UINT64_MAX, "100%% of everything is everything");
	tap_ok(size_resolve(half, UINT64_MAX) == UINT64_MAX / 2, "50%% of everything is half");
	tap_is((int64_t)size_resolve(half, 0), 0, "50% of nothing is nothing");
}

static const struct {
	uint64_t bytes, unit;
	int result;
	uint64_t rounded;
} roundings[] = {
	{ 0, 4096, 0, 0 }, { 1, 4096, 0, 4096 }, { 4096, 4096, 0, 4096 },
	{ 4097, 4096, 0, 8192 }, { 4097, 65536, 0, 65536 }, { 5, 1, 0, 5 },
	{ UINT64_MAX, 1, 0, UINT64_MAX }, { UINT64_MAX - 4095, 4096, 0, UINT64_MAX - 4095 },
	{ UINT64_MAX - 4094, 4096, -ERANGE, 42 }, { UINT64_MAX, 4096, -ERANGE, 42 },
	{ 10, 3, 0, 12 }, { UINT64_MAX - 1, 3, 0, UINT64_MAX },
};

static void test_round_up(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(roundings); i++) {
		uint64_t rounded = 42;
		int r = size_round_up(roundings[i].bytes, roundings[i].unit, &rounded);

		tap_ok(r == roundings[i].result && rounded == roundings[i].rounded,
		       "%" PRIu64 " in units of %" PRIu64 " %s", roundings[i].bytes,
		       roundings[i].unit, roundings[i].result ? "overflows" : "is rounded up");
	}
}

static const struct {
	uint64_t bytes;
	enum size_unit unit;
	const char *cell, *sentence;
} formats[] = {
	{ 0, SIZE_KIB, "0", "0 KiB" },
	{ 1, SIZE_KIB, "1", "1 KiB" },
	{ 1024, SIZE_KIB, "1", "1 KiB" },
	{ 1025, SIZE_KIB, "2", "2 KiB" },
	{ 65536, SIZE_KIB, "64", "64 KiB" },
	{ UINT64_MAX, SIZE_KIB, "18014398509481984", "18014398509481984 KiB" },
	{ 0, SIZE_BYTES, "0", "0 bytes" },
	{ 65536, SIZE_BYTES, "65536", "65536 bytes" },
	{ UINT64_MAX, SIZE_BYTES, "18446744073709551615", "18446744073709551615 bytes" },
	{ 0, SIZE_HUMAN, "0", "0 bytes" },
	{ 1023, SIZE_HUMAN, "1023", "1023 bytes" },
	{ 1024, SIZE_HUMAN, "1.0K", "1.0 KiB" },
	{ 65536, SIZE_HUMAN, "64.0K", "64.0 KiB" },
	{ 100 * KIB, SIZE_HUMAN, "100K", "100 KiB" },
	{ 3 * MIB / 2, SIZE_HUMAN, "1.5M", "1.5 MiB" },
	{ 3 * GIB / 2, SIZE_HUMAN, "1.5G", "1.5 GiB" },
	{ 2 * TIB, SIZE_HUMAN, "2.0T", "2.0 TiB" },
	{ 3 * PIB, SIZE_HUMAN, "3.0P", "3.0 PiB" },
	{ 15 * EIB, SIZE_HUMAN, "15.0E", "15.0 EiB" },
	{ UINT64_MAX, SIZE_HUMAN, "16.0E", "16.0 EiB" },
	/* Rounding carries into the next digit and into the next unit. */
	{ 100 * KIB - 1, SIZE_HUMAN, "100K", "100 KiB" },
	{ 100 * GIB - 1, SIZE_HUMAN, "100G", "100 GiB" },
	{ MIB - 1, SIZE_HUMAN, "1.0M", "1.0 MiB" },
	{ TIB - 1, SIZE_HUMAN, "1.0T", "1.0 TiB" },
};

static void test_format(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		char cell[SIZE_TEXT_MAX], sentence[SIZE_TEXT_MAX], name[96];

		snprintf(name, sizeof(name), "%" PRIu64 " bytes in a column: %s",
			 formats[i].bytes, formats[i].cell);
		tap_is_text(size_format(cell, formats[i].bytes, formats[i].unit), formats[i].cell,
			    name);
		snprintf(name, sizeof(name), "%" PRIu64 " bytes in a sentence: %s",
			 formats[i].bytes, formats[i].sentence);
		tap_is_text(size_text(sentence, formats[i].bytes, formats[i].unit),
			    formats[i].sentence, name);
	}
}

/* The table gives a human size as many cells as "99.9G" has. */
static void test_human_width(void)
{
	char text[SIZE_TEXT_MAX];
	size_t longest = 0;

	for (int bit = 0; bit < 64; bit++) {
		uint64_t power = UINT64_C(1) << bit;
		uint64_t near[] = { power, power - 1, power + power / 2, power / 100 * 99,
				    power / 1024 * 100 - 1, power / 1024 * 1000 - 1 };

		for (size_t i = 0; i < ARRAY_SIZE(near); i++) {
			size_t length = strlen(size_format(text, near[i], SIZE_HUMAN));

			longest = length > longest ? length : longest;
		}
	}
	tap_ok(longest <= strlen("99.9G"), "no human size is wider than 99.9G (%zu cells)",
	       longest);
}

static const struct {
	const char *text;
	int result;
	uint64_t digits, divisor;
	const char *rest;
} decimals[] = {
	{ "12", 0, 12, 1, "" }, { "12.50x", 0, 1250, 100, "x" }, { ".25", 0, 25, 100, "" },
	{ "007", 0, 7, 1, "" }, { "0.0", 0, 0, 10, "" }, { "5e3", 0, 5, 1, "e3" },
	{ "1.5.5", 0, 15, 10, ".5" }, { "3 ", 0, 3, 1, " " },
	{ "18446744073709551615", 0, UINT64_MAX, 1, "" },
	{ "", -EINVAL, 0, 0, NULL }, { "x", -EINVAL, 0, 0, NULL }, { "-1", -EINVAL, 0, 0, NULL },
	{ "+1", -EINVAL, 0, 0, NULL }, { " 1", -EINVAL, 0, 0, NULL },
	{ ".", -EINVAL, 0, 0, NULL }, { "1.", -EINVAL, 0, 0, NULL },
	{ "1.x", -EINVAL, 0, 0, NULL },
	{ "18446744073709551616", -ERANGE, 0, 0, NULL },
	{ "0.00000000000000000001", -ERANGE, 0, 0, NULL },
};

static void test_decimals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(decimals); i++) {
		struct decimal number = { 0 };
		const char *rest = NULL;
		int r = decimal_parse(decimals[i].text, &number, &rest);
		bool same = r != 0 || (number.digits == decimals[i].digits &&
				       number.divisor == decimals[i].divisor &&
				       rest && !strcmp(rest, decimals[i].rest));

		tap_ok(r == decimals[i].result && same, "decimal '%s' %s", decimals[i].text,
		       decimals[i].result ? "is refused" : "is kept exactly");
	}
}

static const struct {
	struct decimal number;
	uint64_t multiplier;
	int result;
	uint64_t product;
} scales[] = {
	{ { 15, 10 }, 1024, 0, 1536 }, { { 1, 1000 }, 1, 0, 1 }, { { 0, 1000 }, 1024, 0, 0 },
	{ { 1001, 1000 }, 1000, 0, 1001 }, { { 10011, 10000 }, 1000, 0, 1002 },
	{ { UINT64_MAX, 1 }, 1, 0, UINT64_MAX }, { { UINT64_MAX, 1 }, 2, -ERANGE, 42 },
	{ { UINT64_MAX, 10 }, 10, 0, UINT64_MAX }, { { UINT64_MAX, 10 }, 11, -ERANGE, 42 },
};

static void test_scale(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		uint64_t product = 42;
		int r = decimal_scale(scales[i].number, scales[i].multiplier, &product);

		tap_ok(r == scales[i].result && product == scales[i].product,
		       "%" PRIu64 "/%" PRIu64 " times %" PRIu64 " %s", scales[i].number.digits,
		       scales[i].number.divisor, scales[i].multiplier,
		       scales[i].result ? "overflows" : "is rounded up");
	}
}

static const struct {
	uint64_t a, b, divisor;
	int result;
	uint64_t quotient, rest;
} portions[] = {
	{ 7, 3, 2, 0, 10, 1 }, { 0, UINT64_MAX, 1, 0, 0, 0 }, { 5, 0, 9, 0, 0, 0 },
	{ UINT64_MAX, UINT64_MAX, UINT64_MAX, 0, UINT64_MAX, 0 },
	{ UINT64_MAX, UINT64_MAX - 1, UINT64_MAX, 0, UINT64_MAX - 1, 0 },
	{ UINT64_MAX, 10000, 10000, 0, UINT64_MAX, 0 },
	{ UINT64_MAX, 5000, 10000, 0, UINT64_MAX / 2, 5000 },
	{ UINT64_C(1) << 63, 3, UINT64_MAX, 0, 1, (UINT64_C(1) << 63) + 1 },
	{ UINT64_C(0xfedcba9876543210), UINT64_C(0x0123456789abcdef), UINT64_C(0x8000000000000001),
	  0, UINT64_C(0x0243f4015aefae84), UINT64_C(0x1ff2e48e8a71de6c) },
	{ UINT64_C(1) << 32, UINT64_C(1) << 32, 1, -ERANGE, 42, 42 },
	{ UINT64_MAX, 2, 1, -ERANGE, 42, 42 },
};

static void test_portions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(portions); i++) {
		uint64_t quotient = 42, rest = 42;
		int r = number_muldiv(portions[i].a, portions[i].b, portions[i].divisor, &quotient,
				      &rest);

		tap_ok(r == portions[i].result && quotient == portions[i].quotient &&
		       rest == portions[i].rest,
		       "%" PRIu64 " * %" PRIu64 " / %" PRIu64 " %s", portions[i].a, portions[i].b,
		       portions[i].divisor, portions[i].result ? "overflows" : "is exact");
		tap_ok(number_portion(portions[i].a, portions[i].b, portions[i].divisor) ==
		       (portions[i].result ? UINT64_MAX : portions[i].quotient),
		       "and is held to 2^64 - 1");
	}
}

static void test_hex_digits(void)
{
	bool right = true;

	for (int i = 0; i < 16; i++)
		right = right && number_hex_digit("0123456789abcdef"[i]) == i &&
			number_hex_digit("0123456789ABCDEF"[i]) == i;
	tap_ok(right, "hexadecimal digits have their values in both cases");
}

static const struct {
	const char *text;
	int result;
	uint64_t value;
	const char *label;
} integers[] = {
	{ "0", 0, 0, NULL }, { "12\n", 0, 12, "12 and a newline" }, { "012", 0, 12, NULL },
	{ "18446744073709551615", 0, UINT64_MAX, NULL },
	{ "18446744073709551616", -ERANGE, 42, NULL },
	{ "", -EINVAL, 42, "an empty text" }, { "\n", -EINVAL, 42, "a newline" },
	{ "12\n\n", -EINVAL, 42, "two newlines" }, { "12\n3", -EINVAL, 42, "two lines" },
	{ "12 ", -EINVAL, 42, NULL }, { " 12", -EINVAL, 42, NULL }, { "-1", -EINVAL, 42, NULL },
	{ "+1", -EINVAL, 42, NULL }, { "0x10", -EINVAL, 42, NULL }, { "1.5", -EINVAL, 42, NULL },
	{ "max", -EINVAL, 42, NULL },
};

static void test_integers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(integers); i++) {
		uint64_t value = 42;
		int r = number_parse_u64(integers[i].text, &value);

		tap_ok(r == integers[i].result && value == integers[i].value, "integer '%s' is %s",
		       integers[i].label ? integers[i].label : integers[i].text,
		       integers[i].result ? "refused" : "taken");
	}
}

static const struct {
	const char *text;
	int result;
	uint64_t ns;
} durations[] = {
	{ "0", 0, 0 }, { "2", 0, 2 * NS_PER_SECOND }, { "0.5", 0, NS_PER_SECOND / 2 },
	{ ".25s", 0, NS_PER_SECOND / 4 }, { "2s", 0, 2 * NS_PER_SECOND },
	{ "250ms", 0, 250 * NS_PER_MS }, { "1.5ms", 0, 1500000 }, { "10us", 0, 10000 },
	{ "7ns", 0, 7 }, { "2m", 0, 120 * NS_PER_SECOND }, { "2min", 0, 120 * NS_PER_SECOND },
	{ "1.5h", 0, 5400 * NS_PER_SECOND }, { "1d", 0, 86400 * NS_PER_SECOND },
	{ "010", 0, 10 * NS_PER_SECOND }, { "infinity", 0, DURATION_INFINITE },
	{ "36500d", 0, UINT64_C(36500) * 86400 * NS_PER_SECOND },
	{ "", -EINVAL, 42 }, { "-1", -EINVAL, 42 }, { "+1", -EINVAL, 42 }, { " 1", -EINVAL, 42 },
	{ "1 s", -EINVAL, 42 }, { "1s ", -EINVAL, 42 }, { "s", -EINVAL, 42 },
	{ "nan", -EINVAL, 42 },
	{ "inf", -EINVAL, 42 }, { "infinityX", -EINVAL, 42 }, { "-infinity", -EINVAL, 42 },
	{ "1e3", -EINVAL, 42 }, { "0x10", -EINVAL, 42 }, { "1,5", -EINVAL, 42 },
	{ "1.", -EINVAL, 42 }, { "5 minutes", -EINVAL, 42 }, { "1K", -EINVAL, 42 },
	{ "1:30", -EINVAL, 42 }, { "200000d", -ERANGE, 42 }, { "9223372037", -ERANGE, 42 },
	{ "18446744073709551615ns", -ERANGE, 42 }, { "99999999999999999999", -ERANGE, 42 },
};

static void test_durations(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(durations); i++) {
		struct error err = { "", "" };
		uint64_t ns = 42;
		int r = duration_parse("--hold", durations[i].text, &ns, &err);

		tap_ok(r == durations[i].result && ns == durations[i].ns, "duration '%s' is %s",
		       durations[i].text, durations[i].result == 0 ? "taken" :
		       durations[i].result == -ERANGE ? "too long" : "refused");
		if (durations[i].result)
			tap_ok(strstr(err.message, "--hold") && err.hint[0],
			       "duration '%s': the message names the option and a way out",
			       durations[i].text);
	}
}

static void test_clock(void)
{
	uint64_t first = duration_now(), seconds, second;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	second = duration_now();
	seconds = (uint64_t)now.tv_sec;
	tap_ok(first > 0 && second >= first, "the monotonic clock does not run backwards");
	tap_ok(first / NS_PER_SECOND <= seconds && seconds <= second / NS_PER_SECOND,
	       "it is CLOCK_MONOTONIC in nanoseconds");
}

static const struct {
	const char *label, *text, *escaped;
} escapes[] = {
	{ "plain text", "SIZE 64K", "SIZE 64K" },
	{ "an empty text", "", "" },
	{ "a terminal escape", "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m" },
	{ "newline, return and tab", "a\nb\rc\td", "a\\x0ab\\x0dc\\x09d" },
	{ "a quote", "it's", "it\\x27s" },
	{ "a backslash that pretends to be an escape", "\\x41", "\\x5cx41" },
	{ "DEL", "a\x7f", "a\\x7f" },
	{ "UTF-8", "\xc3\xa9", "\\xc3\\xa9" },
	{ "the last and first plain bytes", " ~", " ~" },
	{ "bytes that are no UTF-8", "\xff\xfe\x80", "\\xff\\xfe\\x80" },
	{ "a C1 control character", "\x9b" "31m", "\\x9b31m" },
};

static void test_escape(void)
{
	char escaped[64];

	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++)
		tap_is_text(error_escape(escaped, sizeof(escaped), escapes[i].text),
			    escapes[i].escaped, escapes[i].label);
}

/* For every size of the buffer: ended by a NUL inside it, and marked when cut. */
static void test_escape_cut(void)
{
	static const char text[] = "ab\x1b" "cdefgh\n\xff" "ij";
	char whole[64], escaped[64];
	bool inside = true, marked = true, prefix = true;

	error_escape(whole, sizeof(whole), text);
	for (unsigned size = 4; size < strlen(whole) + 1; size++) {
		size_t length;

		memset(escaped, '~', sizeof(escaped));
		error_escape(escaped, size, text);
		inside = inside && memchr(escaped, '\0', size) && escaped[size] == '~';
		length = strlen(escaped);
		marked = marked && length >= 3 && !strcmp(escaped + length - 3, "...");
		prefix = prefix && !strncmp(escaped, whole, length - 3);
	}
	tap_ok(inside, "an escaped text never passes its buffer");
	tap_ok(marked, "an escaped text that does not fit ends in '...'");
	tap_ok(prefix, "an escaped text that does not fit is a part of the whole");
	tap_is_text(error_escape(escaped, 8, "abcdefg"), "abcdefg",
		    "an escaped text that just fits is not cut");
}

static void test_error(void)
{
	static char text[2 * ERROR_MESSAGE_MAX];
	struct error err;

	error_set(&err, "cannot %s %d", "map", 7);
	error_hint(&err, "ask for %d", 6);
	tap_is_text(err.message, "cannot map 7", "the first line is formatted");
	tap_is_text(err.hint, "ask for 6", "the second line is formatted");
	error_set(&err, "again");
	tap_is_text(err.hint, "", "a new first line clears the second");
	memset(text, 'x', sizeof(text) - 1);
	error_set(&err, "%s", text);
	tap_is((int64_t)strlen(err.message), ERROR_MESSAGE_MAX - 1,
	       "too long a first line is cut");
	error_hint(&err, "%s", text);
	tap_is((int64_t)strlen(err.hint), ERROR_HINT_MAX - 1,
	       "too long a second line is cut");
	tap_is(error_return(&err, -ERANGE, "%s is too large\nmake it %d", "SIZE", 7), -ERANGE,
	       "both lines at once, and the error");
	tap_is_text(err.message, "SIZE is too large", "the line before the newline");
	tap_is_text(err.hint, "make it 7", "and that behind it");
	error_return(&err, -EINVAL, "'%s' is wrong\nleave it out", "a\nb");
	tap_is_text(err.message, "'a\nb' is wrong", "what is quoted may have newlines");
	tap_is_text(err.hint, "leave it out", "the second line is behind the last one");
}

int main(void)
{
	test_sizes();
	test_shares();
	test_wrong_sizes();
	test_size_messages();
	test_resolve();
	test_round_up();
	test_format();
	test_human_width();
	test_decimals();
	test_scale();
	test_portions();
	test_hex_digits();
	test_integers();
	test_durations();
	test_clock();
	test_escape();
	test_escape_cut();
	test_error();
	return tap_done();
}
