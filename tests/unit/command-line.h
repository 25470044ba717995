/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command-line.h - command lines for the tests of what parses them, and what it has to say */
#ifndef PT_COMMAND_LINE_H
#define PT_COMMAND_LINE_H

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "lib/error.h"
#include "lib/option-table.h"

#define WORDS_MAX 12

/* The words of a command line, which what is parsed may point into. */
struct words {
	char *argv[WORDS_MAX + 2];
	char *copies[WORDS_MAX + 2];	/* argv before it is permuted */
	int argc;
};

/* PROGRAM and the words of LIST (ended by NULL, or by WORDS_MAX), for getopt_long() to begin. */
static inline struct words words_of(const char *program, const char *const *list)
{
	struct words words = { .argv = { strdup(program) }, .argc = 1 };

	for (; words.argc <= WORDS_MAX && list[words.argc - 1]; words.argc++)
		words.argv[words.argc] = strdup(list[words.argc - 1]);
	memcpy(words.copies, words.argv, sizeof(words.copies));
	optind = 0;
	return words;
}

static inline void words_free(struct words *words)
{
	for (int i = 0; i < words->argc; i++)
		free(words->copies[i]);
}

/* The words as one line, for a test's name. */
static inline const char *line_of(const char *const *words, char line[static 256])
{
	size_t used = 0;

	line[0] = '\0';
	for (int i = 0; i < WORDS_MAX && words[i] && used < 160; i++) {
		char escaped[96];

		error_escape(escaped, sizeof(escaped), words[i]);
		used += (size_t)snprintf(line + used, 256 - used, "%s%s", i ? " " : "",
					 *escaped ? escaped : "''");
	}
	return line;
}

static inline bool holds_all(const char *text, const char *const pieces[3])
{
	for (int i = 0; i < 3 && pieces[i]; i++)
		if (!strstr(text, pieces[i]))
			return false;
	return true;
}

static inline bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* A text that grows by words. */
struct line {
	char text[512];
};

static inline void __attribute__((format(printf, 2, 3)))
add(struct line *line, const char *format, ...)
{
	size_t used = strlen(line->text);
	va_list arguments;

	if (used)
		line->text[used++] = ' ';
	va_start(arguments, format);
	vsnprintf(line->text + used, sizeof(line->text) - used, format, arguments);
	va_end(arguments);
}

/* How many rows of TABLE have the short option LETTER, or the name NAME. */
static inline int count_rows(const struct option_table *table, char letter, const char *name)
{
	int count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += letter ? table->rows[i].letter == letter
				: !strcmp(table->rows[i].name, name);
	return count;
}

/* No option without a parse function, none twice, and none that excludes what is not there. */
static inline void check_table(const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		char *words = strdup(row->excludes ? row->excludes : ""), *rest = words;

		tap_ok(row->parse && row->help, "--%s: is parsed and described", row->name);
		tap_is(count_rows(table, 0, row->name), 1, "it is there once");
		if (row->letter)
			tap_is(count_rows(table, row->letter, ""), 1, "so is its letter");
		for (char *word = strsep(&rest, " "); word && *word; word = strsep(&rest, " "))
			tap_is(count_rows(table, 0, word), 1, word);
		free(words);
	}
}

#endif
