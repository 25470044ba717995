/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.h - lead the subject through the run and measure it from outside */
#ifndef PT_MONITOR_H
#define PT_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/signals.h"
#include "monitor/context-counters.h"
#include "monitor/guard.h"
#include "monitor/oom-evidence.h"
#include "monitor/sample.h"
#include "monitor/step.h"
#include "proc/process.h"
#include "sandbox/sandbox.h"
#include "workload/subject.h"

/* Sizes in bytes and multiples of `unit`; times in nanoseconds. */
struct observe_plan {
	uint64_t span;			/* how much of the region is walked over */
	uint64_t touch;			/* how much of that is touched, in each pass */
	uint64_t interval;		/* touched between two samples, above 0 */
	uint64_t passes;		/* how often, 1 or more */
	uint64_t page_size;		/* of anonymous memory */
	uint64_t unit;			/* of the region's pages: page_size, or a hugetlb page */
	uint64_t stride;		/* from one touched page to the next: unit, or more */
	enum touch_access access;
	enum region_backing backing;
	enum region_lock lock;		/* to be locked before it is touched */
	uint64_t size;			/* of the region */
	unsigned threads;		/* that the subject touches with */
	struct step steps[STEPS_MAX];	/* what follows, in this order */
	size_t step_count;
	uint64_t rate;			/* bytes per second; 0: as fast as possible */
	uint64_t hold;			/* keep the memory so long after touching */
	uint64_t every;			/* between two samples while holding, above 0 */
	bool exact;			/* every row from smaps_rollup */
	unsigned needs;			/* of the chosen columns, enum sample_need */
};

/* Who is told of what happens, in order. The functions may not be NULL. */
struct observe_sink {
	void *context;
	/* A sample has been taken. Returns 0, or a negative errno to end the run. */
	int (*sample)(void *context, const struct sample *sample);
	/* One sentence that the user should know, once. */
	void (*note)(void *context, const char *sentence);
	/* Called now and then while nothing else happens. */
	void (*tick)(void *context, uint64_t touched, uint64_t elapsed_ns);
};

enum stop_reason {
	STOP_DONE,		/* the plan was carried out */
	STOP_GUARD,		/* result.available says whose room ran out */
	STOP_SIGNAL,		/* result.signal reached the observer */
	STOP_DIED,		/* result.wait_status of the subject */
	STOP_MAP,		/* result.error from mmap or madvise, result.space */
	STOP_STEP,		/* result.error from what result.step names, or from the access */
	STOP_OUTPUT,		/* result.error from the sink */
	STOP_FAILED,		/* result.err: a reading failed */
};

/* How the run ended: facts only, the verdict is made of them elsewhere. */
struct run_result {
	enum stop_reason reason;
	int signal;			/* STOP_SIGNAL; of STOP_DIED: what reached the observer
					 * at the same time, or 0 */
	int wait_status;		/* STOP_DIED, wait(2) */
	pid_t child;			/* STOP_DIED: not the subject, but this child; or 0 */
	int error;			/* STOP_MAP, STOP_STEP, STOP_OUTPUT: negative errno */
	struct error err;		/* STOP_FAILED */
	struct process_space space;	/* STOP_MAP; all zero if it could not be read */
	struct available_memory available;		/* STOP_GUARD */
	uint64_t elapsed_ns;		/* at the end, since the baseline; 0: there was none */
	uint64_t touched;		/* at the end, true also after a kill */
	uint64_t passes;		/* that were begun; 0: touching was not */
	char step[SAMPLE_STEP_MAX];	/* what was under way, if it was not the touching; or "" */
	uint64_t step_done;		/* of that, bytes: as far as the subject counts it */
	uint64_t limit;			/* of the sandbox, if a step has changed it; else 0 */
	bool stepped;			/* the steps were begun: last is of them */
	uint64_t vsz_before;		/* before the region was mapped; 0: not known */
	bool measured;			/* baseline and last are valid */
	bool lagging;			/* the kernel's RSS counters lag: all growth is exact */
	struct sample baseline;		/* always with rollup figures */
	struct sample last;		/* exact, unless the subject has died */
	struct sample filled;		/* the last one before the steps, if there are any */
};

/* All that a run is led with; the caller's, and used in place. */
struct observe_tools {
	struct subject *subject;	/* has just been started */
	struct guard *guard;
	struct signals *signals;
	struct context_counters *counters;
	const struct sandbox *sandbox;	/* the subject's; not looked at unless a step changes it */
	const struct oom_monitor *oom_monitor;	/* of the subject's death; NULL: none */
	const struct observe_sink *sink;
};

/*
 * Leads the subject through warm-up, mapping, locking, touching, holding and steps as PLAN says,
 * stops early for the guard, a signal or a death, and takes one exact reading at the end while the
 * memory is still there. Fills *ret_result on every way out.
 */
void observe_run(const struct observe_plan *plan, const struct observe_tools *tools,
		 struct run_result *ret_result);

#endif
