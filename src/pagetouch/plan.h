/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - what the command line asks for, and the plan that follows from it */
#ifndef PT_PLAN_H
#define PT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/size.h"
#include "output/output.h"
#include "plot/plot.h"
#include "sandbox/sandbox.h"
#include "verdict/verdict.h"
#include "workload/workload.h"

/* The command line as parsed: sizes may still be shares of what is left. */
struct request {
	struct size size;
	struct size interval, touch, rate;	/* valid when the flag below is set */
	struct size limit, swap, high;		/* of a sandbox; the same */
	bool has_interval, has_touch, has_rate, has_limit, has_swap, has_high;
	uint64_t hold, every;			/* ns; every 0: not given */
	enum region_backing backing;
	enum region_thp thp;
	enum region_lock lock;
	const char *file;			/* of a file backing; static or of argv */
	uint64_t huge_page;			/* of hugetlb, bytes; 0: the system's default */
	uint64_t piece;				/* of a heap, bytes; 0: all of it is one */
	enum touch_access access;
	enum order_kind order;
	uint64_t seed;				/* of ORDER_RANDOM */
	struct size stride;			/* valid when has_stride is set */
	bool has_stride, has_seed;
	uint64_t passes, threads;		/* 1 or more; 0 is taken as 1 */
	struct step steps[STEPS_MAX];
	size_t step_count;
	bool hugetlb;
	bool reserve, exact, guard, verify, verbose;
	int oom_score_adj;			/* or SUBJECT_KEEP_ADJ */
	struct expectation expect;
	struct output output;
	struct plot_request plot;		/* file NULL: none */
	const char *replay;			/* a file of records to show instead of a run,
						 * or NULL */
	uint64_t run;				/* of these, from 1; 0: the last */
};

/* What is going to be done; all sizes in bytes and whole pages (of hugetlb, if it is that). */
struct plan {
	struct workload workload;
	uint64_t every;			/* ns between two rows while the memory is kept */
	bool exact;			/* every row from smaps_rollup */
	unsigned needs;			/* of the chosen columns, enum sample_need */
	struct output output;
	struct plot_request plot;	/* file NULL: none */
	bool sandboxed;			/* the subject gets a cgroup of its own */
	struct sandbox_spec sandbox;	/* valid when sandboxed */
	int oom_score_adj;
	struct expectation expect;
	bool guard, verify, verbose;
	bool seeded;		/* the seed was given, not chosen */
	bool huge;		/* the region may get transparent huge pages, now or by a step */
	const char *note;	/* a sentence for the user, or NULL; static */
};

/* What a request is when the command line is empty. */
void request_default(struct request *ret_request);

/* Whether a size in REQUEST is N%, so that what may be used must be read first. */
bool request_has_share(const struct request *request);

/*
 * Makes the plan. AVAILABLE is what N% refers to, PAGE_SIZE the system's, both bytes.
 * Returns 0, or -EINVAL or -ERANGE with *err set and *ret_plan untouched.
 */
int plan_make(const struct request *request, uint64_t available, uint64_t page_size,
	      struct plan *ret_plan, struct error *err);

#endif
