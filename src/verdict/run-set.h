/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-set.h - what several runs of a command have needed: pure functions */
#ifndef PT_RUN_SET_H
#define PT_RUN_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/columns.h"

/* What is known of each run. */
enum run_figure {
	FIGURE_RSS,
	FIGURE_PSS,
	FIGURE_CGROUP,
	FIGURE_TIME,
	FIGURE_MINFLT,
	FIGURE_MAJFLT,
	RUN_FIGURES,
};

struct run_figure_row {
	const char *name;	/* in a table, and for --by in small letters */
	const char *key;	/* in a record */
	const char *words;	/* in a sentence, behind "the" */
	enum column_kind kind;	/* a size in bytes, a time in ns or a count */
};

extern const struct run_figure_row run_figure_rows[RUN_FIGURES];

/* SAMPLE_MISSING: not known. */
struct run_figures {
	uint64_t value[RUN_FIGURES];
};

/* Of one figure over `count` runs in which it is known; 0: all else is SAMPLE_MISSING. */
struct run_spread {
	uint64_t min, max;
	uint64_t median;		/* of an even number: between the middle two */
	uint64_t count;
};

struct run_set {
	struct run_spread spread[RUN_FIGURES];
	uint64_t runs;			/* that were counted */
	uint64_t failed;		/* of those */
};

/* The spreads of COUNT runs. Returns 0 or -ENOMEM. */
int run_set_of(const struct run_figures *runs, size_t count, struct run_set *ret_set);

/*
 * By how much the median of a figure in B is above that in A, in percent of that in A; NAN: one of
 * them is not known. What was 0 and is not has grown without end: INFINITY.
 */
double run_set_change(const struct run_set *a, const struct run_set *b, enum run_figure figure);

#endif
