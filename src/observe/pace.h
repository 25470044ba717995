/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pace.h - how far the touching may be at a given time: pure arithmetic */
#ifndef PT_PACE_H
#define PT_PACE_H

#include <stdint.h>

/* An even growth of RATE bytes per second; RATE 0 is as fast as possible. */
struct pace {
	uint64_t rate;
	uint64_t page_size;
	uint64_t start_ns;	/* when `start` bytes had been touched */
	uint64_t start;
};

/* Grows in ticks of about this length, or of a page where a page takes longer. */
#define PACE_TICK_NS (10 * UINT64_C(1000000))

struct pace pace_begin(uint64_t rate, uint64_t page_size, uint64_t now_ns);

/* Bytes, in whole pages, that may have been touched at NOW; UINT64_MAX without a rate. */
uint64_t pace_allows(const struct pace *pace, uint64_t now_ns);

/*
 * When to go on from TOUCHED: when a tick's worth, at least a page, may be touched, or all
 * that is missing to END if that is less.
 */
uint64_t pace_due(const struct pace *pace, uint64_t touched, uint64_t end);

/*
 * After a stall (the machine was slower than RATE, or the run was stopped) the time that
 * was lost is not made up for in a burst: the schedule starts anew from TOUCHED.
 */
void pace_forgive(struct pace *pace, uint64_t touched, uint64_t now_ns);

#endif
