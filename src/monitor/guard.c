/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard.c - stop before the machine or a memory cgroup runs out of memory */
#include <config.h>

#include "monitor/guard.h"

/* Headroom up to here is granted whole. */
#define SMALL_HEADROOM (UINT64_C(1) << 20)

uint64_t guard_grant(uint64_t headroom)
{
	return headroom <= SMALL_HEADROOM ? headroom : headroom / 2;
}

int guard_allows(struct guard *guard, uint64_t touched, uint64_t page_size, uint64_t now_ns,
		 uint64_t *ret_limit)
{
	uint64_t grant;
	int r;

	if (!guard->enabled) {
		*ret_limit = UINT64_MAX;
		return 0;
	}
	if (touched >= guard->granted || now_ns - guard->checked_ns > GUARD_MAX_AGE_NS) {
		r = available_memory_read(&guard->source, true, &guard->available);
		if (r < 0)
			return r;
		grant = guard_grant(available_headroom(&guard->available));
		guard->granted = touched + grant - grant % page_size;
		guard->checked_ns = now_ns;
	}
	*ret_limit = guard->granted;
	return 0;
}
