/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread-pool.c - share the pages of a job out to threads */
#include <config.h>

#include <errno.h>

#include "lib/macros.h"
#include "workload/heap.h"
#include "workload/thread-pool.h"

/*
 * Pages in a piece of work: as many as one page table maps (512 of 4 KiB), or one huge page, so
 * that two threads seldom need the lock of the same one.
 */
#define PIECE_PAGES UINT64_C(512)

#define STACK_BYTES (256 << 10)

/* Takes the next piece of work. Returns whether there was one. */
static bool pool_take_piece(struct thread_pool *pool, struct pool_thread *pool_thread)
{
	uint64_t at = atomic_load_explicit(&pool->next, memory_order_relaxed), end;

	do {
		if (at >= pool->to)
			return false;
		end = at + pool->share;
		/* Large pieces end where a page table ends. */
		if (pool->share == PIECE_PAGES)
			end -= ((uintptr_t)pool->job.base / pool->job.unit + at) % PIECE_PAGES;
		end = MIN(end, pool->to);
	} while (!atomic_compare_exchange_weak_explicit(&pool->next, &at, end,
							memory_order_relaxed,
							memory_order_relaxed));
	pool_thread->at = at;
	pool_thread->end = end;
	return true;
}

/* What was left of a piece when the last order was stopped may reach beyond this one. */
static void pool_thread_work(struct pool_thread *pool_thread)
{
	struct thread_pool *pool = pool_thread->pool;
	struct touch_slot *slot = &pool->board->slots[pool_thread->number];

	if (pool->job.heap) {
		struct heap_share share = { pool_thread->number, pool->count };

		pool_thread->error = heap_visit(&pool->job, share, &pool_thread->at, pool->to,
						&pool->board->stop, slot);
		return;
	}
	do
		pool_thread->error = touch_visit(&pool->job, &pool_thread->at,
						 MIN(pool_thread->end, pool->to),
						 &pool->board->stop, slot);
	while (!pool_thread->error && pool_thread->at == pool_thread->end &&
	       pool_take_piece(pool, pool_thread));
}

static void *run_thread(void *argument)
{
	struct pool_thread *pool_thread = argument;

	for (;;) {
		pthread_barrier_wait(&pool_thread->pool->begin);
		pool_thread_work(pool_thread);
		pthread_barrier_wait(&pool_thread->pool->end);
	}
	return NULL;
}

int thread_pool_start(struct thread_pool *pool, struct pool_thread *pool_threads, unsigned count,
		      struct touch_board *board)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r;

	*pool = (struct thread_pool){ .board = board, .pool_threads = pool_threads,
				      .count = count };
	for (unsigned i = 0; i < count; i++)
		pool_threads[i] = (struct pool_thread){ .number = i, .pool = pool };
	if (count == 1)
		return 0;
	r = pthread_attr_init(&attributes);
	if (r)
		return -r;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_barrier_init(&pool->begin, NULL, count);
	pthread_barrier_init(&pool->end, NULL, count);
	for (unsigned i = 1; r == 0 && i < count; i++)
		r = pthread_create(&thread, &attributes, run_thread, &pool_threads[i]);
	pthread_attr_destroy(&attributes);
	/* A first order without work has each thread use its stack, before anybody counts pages. */
	return r ? -r : thread_pool_touch(pool, 0);
}

void thread_pool_begin(struct thread_pool *pool, const struct touch_job *job)
{
	pool->job = *job;
	pool->to = 0;
	atomic_store(&pool->next, 0);
	for (unsigned i = 0; i < pool->count; i++)
		pool->pool_threads[i].at = pool->pool_threads[i].end = 0;
}

int thread_pool_touch(struct thread_pool *pool, uint64_t to)
{
	uint64_t taken = atomic_load(&pool->next), left = to > taken ? to - taken : 0;
	int error = 0;

	pool->to = to;
	pool->share = left / pool->count + (left % pool->count != 0);
	if (pool->count == 1) {
		pool_thread_work(&pool->pool_threads[0]);
	} else {
		pool->share = MIN(pool->share, PIECE_PAGES);
		pthread_barrier_wait(&pool->begin);
		pool_thread_work(&pool->pool_threads[0]);
		pthread_barrier_wait(&pool->end);
	}
	for (unsigned i = 0; i < pool->count && !error; i++)
		error = pool->pool_threads[i].error;
	return error;
}
