/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew.h - the threads that touch one region together, in the subject */
#ifndef PT_CREW_H
#define PT_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "memory/touch.h"

/* One thread, and which pages it has taken upon itself: it visits them sooner or later. */
struct hand {
	_Alignas(128) uint64_t at, end;
	int error;		/* of the last order: 0 or a negative errno */
	unsigned number;	/* its slot on the board */
	struct crew *crew;
};

/* The calling thread is hand 0; the others wait until there is something to touch. */
struct crew {
	struct touch_board *board;
	struct touch_job job;
	struct hand *hands;
	unsigned count;
	uint64_t to, share;	/* of the current order: touch up to here, in pieces of so many */
	_Atomic uint64_t next;	/* the first page that nobody has taken */
	pthread_barrier_t begin, end;
};

/*
 * Makes a crew of the COUNT hands at HANDS, which count on BOARD, and starts their threads if
 * there are more than one. Returns 0 or the negative errno of pthread_create(3); its threads end
 * with the process.
 */
int crew_start(struct crew *crew, struct hand *hands, unsigned count, struct touch_board *board);

/* Takes up JOB from its beginning; the counters on the board are the caller's to clear. */
void crew_begin(struct crew *crew, const struct touch_job *job);

/*
 * Visits the pages up to number TO of the job. If board->stop is set before that, some of the
 * pages in between may have been visited and others not; the board counts those that have, and the
 * next call goes on with the others. Returns 0 or a negative errno.
 */
int crew_touch(struct crew *crew, uint64_t to);

#endif
