/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heap.c - pieces are allocated by who touches them, once; the stack grows by what is touched */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../tap.h"
#include "workload/touch.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGES 300

static struct touch_board board;
/* Threads end with the process only, so what they use must stay. */
static struct thread_pool pools[16];
static uint64_t page;

static uint64_t counted(void)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < 8; i++)
		done += atomic_load(&board.slots[i].done);
	return done;
}

static void clear_board(void)
{
	for (unsigned i = 0; i < 8; i++)
		atomic_store(&board.slots[i].done, 0);
	atomic_store(&board.stop, 0);
}

/* Pieces that are there and whose first byte was written. */
static uint64_t written(const struct heap *heap)
{
	uint64_t pieces = 0;

	for (uint64_t i = 0; i < heap->count; i++)
		pieces += heap->pieces[i] && *heap->pieces[i] == 1;
	return pieces;
}

static uint64_t there(const struct heap *heap)
{
	uint64_t pieces = 0;

	for (uint64_t i = 0; i < heap->count; i++)
		pieces += heap->pieces[i] != NULL;
	return pieces;
}

static struct heap make_heap(uint64_t piece)
{
	struct region_spec spec = { .bytes = PAGES * page, .backing = REGION_HEAP,
				    .piece = piece };
	struct heap heap;

	tap_is(heap_make(&spec, page, &heap), 0, "a table of pieces");
	tap_is((int64_t)there(&heap), 0, "there is none of them yet");
	return heap;
}

/* Visits all in steps, with THREADS; frees a part, then all. */
static void test_pieces(unsigned index, unsigned threads, uint64_t piece)
{
	struct touch_params touch_params = { .access = TOUCH_WRITE, .unit = page, .stride = page };
	struct heap heap = make_heap(piece);
	struct touch_job job = touch_plan(&touch_params, NULL, PAGES * page);
	uint64_t wrong = 0, half = PAGES / 2 * page;
	unsigned char *first;

	thread_pool_start(&pools[index], threads, &board);
	clear_board();
	job.heap = &heap;
	thread_pool_begin(&pools[index], &job);
	for (uint64_t to = 7; to < PAGES + 7; to += 7) {
		uint64_t end = to < PAGES ? to : PAGES;

		wrong += thread_pool_touch(&pools[index], end) < 0 || counted() != end * page;
		wrong += there(&heap) != heap_count(end * page, piece);
	}
	tap_ok(!wrong, "%u threads, pieces of %d: counted and allocated as it is touched", threads,
	       (int)piece);
	tap_is((int64_t)written(&heap), (int64_t)heap.count, "each was written to");
	first = heap.pieces[0];
	clear_board();
	thread_pool_begin(&pools[index], &job);
	tap_ok(thread_pool_touch(&pools[index], PAGES) == 0 && heap.pieces[0] == first,
	       "a second time nothing is allocated");
	heap_free(&heap, half);
	tap_is((int64_t)there(&heap), (int64_t)(heap.count - half / piece),
	       "those that lie wholly in the first half are freed");
	heap_free(&heap, PAGES * page);
	tap_is((int64_t)there(&heap), 0, "and then all");
}

static void test_stop(void)
{
	struct touch_params touch_params = { .access = TOUCH_READ, .unit = page, .stride = page };
	struct heap heap = make_heap(1000);
	struct touch_job job = touch_plan(&touch_params, NULL, PAGES * page);
	struct touch_slot slot = { 0 };
	_Atomic uint32_t stop = 1;
	uint64_t at = 3;

	job.heap = &heap;
	tap_is(heap_visit(&job, (struct heap_share){ 0, 1 }, &at, PAGES, &stop, &slot), 0,
	       "a stop is no error");
	tap_ok(at == 3 && !there(&heap), "and nothing is done after it");
}

/* More than any address space has. */
static void test_refused(void)
{
	struct touch_params touch_params = { .access = TOUCH_WRITE, .unit = page, .stride = page };
	struct heap heap = make_heap(page);
	struct touch_job job;
	struct touch_slot slot = { 0 };
	_Atomic uint32_t stop = 0;
	uint64_t at = 0;

	heap.piece = (uint64_t)PTRDIFF_MAX + 1;
	heap.size = heap.piece;
	heap.count = 1;
	job = touch_plan(&touch_params, NULL, page);
	job.heap = &heap;
	tap_is(heap_visit(&job, (struct heap_share){ 0, 1 }, &at, 1, &stop, &slot), -ENOMEM,
	       "what malloc(3) refuses is an error");
	tap_ok(at == 0 && !slot.done, "and is not counted");
}

/* VSZ, in pages. */
static uint64_t pages_of_process(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!file || fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages;
}

static void test_stack(void)
{
	struct touch_params touch_params = { .access = TOUCH_WRITE, .order = ORDER_BACKWARD,
				       .unit = page, .stride = page };
	struct region_spec spec = { .bytes = 16 * PAGES * page, .backing = REGION_STACK };
	struct touch_slot slot = { 0 };
	_Atomic uint32_t stop = 0;
	struct region region;
	struct touch_job job;
	uint64_t at = 0, before;

	tap_is(region_map(&spec, &region), 0, "room for the stack to grow");
	before = pages_of_process();
	job = touch_plan(&touch_params, region.address, region.bytes);
	touch_visit(&job, &at, 100, &stop, &slot);
	tap_is((int64_t)(pages_of_process() - before), 100, "it grows by what is touched");
	touch_visit(&job, &at, 16 * PAGES, &stop, &slot);
	tap_is((int64_t)(pages_of_process() - before), 16 * PAGES, "down to its end");
	tap_is(region.address[0], 1, "which was written to");
	spec.bytes = UINT64_C(1) << 46;
	tap_is(region_map(&spec, &region), -EEXIST, "64 TiB are not free below any stack");
}

static void test_stack_limit(void)
{
	struct rlimit limit;
	struct region_spec spec = { .bytes = UINT64_C(64) << 20, .backing = REGION_STACK };
	struct region region;

	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = limit.rlim_max = UINT64_C(32) << 20;
	if (setrlimit(RLIMIT_STACK, &limit) < 0) {
		tap_skip("a hard limit", "it is lower already");
		return;
	}
	tap_is(region_map(&spec, &region), -EPERM, "the hard limit is in the way");
}

/* Neither the sanitizers' malloc(3) nor valgrind's stack is the system's. */
static bool is_replaced(void)
{
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");

	return sanitizer && *sanitizer && strcmp(sanitizer, "no") != 0;
}

int main(void)
{
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");
	/* To valgrind the memory of a thread that never ends is lost. */
	bool alone = sanitizer && !strcmp(sanitizer, "valgrind");

	page = (uint64_t)sysconf(_SC_PAGESIZE);
	test_pieces(0, 1, 1000);
	test_pieces(1, 1, 16);
	test_pieces(2, 1, 4 * page);
	test_pieces(3, 1, PAGES * page);
	test_pieces(4, alone ? 1 : 3, 1000);
	test_pieces(5, alone ? 1 : 8, 10 * page);
	test_pieces(6, alone ? 1 : 2, page);
	test_stop();
	if (is_replaced()) {
		tap_skip("refusals and the stack", "a sanitizer has its own");
		return tap_done();
	}
	test_refused();
	test_stack();
	test_stack_limit();
	return tap_done();
}
