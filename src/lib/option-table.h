/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option-table.h - a command line read by one table of options: getopt_long(3), what each option
 * fills, its faults, and --help
 */
#ifndef PT_OPTION_TABLE_H
#define PT_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

#define OPTION_TABLE_MAX 48

enum options_result {
	OPTIONS_RUN,		/* all is filled; the operands are argv[optind] and what follows */
	OPTIONS_HELP,		/* --help was asked for */
	OPTIONS_VERSION,	/* --version was asked for */
	OPTIONS_WRONG,		/* *err says what is wrong: exit 2 */
};

struct option_row {
	const char *name;
	char letter;		/* the short option; 0: none */
	const char *argument;	/* NULL: takes none; "[=NAME]": may be left out */
	const char *help;
	/*
	 * Fills the program's struct, FILLED, from TEXT (NULL: no argument was given). Returns
	 * OPTIONS_RUN, which is 0, OPTIONS_HELP or OPTIONS_VERSION to end the parsing with, or a
	 * negative errno with *err set.
	 */
	int (*parse)(const struct option_row *row, const char *text, void *filled,
		     struct error *err);
	size_t field;		/* what parse fills, by OPTION_FIELD() */
	size_t given;		/* a bool that is set beside it, by OPTION_FIELD(); 0: none */
	uint64_t value;		/* for parse */
	const char *const *names;	/* for option_choice(): ended by NULL */
	const char *excludes;	/* options that contradict it, with blanks between them, or NULL */
	const char *section;	/* a heading before it in --help, or NULL */
};

/* Where MEMBER is in the struct STRUCTURE; the compiler sees to it that it is of TYPE. */
#define OPTION_FIELD(structure, type, member) \
	_Generic(((struct structure *)0)->member, type: offsetof(struct structure, member))

/* Where it is in FILLED. */
static inline void *option_field(void *filled, const struct option_row *row)
{
	return (char *)filled + row->field;
}

/*
 * Values of `parse` for any program, which fill the row's field: option_on() and option_off() a
 * bool, option_value() an enum with the row's value, the sizes a struct size, option_duration()
 * nanoseconds above 0, option_number() a uint64_t from 1 to the row's value. option_seen_only()
 * fills nothing, see option_is_seen(); option_end() ends the parsing with the row's value.
 */
int option_seen_only(const struct option_row *row, const char *text, void *filled,
		     struct error *err);
int option_end(const struct option_row *row, const char *text, void *filled, struct error *err);
int option_on(const struct option_row *row, const char *text, void *filled, struct error *err);
int option_off(const struct option_row *row, const char *text, void *filled, struct error *err);
int option_value(const struct option_row *row, const char *text, void *filled, struct error *err);
int option_size(const struct option_row *row, const char *text, void *filled, struct error *err);
int option_size_above_zero(const struct option_row *row, const char *text, void *filled,
			   struct error *err);
int option_duration(const struct option_row *row, const char *text, void *filled,
		    struct error *err);
int option_number(const struct option_row *row, const char *text, void *filled, struct error *err);

/*
 * What names[] has at its index (an enum; "": that value has no name); value, when there is no
 * argument.
 */
int option_choice(const struct option_row *row, const char *text, void *filled, struct error *err);

/* The index of TEXT among NAMES, which are as in the row of OPTION; or -EINVAL with *err set. */
int option_find_name(const char *option, const char *const *names, const char *text,
		     struct error *err);

struct option_table {
	const char *program;
	const struct option_row *rows;
	size_t count;		/* at most OPTION_TABLE_MAX */
	const char *operand;	/* that a word like "-5" is meant as; NULL: none */
	bool first_operand_ends;	/* what follows it is another command's */
};

/* Which options of a table a command line has. */
struct options_seen {
	const struct option_table *table;
	bool row[OPTION_TABLE_MAX];
};

/* Parses a command line into FILLED, and finds the options that exclude each other. */
enum options_result option_table_parse(const struct option_table *table, int argc, char *argv[],
				       void *filled, struct options_seen *ret_seen,
				       struct error *err);

/* Whether the option NAME, which is in the table, was given. */
bool option_is_seen(const struct options_seen *seen, const char *name);

/* The second line of an error that only the manual can help with. */
void option_help_hint(const struct option_table *table, struct error *err);

/* Prints the options as --help shows them to standard output. */
void option_table_print(const struct option_table *table);

/* The LIST of --output: which rows of a table of named things, and in which order. */

/* What can be named. */
struct name_table {
	const char *(*name)(size_t index);	/* "": that row cannot be named here */
	size_t count;		/* at most 256 */
	const char *example;	/* of a list: "PID,RSS" */
};

/*
 * Appends the indices of what LIST names (separated by commas, in any case) to INDEX, which has
 * room for MAX and holds *count. Returns 0, or -EINVAL with *err set (an unknown name lists
 * the known ones); INDEX and *count may have changed then.
 */
int name_list_append(const struct name_table *table, const char *list, unsigned char *index,
		     size_t max, size_t *count, struct error *err);

#endif
