/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.c - reading UTF-8, its width, and where its lines break */
#include <config.h>

#include <locale.h>

#include "../tap.h"
#include "lib/terminal.h"
#include "lib/utf8.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	size_t length;
	uint32_t character;
} characters[] = {
	{ "a", 1, 'a' }, { "\x7f", 1, 0x7f }, { "\xc2\x80", 2, 0x80 }, { "\xc3\xa9x", 2, 0xe9 },
	{ "\xdf\xbf", 2, 0x7ff }, { "\xe0\xa0\x80", 3, 0x800 }, { "\xe2\x80\xae", 3, 0x202e },
	{ "\xef\xbf\xbd", 3, 0xfffd }, { "\xf0\x90\x80\x80", 4, 0x10000 },
	{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	{ "\xff", 0, 7 }, { "\x80", 0, 7 }, { "\xc3", 0, 7 }, { "\xc0\xaf", 0, 7 },
	{ "\xe2\x80", 0, 7 }, { "\xed\xa0\x80", 0, 7 }, { "\xf4\x90\x80\x80", 0, 7 },
};

static void test_decode(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(characters); i++) {
		uint32_t character = 7;
		size_t length = utf8_decode(characters[i].text, &character);

		tap_is((int64_t)length, (int64_t)characters[i].length, "length of a character");
		tap_is(character, characters[i].character, "the character, untouched if wrong");
	}
}

static const struct {
	const char *text;
	size_t columns;
	const char *lines;	/* with | between them */
} cases[] = {
	{ "", 10, "" },
	{ "a", 1, "a" },
	{ "one two three", 0, "one two three" },
	{ "one two three", 13, "one two three" },
	{ "one two three", 12, "one two|three" },
	{ "one two three", 7, "one two|three" },
	{ "one two three", 6, "one|two|three" },
	{ "one two three", 3, "one|two|thr|ee" },
	{ "one two three", 1, "o|n|e|t|w|o|t|h|r|e|e" },
	{ "one  two", 4, "one|two" },
	{ "one  two", 8, "one  two" },
	{ "one   ", 3, "one" },
	{ "one   ", 9, "one" },
	{ "/a/path/that/is/long and short", 10, "/a/path/that/is/long|and short" },
	{ "see /a/path/that/is/long", 10, "see|/a/path/that/is/long" },
	{ "in /a/path/that/is/long: 5 of it", 10, "in|/a/path/that/is/long:|5 of it" },
	{ "apathwithoutslashes and", 10, "apathwitho|utslashes|and" },
	{ "took 4.0 KiB of 8.0 GiB (98 %).", 10, "took|4.0 KiB of|8.0 GiB|(98 %)." },
	{ "took 4.0 kilos", 9, "took 4.0|kilos" },
	{ "1 %", 2, "1|%" },
	{ "1 %", 1, "1|%" },
	{ "abcd1 %", 5, "abcd1|%" },
	{ "\xff\xfe\xff", 2, "\xff\xfe|\xff" },
};

/* The lines of TEXT with | between them. */
static const char *joined(const char *text, size_t columns, char *lines)
{
	size_t next, length;

	for (lines[0] = '\0';; text += next) {
		length = wrap_line(text, columns, &next);
		strncat(lines, text, length);
		if (!text[next])
			return lines;
		strcat(lines, "|");
	}
}

static void test_lines(void)
{
	char lines[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t count = 1;

		tap_is_text(joined(cases[i].text, cases[i].columns, lines), cases[i].lines,
			    "a wrapped text");
		for (const char *at = lines; (at = strchr(at, '|')); at++)
			count++;
		tap_is((int64_t)wrap_lines(cases[i].text, cases[i].columns), (int64_t)count,
		       "its lines are counted");
	}
}

/* Adds to ALL what is no blank in TEXT. */
static void add_solid(char *all, const char *text)
{
	char *end = all + strlen(all);

	for (; *text; text++)
		if (*text != ' ')
			*end++ = *text;
	*end = '\0';
}

/* A text of up to 40 bytes that does not begin with a blank. */
static void make_text(char text[static 41])
{
	static const char alphabet[] = "ab 1%K\xc3\xa9 iB\xff";
	size_t length = (size_t)rand() % 40;

	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
	text[length] = '\0';
	text[0] = text[0] == ' ' ? 'x' : text[0];
}

/* Whatever the text: each line gets on, fits, and nothing but blanks is lost. */
static void test_any_text(void)
{
	bool gets_on = true, fits = true, complete = true;

	srand(4711);
	for (int round = 0; round < 20000; round++) {
		char text[41], line[41], all[41] = "", wanted[41] = "";
		size_t columns = (size_t)rand() % 12 + 1, next;

		make_text(text);
		add_solid(wanted, text);
		for (const char *at = text; *at; at += next) {
			snprintf(line, sizeof(line), "%.*s",
				 (int)wrap_line(at, columns, &next), at);
			add_solid(all, line);
			gets_on = gets_on && next > 0;
			fits = fits && wrap_width(line) <= columns;
			if (!next)
				break;
		}
		complete = complete && !strcmp(all, wanted);
	}
	tap_ok(gets_on, "every line takes something off the text");
	tap_ok(fits, "no line is wider than it may be");
	tap_ok(complete, "nothing but blanks is lost");
}

static void test_tail(void)
{
	tap_is_text(wrap_tail("/a/b/c", 6), "/a/b/c", "what fits is left alone");
	tap_is_text(wrap_tail("/a/b/c", 3), "b/c", "the end of what does not");
	tap_is_text(wrap_tail("/a/b/c", 0), "", "no room, no text");
	tap_is_text(wrap_tail("", 3), "", "nothing has no end");
}

static void test_wide(void)
{
	char lines[256];

	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		tap_skip("widths of UTF-8", "there is no C.UTF-8");
		return;
	}
	tap_is((int64_t)wrap_width("gr\xc3\xbcn"), 4, "an umlaut is one column wide");
	tap_is((int64_t)wrap_width("\xe6\x97\xa5\xe6\x9c\xac"), 4, "an ideograph two");
	tap_is((int64_t)wrap_width("e\xcc\x81"), 1, "a combining accent none");
	tap_is((int64_t)wrap_width("\xef\xbf\xbe"), 1, "what has no width one");
	tap_is_text(joined("\xe6\x97\xa5\xe6\x9c\xac", 3, lines),
		    "\xe6\x97\xa5|\xe6\x9c\xac", "no ideograph is cut in two");
	tap_is_text(joined("\xe6\x97\xa5\xe6\x9c\xac", 1, lines),
		    "\xe6\x97\xa5|\xe6\x9c\xac", "and one is taken where none fits");
	tap_is_text(joined("ae\xcc\x81", 2, lines), "ae\xcc\x81",
		    "an accent stays with its letter");
	tap_is_text(wrap_tail("\xe6\x97\xa5\xe6\x9c\xac", 3), "\xe6\x9c\xac",
		    "the end is whole too");
}

int main(void)
{
	test_decode();
	test_lines();
	test_any_text();
	test_tail();
	tap_is((int64_t)wrap_width("gr\xc3\xbcn"), 4, "in the C locale a character is a column");
	test_wide();
	return tap_done();
}
