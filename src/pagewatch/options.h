/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - what pagewatch is asked for */
#ifndef PT_PAGEWATCH_OPTIONS_H
#define PT_PAGEWATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/option-table.h"
#include "lib/size.h"
#include "output/printer.h"
#include "plot/plot.h"
#include "verdict/run-set.h"
#include "verdict/verdict.h"

/* What is followed, and how. Without has_NAME a size is all zero. */
struct watch_request {
	char **command;			/* in argv; NULL: none */
	uint64_t pid;			/* to be followed; 0: none */
	bool tree;			/* with its descendants */
	const char *cgroup, *unit;	/* to be followed; NULL: none */
	uint64_t every;			/* ns between two rows */
	bool each;			/* a row per process instead of their sum */
	uint64_t number;		/* of the largest so many; 0: of all */
	struct size step;		/* a row, too, when RSS differs by so much; 0: none */
	struct size limit, swap, high;	/* of a sandbox */
	bool has_limit, has_swap, has_high, has_fit_step, has_fit_least;
	int oom_score_adj;		/* or OOM_SCORE_ADJ_KEEP */
	struct expectation expect;
	struct size max_rss, max_pss;
	uint64_t runs;			/* so often, and what is usual is told; 0: once */
	uint64_t warmup;		/* before that so often, which does not count */
	bool repeated;			/* not the first of several: what holds for all is said */
	bool ignore_failure;		/* a run that fails is counted, and does not end it */
	const char *compare[2];		/* recordings; NULL: nothing is compared */
	enum run_figure compare_by;
	double tolerance;		/* percent */
	bool has_tolerance;
	bool fit;			/* find the smallest limit that it lives with */
	struct size fit_step;		/* to within so much */
	struct size fit_least;		/* less is not tried */
	bool where;			/* what grew, by kind of mapping */
	bool peak;			/* VmHWM of processes that are not ours may be reset */
	bool live;			/* one line of a terminal instead of rows */
	bool verbose;
	const char *log_file;		/* for the rows; NULL: standard error */
	struct output output;
	struct plot_request plot;	/* file NULL: none */
	const char *replay;		/* a file of records to show instead; NULL: none */
	uint64_t run;			/* of those in it, from 1; 0: the last */
};

/*
 * Parses the command line into *ret_request, which points into ARGV. On OPTIONS_WRONG *err says
 * what is wrong with it.
 */
enum options_result watch_options_parse(int argc, char *argv[], struct watch_request *ret_request,
					struct error *err);

/* Whether standard error is for programs, which read records there: no other line is one. */
bool watch_has_records_alone(const struct watch_request *request);

/* Prints --help to standard output. */
void watch_print_help(void);

#endif
