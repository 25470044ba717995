/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h - what the forked subject does */
#ifndef PT_WORKER_H
#define PT_WORKER_H

#include <stdint.h>

#include "workload/protocol.h"
#include "workload/workload.h"

struct worker {
	const struct workload *workload;
	struct touch_board *board;	/* shared with the observer */
	int requests;			/* read end, struct subject_request */
	int answers;			/* write end, struct subject_answer */
};

/*
 * Carries out requests until the observer is gone, then leaves with _exit(2). Allocates nothing
 * once the threads run, but for the pieces of a heap, and prints nothing: only what is asked for
 * may change the process.
 */
_Noreturn void worker_run(struct worker *worker);

#endif
