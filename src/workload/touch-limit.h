/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch-limit.h - how far the touching may go now: as --rate has it, and as the guard has it */
#ifndef PT_TOUCH_LIMIT_H
#define PT_TOUCH_LIMIT_H

#include <stdint.h>

#include "monitor/monitor.h"

/* An even growth of RATE bytes per second; RATE 0 is as fast as possible. */
struct rate_limiter {
	uint64_t rate;
	uint64_t page_size;
	uint64_t start_ns;	/* when `start` bytes had been touched */
	uint64_t start;
};

/* Grows in ticks of about this length, or of a page where a page takes longer. */
#define RATE_LIMITER_TICK_NS (10 * UINT64_C(1000000))

/*
 * Bytes, in whole pages, that may have been touched at NOW, when TOUCHED are; UINT64_MAX without a
 * rate. After a stall (the machine was slower than RATE, or the run was stopped) the time that was
 * lost is not made up for in a burst: the schedule starts anew from TOUCHED.
 */
uint64_t rate_limiter_allows(struct rate_limiter *limiter, uint64_t touched, uint64_t now_ns);

/*
 * When to go on from TOUCHED: when a tick's worth, at least a page, may be touched, or all
 * that is missing to END if that is less.
 */
uint64_t rate_limiter_due(const struct rate_limiter *limiter, uint64_t touched, uint64_t end);

/* What the guard read longer ago than this is read again: others use memory too. */
#define GUARD_MAX_AGE_NS (100 * UINT64_C(1000000))

/*
 * What may be touched of HEADROOM bytes before looking again: half, so that an error in the
 * figures or the growth of others is noticed in time; all when little is left.
 */
uint64_t guard_grant(uint64_t headroom);

/*
 * Returns in *ret_limit the byte of the region up to which may be touched now, at least
 * TOUCHED; equal to TOUCHED means: stop. Reads available memory when the last grant is used
 * up or old. Returns 0 or a negative errno (it cannot be read).
 */
int guard_allows(struct guard *guard, uint64_t touched, uint64_t page_size, uint64_t now_ns,
		 uint64_t *ret_limit);

#endif
