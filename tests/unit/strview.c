/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strview.c - pieces of text: found, cut, read as numbers, without a final NUL and to the limits
 */
#include <config.h>

#include "../tap.h"
#include "lib/strview.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* TEXT in memory of its own with nothing behind it: reading too far is found by the sanitizers. */
static struct strview alone(const char *bytes, size_t length)
{
	static char *last;

	free(last);
	last = malloc(length ? length : 1);
	if (!last)
		abort();
	memcpy(last, bytes, length);
	return (struct strview){ last, length };
}

static struct strview alone_of(const char *string)
{
	return alone(string, strlen(string));
}

static bool is_same(struct strview text, const char *bytes)
{
	return text.length == strlen(bytes) && !memcmp(text.at, bytes, text.length);
}

static const struct {
	const char *text, *piece;
	bool starts, is;
	size_t first, last;
} searches[] = {
	{ "", "a", false, false, STRVIEW_NONE, STRVIEW_NONE },
	{ "a", "a", true, true, 0, 0 },
	{ "a", "ab", false, false, STRVIEW_NONE, STRVIEW_NONE },
	{ "ab", "a", true, false, 0, 0 },
	{ "ab", "b", false, false, 1, 1 },
	{ "aaa", "aa", true, false, 0, 1 },
	{ "abcabcab", "abc", true, false, 0, 3 },
	{ "xabc", "abc", false, false, 1, 1 },
	{ "ab ab", "ab", true, false, 0, 3 },
};

static void test_searches(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		struct strview text = alone_of(searches[i].text);
		const char *piece = searches[i].piece;

		tap_ok(strview_starts(text, piece) == searches[i].starts &&
		       strview_is(text, piece) == searches[i].is &&
		       strview_find(text, piece) == searches[i].first &&
		       strview_find_last(text, piece) == searches[i].last &&
		       strview_has(text, piece) == (searches[i].first != STRVIEW_NONE),
		       "\"%s\" in \"%s\"", piece, searches[i].text);
	}
}

static void test_pieces(void)
{
	struct strview text = alone_of("abc"), empty = { NULL, 0 };

	tap_ok(is_same(strview_from(text, 0), "abc") && is_same(strview_from(text, 2), "c") &&
	       is_same(strview_from(text, 3), "") && is_same(strview_from(text, SIZE_MAX), ""),
	       "the rest of a text, as far as there is one");
	tap_ok(is_same(strview_head(text, 0), "") && is_same(strview_head(text, 2), "ab") &&
	       is_same(strview_head(text, STRVIEW_NONE), "abc"),
	       "its first bytes, all if too many");
	tap_ok(strview_byte(text, 2) == 'c' && strview_byte(text, 3) == '\0' &&
	       strview_byte(text, SIZE_MAX) == '\0', "its bytes, NUL behind them");
	tap_ok(strview_last(text) == 'c' && strview_last(strview_head(text, 0)) == '\0',
	       "the last");
	tap_ok(!strview_starts(empty, "a") && strview_is(empty, "") && strview_byte(empty, 0) ==
	       '\0' &&
	       strview_find(empty, "a") == STRVIEW_NONE && strview_find_last(empty, "a") ==
	       STRVIEW_NONE &&
	       !strview_trim(empty).length, "no text at all has nothing");
}

static void test_bytes(void)
{
	struct strview text = alone("a\0b\0c", 5), word = text;

	tap_ok(strview_find(text, "b") == 2 && strview_find(text, "c") == 4, "a NUL ends no text");
	tap_ok(is_same(strview_take_word(&word), "a") && word.length == 4, "but a word");
	tap_ok(strview_trim(alone("\0 a\0b \n\r\t\0", 10)).length == 3,
	       "and is trimmed as blanks are");
	text = alone("\xff\xfe z", 4);
	tap_ok(strview_find(text, "z") == 3 && strview_find(text, "\xfe") == 1, "bytes are bytes");
}

static void test_skipping(void)
{
	struct strview text = alone_of("key=1,key=2"), front;

	tap_ok(!strview_skip(&text, "x") && text.length == 11, "what is not there is not skipped");
	tap_ok(strview_skip(&text, "key=") && is_same(text, "1,key=2"), "what is there is");
	tap_ok(!strview_take_until(&text, ";", &front) && text.length == 7,
	       "no end: nothing is taken");
	tap_ok(strview_take_until(&text, ",", &front) && is_same(front, "1") &&
	       is_same(text, "key=2"), "up to an end, and it");
	text = alone_of("key=1,key=2,");
	front = text;
	tap_ok(strview_skip_past(&text, "key=") && is_same(text, "1,key=2,"), "past the first");
	tap_ok(strview_skip_past_last(&front, "key=") && is_same(front, "2,"), "past the last");
	tap_ok(!strview_skip_past(&text, "no") && !strview_skip_past_last(&text, "no") &&
	       is_same(text, "1,key=2,"), "past none: it stays");
	text = alone_of("key=");
	tap_ok(strview_skip_past(&text, "key=") && !text.length, "up to the very end");
}

static void test_blanks(void)
{
	struct strview text = alone_of(" \t a b");

	tap_ok(strview_skip_blanks(&text) && is_same(text, "a b") && !strview_skip_blanks(&text),
	       "blanks and tabs are skipped");
	tap_ok(is_same(strview_take_word(&text), "a") && is_same(text, " b"), "a word is taken");
	tap_ok(!strview_take_word(&text).length && is_same(text, " b"),
	       "in front of a blank is none");
	text = alone_of(" \n\r\t ");
	tap_ok(!strview_trim(text).length, "of blanks alone nothing is left");
	tap_ok(strview_skip_blanks(&text) && is_same(text, "\n\r\t "), "a line's end is no blank");
	text = alone_of("\t a b\r\n");
	tap_ok(is_same(strview_trim(text), "a b"), "a text is trimmed at both ends");
}

#define NO_NUMBER 0, NULL

/* What stands behind the number; NULL: there is none. */
static const struct {
	const char *text;
	uint64_t value;
	const char *rest;
} counts[] = {
	{ "", NO_NUMBER }, { " 1", NO_NUMBER }, { "-1", NO_NUMBER }, { "+1", NO_NUMBER },
	{ "x", NO_NUMBER }, { "0", 0, "" }, { "7kB", 7, "kB" }, { "007 ", 7, " " },
	{ "0x10", 0, "x10" },
	{ "18446744073709551614", UINT64_MAX - 1, "" },
	{ "18446744073709551615", UINT64_MAX, "" },
	{ "18446744073709551616x", UINT64_MAX, "x" },
	{ "18446744073709551620", UINT64_MAX, "" },
	{ "99999999999999999999999999999999999999999,", UINT64_MAX, "," },
	{ "00000000000000000000000000000000000000001,", 1, "," },
};

static void test_counts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct strview text = alone_of(counts[i].text);
		uint64_t value = 4711;
		bool taken = strview_take_u64(&text, &value);

		if (counts[i].rest)
			tap_ok(taken && value == counts[i].value && is_same(text, counts[i].rest),
			       "the count \"%s\"", counts[i].text);
		else
			tap_ok(!taken && value == 4711 && is_same(text, counts[i].text),
			       "\"%s\" is no count", counts[i].text);
	}
}

static const struct {
	const char *text;
	int64_t value;
	const char *rest;
} numbers[] = {
	{ "", NO_NUMBER }, { "-", NO_NUMBER }, { "--1", NO_NUMBER }, { "- 1", NO_NUMBER },
	{ "-1000 x", -1000, " x" }, { "1000", 1000, "" }, { "-0", 0, "" },
	{ "9223372036854775807", INT64_MAX, "" }, { "9223372036854775808", INT64_MAX, "" },
	{ "-9223372036854775807", -INT64_MAX, "" },
	{ "-9223372036854775808", -INT64_MAX, "" },
	{ "-99999999999999999999999999", -INT64_MAX, "" },
};

static void test_numbers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct strview text = alone_of(numbers[i].text);
		int64_t value = 4711;
		bool taken = strview_take_i64(&text, &value);

		if (numbers[i].rest)
			tap_ok(taken && value == numbers[i].value &&
			       is_same(text, numbers[i].rest),
			       "the number \"%s\"", numbers[i].text);
		else
			tap_ok(!taken && value == 4711 && is_same(text, numbers[i].text),
			       "\"%s\" is no number", numbers[i].text);
	}
}

static const struct {
	const char *text;
	uint64_t value;
	const char *rest;
} masks[] = {
	{ "", NO_NUMBER }, { "0x", NO_NUMBER }, { "0xg", NO_NUMBER }, { "x1", NO_NUMBER },
	{ "0x6200ca(GFP", 0x6200ca, "(GFP" }, { "201da,", 0x201da, "," }, { "0", 0, "" },
	{ "0xABCdef", 0xabcdef, "" }, { "0xffffffffffffffff", UINT64_MAX, "" },
	{ "0x10000000000000000", UINT64_MAX, "" }, { "0x123456789abcdef01,", UINT64_MAX, "," },
	{ "0x0000000000000000000001", 1, "" },
};

static void test_masks(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		struct strview text = alone_of(masks[i].text);
		uint64_t value = 4711;
		bool taken = strview_take_hex(&text, &value);

		if (masks[i].rest)
			tap_ok(taken && value == masks[i].value && is_same(text, masks[i].rest),
			       "the mask \"%s\"", masks[i].text);
		else
			tap_ok(!taken && value == 4711 && is_same(text, masks[i].text),
			       "\"%s\" is no mask", masks[i].text);
	}
}

static void test_copies(void)
{
	char buffer[4] = "zzz", one[1] = { 'z' }, *copy;

	tap_is_text(strview_copy_to(alone_of("ab"), buffer, sizeof(buffer)), "ab", "a copy");
	tap_is_text(strview_copy_to(alone_of("abc"), buffer, sizeof(buffer)), "abc",
		    "one that fits");
	tap_is_text(strview_copy_to(alone_of("abcd"), buffer, sizeof(buffer)), "abc",
		    "one that does not");
	tap_is_text(strview_copy_to(alone_of("abcd"), one, 1), "", "one that has no room");
	tap_is_text(strview_copy_to((struct strview){ NULL, 0 }, buffer, sizeof(buffer)), "",
		    "one of nothing");
	copy = strview_copy(alone("a\0b", 3));
	tap_ok(copy && !memcmp(copy, "a\0b", 4),
	       "a copy of one's own, with a NUL inside and behind");
	free(copy);
}

static void test_sets(void)
{
	tap_ok(strview_is_among(alone_of("kernel"), "kern kernel") &&
	       strview_is_among(alone_of("kern"), "kern kernel"), "one of two words");
	tap_ok(!strview_is_among(alone_of("kerne"), "kern kernel") &&
	       !strview_is_among(alone_of("kernels"), "kern kernel") &&
	       !strview_is_among(alone_of(""), "kern kernel") &&
	       !strview_is_among(alone_of("kernel"), "kern"), "none of them");
	tap_ok(strview_has_only(alone_of("]}, "), "{}[], ") &&
	       strview_has_only((struct strview){ NULL, 0 }, "a"), "no other bytes than these");
	tap_ok(!strview_has_only(alone_of("]}x"), "{}[]") && !strview_has_only(alone("a", 2), "a"),
	       "others, a NUL too");
}

int main(void)
{
	test_sets();
	test_searches();
	test_pieces();
	test_bytes();
	test_skipping();
	test_blanks();
	test_counts();
	test_numbers();
	test_masks();
	test_copies();
	return tap_done();
}
