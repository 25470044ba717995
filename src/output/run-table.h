/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-table.h - several runs, or two sets of them, as a table or a record */
#ifndef PT_RUN_TABLE_H
#define PT_RUN_TABLE_H

#include <stdio.h>

#include "lib/size.h"
#include "proc/host.h"
#include "verdict/run-set.h"

/* One run, as it is told of. */
struct run_told {
	struct run_figures figures;
	const char *outcome;		/* as in a verdict record */
	int exit_status;
};

/* What --runs has made; what is pointed to is not owned. */
struct runs_record {
	const struct host *host;
	char *const *command;		/* ended by NULL */
	const struct run_told *told;	/* set->runs of them */
	const struct run_set *set;
	uint64_t warmup;		/* runs before these, not counted */
	uint64_t limit;			/* of each sandbox; SAMPLE_MISSING: none */
};

/* A row for each figure that is known, with the columns MIN, MEDIAN and MAX, sizes in UNIT. */
int run_set_print(FILE *stream, const struct run_set *set, enum size_unit unit, bool headings);

/* Two sets that are compared. */
struct compare_record {
	const struct host *host;
	const char *files[2];		/* A and B: where they are from */
	const struct run_set *sets[2];
	enum run_figure by;		/* which decides */
	double tolerance;		/* percent; NAN: none was given */
	bool exceeded;			/* by more than that */
};

/* The medians of A and B and by how much B is higher, for each figure that one of them knows. */
int compare_print(FILE *stream, const struct compare_record *record, enum size_unit unit,
		  bool headings);
int compare_write_record(FILE *stream, const struct compare_record *record);

/* The text of FIGURE's VALUE, "" for SAMPLE_MISSING. Returns text. */
#define RUN_CELL_MAX 48
const char *run_cell(enum run_figure figure, uint64_t value, enum size_unit unit,
		     char text[static RUN_CELL_MAX]);

/* All functions return 0 or a negative errno. */
int run_set_write_record(FILE *stream, const struct runs_record *record);

#endif
