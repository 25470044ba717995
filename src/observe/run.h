/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - the observer's state, shared by the files that make its loop */
#ifndef PT_RUN_H
#define PT_RUN_H

#include "observe/observer.h"

/* What can happen next, when it does not end the run. */
enum event {
	EVENT_TIME,		/* the deadline has come */
	EVENT_ANSWER,		/* the subject has answered */
};

struct run {
	const struct observe_plan *plan;
	const struct observe_sink *sink;
	struct subject *subject;
	struct guard *guard;
	struct signals *signals;
	struct sampler *sampler;
	struct ending *ending;
	uint64_t started_ns;	/* when the baseline was taken */
	uint64_t ticked_ns;	/* when the sink was last ticked */
	uint64_t guarded_ns;	/* when the guard last looked while the subject rested */
	uint64_t seq;		/* of the next row */
	uint64_t shown;		/* TOUCHED in the last row */
	bool asked;		/* a request has not been answered yet */
};

/*
 * The functions below return 0 to go on, or -ECANCELED when the run is over and
 * run->ending says why.
 */

/* Ends the run for REASON. Always returns -ECANCELED. */
int run_stop(struct run *run, enum stop_reason reason);

/* Ends the run because a reading failed. Always returns -ECANCELED. */
int run_fail(struct run *run, int error, const char *what);

/*
 * Waits for an event until DEADLINE (monotonic ns). A death (the
 * subject is then reaped) and a signal to us end the run.
 */
int run_wait(struct run *run, uint64_t deadline_ns, enum event *ret_event);

/* Asks for an order and waits for its answer. */
int run_order(struct run *run, enum subject_order order, struct subject_answer *ret_answer);

/* Takes a reading; EXACT adds smaps_rollup and takes RSS from it. */
int run_read(struct run *run, enum sample_step step, bool exact, struct sample *ret_sample);

/* Whether every row is read from smaps_rollup, because of --exact or of lagging counters. */
bool run_is_exact(const struct run *run);

/* Gives SAMPLE to the sink as the next row. */
int run_emit(struct run *run, const struct sample *sample);

/* Takes a reading and gives it to the sink as the next row. */
int run_row(struct run *run, enum sample_step step, bool exact);

#endif
