/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h - what the subject can be asked to do through two pipes, and who does it */
#ifndef PT_WORKER_H
#define PT_WORKER_H

#include <stdint.h>

#include "workload/workload.h"

/* The comm(5) of a child that the subject has forked, at most 15 bytes. */
#define CHILD_NAME "pagetouch-child"

/* What the observer may ask for; each request gets one answer. */
enum subject_request_type {
	SUBJECT_POOL = 1,	/* start the threads that will touch */
	SUBJECT_SCRATCH,	/* map a scratch region and touch its first page */
	SUBJECT_TRY,		/* access that page as the region will be */
	SUBJECT_PROBE,		/* touch the next page of the scratch region */
	SUBJECT_RELEASE,	/* give the scratch region back */
	SUBJECT_MAP,		/* map the real one */
	SUBJECT_BEGIN,		/* begin to visit the first `to` bytes, with access `what` */
	SUBJECT_TOUCH,		/* visit pages until `to` bytes have been visited since then */
	SUBJECT_LOCK,		/* lock the region up to byte `to`, from where it is locked */
	SUBJECT_ADVISE,		/* do memory_advice `what` to the first `to` bytes
				 * (of each `every`) */
	SUBJECT_FORK,		/* fork a child, which takes SUBJECT_BEGIN and SUBJECT_TOUCH */
};

struct subject_request {
	uint32_t type;		/* enum subject_request_type */
	uint32_t what;
	uint32_t child;		/* who is meant: 0 the subject itself, 1 its first child, ... */
	uint32_t reserved;
	uint64_t to;
	uint64_t every;		/* SUBJECT_ADVISE; 0: once */
};

struct subject_answer {
	uint32_t type;		/* the request that was carried out */
	int32_t error;		/* 0, or the negative errno of the step that failed */
	uint64_t value;		/* SUBJECT_MAP: the address; SUBJECT_FORK: the pid */
};

/* Pages in the scratch region: the first for the warm-up, the others for probes. */
#define SUBJECT_SCRATCH_PAGES 16

/* Makes a pipe(2). Returns 0 or a negative errno. */
int worker_make_pipe(int *ret_read, int *ret_write);

/*
 * Carries out what REQUESTS says as WORKLOAD has it, counts on BOARD and writes to ANSWERS until
 * the observer is gone, then leaves with _exit(2). Allocates nothing once the threads run, but for
 * the pieces of a heap, and prints nothing: only what is asked for may change the process.
 */
_Noreturn void worker_run(const struct workload *workload, struct touch_board *board, int requests,
			  int answers);

#endif
