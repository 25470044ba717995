/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew.c - share the pages of a job out to threads */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "memory/heap.h"
#include "subject/crew.h"

/*
 * Pages in a piece of work: as many as one page table maps (512 of 4 KiB), or one huge page, so
 * that two threads seldom need the lock of the same one.
 */
#define PIECE_PAGES 512

#define STACK_BYTES (256 << 10)

static uint64_t first_page(const struct touch_job *job)
{
	return (uint64_t)(uintptr_t)job->base / job->unit;
}

/* Takes the next piece of work. Returns whether there was one. */
static bool take_piece(struct crew *crew, struct hand *hand)
{
	uint64_t at = atomic_load_explicit(&crew->next, memory_order_relaxed), end;

	do {
		if (at >= crew->to)
			return false;
		end = at + crew->share;
		/* Large pieces end where a page table ends. */
		if (crew->share == PIECE_PAGES)
			end -= (first_page(&crew->job) + at) % PIECE_PAGES;
		end = end < crew->to ? end : crew->to;
	} while (!atomic_compare_exchange_weak_explicit(&crew->next, &at, end,
							memory_order_relaxed,
							memory_order_relaxed));
	hand->at = at;
	hand->end = end;
	return true;
}

/* What was left of a piece when the last order was stopped may reach beyond this one. */
static void work(struct hand *hand)
{
	struct crew *crew = hand->crew;
	struct touch_slot *slot = &crew->board->slots[hand->number];

	hand->error = 0;
	if (crew->job.heap) {
		struct heap_share share = { hand->number, crew->count };

		hand->error = heap_visit(&crew->job, share, &hand->at, crew->to,
					 &crew->board->stop, slot);
		return;
	}
	do
		hand->error = touch_visit(&crew->job, &hand->at,
					  hand->end < crew->to ? hand->end : crew->to,
					  &crew->board->stop, slot);
	while (!hand->error && hand->at == hand->end && take_piece(crew, hand));
}

static void *run_thread(void *argument)
{
	struct hand *hand = argument;

	for (;;) {
		pthread_barrier_wait(&hand->crew->begin);
		work(hand);
		pthread_barrier_wait(&hand->crew->end);
	}
	return NULL;
}

static int start_threads(struct crew *crew)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	if (r)
		return -r;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_barrier_init(&crew->begin, NULL, crew->count);
	pthread_barrier_init(&crew->end, NULL, crew->count);
	for (unsigned i = 1; r == 0 && i < crew->count; i++)
		r = pthread_create(&thread, &attributes, run_thread, &crew->hands[i]);
	pthread_attr_destroy(&attributes);
	return -r;
}

int crew_start(struct crew *crew, struct hand *hands, unsigned count, struct touch_board *board)
{
	int r;

	memset(crew, 0, sizeof(*crew));
	crew->board = board;
	crew->hands = hands;
	crew->count = count;
	for (unsigned i = 0; i < count; i++)
		hands[i] = (struct hand){ .number = i, .crew = crew };
	if (count == 1)
		return 0;
	r = start_threads(crew);
	/*
	 * A first order without work has each thread use its stack,
	 * before anybody counts pages.
	 */
	return r < 0 ? r : crew_touch(crew, 0);
}

void crew_begin(struct crew *crew, const struct touch_job *job)
{
	crew->job = *job;
	crew->to = 0;
	atomic_store(&crew->next, 0);
	for (unsigned i = 0; i < crew->count; i++)
		crew->hands[i].at = crew->hands[i].end = 0;
}

int crew_touch(struct crew *crew, uint64_t to)
{
	uint64_t taken = atomic_load(&crew->next), left = to > taken ? to - taken : 0;
	int error = 0;

	crew->to = to;
	crew->share = left / crew->count + (left % crew->count != 0);
	if (crew->count == 1)
		work(&crew->hands[0]);
	if (crew->count > 1 && crew->share > PIECE_PAGES)
		crew->share = PIECE_PAGES;
	if (crew->count > 1) {
		pthread_barrier_wait(&crew->begin);
		work(&crew->hands[0]);
		pthread_barrier_wait(&crew->end);
	}
	for (unsigned i = 0; i < crew->count && !error; i++)
		error = crew->hands[i].error;
	return error;
}
