/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h - the one table of columns: header, --output, --help, JSON and man page follow it */
#ifndef PT_COLUMNS_H
#define PT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "monitor/sample.h"

#define COLUMN_CHOICE_MAX 64

/* Up to COLUMN_COUNT they can be drawn. */
enum column_kind {
	COLUMN_SIZE,		/* bytes; shown in the chosen unit */
	COLUMN_GROWTH,		/* the same, signed */
	COLUMN_COUNT,		/* a plain number */
	COLUMN_ID,		/* of a process */
	COLUMN_TIME,		/* nanoseconds; shown as seconds */
	COLUMN_PERCENT,		/* hundredths of a percent; shown as 99.5 */
	COLUMN_TEXT,		/* the name of the step */
	COLUMN_NAME,		/* a text that stands in the sample */
};

/* Rows are of a workload (pagetouch) or of a tree of processes (pagewatch). */
enum column_only {
	COLUMN_SHARED,
	COLUMN_WORKLOAD_ONLY,
	COLUMN_TREE_ONLY,
};

struct column {
	const char *name;	/* as in ps(1) where ps has it */
	const char *key;	/* of a sample record's field (--json, --replay) */
	enum column_kind kind;
	size_t offset;		/* of the 64-bit figure, or of the text, in struct sample */
	unsigned needs;		/* enum sample_need */
	const char *source;	/* where the figure comes from */
	const char *help;	/* one line */
	enum column_only only;
};

extern const struct column columns[];
extern const size_t column_count;

/* A sample of process PID in which nothing has been read: all columns with needs are missing. */
struct sample sample_blank(pid_t pid);

/* The columns of a table, in order: indices into columns[]. */
struct column_choice {
	bool by_name;		/* every column was named: none joins by itself */
	size_t count;
	unsigned char index[COLUMN_CHOICE_MAX];
};

/* Whether rows of a TREE, or else of a workload, have COLUMN. */
bool column_is_for(const struct column *column, bool tree);

/* What is shown in such rows when nothing is asked for. */
struct column_choice column_choice_default(bool tree);

/*
 * Parses LIST (names of columns of such rows, separated by commas, in any case); with a leading
 * '+' it is appended to the default. Returns 0, or -EINVAL with *err set (an unknown name lists
 * the known ones) and *ret_choice untouched.
 */
int column_choice_parse(const char *list, bool tree,
			struct column_choice *ret_choice, struct error *err);

/*
 * Makes CHOICE, which is of rows of a tree, one of rows of its processes: unless it is by_name,
 * theirs stand in front instead of those of the tree.
 */
void column_choice_for_processes(struct column_choice *choice);

/* Puts the columns of LIST in front of those that CHOICE has not got, unless that is by_name. */
void column_choice_lead(struct column_choice *choice, const char *list);

/* Prints the columns of such rows as --help shows them to standard output. */
void columns_print_help(bool tree);

/* All that the chosen columns need (enum sample_need, or-ed). */
unsigned column_choice_needs(const struct column_choice *choice);

/* The figure of COLUMN, which is no text, in SAMPLE; a growth is its two's complement. */
uint64_t column_value(const struct column *column, const struct sample *sample);

/* Whether COLUMN's VALUE is a figure that was not read. */
bool column_is_missing(const struct column *column, uint64_t value);

#endif
