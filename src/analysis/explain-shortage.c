/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-shortage.c - the one or two figures that explain why the memory ran out */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/findings.h"
#include "lib/macros.h"

/* " beside CMA", " beside CMA and HighAtomic": what is free in ZONE is said without. */
static const char *beside(const struct oom_memory_usage *usage, const struct oom_zone *zone)
{
	uint64_t reserved = oom_zone_reserved(usage, zone);

	if (!oom_zone_cma(usage, zone))
		return reserved ? " beside HighAtomic, the reserve for urgent requests" : "";
	return reserved ? " beside CMA and HighAtomic, the reserve for urgent requests"
			: " beside CMA";
}

/* Memory was there, but not where or in what pieces the request needed it. */
static void append_misfit(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone *zone = usage->zone;

	if (oom_is_fragmented(report, usage)) {
		unsigned kinds;
		int largest = oom_largest_block(usage, zone, &kinds);

		oom_sentence(buf, "Memory was in pieces rather than short: %s had %s free%s, but "
			     "no free block of %s (order %" PRId64 ")", ZONE(zone),
			     BYTES(oom_zone_free(usage, zone)), beside(usage, zone),
			     BYTES(oom_block_size(report->page_size, report->order)),
			     report->order);
		if (largest >= 0)
			oom_append(buf, ", its largest being of %s",
				   BYTES(oom_block_size(report->page_size, largest)));
		oom_append(buf, ".");
		if (kinds)
			oom_sentence(buf, "Larger ones were of %s alone, not for this request.",
				     kinds == OOM_BLOCKS_CMA ? "CMA" :
				     kinds == OOM_BLOCKS_RESERVED ? "HighAtomic"
								  : "CMA and HighAtomic");
	}
	if (oom_is_ineligible(usage))
		oom_sentence(buf, "This request could not use %s of free memory, most of it in "
			     "%s; where it could look, %s was free.",
			     BYTES(usage->ineligible_free), usage->ineligible,
			     BYTES(usage->eligible_free));
	/* A machine may have plenty while the nodes of a cpuset or a policy have none. */
	if ((report->scope != OOM_SCOPE_CPUSET && report->scope != OOM_SCOPE_MEMPOLICY) ||
	    usage->nodes_free == OOM_UNKNOWN)
		return;
	oom_sentence(buf, "The nodes allowed had %s free", BYTES(usage->nodes_free));
	if (usage->nodes_ram != OOM_UNKNOWN)
		oom_append(buf, " of %s", BYTES(usage->nodes_ram));
	if (usage->others_free != OOM_UNKNOWN)
		oom_append(buf, ", the other nodes %s", BYTES(usage->others_free));
	oom_append(buf, ".");
	if (oom_at_least(usage->nodes_anon, OOM_MUCH_ANON, usage->nodes_ram))
		oom_sentence(buf, "Anonymous and shared memory took %s of them (%s).",
			     BYTES(usage->nodes_anon), SHARE(usage->nodes_anon, usage->nodes_ram));
}

/* Free memory where nothing says that it could not be used: then it was not memory that lacked. */
static void append_plenty(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t free = usage->free;

	if (usage->eligible_known && usage->eligible_free < free)
		free = usage->eligible_free;
	if (report->scope == OOM_SCOPE_GLOBAL && !oom_is_fragmented(report, usage) &&
	    !oom_is_ineligible(usage) && !(report->gfp_value && !usage->eligible_known) &&
	    oom_at_least(free, OOM_MUCH_FREE, usage->ram))
		oom_sentence(buf, "Memory as such was not short when the report was made: %s was "
			     "free%s (%s of RAM).", BYTES(free),
			     free < usage->free ? " for this request" : "",
			     SHARE(free, usage->ram));
}

/* "Its largest caches: kmalloc-64 1.2 GiB, dentry 200 MiB." */
static void shortage_append_list(struct oom_textbuf *buf, const char *what,
				 const struct oom_caches *caches)
{
	const struct oom_cache *top[3];
	size_t count = oom_top_caches(caches, top, ARRAY_SIZE(top));

	for (size_t i = 0; i < count; i++) {
		if (i)
			oom_append(buf, ", ");
		else
			oom_sentence(buf, "%s: ", what);
		oom_append(buf, "%s %s", SAFE(top[i]->name), BYTES(oom_cache_size(top[i])));
	}
	if (count)
		oom_append(buf, ".");
}

/* What took an unusual share: processes and tmpfs, the kernel, drivers, reservations. */
static void append_takers(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t both = oom_anon_and_shmem(usage);

	if (oom_at_least(both, OOM_MUCH_ANON, usage->ram)) {
		oom_sentence(buf, "Anonymous and shared memory took %s of %s RAM (%s)",
			     BYTES(both), BYTES(usage->ram), SHARE(both, usage->ram));
		if (oom_at_least(usage->shmem, 10, both))
			oom_append(buf, ", %s of it shared memory or tmpfs", BYTES(usage->shmem));
		oom_append(buf, ".");
	}
	for (size_t i = 0; i < oom_finding_count; i++)
		if (oom_findings[i].fact && oom_finding_bytes(usage, &oom_findings[i]))
			oom_append_finding(buf, &oom_findings[i], oom_findings[i].fact);
	if (oom_finding_bytes(usage, &oom_findings[OOM_FINDING_SLAB]))
		shortage_append_list(buf, "Its largest caches", &buf->report->slabs);
	shortage_append_list(buf, "The kernel's largest allocations, by place in its source",
			     &buf->report->allocations);
}

/* That it was not the processes, what could have been dropped, and swap. */
static void append_rest(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t held = buf->ranking->held;

	/* At most this much, since shared pages count for each of them. */
	if (buf->report->scope == OOM_SCOPE_GLOBAL && oom_table_whole(buf->report) &&
	    held != OOM_UNKNOWN && !usage->torn && usage->ram != OOM_UNKNOWN &&
	    !oom_at_least(held, 50, usage->ram))
		oom_sentence(buf, "All processes in the table together had %s with swap and page "
			     "tables: the larger part of the RAM was not theirs.", BYTES(held));
	if (oom_at_least(usage->slab_reclaimable, OOM_MUCH_CACHE, usage->ram))
		oom_sentence(buf, "Reclaimable slab (inodes, directory entries) still had %s (%s "
			     "of RAM).", BYTES(usage->slab_reclaimable),
			     SHARE(usage->slab_reclaimable, usage->ram));
	if (oom_at_least(usage->file, OOM_MUCH_CACHE, usage->ram)) {
		oom_sentence(buf, "File cache still had %s (%s of RAM)", BYTES(usage->file),
			     SHARE(usage->file, usage->ram));
		if (oom_at_least(usage->dirty, 25, usage->file))
			oom_append(buf, ", %s of it dirty or being written, which cannot be "
				   "dropped at once", BYTES(usage->dirty));
		oom_append(buf, ".");
	}
	if (!usage->swap_total)
		oom_sentence(buf, "There was no swap.");
	else if (usage->swap_total != OOM_UNKNOWN && usage->swap_free != OOM_UNKNOWN)
		oom_sentence(buf, oom_swap_full(usage)
				  ? "Swap was full: %s of %s free."
				  : "Swap was not what ran out: %s of %s free.",
			     BYTES(usage->swap_free), BYTES(usage->swap_total));
}

/* "In zone DMA32 1.6 MiB was free, less than its min watermark of 1.7 MiB, the last reserve." */
static void append_zone(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone *zone = usage->zone;
	uint64_t free, min;

	if (!zone || oom_is_fragmented(buf->report, usage))
		return;
	free = oom_zone_free(usage, zone);
	min = oom_figure(&zone->figures, "min");
	/* Where the request could look, is not known: only a zone that is short says something. */
	if (free == OOM_UNKNOWN || min == OOM_UNKNOWN || (!usage->eligible_known && free >= min))
		return;
	oom_sentence(buf, "In %s %s was free%s, ", ZONE(zone), BYTES(free), beside(usage, zone));
	if (free < min && !strcmp(BYTES(free), BYTES(min)))
		oom_append(buf, "just less than its min watermark, the last reserve.");
	else if (free < min)
		oom_append(buf, "less than its min watermark of %s, the last reserve.",
			   BYTES(min));
	else
		oom_append(buf, "above its min watermark of %s, when the report was made.",
			   BYTES(min));
}

void oom_explain_shortage(struct oom_textbuf *buf)
{
	if (buf->report->scope == OOM_SCOPE_MEMCG || buf->report->scope == OOM_SCOPE_SYSRQ)
		return;
	append_misfit(buf);
	append_plenty(buf);
	append_takers(buf);
	append_rest(buf);
	append_zone(buf);
	oom_paragraph(buf, OOM_SECTION_MEMORY);
}
