/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workload/driver.h - lead the subject through its workload, as a driver of the monitor */
#ifndef PT_WORKLOAD_DRIVER_H
#define PT_WORKLOAD_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/monitor.h"
#include "proc/process.h"
#include "workload/subject.h"
#include "workload/workload.h"

/* How far the workload came, beside what the monitor has seen. */
struct workload_result {
	enum sample_step step;		/* what was under way; STEP_THEN: which, is `then` */
	const struct step *then;	/* of the workload; NULL: none yet */
	struct process_space space;	/* STOP_UNSTARTED; all zero if it could not be read */
	uint64_t passes;		/* that were begun; 0: touching was not */
	bool stepped;			/* the steps were begun: the last row is of them */
	uint64_t vsz_before;		/* before the region was mapped; 0: not known */
	struct sample filled;		/* the last one before the steps, if there are any */
};

/*
 * Leads SUBJECT, which has just been started, through warm-up, mapping, locking, touching, holding
 * and steps as WORKLOAD says, with MONITOR, whose driver is set here. Fills both results on every
 * way out.
 */
void workload_follow(const struct workload *workload, struct subject *subject,
		     struct monitor *monitor, struct run_result *ret_result,
		     struct workload_result *ret_workload_result);

#endif
