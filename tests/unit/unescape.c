/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unescape.c - what terminals, browsers and loggers make of text is undone; what is text stays */
#include <config.h>

#include "../tap.h"
#include "kernlog/unescape.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct change {
	const char *before, *after;
};

static const struct change lines[] = {
	{ "", "" }, { "x", "x" }, { " x ", " x " }, { "\t", "\t" },
	/* Carriage returns, but only at the end */
	{ "x\r", "x" }, { "x\r\r", "x" }, { "\r", "" }, { "a\rb", "a\rb" },
	/* The mark of UTF-8, but only at the beginning */
	{ "\xef\xbb\xbfx", "x" }, { "x\xef\xbb\xbf", "x\xef\xbb\xbf" }, { "\xef\xbb", "\xef\xbb" },
	/* dmesg --color, grep --color, tput sgr0, links */
	{ "\033[32m[    6.333700] \033[0m\033[33mmain.out \033[0m", "[    6.333700] main.out " },
	{ "\033[01;31m\033[Kx\033[m\033[K", "x" }, { "\033[0;1;39mx\033[0m", "x" },
	{ "a\033(Bb", "ab" }, { "a\033[38;2;1;2;3mb", "ab" }, { "\033[?25hx", "x" },
	{ "\033]8;;http://x/\033\\text\033]8;;\033\\", "text" }, { "\033]0;title\ax", "x" },
	/* What is none, or has no end */
	{ "\033", "\033" }, { "a\033b", "a\033b" }, { "\033[", "\033[" }, { "x\033[1", "x\033[1" },
	{ "\033]0;x", "\033]0;x" }, { "\033]0;x\033", "\033]0;x\033" }, { "\033(", "\033(" },
	{ "[0m", "[0m" },
	/* HTML */
	{ "<pre>x</pre>", "x" }, { "<pre class=\"a\"><code>x", "x" }, { "x<br>", "x" },
	{ "x<br/>", "x" }, { "x<br />", "x" }, { "<p>x</p><br>", "x" }, { "<b><b>x</b></b>", "x" },
	{ "<pre>", "" }, { "</pre>", "" }, { "a<br>b", "a<br>b" },
	{ "<TASK>", "<TASK>" }, { " <TASK>", " <TASK>" }, { "<4>x", "<4>x" }, { "<x>y", "<x>y" },
	{ "x->", "x->" }, { ">", ">" }, { "<", "<" }, { "<br", "<br" }, { "<>", "<>" },
	{ "<bus>x", "<bus>x" }, { "a <b", "a <b" },
	{ "&lt;4&gt;[ 1.5] a &amp; b", "<4>[ 1.5] a & b" },
	{ "&quot;a&#39;&#039;&#x27;", "\"a'''" },
	{ "&nbsp;&#160;&#xA0;x", "   x" }, { "&#91;1&#93;", "[1]" }, { "&amp;lt;", "&lt;" },
	{ "&lt", "&lt" }, { "&", "&" }, { "&;", "&;" }, { "&#;", "&#;" }, { "&#x;", "&#x;" },
	{ "&#10;", "&#10;" }, { "&#0;", "&#0;" }, { "&#300;", "&#300;" },
	{ "&unknown;", "&unknown;" },
	{ "&#99999999999999999999999;", "&#99999999999999999999999;" }, { "&#-1;", "&#-1;" },
	{ "a && b", "a && b" },
	/* A page that was copied */
	{ "a\xc2\xa0\xc2\xa0" "b", "a  b" }, { "\xc2\xa0", " " }, { "\xc2", "\xc2" },
	{ "\xc2\xa1", "\xc2\xa1" },
	/* All of it */
	{ "<pre>\033[32m&lt;3&gt;\033[0m</pre>\r", "<3>" },
};

static void test_lines(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = strlen(lines[i].before), wanted = strlen(lines[i].after);
		char *line = malloc(length ? length : 1);

		if (!line)
			abort();
		memcpy(line, lines[i].before, length);
		length = unescape_line(line, length);
		if (!tap_ok(length == wanted && !memcmp(line, lines[i].after, length), "line %zu",
			    i))
			printf("#      got: %.*s\n#   wanted: %s\n", (int)length, line,
			       lines[i].after);
		free(line);
	}
}

static void test_nul(void)
{
	char line[] = "a\0&lt;\0b\r";
	size_t length = unescape_line(line, sizeof(line) - 1);

	tap_ok(length == 5 && !memcmp(line, "a\0<\0b", 5), "a NUL is a byte like others");
}

static const struct {
	enum unescape_kind escapes;
	struct change change;
} messages[] = {
	{ UNESCAPE_KMSG, { "", "" } }, { UNESCAPE_KMSG, { "plain", "plain" } },
	{ UNESCAPE_KMSG, { "a\\x0ab\\x1b[1m", "a\nb\033[1m" } },
	{ UNESCAPE_KMSG, { "\\x5cx41\\xff\\xFF", "\\x41\xff\xff" } },
	{ UNESCAPE_KMSG, { "\\x41", "A" } }, { UNESCAPE_KMSG, { "\\x4", "\\x4" } },
	{ UNESCAPE_KMSG, { "\\x", "\\x" } }, { UNESCAPE_KMSG, { "\\", "\\" } },
	{ UNESCAPE_KMSG, { "\\xg0\\x0g", "\\xg0\\x0g" } }, { UNESCAPE_KMSG, { "#012", "#012" } },
	{ UNESCAPE_KMSG, { "\\\\x0a", "\\\n" } },
	{ UNESCAPE_OTHER, { "a\\x0ab", "a\nb" } }, { UNESCAPE_OTHER, { "a\\x41b", "a\\x41b" } },
	{ UNESCAPE_OTHER, { "a\\x7f\\x80", "a\x7f\x80" } }, { UNESCAPE_OTHER, { "#012", "#012" } },
	{ UNESCAPE_OTHER, { "a\\x20b", "a\\x20b" } },
	{ UNESCAPE_SYSLOG, { "a#012 b#011#033[1m#177", "a\n b\t\033[1m\177" } },
	{ UNESCAPE_SYSLOG, { "#1 #12 #018 #400 #777", "#1 #12 #018 #400 #777" } },
	{ UNESCAPE_SYSLOG, { "#101#040", "#101#040" } }, { UNESCAPE_SYSLOG, { "#", "#" } },
	{ UNESCAPE_SYSLOG, { "##012", "#\n" } }, { UNESCAPE_SYSLOG, { "a\\x0ab", "a\nb" } },
	{ UNESCAPE_SYSLOG, { "6.1.0 #1 SMP", "6.1.0 #1 SMP" } },
};

static void test_messages(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		const struct change *change = &messages[i].change;
		size_t length = strlen(change->before), wanted = strlen(change->after);
		char *message = malloc(length ? length : 1);

		if (!message)
			abort();
		memcpy(message, change->before, length);
		length = unescape_bytes(message, length, messages[i].escapes);
		tap_ok(length == wanted && !memcmp(message, change->after, length), "\"%s\" as %s",
		       change->before, messages[i].escapes == UNESCAPE_KMSG ? "kmsg" :
		       messages[i].escapes == UNESCAPE_SYSLOG ? "syslog" : "others");
		free(message);
	}
}

static void test_zero(void)
{
	char message[] = "a\\x00b", other[] = "a#000b";

	tap_ok(unescape_bytes(message, 6, UNESCAPE_KMSG) == 3 && !memcmp(message, "a\0b", 3) &&
	       unescape_bytes(other, 6, UNESCAPE_SYSLOG) == 3 && !memcmp(other, "a\0b", 3),
	       "an escaped NUL is one");
}

/* Long lines of what could be a beginning take no more than their length. */
static void test_long(void)
{
	static const char *const pieces[] = {
		"\033]", "\033[", "&#", "&", "<", "<p ", "<p>", "</p>", "\xc2\xa0", "\r",
	};
	static char line[64 * 1024];

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		size_t piece = strlen(pieces[i]), length = sizeof(line) / piece * piece;

		for (size_t at = 0; at < length; at++)
			line[at] = pieces[i][at % piece];
		tap_ok(unescape_line(line, length) <= length, "64 KiB of the same, %zu", i);
	}
}

int main(void)
{
	test_lines();
	test_nul();
	test_messages();
	test_zero();
	test_long();
	return tap_done();
}
