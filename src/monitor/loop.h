/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.h - the observer's state, shared by the files that make its loop */
#ifndef PT_LOOP_H
#define PT_LOOP_H

#include <poll.h>

#include "monitor/monitor.h"
#include "monitor/rate-limit.h"
#include "sandbox/sandbox-limit.h"

/* What can happen next, when it does not end the run. */
enum event {
	EVENT_TIME,		/* the deadline has come */
	EVENT_ANSWER,		/* the subject has answered */
	EVENT_CHANGED,		/* run->change is through */
};

struct run {
	const struct observe_plan *plan;
	const struct observe_tools *tools;
	struct subject *subject;	/* of the tools */
	struct sampler *sampler;
	struct sampler *child_samplers[SUBJECT_CHILDREN_MAX];
	struct run_result *result;
	enum sample_step step;	/* what is going on */
	char step_name[SAMPLE_STEP_MAX];	/* its name, when it is not that of `step`;
						 * or "" */
	uint64_t pass;		/* 1 is the first; 0: touching has not begun */
	uint64_t touched;	/* by the last pass, when it is over */
	uint64_t covered;	/* of the region, by the passes that are over */
	uint64_t child_touched[SUBJECT_CHILDREN_MAX];
	uint64_t spent;		/* bytes of all requests before the current one, for the guard */
	uint64_t address;	/* of the region, in the subject */
	uint64_t started_ns;	/* when the baseline was taken */
	uint64_t ticked_ns;	/* when the sink was last ticked */
	uint64_t guarded_ns;	/* when the guard last looked while the subject rested */
	uint64_t seq;		/* of the next row */
	uint64_t shown;		/* TOUCHED in the last row */
	bool asked;		/* a request has not been answered yet */
	const struct limit_change *change;	/* under way; NULL: none */
};

/*
 * The functions below return 0 to go on, or -ECANCELED when the run is over and
 * run->result says why.
 */

/* Ends the run for REASON. Always returns -ECANCELED. */
int run_stop(struct run *run, enum stop_reason reason);

/*
 * Ends the run because of whom SUBJECT and CHILDREN, which have been polled, say that he has died.
 * Returns 0 if nobody has.
 */
int run_note_death(struct run *run, const struct pollfd *subject, const struct pollfd *children);

/*
 * Ends the run because signal NUMBER has reached the observer; or because of a death that was
 * under way then, which is waited for. Always returns -ECANCELED.
 */
int run_signalled(struct run *run, int number);

/* Ends the run because a reading failed. Always returns -ECANCELED. */
int run_fail(struct run *run, int error, const char *what);

/* The same, AVAILABLE being what available_memory_read() has left. */
int run_fail_room(struct run *run, int error, const struct available_memory *available);

/* Ends the run because what is going on was refused by the kernel. Always returns -ECANCELED. */
int run_refused(struct run *run, int error);

/*
 * Waits for an event until DEADLINE (monotonic ns). A death (the subject is then reaped) and a
 * signal to us end the run.
 */
int run_wait(struct run *run, uint64_t deadline_ns, enum event *ret_event);

/* Asks for what REQUEST says and waits for the answer. */
int run_ask(struct run *run, const struct subject_request *request,
	    struct subject_answer *ret_answer);

/* The same for an order that needs nothing else. */
int run_call(struct run *run, enum subject_request_type type, struct subject_answer *ret_answer);

/* What TOUCHED is now, and how much of the region has been touched in any pass. */
uint64_t run_touched(const struct run *run);
uint64_t run_covered(const struct run *run);

/* Takes a reading of the subject; EXACT adds smaps_rollup and takes RSS from it. */
int run_read(struct run *run, bool exact, struct sample *ret_sample);

/* Whether every row is read from smaps_rollup, because of --exact or of lagging counters. */
bool run_is_exact(const struct run *run);

/* Gives SAMPLE to the sink as the next row. */
int run_emit(struct run *run, const struct sample *sample);

/* Takes a reading of the subject, and of its children, and gives them to the sink as rows. */
int run_row(struct run *run, bool exact);

/* Takes care of the child that the subject has just forked. */
int run_adopt(struct run *run, pid_t pid);

/* Sleeps until WHEN, looking at the guard; an answer cannot come, nothing was asked. */
int run_sleep(struct run *run, uint64_t when);

/* Keeps the memory for TIME ns, with a row every plan->every, and one at the end. */
int run_hold(struct run *run, uint64_t time);

/*
 * Has the subject (or its child, numbered from 1) begin to visit the first SPAN bytes: what was
 * counted before is the guard's to remember.
 */
int run_begin(struct run *run, enum touch_access access, uint32_t child, uint64_t span);

/*
 * Has REQUEST, of which `to` is filled in, carried out until the subject has counted END bytes:
 * no faster than LIMITER (NULL: as fast as it can) and no further than the guard allows.
 */
int run_request(struct run *run, struct subject_request request, struct rate_limiter *limiter,
		uint64_t end);

/* Locks the region if the plan says so; then touches it as often as the plan says. */
int run_lock(struct run *run);
int run_passes(struct run *run);

/* Carries out the steps of the plan. */
int run_steps(struct run *run);

#endif
