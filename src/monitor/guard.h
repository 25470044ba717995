/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard.h - how much may be touched before available memory is read again */
#ifndef PT_GUARD_H
#define PT_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "proc/available.h"

struct guard {
	bool enabled;
	struct available_memory_source source;
	uint64_t granted;	/* may be touched up to this byte of the region */
	uint64_t checked_ns;	/* when available memory was last read */
	struct available_memory available;	/* as last read */
};

/* What was read longer ago than this is read again: others use memory too. */
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
