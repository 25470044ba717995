/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shortage.c - when a figure of the memory's picture is large enough to speak of */
#include <config.h>

#include "why/shortage.h"

#define MIB (UINT64_C(1) << 20)

uint64_t oom_shortage_anon(const struct oom_picture *picture)
{
	if (picture->shmem != OOM_UNKNOWN &&
	    (picture->anon == OOM_UNKNOWN || picture->shmem > picture->anon))
		return picture->shmem;
	return picture->anon;
}

bool oom_swap_full(const struct oom_picture *picture)
{
	if (picture->swap_total == OOM_UNKNOWN || picture->swap_free == OOM_UNKNOWN)
		return false;
	return picture->swap_total && picture->swap_free < picture->swap_total / 50 + 1;
}

bool oom_is_fragmented(const struct oom_report *report, const struct oom_picture *picture)
{
	const struct oom_zone *zone = picture->zone;
	uint64_t free, min;

	if (report->order <= 0 || report->order >= 16 || report->scope == OOM_SCOPE_MEMCG)
		return false;
	if (!zone || !zone->has_blocks || oom_largest_block(picture, zone, NULL) >= report->order)
		return false;
	free = oom_zone_free(picture, zone);
	min = oom_figure(&zone->figures, "min");
	return free != OOM_UNKNOWN && min != OOM_UNKNOWN &&
	       free >= oom_plus(min, oom_block_size(report->page_size, report->order));
}

bool oom_is_beyond(const struct oom_picture *picture)
{
	uint64_t low;

	if (!picture->reach_known || picture->beyond_free == OOM_UNKNOWN ||
	    picture->reach_free == OOM_UNKNOWN || !picture->zone)
		return false;
	low = oom_figure(&picture->zone->figures, "low");
	return picture->beyond_free > 16 * MIB && picture->beyond_free / 2 > picture->reach_free &&
	       oom_at_least(picture->beyond_free, 2, picture->ram) &&
	       (low == OOM_UNKNOWN || oom_zone_free(picture, picture->zone) <= low);
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
