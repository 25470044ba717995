/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread-pool.h - the threads that touch one region together, in the subject */
#ifndef PT_THREAD_POOL_H
#define PT_THREAD_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "workload/touch.h"

/* One thread, and which pages it has taken upon itself: it visits them sooner or later. */
struct pool_thread {
	_Alignas(128) uint64_t at, end;
	int error;		/* of the last order: 0 or a negative errno */
	unsigned number;	/* its slot on the board */
	struct thread_pool *pool;
};

/* The calling thread is thread 0; the others wait until there is something to touch. */
struct thread_pool {
	struct touch_board *board;
	struct touch_job job;
	struct pool_thread *pool_threads;
	unsigned count;
	uint64_t to, share;	/* of the current order: touch up to here, in pieces of so many */
	_Atomic uint64_t next;	/* the first page that nobody has taken */
	pthread_barrier_t begin, end;
};

/*
 * Makes a thread pool of the COUNT threads at POOL_THREADS, which count on BOARD, and starts all
 * but the first. Returns 0 or the negative errno of pthread_create(3); its threads end
 * with the process.
 */
int thread_pool_start(struct thread_pool *pool, struct pool_thread *pool_threads, unsigned count,
		      struct touch_board *board);

/* Takes up JOB from its beginning; the counters on the board are the caller's to clear. */
void thread_pool_begin(struct thread_pool *pool, const struct touch_job *job);

/*
 * Visits the pages up to number TO of the job. If board->stop is set before that, some of the
 * pages in between may have been visited and others not; the board counts those that have, and the
 * next call goes on with the others. Returns 0 or a negative errno.
 */
int thread_pool_touch(struct thread_pool *pool, uint64_t to);

#endif
