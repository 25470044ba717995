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

/* oom_score_adj as the subject inherits it. */
#define SUBJECT_KEEP_ADJ 2000

struct subject_spec {
	struct region_spec region;	/* what it maps when asked to */
	uint64_t page_size;		/* it touches in steps of this, bytes */
	int cgroup;			/* directory of the cgroup that it lives in; -1: ours */
	int oom_score_adj;		/* -1000 to 1000, or SUBJECT_KEEP_ADJ */
};

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
 * Starts the subject: born in SPEC's cgroup where the kernel can (clone3(2),
 * CLONE_INTO_CGROUP), else moved there before it has mapped anything. It has SPEC's
 * oom_score_adj, dumps no core, dies with the calling process and is in a process group of
 * its own, so that the terminal's signals reach the observer alone.
 * Returns 0, or a negative errno with *trouble set and nothing left behind.
 */
int subject_start(const struct subject_spec *spec, struct subject *ret_subject,
		  struct trouble *trouble);

/*
 * Whether this process may give itself oom_score_adj VALUE, tried and undone: lowering it needs
 * CAP_SYS_RESOURCE. Returns 0 or a negative errno.
 */
int subject_try_adj(int value);

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
