/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-advice.h - what can be done to memory that is there: one system call each */
#ifndef PT_MEMORY_ADVICE_H
#define PT_MEMORY_ADVICE_H

#include <stdatomic.h>
#include <stdint.h>

#include "workload/region.h"

/* In the comments: since which Linux, and what it cannot be done to, as madvise(2) says. */
enum memory_advice {
	ADVICE_DONTNEED,	/* MADV_DONTNEED; not locked memory, hugetlb since 5.18 */
	ADVICE_FREE,		/* MADV_FREE, 4.5; private anonymous memory only, not locked */
	ADVICE_COLD,		/* MADV_COLD, 5.4; neither hugetlb nor locked */
	ADVICE_PAGEOUT,		/* MADV_PAGEOUT, 5.4; the same */
	ADVICE_REMOVE,		/* MADV_REMOVE; shared, writable and not locked */
	ADVICE_COLLAPSE,	/* MADV_HUGEPAGE and MADV_COLLAPSE, 6.1; not hugetlb */
	ADVICE_MERGE,		/* MADV_MERGEABLE: for ksmd; private anonymous memory */
	ADVICE_RANDOM,		/* MADV_RANDOM: no readahead and no fault-around */
	ADVICE_GUARD,		/* MADV_GUARD_INSTALL, 6.13 */
	ADVICE_PROTECT_NONE,	/* mprotect(2), PROT_NONE */
	ADVICE_PROTECT_WRITE,	/* mprotect(2), PROT_READ | PROT_WRITE */
	ADVICE_UNMAP,		/* munmap(2), of a heap free(3) */
	ADVICE_TRIM,		/* malloc_trim(3): heap_trim(), not for advice_apply() */
};

/*
 * Does ADVICE to the first BYTES of REGION, a multiple of its page size and not more than it has.
 * After ADVICE_UNMAP the region is what is left of it. Returns 0 or a negative errno (-EINVAL: the
 * kernel does not know it, or not for this memory).
 */
int advice_apply(struct region *region, enum memory_advice advice, uint64_t bytes);

/*
 * Does ADVICE, which leaves the mapping as it is, to the first BYTES of each EVERY bytes of
 * REGION, both multiples of its page size, with one call for each; no further once *STOP is set.
 */
int advice_apply_each(const struct region *region, enum memory_advice advice, uint64_t bytes,
		      uint64_t every, _Atomic uint32_t *stop);

#endif
