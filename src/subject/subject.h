/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.h - the process that is watched, as its observer holds it */
#ifndef PT_SUBJECT_H
#define PT_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/trouble.h"
#include "memory/region.h"
#include "memory/touch.h"
#include "subject/protocol.h"

/* The subject's comm(5), at most 15 bytes: what ps(1) and the kernel log call it. */
#define SUBJECT_NAME "pagetouch-subj"

struct subject {
	pid_t pid;
	int pidfd;			/* readable when the subject has died */
	int requests;			/* write end */
	int answers;			/* read end; one answer is one read */
	struct touch_board *board;	/* shared with the subject */
	bool reaped;
	int wait_status;		/* valid when reaped, as wait(2) gives it */
};

/*
 * Forks the subject, which will map REGION when asked to and touch it in steps of
 * PAGE_SIZE bytes. It is the OOM killer's first choice (oom_score_adj 1000), dumps
 * no core, dies with the calling process and is in a process group of its own, so
 * that the terminal's signals reach the observer alone.
 * Returns 0, or a negative errno with *trouble set and nothing left behind.
 */
int subject_start(const struct region_spec *region, uint64_t page_size,
		  struct subject *ret_subject, struct trouble *trouble);

/* Asks for ORDER; the answer comes later. Returns 0 or a negative errno (-EPIPE: dead). */
int subject_ask(struct subject *subject, enum subject_order order, uint64_t to);

/* Reads the answer when subject->answers is readable. Returns 0, or -EPIPE when it has died. */
int subject_answered(struct subject *subject, struct subject_answer *ret_answer);

/* Makes the subject stop before its next page; it then answers. */
void subject_halt(struct subject *subject);

/* Bytes touched so far, from the region's start; true also after the subject's death. */
uint64_t subject_touched(const struct subject *subject);

/* Waits for a subject that has died and keeps its wait status. */
void subject_reap(struct subject *subject);

/*
 * Kills the subject unless it is dead, waits for it and releases everything;
 * subject_touched() is no longer allowed. May be called twice.
 */
void subject_end(struct subject *subject);

#endif
