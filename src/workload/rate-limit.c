/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate-limit.c - spread the touching evenly over time */
#include <config.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "workload/rate-limit.h"

/* Falling behind by more than this starts the schedule anew. */
#define RATE_LIMITER_STALL_NS (100 * NS_PER_MS)

struct rate_limiter rate_limiter_begin(uint64_t rate, uint64_t page_size, uint64_t now_ns)
{
	return (struct rate_limiter){ .rate = rate, .page_size = page_size, .start_ns = now_ns };
}

uint64_t rate_limiter_allows(const struct rate_limiter *limiter, uint64_t now_ns)
{
	uint64_t bytes;

	if (!limiter->rate)
		return UINT64_MAX;
	bytes = number_portion(limiter->rate, now_ns - limiter->start_ns, NS_PER_SECOND);
	bytes = number_add_saturated(bytes, limiter->start);
	return bytes == UINT64_MAX ? bytes : bytes - bytes % limiter->page_size;
}

uint64_t rate_limiter_due(const struct rate_limiter *limiter, uint64_t touched, uint64_t end)
{
	uint64_t tick = number_portion(limiter->rate, RATE_LIMITER_TICK_NS, NS_PER_SECOND);
	uint64_t more = MIN(MAX(tick, limiter->page_size), end - touched), wait, rest;

	if (number_muldiv(touched - limiter->start + more, NS_PER_SECOND, limiter->rate, &wait,
			  &rest) < 0)
		return UINT64_MAX;
	return number_add_saturated(number_add_saturated(wait, limiter->start_ns), rest != 0);
}

void rate_limiter_restart(struct rate_limiter *limiter, uint64_t touched, uint64_t now_ns)
{
	uint64_t due;

	if (!limiter->rate)
		return;
	due = rate_limiter_due(limiter, touched, UINT64_MAX);
	if (now_ns < number_add_saturated(due, RATE_LIMITER_STALL_NS))
		return;
	limiter->start = touched;
	limiter->start_ns = now_ns;
}
