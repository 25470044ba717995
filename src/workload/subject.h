/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.h - the process that is watched, as its observer holds it */
#ifndef PT_SUBJECT_H
#define PT_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "monitor/driver.h"
#include "workload/worker.h"

/* The subject's comm(5), at most 15 bytes: what ps(1) and the kernel log call it. */
#define SUBJECT_NAME "pagetouch-subj"

/* oom_score_adj as the subject inherits it. */
#define SUBJECT_KEEP_ADJ 2000

struct subject_spec {
	const struct workload *workload;	/* what it does when asked to */
	int cgroup;			/* directory of the cgroup that it lives in; -1: ours */
	int oom_score_adj;		/* -1000 to 1000, or SUBJECT_KEEP_ADJ */
};

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
 * Starts the subject: born in SPEC's cgroup where the kernel can (clone3(2),
 * CLONE_INTO_CGROUP), else moved there before it has mapped anything. It has SPEC's
 * oom_score_adj, dumps no core, dies with the calling process and is in a process group of
 * its own, so that the terminal's signals reach the observer alone.
 * Returns 0, or a negative errno with *err set and nothing left behind.
 */
int subject_start(const struct subject_spec *spec, struct subject *ret_subject,
		  struct error *err);

/*
 * Whether this process may give itself oom_score_adj VALUE, tried and undone: lowering it needs
 * CAP_SYS_RESOURCE. Returns 0 or a negative errno.
 */
int subject_try_adj(int value);

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

/* Keeps child PID, which the subject has just forked (no more than there is room). Returns 0 or a negative errno. */
int subject_adopt(struct subject *subject, pid_t pid);

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
