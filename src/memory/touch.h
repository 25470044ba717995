/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.h - visit the pages of a region */
#ifndef PT_TOUCH_H
#define PT_TOUCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "memory/region.h"

/* Shared with whoever watches the touching; both live in memory seen by two processes. */
struct touch_board {
	_Atomic uint64_t touched;	/* bytes touched so far, from the region's start */
	_Atomic uint32_t stop;		/* set to 1: stop before the next page */
};

/*
 * Writes one byte into each page from board->touched up to byte TO of REGION, in
 * ascending order, and counts each page in board->touched when it has been
 * written. PAGE_SIZE in bytes; TO is a multiple of it and within the region.
 * Returns when TO is reached or board->stop is set.
 */
void touch_write(const struct region *region, uint64_t to, uint64_t page_size,
		 struct touch_board *board);

#endif
