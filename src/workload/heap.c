/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heap.c - allocate pieces, touch them and free them */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

#include "lib/macros.h"
#include "workload/heap.h"

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
static uint64_t first_piece(const struct heap *heap, uint64_t page)
{
	return MIN(heap_count(page * heap->page_size, heap->piece), heap->count);
}

static void access_byte(const struct touch_job *job, unsigned char *byte)
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
		uint64_t first = first_piece(heap, *at), end = first_piece(heap, *at + 1);
		uint64_t start = *at * heap->page_size;

		if (*at / pages % share.of != share.number)
			continue;
		for (uint64_t i = first; i < end; i++) {
			if (!heap->pieces[i])
				heap->pieces[i] = malloc(heap->piece);
			if (!heap->pieces[i])
				return -ENOMEM;
			access_byte(job, heap->pieces[i]);
		}
		if (first == end)
			access_byte(job, heap->pieces[start / heap->piece] + start % heap->piece);
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
