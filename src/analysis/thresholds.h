/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thresholds.h - when a figure of the memory usage is large enough to speak of */
#ifndef PT_THRESHOLDS_H
#define PT_THRESHOLDS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/memory-usage.h"

/*
 * Percent of RAM from which on something is named as a reason. They are far above what is seen on
 * machines that are well: page tables take 1 to 2 %, slab that cannot be dropped 2 to 5 %.
 */
#define OOM_MUCH_ANON 50
#define OOM_MUCH_SHMEM 25
#define OOM_MUCH_SLAB 15
#define OOM_MUCH_PAGETABLES 8
#define OOM_MUCH_STACKS 5
#define OOM_MUCH_HUGETLB 20
#define OOM_MUCH_UNUSED_HUGE 5
#define OOM_MUCH_LOCKED 25
#define OOM_MUCH_UNACCOUNTED 20
#define OOM_MUCH_CACHE 15
#define OOM_MUCH_FREE 10

/* Anonymous and shared memory together: shmem is on the anonymous lists unless it is locked. */
uint64_t oom_anon_and_shmem(const struct oom_memory_usage *memory_usage);

/* There is swap, and less than a 50th of it is free. */
bool oom_swap_full(const struct oom_memory_usage *memory_usage);

/*
 * A request for several pages in one piece failed although the zone has that much above its min
 * watermark: there is no block of the order, or of a higher one, that it could have.
 */
bool oom_is_fragmented(const struct oom_report *report,
		       const struct oom_memory_usage *memory_usage);

/* Much more is free in what the request could not use than in what it could. */
bool oom_is_ineligible(const struct oom_memory_usage *memory_usage);

/* Bytes that a slab cache takes, or that were allocated. */
uint64_t oom_cache_size(const struct oom_cache *cache);

/* The largest caches, up to ROOM of them, not smaller than 1 MiB. Returns how many. */
size_t oom_top_caches(const struct oom_caches *caches, const struct oom_cache *ret_top[],
		      size_t room);

#endif
