/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.h - what was read of the subject at one moment, and who reads it */
#ifndef PT_SAMPLE_H
#define PT_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/trouble.h"

/* A figure that was not read. */
#define SAMPLE_MISSING UINT64_MAX

enum sample_step {
	STEP_TOUCH,		/* while pages are touched; seq 0 is the baseline */
	STEP_HOLD,		/* the memory is kept (--hold) */
};

/*
 * Sizes in bytes. The proc(5) source of each figure stands in the column table
 * (columns.c). rss and grew are of the same source, named by exact.
 */
struct sample {
	uint64_t seq;		/* 0: the baseline, taken after the mapping */
	uint64_t elapsed_ns;	/* since the baseline */
	enum sample_step step;
	bool exact;		/* rss from smaps_rollup, not from status */
	uint64_t touched;	/* by the subject's own count */
	uint64_t vsz;
	uint64_t rss;
	int64_t grew;		/* rss less the baseline's */
	uint64_t anon, file, shmem, swap;
	uint64_t pss, uss, huge;	/* smaps_rollup; SAMPLE_MISSING unless asked for */
	uint64_t pte;
	uint64_t minflt, majflt;	/* of the process since its start, as in ps(1) */
	uint64_t oom_score;

	/* For the verdict; not columns. */
	uint64_t rss_status;
	uint64_t rss_rollup;		/* SAMPLE_MISSING unless exact was asked for */
	uint64_t anon_rollup;		/* smaps_rollup Anonymous */
	uint64_t shmem_rollup;		/* smaps_rollup Pss_Shmem: the region is mapped once */
};

/* What costs extra to read, or-ed together. */
enum sample_need {
	NEED_STATUS = 0,	/* status and stat: always read */
	NEED_ROLLUP = 1,	/* smaps_rollup: walks the page tables, 50 to 70 ns a page */
	NEED_PTE = 2,		/* VmPTE, which the library does not offer */
	NEED_OOM_SCORE = 4,
};

struct sampler;

/*
 * Prepares to read PID again and again; NEEDS is what any reading may ask for.
 * Returns 0, or a negative errno with *trouble set. Free with sampler_free().
 */
int sampler_new(pid_t pid, unsigned needs, struct sampler **ret_sampler,
		struct trouble *trouble);

/*
 * Reads the process now: the figures of NEEDS and those that cost nothing extra;
 * all others are SAMPLE_MISSING. seq, elapsed_ns, step, exact, touched, rss and grew are
 * the caller's to fill. Returns 0, or a negative errno (-ESRCH: the process is
 * dead or has no memory any more).
 */
int sampler_read(struct sampler *sampler, unsigned needs, struct sample *ret_sample);

void sampler_free(struct sampler *sampler);

/* Which library reads: "libproc2" or "libprocps". */
extern const char sampler_backend[];

#endif
