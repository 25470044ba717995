/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heap.h - memory from malloc(3), in pieces that are allocated when they are touched */
#ifndef PT_HEAP_H
#define PT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "workload/touch.h"

/*
 * The least size of a piece: no allocator spends more than twice as much on one, which the guard
 * counts on; and how many there may be, so that the table of them stays small.
 */
#define HEAP_PIECE_LEAST 16
#define HEAP_PIECES_MAX (UINT64_C(1) << 22)

/*
 * SIZE bytes in pieces: page number N of them is what lies from byte N * page_size on when the
 * pieces are thought side by side. A piece above a page is of whole pages.
 */
struct heap {
	unsigned char **pieces;	/* NULL: not allocated yet, or freed */
	uint64_t count;
	uint64_t size;		/* bytes of all, a multiple of page_size */
	uint64_t piece;		/* bytes of one, HEAP_PIECE_LEAST at least */
	uint64_t page_size;
};

/* How many pieces of PIECE bytes SIZE bytes are. */
uint64_t heap_count(uint64_t size, uint64_t piece);

/*
 * Makes the table for what SPEC says, of 8 bytes for each piece: mapped apart and resident when
 * this returns, so that it is no growth later. What malloc(3) has to spare is given back, if it
 * can be, so that the pieces are new memory. Allocates no piece. Returns 0 or a negative errno.
 */
int heap_make(const struct region_spec *spec, uint64_t page_size, struct heap *ret_heap);

/* A piece always falls to the same of several threads: which of how many this one is. */
struct heap_share {
	unsigned number, of;
};

/*
 * Visits those of the pages *at to TO - 1 of a JOB of a heap that are SHARE's: allocates the
 * pieces that begin in the page, unless they are there, and accesses the first byte of each and
 * of the page. Counts in SLOT and in *at as touch_visit() does. Returns 0 when TO is reached or
 * *stop is set, or -ENOMEM when malloc(3) has no more.
 */
int heap_visit(const struct touch_job *job, struct heap_share share, uint64_t *at, uint64_t to,
	       _Atomic uint32_t *stop, struct touch_slot *slot);

/* Gives the pieces that lie wholly in the first BYTES back with free(3), in their order. */
void heap_free(struct heap *heap, uint64_t bytes);

/* Whether there is malloc_trim(3): the GNU C library has it. */
bool heap_can_trim(void);

/* malloc_trim(3), which leaves nothing to spare. Returns 0, or -ENOSYS without it. */
int heap_trim(void);

#endif
