/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option-table.c - walk a command line by a table of options, and say what is wrong with it */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/option-table.h"

static size_t index_of(const struct option_table *table, int key)
{
	size_t i = 0;

	while (table->list[i].key != key)
		i++;
	return i;
}

/* no_argument, required_argument or optional_argument: as many colons as in short options. */
static int argument_kind(const struct option_description *option)
{
	if (!option->argument)
		return no_argument;
	return option->argument[0] == '[' ? optional_argument : required_argument;
}

void option_walk_begin(struct option_walk *walk, const struct option_table *table, int argc,
		       char *argv[])
{
	char *letter = walk->shortopts;

	*walk = (struct option_walk){ .table = table, .argc = argc, .argv = argv, .before = 1 };
	*letter++ = ':';
	for (size_t i = 0; i < table->count; i++) {
		const struct option_description *option = &table->list[i];
		int colons = argument_kind(option);

		walk->longopts[i] = (struct option){ option->name, colons, NULL, option->key };
		if (option->key >= OPTION_LONG_ONLY)
			continue;
		*letter++ = (char)option->key;
		while (colons--)
			*letter++ = ':';
	}
	opterr = 0;
}

/*
 * The word in which getopt_long() has just found a fault; it may not be done with it. BEFORE
 * is what optind was when it was called.
 */
static const char *faulty_word(char *argv[], int before)
{
	const char *previous = argv[optind - 1];
	size_t length = strlen(previous);

	if (optind == before && argv[optind])
		return argv[optind];
	if (!strncmp(previous, "--", 2) || !argv[optind])
		return previous;
	if (previous[0] == '-' && length > 1 && previous[length - 1] == optopt)
		return previous;
	return argv[optind];
}

/* How many long options WORD ("--abc") abbreviates. */
static int count_matches(const struct option_table *table, const char *word)
{
	int matches = 0;

	for (size_t i = 0; i < table->count; i++)
		matches += !strncmp(table->list[i].name, word + 2, strcspn(word + 2, "="));
	return matches;
}

void option_help_hint(const struct option_table *table, struct error *err)
{
	error_hint(err, "Try '%s --help' for more information.", table->program);
}

/* RESULT is what getopt_long() returned: '?', or ':' for a missing argument. */
static void option_table_set_error(const struct option_table *table, int result, const char *word,
				   struct error *err)
{
	char escaped[128];

	error_escape(escaped, sizeof(escaped), word);
	if (result == ':')
		error_set(err, "option '%s' needs an argument", escaped);
	else if (table->number && word[0] == '-' && word[1] >= '0' && word[1] <= '9')
		error_set(err, "%s '%s' is negative", table->number, escaped);
	else if (!strncmp(word, "--", 2) && optopt)
		error_set(err, "option '%s' takes no argument", escaped);
	else if (!strncmp(word, "--", 2))
		error_set(err, "option '%s' is %s", escaped,
			  count_matches(table, word) ? "ambiguous" : "unknown");
	else
		error_set(err, "option '-%c' in '%s' is unknown",
			  optopt >= ' ' && optopt < 127 ? optopt : '?', escaped);
	option_help_hint(table, err);
}

int option_walk_next(struct option_walk *walk, struct error *err)
{
	int key = getopt_long(walk->argc, walk->argv, walk->shortopts, walk->longopts, NULL);

	if (key == -1)
		return OPTION_END;
	if (key == '?' || key == ':') {
		option_table_set_error(walk->table, key, faulty_word(walk->argv, walk->before),
				       err);
		return OPTION_FAULT;
	}
	walk->seen[index_of(walk->table, key)] = true;
	walk->before = optind;
	return key;
}

bool option_seen(const struct option_walk *walk, int key)
{
	return walk->seen[index_of(walk->table, key)];
}

int option_check_exclusive(const struct option_walk *walk, struct error *err)
{
	const struct option_table *table = walk->table;

	for (size_t i = 0; i < table->exclusive_count; i++) {
		size_t first = index_of(table, table->exclusive[i][0]);
		size_t second = index_of(table, table->exclusive[i][1]);

		if (!walk->seen[first] || !walk->seen[second])
			continue;
		error_set(err, "--%s and --%s contradict each other",
			  table->list[first].name, table->list[second].name);
		error_hint(err, "leave one of them out");
		return -EINVAL;
	}
	return 0;
}

static void print_option(const struct option_description *option)
{
	const char *argument = option->argument ? option->argument : "";
	char left[64], letter[8] = "    ";

	if (option->key < OPTION_LONG_ONLY)
		snprintf(letter, sizeof(letter), "-%c, ", option->key);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, option->name,
		 argument_kind(option) == required_argument ? " " : "", argument);
	if (option->section)
		printf("\n%s:\n", option->section);
	printf("  %-24s %s\n", left, option->help);
}

void option_table_print(const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		print_option(&table->list[i]);
}
