/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option-table.h - a command line read by one table of options: getopt_long(3), its faults, and
 * --help
 */
#ifndef PT_OPTION_TABLE_H
#define PT_OPTION_TABLE_H

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

#define OPTION_TABLE_MAX 48

/* Keys of options without a short form begin here. */
#define OPTION_LONG_ONLY (CHAR_MAX + 1)

struct option_description {
	const char *name;
	int key;		/* a letter is the short option too */
	const char *argument;	/* NULL: takes none; "[=NAME]": may be left out */
	const char *help;
	const char *section;	/* a heading before it in --help, or NULL */
};

struct option_table {
	const char *program;
	const struct option_description *list;
	size_t count;			/* at most OPTION_TABLE_MAX */
	const int (*exclusive)[2];	/* pairs of keys that say contradicting things */
	size_t exclusive_count;
	const char *number;	/* the operand that a word like "-5" is meant as; NULL: none */
};

/* A command line on its way through the table. */
struct option_walk {
	const struct option_table *table;
	int argc;
	char **argv;
	int before;		/* optind before the current option */
	bool seen[OPTION_TABLE_MAX];
	struct option longopts[OPTION_TABLE_MAX + 1];
	char shortopts[3 * OPTION_TABLE_MAX + 2];
};

#define OPTION_END (-1)		/* what follows, from argv[optind] on, are the operands */
#define OPTION_FAULT '?'	/* *err says which */

void option_walk_begin(struct option_walk *walk, const struct option_table *table, int argc,
		       char *argv[]);

/* The key of the next option, with its argument in optarg; or OPTION_END or OPTION_FAULT. */
int option_walk_next(struct option_walk *walk, struct error *err);

/* Whether the option with KEY, which is in the table, has been walked past. */
bool option_seen(const struct option_walk *walk, int key);

/* Returns 0, or -EINVAL with *err set when two options that were seen exclude each other. */
int option_check_exclusive(const struct option_walk *walk, struct error *err);

/* The second line of an error that only the manual can help with. */
void option_help_hint(const struct option_table *table, struct error *err);

/* Prints the options as --help shows them to standard output. */
void option_table_print(const struct option_table *table);

#endif
