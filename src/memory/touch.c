/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.c - write one byte per page, in ascending order */
#include <config.h>

#include "memory/touch.h"

void touch_write(const struct region *region, uint64_t to, uint64_t page_size,
		 struct touch_board *board)
{
	volatile unsigned char *base = region->address;
	uint64_t at = atomic_load_explicit(&board->touched, memory_order_relaxed);

	while (at < to && !atomic_load_explicit(&board->stop, memory_order_relaxed)) {
		base[at] = 1;
		at += page_size;
		atomic_store_explicit(&board->touched, at, memory_order_relaxed);
	}
}
