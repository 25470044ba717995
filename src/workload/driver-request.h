/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver-request.h - the workload driver's state, and what it asks of the subject */
#ifndef PT_DRIVER_REQUEST_H
#define PT_DRIVER_REQUEST_H

#include "monitor/monitor.h"
#include "workload/rate-limit.h"
#include "workload/subject.h"
#include "workload/workload.h"

struct workload_result;

struct workload_driver {
	struct driver driver;
	struct monitor *monitor;
	const struct workload *workload;
	struct subject *subject;
	struct workload_result *result;
	enum sample_step step;	/* what is going on */
	const struct step *then;	/* which, of STEP_THEN; else NULL */
	char step_name[SAMPLE_STEP_MAX];	/* its name, when it is not that of `step`;
						 * or "" */
	uint64_t pass;		/* 1 is the first; 0: touching has not begun */
	uint64_t touched;	/* by the last pass, when it is over */
	uint64_t covered;	/* of the region, by the passes that are over */
	uint64_t child_touched[DRIVER_CHILDREN_MAX];
	bool child_counts;	/* the step is a child's touching */
	uint64_t spent;		/* bytes of all requests before the current one, for the guard */
	uint64_t address;	/* of the region, in the subject */
	bool asked;		/* a request has not been answered yet */
};

/* All return 0, or -ECANCELED when the run is over. */

/* Ends the run because what is going on was refused by the kernel. */
int workload_refused(struct workload_driver *driver, int error);

/* Asks for what REQUEST says and waits for the answer, which may be an error. */
int workload_ask(struct workload_driver *driver, const struct subject_request *request,
		 struct subject_answer *ret_answer);

/*
 * Has the subject (or its child, numbered from 1) begin to visit the first SPAN bytes: what was
 * counted before is the guard's to remember.
 */
int workload_begin(struct workload_driver *driver, enum touch_access access, uint32_t child,
		   uint64_t span);

/*
 * Has REQUEST, of which `to` is filled in, carried out until the subject has counted END bytes:
 * no faster than LIMITER (NULL: as fast as it can) and no further than the guard allows.
 */
int workload_request(struct workload_driver *driver, struct subject_request request,
		     struct rate_limiter *limiter, uint64_t end);

/* Carries out the steps. */
int workload_steps(struct workload_driver *driver);

#endif
