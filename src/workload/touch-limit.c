/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch-limit.c - spread the touching over time, and stop it before memory runs out */
#include <config.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "workload/touch-limit.h"

/* Falling behind by more than this starts the schedule anew. */
#define RATE_LIMITER_STALL_NS (100 * NS_PER_MS)

/* Headroom up to here is granted whole. */
#define SMALL_HEADROOM (UINT64_C(1) << 20)

uint64_t rate_limiter_due(const struct rate_limiter *limiter, uint64_t touched, uint64_t end)
{
	uint64_t tick = number_portion(limiter->rate, RATE_LIMITER_TICK_NS, NS_PER_SECOND);
	uint64_t more = MIN(MAX(tick, limiter->page_size), end - touched), wait, rest;

	if (number_muldiv(touched - limiter->start + more, NS_PER_SECOND, limiter->rate, &wait,
			  &rest) < 0)
		return UINT64_MAX;
	return number_add_saturated(number_add_saturated(wait, limiter->start_ns), rest != 0);
}

uint64_t rate_limiter_allows(struct rate_limiter *limiter, uint64_t touched, uint64_t now_ns)
{
	uint64_t bytes, late;

	if (!limiter->rate)
		return UINT64_MAX;
	late = number_add_saturated(rate_limiter_due(limiter, touched, UINT64_MAX),
				    RATE_LIMITER_STALL_NS);
	if (now_ns >= late) {
		limiter->start = touched;
		limiter->start_ns = now_ns;
	}
	bytes = number_portion(limiter->rate, now_ns - limiter->start_ns, NS_PER_SECOND);
	bytes = number_add_saturated(bytes, limiter->start);
	return bytes == UINT64_MAX ? bytes : bytes - bytes % limiter->page_size;
}

uint64_t guard_grant(uint64_t headroom)
{
	return headroom <= SMALL_HEADROOM ? headroom : headroom / 2;
}

int guard_allows(struct guard *guard, uint64_t touched, uint64_t page_size, uint64_t now_ns,
		 uint64_t *ret_limit)
{
	uint64_t grant;
	int r;

	if (guard->enabled &&
	    (touched >= guard->granted || now_ns - guard->checked_ns > GUARD_MAX_AGE_NS)) {
		r = available_memory_read(&guard->source, true, &guard->available);
		if (r < 0)
			return r;
		grant = guard_grant(available_headroom(&guard->available));
		guard->granted = touched + grant - grant % page_size;
		guard->checked_ns = now_ns;
	}
	*ret_limit = guard->enabled ? guard->granted : UINT64_MAX;
	return 0;
}
