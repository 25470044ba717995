/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-shortage.c - the one or two figures that explain why the memory ran out */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/findings.h"

/* " beside CMA", " beside CMA and HighAtomic": what is free in ZONE is said without. */
static const char *beside(const struct oom_memory_usage *memory_usage, const struct oom_zone *zone)
{
	uint64_t reserved = oom_zone_reserved(memory_usage, zone);

	if (!oom_zone_cma(memory_usage, zone))
		return reserved ? " beside HighAtomic, the reserve for urgent requests" : "";
	return reserved ? " beside CMA and HighAtomic, the reserve for urgent requests"
			: " beside CMA";
}

/* Blocks of the order that was asked for were missing, although there was enough memory. */
static void append_fragmented(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_zone *zone = buf->memory_usage.zone;
	unsigned kinds;
	int largest = oom_largest_block(&buf->memory_usage, zone, &kinds);

	oom_sentence(buf, "Memory was in pieces rather than short: %s had %s free%s, but no free "
		"block of %s (order %" PRId64 ")", ZONE(zone),
		BYTES(oom_zone_free(&buf->memory_usage, zone)), beside(&buf->memory_usage, zone),
		BYTES(oom_block_size(report->page_size, report->order)), report->order);
	if (largest >= 0)
		oom_append(buf, ", its largest being of %s",
			   BYTES(oom_block_size(report->page_size, largest)));
	oom_append(buf, ".");
	if (kinds)
		oom_sentence(buf, "Larger ones were of %s alone, not for this request.",
			     kinds == OOM_BLOCKS_CMA ? "CMA"
			     : kinds == OOM_BLOCKS_RESERVED ? "HighAtomic" : "CMA and HighAtomic");
}

/* Memory was free where the request could not use it. */
static void append_ineligible(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	oom_sentence(buf, "This request could not use %s of free memory, most of it in %s; where "
		     "it could look, %s was free.", BYTES(memory_usage->ineligible_free),
		     memory_usage->ineligible,
		     BYTES(memory_usage->eligible_free));
}

/* A machine may have plenty while the nodes of a cpuset or a policy have none. */
static void shortage_append_nodes(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	if (memory_usage->nodes_free == OOM_UNKNOWN)
		return;
	oom_sentence(buf, "The nodes allowed had %s free", BYTES(memory_usage->nodes_free));
	if (memory_usage->nodes_ram != OOM_UNKNOWN)
		oom_append(buf, " of %s", BYTES(memory_usage->nodes_ram));
	if (memory_usage->others_free != OOM_UNKNOWN)
		oom_append(buf, ", the other nodes %s", BYTES(memory_usage->others_free));
	oom_append(buf, ".");
	if (oom_at_least(memory_usage->nodes_anon, OOM_MUCH_ANON, memory_usage->nodes_ram))
		oom_sentence(buf, "Anonymous and shared memory took %s of them (%s).",
			     BYTES(memory_usage->nodes_anon),
			     SHARE(memory_usage->nodes_anon, memory_usage->nodes_ram));
}

/* The memory of processes and of tmpfs. */
static void append_anon(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t both = oom_anon_and_shmem(memory_usage);

	if (!oom_at_least(both, OOM_MUCH_ANON, memory_usage->ram))
		return;
	oom_sentence(buf, "Anonymous and shared memory took %s of %s RAM (%s)", BYTES(both),
		     BYTES(memory_usage->ram), SHARE(both, memory_usage->ram));
	if (oom_at_least(memory_usage->shmem, 10, both))
		oom_append(buf, ", %s of it shared memory or tmpfs", BYTES(memory_usage->shmem));
	oom_append(buf, ".");
}

/* "Its largest caches: kmalloc-64 1.2 GiB, dentry 200 MiB." */
static void shortage_append_list(struct oom_textbuf *buf, const char *what,
				 const struct oom_caches *caches)
{
	const struct oom_cache *top[3];
	size_t count = oom_top_caches(caches, top, 3);

	if (!count)
		return;
	oom_sentence(buf, "%s: ", what);
	for (size_t i = 0; i < count; i++)
		oom_append(buf, "%s%s %s", i ? ", " : "", SAFE(top[i]->name),
			   BYTES(oom_cache_size(top[i])));
	oom_append(buf, ".");
}

/* Where the report says who in the kernel had its memory. */
static void append_caches(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	if (oom_finding_bytes(memory_usage, &oom_findings[OOM_FINDING_SLAB]))
		shortage_append_list(buf, "Its largest caches", &buf->report->slabs);
	shortage_append_list(buf, "The kernel's largest allocations, by place in its source",
			     &buf->report->allocations);
}

/* What could have been dropped, and was still there. */
static void append_file(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	if (oom_at_least(memory_usage->slab_reclaimable, OOM_MUCH_CACHE, memory_usage->ram))
		oom_sentence(buf, "Reclaimable slab (inodes, directory entries) still had %s (%s "
			     "of RAM).", BYTES(memory_usage->slab_reclaimable),
			     SHARE(memory_usage->slab_reclaimable, memory_usage->ram));
	if (!oom_at_least(memory_usage->file, OOM_MUCH_CACHE, memory_usage->ram))
		return;
	oom_sentence(buf, "File cache still had %s (%s of RAM)", BYTES(memory_usage->file),
		     SHARE(memory_usage->file, memory_usage->ram));
	if (oom_at_least(memory_usage->dirty, 25, memory_usage->file))
		oom_append(buf, ", %s of it dirty or being written, which cannot be dropped at "
			   "once",
			   BYTES(memory_usage->dirty));
	oom_append(buf, ".");
}

static void shortage_append_swap(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	if (memory_usage->swap_total == OOM_UNKNOWN)
		return;
	if (!memory_usage->swap_total)
		oom_sentence(buf, "There was no swap.");
	else if (oom_swap_full(memory_usage))
		oom_sentence(buf, "Swap was full: %s of %s free.", BYTES(memory_usage->swap_free),
			     BYTES(memory_usage->swap_total));
	else if (memory_usage->swap_free != OOM_UNKNOWN)
		oom_sentence(buf, "Swap was not what ran out: %s of %s free.",
			     BYTES(memory_usage->swap_free), BYTES(memory_usage->swap_total));
}

/* "In zone DMA32 1.6 MiB was free, less than its min watermark of 1.7 MiB, the last reserve." */
static void append_zone(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	const struct oom_zone *zone = memory_usage->zone;
	uint64_t free, min;

	if (!zone || oom_is_fragmented(buf->report, memory_usage))
		return;
	free = oom_zone_free(memory_usage, zone);
	min = oom_figure(&zone->figures, "min");
	/* Where the request could look, is not known: only a zone that is short says something. */
	if (free == OOM_UNKNOWN || min == OOM_UNKNOWN ||
	    (!memory_usage->eligible_known && free >= min))
		return;
	oom_sentence(buf, "In %s %s was free%s, ", ZONE(zone), BYTES(free),
		     beside(memory_usage, zone));
	if (free < min && !strcmp(BYTES(free), BYTES(min)))
		oom_append(buf, "just less than its min watermark, the last reserve.");
	else if (free < min)
		oom_append(buf, "less than its min watermark of %s, the last "
			   "reserve.", BYTES(min));
	else
		oom_append(buf, "above its min watermark of %s, when the report was made.",
			   BYTES(min));
}

/* That it was not the processes: at most this much, since shared pages count for each of them. */
static void append_processes(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t held = buf->ranking->held;

	if (buf->report->scope != OOM_SCOPE_GLOBAL || !oom_table_whole(buf->report) ||
	    held == OOM_UNKNOWN || memory_usage->torn || memory_usage->ram == OOM_UNKNOWN ||
	    oom_at_least(held, 50, memory_usage->ram))
		return;
	oom_sentence(buf, "All processes in the table together had %s with swap and page tables: "
		     "the larger part of the RAM was not theirs.", BYTES(held));
}

/* Free memory where nothing says that it could not be used: then it was not memory that lacked. */
static void append_plenty(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t free = memory_usage->free;

	if (memory_usage->eligible_known && memory_usage->eligible_free < free)
		free = memory_usage->eligible_free;
	if (report->scope != OOM_SCOPE_GLOBAL || oom_is_fragmented(report, memory_usage) ||
	    oom_is_ineligible(memory_usage) ||
	    (report->gfp_value && !memory_usage->eligible_known) ||
	    !oom_at_least(free, OOM_MUCH_FREE, memory_usage->ram))
		return;
	oom_sentence(buf, "Memory as such was not short when the report was made: %s was free%s "
		"(%s of RAM).", BYTES(free), free < memory_usage->free ? " for this request" : "",
		SHARE(free, memory_usage->ram));
}

void oom_explain_shortage(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->scope == OOM_SCOPE_MEMCG || report->scope == OOM_SCOPE_SYSRQ)
		return;
	if (oom_is_fragmented(report, &buf->memory_usage))
		append_fragmented(buf);
	if (oom_is_ineligible(&buf->memory_usage))
		append_ineligible(buf);
	if (report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY)
		shortage_append_nodes(buf);
	append_plenty(buf);
	append_anon(buf);
	/* What the kernel, drivers and reservations had. */
	for (size_t i = 0; i < oom_finding_count; i++) {
		const struct oom_finding *finding = &oom_findings[i];

		if (finding->fact && oom_finding_bytes(&buf->memory_usage, finding))
			oom_append_finding(buf, finding, finding->fact);
	}
	append_caches(buf);
	append_processes(buf);
	append_file(buf);
	shortage_append_swap(buf);
	append_zone(buf);
	oom_paragraph(buf, OOM_SECTION_MEMORY);
}
