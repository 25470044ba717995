/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - the command line, what contradicts itself in it, and what is going to be done */
#ifndef PT_PLAN_H
#define PT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/option-table.h"
#include "lib/size.h"
#include "output/printer.h"
#include "plot/plot.h"
#include "sandbox/sandbox.h"
#include "verdict/verdict.h"
#include "workload/workload.h"

/*
 * What is going to be done: options_parse() fills in what is given, plan_make() what follows from
 * it. In the workload it is then in bytes and whole pages (of hugetlb, if it is that).
 */
struct plan {
	struct workload workload;
	/* As given: sizes may be shares of what is left. Without has_NAME they are all zero. */
	struct size size;
	struct size interval, touch, stride;
	struct size limit, swap, high;		/* of a sandbox */
	bool has_interval, has_touch, has_stride, has_limit, has_swap, has_high;
	bool has_seed;				/* else it is chosen by chance */
	uint64_t every;				/* ns between two rows while the memory is kept */
	bool exact;				/* every row from smaps_rollup */
	bool guard, verify, verbose;
	int oom_score_adj;			/* or OOM_SCORE_ADJ_KEEP */
	struct expectation expect;
	struct output output;
	struct plot_request plot;		/* file NULL: none */
	const char *replay;			/* a file of records to show instead of a run,
						 * or NULL */
	uint64_t run;				/* of these, from 1; 0: the last */
	/* What plan_make() adds. */
	unsigned needs;				/* of the chosen columns, enum sample_need */
	bool sandboxed;				/* the subject gets a cgroup of its own */
	struct sandbox_spec sandbox;		/* valid when sandboxed */
	bool huge;				/* the region may get transparent huge pages, now
						 * or by a step */
	const char *note;			/* a sentence for the user, or NULL; static */
};

extern const struct option_table options_table;

/*
 * Parses the command line, and finds what contradicts itself in it. Prints nothing and maps
 * nothing.
 */
enum options_result options_parse(int argc, char *argv[], struct plan *ret_plan,
				  struct error *err);

/* Prints --help, made of the option table and the column table, to standard output. */
void options_print_help(void);

/* What the memory is, or has come to by a step, and what cannot be asked of it then. */
struct contradiction {
	unsigned is;		/* bits of enum memory_state in contradictions.c; any of them */
	unsigned asked;		/* bits of enum memory_asked; the same */
	const char *why;
	const char *hint;	/* NULL: leave one of them out */
	const char *sample;	/* a command line that it is said of, or NULL */
	const char *option;	/* that asks for it; NULL: the step, or --access */
};

extern const struct contradiction contradictions[];
extern const size_t contradiction_count;

/*
 * Whether all that PLAN asks for can be done to the region as it has it, and each step after
 * the steps before it: the kernel would refuse it (madvise(2), mm/madvise.c), or it has no
 * meaning. Returns 0, or -EINVAL with *err naming the two that do not go together.
 */
int contradictions_check(const struct plan *plan, struct error *err);

/* What an empty command line gives. */
void plan_default(struct plan *ret_plan);

/* Whether a size that PLAN was given is N%, so that what may be used must be read first. */
bool plan_has_share(const struct plan *plan);

/* Rows of several kinds say which they are of, and rows of several processes of which. */
void plan_lead_columns(const struct workload *workload, struct column_choice *choice);

/*
 * Completes PLAN. AVAILABLE is what N% refers to, PAGE_SIZE the system's, both bytes. Returns 0,
 * or -EINVAL or -ERANGE with *err set and PLAN completed in part.
 */
int plan_make(struct plan *plan, uint64_t available, uint64_t page_size, struct error *err);

#endif
