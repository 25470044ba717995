/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thresholds.c - when a figure of the memory usage is large enough to speak of */
#include <config.h>

#include "analysis/thresholds.h"

#define MIB (UINT64_C(1) << 20)

uint64_t oom_anon_and_shmem(const struct oom_memory_usage *memory_usage)
{
	if (memory_usage->shmem != OOM_UNKNOWN &&
	    (memory_usage->anon == OOM_UNKNOWN || memory_usage->shmem > memory_usage->anon))
		return memory_usage->shmem;
	return memory_usage->anon;
}

bool oom_swap_full(const struct oom_memory_usage *memory_usage)
{
	if (memory_usage->swap_total == OOM_UNKNOWN || memory_usage->swap_free == OOM_UNKNOWN)
		return false;
	return memory_usage->swap_total &&
	       memory_usage->swap_free < memory_usage->swap_total / 50 + 1;
}

bool oom_is_fragmented(const struct oom_report *report,
		       const struct oom_memory_usage *memory_usage)
{
	const struct oom_zone *zone = memory_usage->zone;
	uint64_t free, min;

	if (report->order <= 0 || report->order >= 16 || report->scope == OOM_SCOPE_MEMCG)
		return false;
	if (!zone || !zone->has_blocks || oom_largest_block(memory_usage, zone, NULL) >=
	    report->order)
		return false;
	free = oom_zone_free(memory_usage, zone);
	min = oom_figure(&zone->figures, "min");
	return free != OOM_UNKNOWN && min != OOM_UNKNOWN &&
	       free >= oom_plus(min, oom_block_size(report->page_size, report->order));
}

bool oom_is_ineligible(const struct oom_memory_usage *memory_usage)
{
	uint64_t low;

	if (!memory_usage->eligible_known || memory_usage->ineligible_free == OOM_UNKNOWN ||
	    memory_usage->eligible_free == OOM_UNKNOWN || !memory_usage->zone)
		return false;
	low = oom_figure(&memory_usage->zone->figures, "low");
	return memory_usage->ineligible_free > 16 * MIB &&
	       memory_usage->ineligible_free / 2 > memory_usage->eligible_free &&
	       oom_at_least(memory_usage->ineligible_free, 2, memory_usage->ram) &&
	       (low == OOM_UNKNOWN || oom_zone_free(memory_usage, memory_usage->zone) <= low);
}

uint64_t oom_cache_size(const struct oom_cache *cache)
{
	return cache->total == OOM_UNKNOWN ? cache->used : cache->total;
}

size_t oom_top_caches(const struct oom_caches *caches, const struct oom_cache *ret_top[],
		      size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < caches->count; i++) {
		const struct oom_cache *cache = &caches->list[i];
		uint64_t size = oom_cache_size(cache);
		size_t place = count;

		if (size < MIB || size == OOM_UNKNOWN)
			continue;
		while (place && oom_cache_size(ret_top[place - 1]) < size)
			place--;
		if (place == room)
			continue;
		if (count < room)
			count++;
		for (size_t j = count - 1; j > place; j--)
			ret_top[j] = ret_top[j - 1];
		ret_top[place] = cache;
	}
	return count;
}
