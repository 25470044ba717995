/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-memory.c - the one or two figures that explain why the memory ran out, and where all of
 * it was: the machine's, or a memory cgroup's
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

#define CACHES_SHOWN 3

/* " beside CMA", " beside CMA and HighAtomic": what is free in ZONE is said without. */
static const char *beside(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	uint64_t reserved = oom_zone_reserved(usage, zone);

	if (!oom_zone_cma(usage, zone))
		return reserved ? " beside HighAtomic, the reserve for urgent requests" : "";
	return reserved ? " beside CMA and HighAtomic, the reserve for urgent requests"
			: " beside CMA";
}

static void explain_fragmented(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t page_size = buf->report->page_size;
	int64_t order = buf->report->order;
	unsigned kinds;
	int largest = oom_largest_block(usage, usage->zone, &kinds);

	oom_sentence(buf,
		     "Memory was in pieces rather than short: %s had %s free%s, but no free block of %s (order %"
		     PRId64 ")", ZONE(usage->zone), BYTES(oom_zone_free(usage, usage->zone)),
		     beside(usage, usage->zone), BYTES(oom_block_size(page_size, order)), order);
	if (largest >= 0)
		oom_append(buf, ", its largest being of %s",
			   BYTES(oom_block_size(page_size, largest)));
	oom_append(buf, ".");
	if (kinds)
		oom_sentence(buf, "Larger ones were of %s alone, not for this request.",
			     kinds == OOM_BLOCKS_CMA ? "CMA" :
			     kinds == OOM_BLOCKS_RESERVED ? "HighAtomic" : "CMA and HighAtomic");
}

/* Memory was there, but perhaps not where or in what pieces the request needed it. */
void oom_explain_free(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t free = usage->free;

	if (buf->machine && buf->fragmented)
		explain_fragmented(buf);
	if (buf->machine && buf->ineligible)
		oom_sentence(buf,
			     "This request could not use %s of free memory, most of it in %s; where it could look, %s was free.",
			     BYTES(usage->ineligible_free), oom_places[usage->ineligible].name,
			     BYTES(usage->eligible_free));
	/* A machine may have plenty while the nodes of a cpuset or a policy have none. */
	if ((report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY) &&
	    usage->nodes_free != OOM_UNKNOWN) {
		oom_sentence(buf, "The nodes allowed had %s free", BYTES(usage->nodes_free));
		if (usage->nodes_ram != OOM_UNKNOWN)
			oom_append(buf, " of %s", BYTES(usage->nodes_ram));
		if (usage->others_free != OOM_UNKNOWN)
			oom_append(buf, ", the other nodes %s", BYTES(usage->others_free));
		oom_append(buf, ".");
		if (oom_at_least(usage->nodes_anon, OOM_MUCH_ANON, usage->nodes_ram))
			oom_sentence(buf, "Anonymous and shared memory took %s of them (%s).",
				     BYTES(usage->nodes_anon),
				     SHARE(usage->nodes_anon, usage->nodes_ram));
	}
	/* Where nothing says that free memory could not be used, it was not memory that lacked. */
	if (usage->eligible_known && usage->eligible_free < free)
		free = usage->eligible_free;
	if (report->scope == OOM_SCOPE_GLOBAL && !buf->fragmented && !buf->ineligible &&
	    !(report->gfp_value && !usage->eligible_known) &&
	    oom_at_least(free, OOM_MUCH_FREE, usage->ram))
		oom_sentence(buf,
			     "Memory as such was not short when the report was made: %s was free%s (%s of RAM).",
			     BYTES(free), free < usage->free ? " for this request" : "",
			     SHARE(free, usage->ram));
}

/* "Its largest caches: kmalloc-64 1.2 GiB, dentry 200 MiB." */
static void explain_caches(struct oom_textbuf *buf, const char *what,
			   const struct oom_caches *caches)
{
	const struct oom_cache *cache = oom_next_cache(caches, NULL);

	if (!cache)
		return;
	oom_sentence(buf, "%s: ", what);
	for (int i = 0; cache && i < CACHES_SHOWN; cache = oom_next_cache(caches, cache), i++)
		oom_append(buf, "%s%s %s", i ? ", " : "", SAFE(cache->name),
			   BYTES(oom_cache_size(cache)));
	oom_append(buf, ".");
}

/* What took an unusual share: processes and tmpfs, the kernel, drivers, reservations. */
void oom_explain_takers(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t both = oom_anon_and_shmem(usage), held = buf->ranking->held;

	if (!buf->machine)
		return;
	if (oom_at_least(both, OOM_MUCH_ANON, usage->ram)) {
		oom_sentence(buf, "Anonymous and shared memory took %s of %s RAM (%s)",
			     BYTES(both), BYTES(usage->ram), SHARE(both, usage->ram));
		if (oom_at_least(usage->shmem, 10, both))
			oom_append(buf, ", %s of it shared memory or tmpfs", BYTES(usage->shmem));
		oom_append(buf, ".");
	}
	for (size_t i = 0; i < OOM_FINDINGS; i++) {
		uint64_t bytes = oom_finding_bytes(usage, i);

		if (bytes)
			oom_sentence_of(buf, oom_findings[i].fact, BYTES(bytes),
					SHARE(bytes, usage->ram));
	}
	if (oom_finding_bytes(usage, OOM_FINDING_SLAB))
		explain_caches(buf, "Its largest caches", &buf->report->slabs);
	explain_caches(buf, "The kernel's largest allocations, by place in its source",
		       &buf->report->allocations);
	/* At most this much, since shared pages count for each of them. */
	if (buf->report->scope == OOM_SCOPE_GLOBAL && oom_table_whole(buf->report) &&
	    held != OOM_UNKNOWN && !usage->torn && usage->ram != OOM_UNKNOWN &&
	    !oom_at_least(held, 50, usage->ram))
		oom_sentence(buf,
			     "All processes in the table together had %s with swap and page tables: the larger part of the RAM was not theirs.",
			     BYTES(held));
}

/* What could have been dropped, swap, and the watermark; it ends the paragraph. */
void oom_explain_reserves(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone *zone = buf->fragmented ? NULL : usage->zone;
	uint64_t free = zone ? oom_zone_free(usage, zone) : OOM_UNKNOWN;
	uint64_t min = zone ? oom_figure(&zone->figures, "min") : OOM_UNKNOWN;

	if (!buf->machine)
		return;
	if (oom_at_least(usage->slab_reclaimable, OOM_MUCH_CACHE, usage->ram))
		oom_sentence(buf,
			     "Reclaimable slab (inodes, directory entries) still had %s (%s of RAM).",
			     BYTES(usage->slab_reclaimable),
			     SHARE(usage->slab_reclaimable, usage->ram));
	if (oom_at_least(usage->file, OOM_MUCH_CACHE, usage->ram)) {
		oom_sentence(buf, "File cache still had %s (%s of RAM)", BYTES(usage->file),
			     SHARE(usage->file, usage->ram));
		if (oom_at_least(usage->dirty, 25, usage->file))
			oom_append(buf,
				   ", %s of it dirty or being written, which cannot be dropped at once",
				   BYTES(usage->dirty));
		oom_append(buf, ".");
	}
	if (!usage->swap_total)
		oom_sentence(buf, "There was no swap.");
	else if (usage->swap_total != OOM_UNKNOWN && usage->swap_free != OOM_UNKNOWN)
		oom_sentence(buf, oom_swap_full(usage)
				  ? "Swap was full: %s of %s free."
				  : "Swap was not what ran out: %s of %s free.",
			     BYTES(usage->swap_free), BYTES(usage->swap_total));
	/* Where the request could look, is not known: only a zone that is short says something. */
	if (free != OOM_UNKNOWN && min != OOM_UNKNOWN && (usage->eligible_known || free < min)) {
		oom_sentence(buf, "In %s %s was free%s, ", ZONE(zone), BYTES(free),
			     beside(usage, zone));
		if (free < min && !strcmp(BYTES(free), BYTES(min)))
			oom_append(buf, "just less than its min watermark, the last reserve.");
		else if (free < min)
			oom_append(buf, "less than its min watermark of %s, the last reserve.",
				   BYTES(min));
		else
			oom_append(buf,
				   "above its min watermark of %s, when the report was made.",
				   BYTES(min));
	}
	oom_paragraph(buf);
}

void oom_explain_machine(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	bool split = usage->anon != OOM_UNKNOWN && usage->shmem <= usage->anon;
	bool known = usage->anon != OOM_UNKNOWN || usage->file != OOM_UNKNOWN;
	struct oom_part parts[] = {
		{ split ? "anonymous" : "anonymous and shared",
		  split ? oom_minus(usage->anon, usage->shmem) : usage->anon },
		{ "shared memory and tmpfs", split ? usage->shmem : OOM_UNKNOWN },
		{ "file cache", usage->file },
		{ "unevictable", usage->unevictable },
		{ "slab", usage->slab },
		{ "reclaimable slab", usage->slab_reclaimable },
		{ "unreclaimable slab", usage->slab_unreclaimable },
		{ "page tables", usage->pagetables },
		{ "kernel stacks", usage->stacks },
		{ "hugetlb pages", usage->hugetlb },
		{ "in no count", usage->unaccounted },
	};

	if (buf->report->scope == OOM_SCOPE_MEMCG)
		return;
	if (known) {
		if (usage->ram != OOM_UNKNOWN)
			oom_sentence(buf, "Of %s RAM: ", BYTES(usage->ram));
		else
			oom_sentence(buf, "The machine had: ");
		if (!oom_append_parts(buf, parts, ARRAY_SIZE(parts), usage->ram))
			oom_append(buf, "hardly anything");
		oom_append(buf, ".");
	}
	if (usage->free != OOM_UNKNOWN)
		oom_sentence(buf, "Free: %s.", BYTES(usage->free));
	if (usage->swap_total == OOM_UNKNOWN || !usage->swap_total || !buf->length)
		return;
	oom_sentence(buf, "Swap: %s", BYTES(usage->swap_total));
	if (usage->swap_free != OOM_UNKNOWN)
		oom_append(buf, ", of which %s free", BYTES(usage->swap_free));
	oom_append(buf, ".");
}

/* What was it that the limit was full of, and could any of it be dropped? */
void oom_explain_memcg(struct oom_textbuf *buf)
{
	const struct oom_counter *memory = &buf->report->memcg.memory;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	struct oom_part parts[] = {
		{ "anonymous", usage->anon },
		{ "shared memory and tmpfs", usage->shmem },
		{ usage->shmem != OOM_UNKNOWN ? "file cache" : "file cache and shared memory",
		  usage->file },
		{ "kernel memory", usage->kernel },
		{ "network buffers", usage->sock },
	};
	struct oom_part kernel[] = {
		{ "reclaimable slab", usage->slab_reclaimable },
		{ "unreclaimable slab", usage->slab_unreclaimable },
		{ "page tables", usage->pagetables },
		{ "stacks", usage->stacks },
		{ "per-CPU data", usage->percpu },
	};
	uint64_t whole = memory->usage == OOM_UNKNOWN ? memory->limit : memory->usage;

	if (buf->report->scope != OOM_SCOPE_MEMCG ||
	    (usage->anon == OOM_UNKNOWN && usage->file == OOM_UNKNOWN))
		return;
	if (usage->own_only) {
		oom_sentence(buf,
			     "Most of its memory was in cgroups below it whose figures the log does not have.");
		return;
	}
	if (whole != OOM_UNKNOWN)
		oom_sentence(buf, "Of %s: ", BYTES(whole));
	else
		oom_sentence(buf, "It had ");
	if (!oom_append_parts(buf, parts, ARRAY_SIZE(parts), whole))
		oom_append(buf, "hardly anything that memory.stat counts");
	oom_append(buf, ".");
	if (usage->swap != OOM_UNKNOWN && usage->swap)
		oom_sentence(buf, "In swap: %s.", BYTES(usage->swap));
	if (oom_at_least(usage->kernel, 10, memory->usage) &&
	    (usage->slab_unreclaimable != OOM_UNKNOWN || usage->pagetables != OOM_UNKNOWN)) {
		oom_sentence(buf, "Of the kernel memory: ");
		if (!oom_append_parts(buf, kernel, ARRAY_SIZE(kernel), usage->kernel))
			oom_append(buf, "nothing large in any count");
		oom_append(buf, ".");
	}
	if (usage->fixed == OOM_UNKNOWN || memory->limit == OOM_UNKNOWN || memory->unlimited)
		return;
	if (oom_at_least(usage->fixed, 80, memory->limit))
		oom_sentence(buf, "%s%s was file cache, which can be dropped.",
			     usage->file ? "Only " : "None of it",
			     usage->file ? BYTES(usage->file) : "");
	if (oom_at_least(usage->dirty, 25, memory->limit))
		oom_sentence(buf, "%s of the file cache was dirty or being written.",
			     BYTES(usage->dirty));
}
