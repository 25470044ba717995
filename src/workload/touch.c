/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.c - in which order pages are visited, how, and by whom */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

#include "lib/macros.h"
#include "workload/touch.h"

/* linux/mman.h of 5.14; older headers lack them, and older kernels say EINVAL. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/*
 * Pages in a piece of work: as many as one page table maps (512 of 4 KiB), or one huge page, so
 * that two threads seldom need the lock of the same one.
 */
#define PIECE_PAGES UINT64_C(512)

/* A thread's stack. */
#define STACK_BYTES (256 << 10)

/*
 * With AddressSanitizer each access to what is touched would read its shadow, too, an eighth more
 * memory; it is nobody's variable.
 */
#define UNCHECKED __attribute__((no_sanitize("address")))

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t order_next_random(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

struct order order_make(enum order_kind kind, uint64_t count, uint64_t seed)
{
	struct order order = { .kind = kind, .count = count };
	unsigned bits = count > 1 ? 64 - (unsigned)__builtin_clzll(count - 1) : 0;

	order.mask = bits ? UINT64_MAX >> (64 - bits) : 0;
	order.shift = bits / 2 ? bits / 2 : 1;
	for (unsigned i = 0; i < ORDER_ROUNDS; i++) {
		order.round[i].factor = order_next_random(&seed) | 1;
		order.round[i].sum = order_next_random(&seed);
	}
	return order;
}

uint64_t order_at(const struct order *order, uint64_t index)
{
	if (order->kind == ORDER_FORWARD)
		return index;
	if (order->kind == ORDER_BACKWARD)
		return order->count - 1 - index;
	/*
	 * Each of these can be undone among the numbers that the mask lets through: adding,
	 * multiplying by an odd number, and xor with one's own upper half. So no two numbers
	 * become the same. The mask lets through less than twice count. A number that is too
	 * large is mixed on: on its cycle INDEX itself, at the latest, is small enough.
	 */
	do
		for (unsigned i = 0; i < ORDER_ROUNDS; i++) {
			index = (index + order->round[i].sum) * order->round[i].factor &
				order->mask;
			index ^= index >> order->shift;
		}
	while (index >= order->count);
	return index;
}

uint64_t touch_count(const struct touch_params *touch_params, uint64_t span)
{
	return span / touch_params->stride + (span % touch_params->stride != 0);
}

bool touch_writes(enum touch_access access)
{
	return access == TOUCH_WRITE || access == TOUCH_POPULATE_WRITE || access == TOUCH_PWRITE;
}

bool touch_calls(enum touch_access access)
{
	return access == TOUCH_PREAD || access == TOUCH_PWRITE;
}

struct touch_job touch_plan(const struct touch_params *touch_params, unsigned char *base,
			    uint64_t span)
{
	enum touch_access access = touch_params->access;
	/* Whole pages of any size that is less. */
	uint64_t chunk = span / 2048 / TOUCH_CHUNK * TOUCH_CHUNK, run = 1;

	chunk = MAX(TOUCH_CHUNK, MIN(chunk, UINT64_C(2) << 20));
	if (touch_params->chunk)
		chunk = touch_params->chunk;
	if (access == TOUCH_WRITE || access == TOUCH_READ)
		run = touch_params->order == ORDER_FORWARD ? touch_params->batch : 1;
	else if (!touch_calls(access) && touch_params->order != ORDER_RANDOM &&
		 touch_params->stride == touch_params->unit)
		run = chunk / touch_params->unit;
	return (struct touch_job){
		.base = base,
		.unit = touch_params->unit,
		.stride = touch_params->stride,
		.run = MAX(run, 1),
		.access = access,
		.fd = -1,
		.order = order_make(touch_params->order, touch_count(touch_params, span),
				    touch_params->seed),
	};
}

UNCHECKED
int touch_visit(const struct touch_job *job, uint64_t *at, uint64_t to, _Atomic uint32_t *stop,
		struct touch_slot *slot)
{
	int advice = touch_writes(job->access) ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
	uint64_t stride = job->stride, done;
	unsigned char byte = 1;

	while (*at < to && !atomic_load_explicit(stop, memory_order_relaxed)) {
		uint64_t pages = MIN(job->run, to - *at);
		bool backward = job->order.kind == ORDER_BACKWARD;
		uint64_t first = order_at(&job->order, backward ? *at + pages - 1 : *at);
		volatile unsigned char *page = job->base + first * stride;
		off_t offset = (off_t)(first * stride);
		ssize_t length = 1;

		switch (job->access) {
		case TOUCH_WRITE:
			for (uint64_t i = 0; i < pages; i++, page += stride)
				*page = 1;
			break;
		case TOUCH_READ:
			for (uint64_t i = 0; i < pages; i++, page += stride)
				(void)*page;
			break;
		case TOUCH_PWRITE:
			length = pwrite(job->fd, &byte, 1, offset);
			break;
		case TOUCH_PREAD:
			length = pread(job->fd, &byte, 1, offset);
			break;
		default:
			length = madvise((void *)page, pages * job->unit, advice) < 0 ? -1 : 1;
		}
		if (length < 1)
			return length < 0 ? -errno : -EFAULT;
		*at += pages;
		/* The only writer of its slot adds to it without a locked instruction. */
		done = atomic_load_explicit(&slot->done, memory_order_relaxed);
		atomic_store_explicit(&slot->done, done + pages * job->unit,
				      memory_order_relaxed);
	}
	return 0;
}

uint64_t heap_count(uint64_t size, uint64_t piece)
{
	return size / piece + (size % piece != 0);
}

int heap_make(const struct region_spec *spec, uint64_t page_size, struct heap *ret_heap)
{
	uint64_t count = heap_count(spec->bytes, spec->piece);
	void *table;

	/* Cut to the width of a pointer it would be another size. */
	if (spec->bytes != (size_t)spec->bytes || count > SIZE_MAX / sizeof(unsigned char *))
		return -ENOMEM;
	table = mmap(NULL, count * sizeof(unsigned char *), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (table == MAP_FAILED)
		return -errno;
	heap_trim();
	*ret_heap = (struct heap){ .pieces = table, .count = count, .size = spec->bytes,
				   .piece = spec->piece, .page_size = page_size };
	return 0;
}

/* The number of the first piece that begins in page PAGE or later. */
static uint64_t heap_first_piece(const struct heap *heap, uint64_t page)
{
	return MIN(heap_count(page * heap->page_size, heap->piece), heap->count);
}

static void heap_access(const struct touch_job *job, unsigned char *byte)
{
	if (touch_writes(job->access))
		*(volatile unsigned char *)byte = 1;
	else
		(void)*(volatile unsigned char *)byte;
}

int heap_visit(const struct touch_job *job, struct heap_share share, uint64_t *at, uint64_t to,
	       _Atomic uint32_t *stop, struct touch_slot *slot)
{
	const struct heap *heap = job->heap;
	uint64_t pages = MAX(heap->piece / heap->page_size, 1);

	for (; *at < to && !atomic_load_explicit(stop, memory_order_relaxed); ++*at) {
		uint64_t first = heap_first_piece(heap, *at);
		uint64_t end = heap_first_piece(heap, *at + 1), start = *at * heap->page_size;

		if (*at / pages % share.of != share.number)
			continue;
		for (uint64_t i = first; i < end; i++) {
			if (!heap->pieces[i])
				heap->pieces[i] = malloc(heap->piece);
			if (!heap->pieces[i])
				return -ENOMEM;
			heap_access(job, heap->pieces[i]);
		}
		if (first == end)
			heap_access(job, heap->pieces[start / heap->piece] + start % heap->piece);
		atomic_fetch_add_explicit(&slot->done, job->unit, memory_order_relaxed);
	}
	return 0;
}

void heap_free(struct heap *heap, uint64_t bytes)
{
	/* The last piece may reach beyond the size. */
	uint64_t end = bytes >= heap->size ? heap->count : bytes / heap->piece;

	for (uint64_t i = 0; i < end; i++) {
		free(heap->pieces[i]);
		heap->pieces[i] = NULL;
	}
}

bool heap_can_trim(void)
{
#ifdef HAVE_MALLOC_TRIM
	return true;
#else
	return false;
#endif
}

int heap_trim(void)
{
#ifdef HAVE_MALLOC_TRIM
	malloc_trim(0);
	return 0;
#else
	return -ENOSYS;
#endif
}

/* What was left of a piece when the last order was stopped may reach beyond this one. */
static void pool_thread_work(struct pool_thread *pool_thread)
{
	struct thread_pool *pool = pool_thread->pool;
	struct touch_slot *slot = &pool->board->slots[pool_thread->number];
	struct heap_share share = { pool_thread->number, pool->count };
	_Atomic uint32_t *stop = &pool->board->stop;
	uint64_t at, end;

	if (pool->job.heap) {
		pool_thread->error = heap_visit(&pool->job, share, &pool_thread->at, pool->to,
						stop, slot);
		return;
	}
	for (;;) {
		pool_thread->error = touch_visit(&pool->job, &pool_thread->at,
						 MIN(pool_thread->end, pool->to), stop, slot);
		if (pool_thread->error || pool_thread->at != pool_thread->end)
			return;
		/* Takes the next piece of work, if there is one. */
		at = atomic_load_explicit(&pool->next, memory_order_relaxed);
		do {
			if (at >= pool->to)
				return;
			end = at + pool->share;
			/* Large pieces end where a page table ends. */
			if (pool->share == PIECE_PAGES)
				end -= ((uintptr_t)pool->job.base / pool->job.unit + at) %
				       PIECE_PAGES;
			end = MIN(end, pool->to);
		} while (!atomic_compare_exchange_weak_explicit(&pool->next, &at, end,
								memory_order_relaxed,
								memory_order_relaxed));
		pool_thread->at = at;
		pool_thread->end = end;
	}
}

static void *pool_run_thread(void *argument)
{
	struct pool_thread *pool_thread = argument;

	for (;;) {
		pthread_barrier_wait(&pool_thread->pool->begin);
		pool_thread_work(pool_thread);
		pthread_barrier_wait(&pool_thread->pool->end);
	}
	return NULL;
}

int thread_pool_start(struct thread_pool *pool, unsigned count, struct touch_board *board)
{
	struct pool_thread *pool_threads = &pool->self;
	pthread_attr_t attributes;
	pthread_t thread;
	int r;

	if (count > 1)
		pool_threads = aligned_alloc(_Alignof(struct pool_thread),
					     count * sizeof(*pool_threads));
	if (!pool_threads)
		return -ENOMEM;
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
		r = pthread_create(&thread, &attributes, pool_run_thread, &pool_threads[i]);
	pthread_attr_destroy(&attributes);
	/* A first order without work has each thread use its stack before pages are counted. */
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

const char *const order_names[] = {
	[ORDER_FORWARD] = "forward",
	[ORDER_BACKWARD] = "backward",
	[ORDER_RANDOM] = "random",
	NULL
};

const char *order_name(enum order_kind kind)
{
	return order_names[kind];
}

const char *const touch_access_names[] = {
	[TOUCH_WRITE] = "write",
	[TOUCH_READ] = "read",
	[TOUCH_POPULATE_WRITE] = "populate-write",
	[TOUCH_POPULATE_READ] = "populate-read",
	[TOUCH_PREAD] = "pread",
	[TOUCH_PWRITE] = "pwrite",
	[TOUCH_ACCESSES] = NULL,
};

const char *touch_access_name(enum touch_access access)
{
	return touch_access_names[access];
}
