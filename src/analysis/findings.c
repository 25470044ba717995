/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings.c - when a figure of the memory usage is large enough to speak of, and what it says */
#include <config.h>

#include <string.h>

#include "analysis/findings.h"
#include "lib/macros.h"

#define MIB (UINT64_C(1) << 20)

/* Who in the kernel has the slab. */
static void finding_append_cache(struct oom_textbuf *buf)
{
	const struct oom_cache *top = NULL;

	if (oom_top_caches(&buf->report->slabs, &top, 1))
		oom_append(buf, ", %s first (%s)", SAFE(top->name), BYTES(oom_cache_size(top)));
	oom_append(buf, ": slabtop -s c shows the caches; killing processes frees little of it.");
}

#define FIGURE(name) .figure = offsetof(struct oom_memory_usage, name)

/* In the order in which the facts are told. */
const struct oom_finding oom_findings[] = {
	[OOM_FINDING_SLAB] = { FIGURE(slab_unreclaimable), .percent = 15,
	  .fact = "Unreclaimable slab, objects of the kernel that it could not drop, "
		  "took %B (%S of RAM).",
	  .advice = "Find what in the kernel fills the slab that cannot be reclaimed "
		    "(%B, %S of RAM)",
	  .go_on = finding_append_cache },
	{ FIGURE(slab), .percent = 15,
	  .fact = "Slab, objects of the kernel, took %B (%S of RAM)." },
	{ FIGURE(pagetables), .percent = 8,
	  .fact = "Page tables took %B (%S of RAM).",
	  .advice = "Use huge pages for large memory that many processes map, or fewer processes: "
		    "page tables took %B (%S of RAM)." },
	{ FIGURE(stacks), .percent = 5,
	  .fact = "Kernel stacks, one for each thread, took %B (%S of RAM).",
	  .advice = "Run fewer threads: kernel stacks took %B (%S of RAM)." },
	{ FIGURE(hugetlb), .percent = 20,
	  .fact = "Hugetlb pages, which are set apart, took %B (%S of RAM).",
	  .advice = "Check vm.nr_hugepages against what is needed: "
		    "hugetlb pages took %B (%S of RAM), and the OOM killer does not count them.",
	  .unless = &oom_findings[OOM_FINDING_UNUSED_HUGE] },
	{ FIGURE(unevictable), .percent = 25,
	  .fact = "Locked (unevictable) pages took %B (%S of RAM).",
	  .advice = "Lock less memory (mlock, SHM_LOCK, ramfs): "
		    "%B could neither be swapped nor dropped (%S of RAM)." },
	{ FIGURE(unaccounted), .percent = 20,
	  .fact = "Memory that is in no count of the report "
		  "(drivers, a GPU, a balloon, vmalloc) took %B (%S of RAM).",
	  .advice = "Look for memory that no process holds: %B (%S of RAM) is in no count. "
		    "Candidates are a virtual machine's balloon, a GPU or network driver, zram, "
		    "and /proc/vmallocinfo." },
	[OOM_FINDING_UNUSED_HUGE] = { FIGURE(hugetlb_unused), .percent = 5,
	  .fact = "Hugetlb pages of %B were reserved and unused.",
	  .advice = "Lower vm.nr_hugepages (or hugepages= at boot): "
		    "%B of hugetlb pages were unused (%S of RAM), and nobody else may use them." },
	{ FIGURE(dirty), .percent = OOM_MUCH_CACHE,
	  .advice = "Lower vm.dirty_bytes and vm.dirty_background_bytes, "
		    "or write to faster storage: "
		    "%B of file cache was waiting to be written (%S of RAM)." },
};

const size_t oom_finding_count = ARRAY_SIZE(oom_findings);

uint64_t oom_finding_bytes(const struct oom_memory_usage *memory_usage,
			   const struct oom_finding *finding)
{
	uint64_t bytes = *(const uint64_t *)((const char *)memory_usage + finding->figure);

	return oom_at_least(bytes, finding->percent, memory_usage->ram) ? bytes : 0;
}

void oom_append_finding(struct oom_textbuf *buf, const struct oom_finding *finding,
			const char *text)
{
	uint64_t bytes = oom_finding_bytes(&buf->memory_usage, finding);

	oom_sentence(buf, "%s", "");
	for (const char *next; *text; text = next) {
		next = text + strcspn(text, "%");
		oom_append(buf, "%.*s", (int)(next - text), text);
		if (!*next)
			break;
		oom_append(buf, "%s", next[1] == 'B' ? BYTES(bytes)
						     : SHARE(bytes, buf->memory_usage.ram));
		next += 2;
	}
}

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
