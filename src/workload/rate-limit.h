/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate-limit.h - how far the touching may be at a given time: pure arithmetic */
#ifndef PT_RATE_LIMIT_H
#define PT_RATE_LIMIT_H

#include <stdint.h>

/* An even growth of RATE bytes per second; RATE 0 is as fast as possible. */
struct rate_limiter {
	uint64_t rate;
	uint64_t page_size;
	uint64_t start_ns;	/* when `start` bytes had been touched */
	uint64_t start;
};

/* Grows in ticks of about this length, or of a page where a page takes longer. */
#define RATE_LIMITER_TICK_NS (10 * UINT64_C(1000000))

struct rate_limiter rate_limiter_begin(uint64_t rate, uint64_t page_size, uint64_t now_ns);

/* Bytes, in whole pages, that may have been touched at NOW; UINT64_MAX without a rate. */
uint64_t rate_limiter_allows(const struct rate_limiter *limiter, uint64_t now_ns);

/*
 * When to go on from TOUCHED: when a tick's worth, at least a page, may be touched, or all
 * that is missing to END if that is less.
 */
uint64_t rate_limiter_due(const struct rate_limiter *limiter, uint64_t touched, uint64_t end);

/*
 * After a stall (the machine was slower than RATE, or the run was stopped) the time that
 * was lost is not made up for in a burst: the schedule starts anew from TOUCHED.
 */
void rate_limiter_restart(struct rate_limiter *limiter, uint64_t touched, uint64_t now_ns);

#endif
