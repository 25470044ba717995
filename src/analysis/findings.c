/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings.c - when a figure of the memory usage is large enough to speak of, and what it says */
#include <config.h>

#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

#define MIB (UINT64_C(1) << 20)

#define FIGURE(name) offsetof(struct oom_memory_usage, name)

/* In the order in which the facts are told. */
const struct oom_finding oom_findings[OOM_FINDINGS] = {
	[OOM_FINDING_SLAB] = { FIGURE(slab_unreclaimable), 15,
	  "Unreclaimable slab, objects of the kernel that it could not drop, took %B (%S of RAM).",
	  "Find what in the kernel fills the slab that cannot be reclaimed (%B, %S of RAM)" },
	{ FIGURE(slab), 15,
	  "Slab, objects of the kernel, took %B (%S of RAM).",
	  NULL },
	{ FIGURE(pagetables), 8,
	  "Page tables took %B (%S of RAM).",
	  "Use huge pages for large memory that many processes map, or fewer processes: page tables took %B (%S of RAM)." },
	{ FIGURE(stacks), 5,
	  "Kernel stacks, one for each thread, took %B (%S of RAM).",
	  "Run fewer threads: kernel stacks took %B (%S of RAM)." },
	[OOM_FINDING_HUGE] = { FIGURE(hugetlb), 20,
	  "Hugetlb pages, which are set apart, took %B (%S of RAM).",
	  "Check vm.nr_hugepages against what is needed: hugetlb pages took %B (%S of RAM), and the OOM killer does not count them." },
	{ FIGURE(unevictable), 25,
	  "Locked (unevictable) pages took %B (%S of RAM).",
	  "Lock less memory (mlock, SHM_LOCK, ramfs): %B could neither be swapped nor dropped (%S of RAM)." },
	{ FIGURE(unaccounted), 20,
	  "Memory that is in no count of the report (drivers, a GPU, a balloon, vmalloc) took %B (%S of RAM).",
	  "Look for memory that no process holds: %B (%S of RAM) is in no count. Candidates are a virtual machine's balloon, a GPU or network driver, zram, and /proc/vmallocinfo." },
	[OOM_FINDING_UNUSED_HUGE] = { FIGURE(hugetlb_unused), 5,
	  "Hugetlb pages of %B were reserved and unused.",
	  "Lower vm.nr_hugepages (or hugepages= at boot): %B of hugetlb pages were unused (%S of RAM), and nobody else may use them." },
	{ FIGURE(dirty), OOM_MUCH_CACHE,
	  NULL,
	  "Lower vm.dirty_bytes and vm.dirty_background_bytes, or write to faster storage: %B of file cache was waiting to be written (%S of RAM)." },
};

static const char low_address_advice[] =
	"See by the call trace which driver asks for memory at low addresses: %B was free above them, and more RAM would not help.";

const struct oom_place_text oom_places[OOM_PLACES] = {
	[OOM_PLACE_DMA32] = { "zone DMA32", low_address_advice },
	[OOM_PLACE_NORMAL] = { "zone Normal", low_address_advice },
	[OOM_PLACE_HIGHMEM] = { "zone HighMem",
		"Use a 64-bit kernel: %B was free in HighMem, where a 32-bit kernel cannot put its own data, and low memory had %S left." },
	[OOM_PLACE_MOVABLE] = { "zone Movable",
		"Keep less memory in zone Movable (movablecore=, kernelcore=, memory that was onlined as movable): %B was free there, where the kernel cannot put its own data." },
	[OOM_PLACE_CMA] = { "CMA areas",
		"Set aside less for CMA (cma=, the device tree): %B was free there, which only movable pages may use." },
	[OOM_PLACE_RESERVED] = { "the reserve for urgent requests (HighAtomic)", NULL },
};

uint64_t oom_finding_bytes(const struct oom_memory_usage *usage, size_t index)
{
	const struct oom_finding *finding = &oom_findings[index];
	uint64_t bytes = *(const uint64_t *)((const char *)usage + finding->figure);

	return oom_at_least(bytes, finding->percent, usage->ram) ? bytes : 0;
}

void oom_sentence_of(struct oom_textbuf *buf, const char *text, const char *bytes,
		     const char *share)
{
	if (text)
		oom_sentence(buf, "%.*s", (int)strcspn(text, "%"), text);
	while (text && (text = strchr(text, '%'))) {
		oom_append(buf, "%s", text[1] == 'B' ? bytes : share);
		text += 2;
		oom_append(buf, "%.*s", (int)strcspn(text, "%"), text);
	}
}

uint64_t oom_anon_and_shmem(const struct oom_memory_usage *usage)
{
	if (usage->shmem != OOM_UNKNOWN &&
	    (usage->anon == OOM_UNKNOWN || usage->shmem > usage->anon))
		return usage->shmem;
	return usage->anon;
}

bool oom_swap_full(const struct oom_memory_usage *usage)
{
	if (usage->swap_total == OOM_UNKNOWN || usage->swap_free == OOM_UNKNOWN)
		return false;
	return usage->swap_total && usage->swap_free < usage->swap_total / 50 + 1;
}

bool oom_is_fragmented(const struct oom_report *report, const struct oom_memory_usage *usage)
{
	const struct oom_zone *zone = usage->zone;
	uint64_t free, min;

	if (report->order <= 0 || report->order >= 16 || report->scope == OOM_SCOPE_MEMCG)
		return false;
	if (!zone || !zone->has_blocks || oom_largest_block(usage, zone, NULL) >= report->order)
		return false;
	free = oom_zone_free(usage, zone);
	min = oom_figure(&zone->figures, "min");
	return free != OOM_UNKNOWN && min != OOM_UNKNOWN &&
	       free >= oom_plus(min, oom_block_size(report->page_size, report->order));
}

bool oom_is_ineligible(const struct oom_memory_usage *usage)
{
	uint64_t low;

	if (!usage->eligible_known || usage->ineligible_free == OOM_UNKNOWN ||
	    usage->eligible_free == OOM_UNKNOWN || !usage->zone)
		return false;
	low = oom_figure(&usage->zone->figures, "low");
	return usage->ineligible_free > 16 * MIB &&
	       usage->ineligible_free / 2 > usage->eligible_free &&
	       oom_at_least(usage->ineligible_free, 2, usage->ram) &&
	       (low == OOM_UNKNOWN || oom_zone_free(usage, usage->zone) <= low);
}

uint64_t oom_cache_size(const struct oom_cache *cache)
{
	return cache->total == OOM_UNKNOWN ? cache->used : cache->total;
}

const struct oom_cache *oom_next_cache(const struct oom_caches *caches,
				       const struct oom_cache *last)
{
	const struct oom_cache *next = NULL;

	for (size_t i = 0; i < caches->count; i++) {
		const struct oom_cache *cache = &caches->list[i];
		uint64_t size = oom_cache_size(cache);
		bool behind = !last || size < oom_cache_size(last) ||
			      (size == oom_cache_size(last) && cache > last);

		if (behind && size >= MIB && size != OOM_UNKNOWN &&
		    (!next || size > oom_cache_size(next)))
			next = cache;
	}
	return next;
}
