/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.h - the process that is watched: what it can be asked to do, and how it is started */
#ifndef PT_SUBJECT_H
#define PT_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "monitor/driver.h"
#include "workload/workload.h"

/* The subject's comm(5), at most 15 bytes: what ps(1) and the kernel log call it. */
#define SUBJECT_NAME "pagetouch-subj"

/* The same of a child that it has forked. */
#define CHILD_NAME "pagetouch-child"

/* What the observer may ask for; each request gets one answer. */
enum subject_request_type {
	SUBJECT_PREPARE = 1,	/* start the threads that will touch, map a scratch region, touch
				 * its first page, and access that as the region will be */
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
	uint64_t value;		/* SUBJECT_MAP: the address; SUBJECT_FORK: the pid;
				 * SUBJECT_PREPARE, _PROBE: enum subject_lack, with an error */
};

/* Without what there can be no run. */
enum subject_lack {
	SUBJECT_NO_THREADS,
	SUBJECT_NO_SCRATCH,
	SUBJECT_NO_PROBE,
	SUBJECT_NO_ACCESS,	/* this kernel does not know the region's */
};

/* Pages in the scratch region: the first for the warm-up, the others for probes. */
#define SUBJECT_SCRATCH_PAGES 16

struct subject {
	pid_t pid;			/* 0: not started */
	int pidfd;			/* readable when the subject has died */
	int requests;			/* write end; -1: closed */
	int answers;			/* read end: readable when there is one */
	struct touch_board *board;	/* in memory that the subject has, too; NULL: ended */
	unsigned threads;		/* that count on the board */
	struct followed children[DRIVER_CHILDREN_MAX];	/* that it has forked */
	unsigned child_count;
	bool reaped;
	int wait_status;		/* valid when reaped, as wait(2) gives it */
};

/*
 * Starts the subject, which does what WORKLOAD says when it is asked to, until the observer is
 * gone: born in the directory CGROUP (-1: ours) where the kernel can (clone3(2),
 * CLONE_INTO_CGROUP), else moved there before it has mapped anything. It has OOM_SCORE_ADJ (see
 * sandbox/enter.h), dumps no core, prints nothing, and is in a process group of its own, so that
 * the terminal's signals reach the observer alone. It allocates nothing once its threads run, but
 * for the pieces of a heap: only what is asked for may change the process.
 * Returns 0, or a negative errno with *err set and nothing left behind.
 */
int subject_start(const struct workload *workload, int cgroup, int oom_score_adj,
		  struct subject *ret_subject, struct error *err);

/*
 * Asks for what REQUEST says; the answer comes later. The subject does no longer halt. Returns 0,
 * or -EPIPE when it is dead.
 */
int subject_ask(struct subject *subject, const struct subject_request *request);

/* Takes the answer. Returns 0, or -EPIPE when there is none: the subject is dead. */
int subject_answered(struct subject *subject, struct subject_answer *ret_answer);

/* Makes the subject stop before its next page; when it stops, it answers. */
void subject_halt(struct subject *subject);

/*
 * Bytes touched since the last SUBJECT_BEGIN, or locked; true also after the subject's death, but
 * for the touch_chunk() of each thread that the kernel was populating then, and for less than
 * TOUCH_BATCH pages where huge pages were allowed and small ones came.
 */
uint64_t subject_touched(const struct subject *subject);

/*
 * Waits for PROCESS, which has died: 0 is the subject, else a child's number, from 1, which
 * becomes ours by the subject's being killed. Returns its wait status as wait(2) has it.
 */
int subject_reap(struct subject *subject, unsigned process);

/*
 * Kills its children, then the subject unless it is dead, waits for all and releases everything;
 * subject_touched() is no longer allowed. May be called twice.
 */
void subject_end(struct subject *subject);

#endif
