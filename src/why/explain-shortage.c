/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-shortage.c - the one or two figures that explain why the memory ran out */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "why/explain-parts.h"
#include "why/shortage.h"

/* " beside CMA", " beside CMA and HighAtomic": what is free in ZONE is said without. */
static const char *beside(const struct oom_picture *picture, const struct oom_zone *zone)
{
	uint64_t reserved = oom_zone_reserved(picture, zone);

	if (!oom_zone_cma(picture, zone))
		return reserved ? " beside HighAtomic, the reserve for urgent requests" : "";
	return reserved ? " beside CMA and HighAtomic, the reserve for urgent requests"
			: " beside CMA";
}

/* Blocks of the order that was asked for were missing, although there was enough memory. */
static void say_fragmented(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	const struct oom_zone *zone = telling->picture.zone;
	unsigned kinds;
	int largest = oom_largest_block(&telling->picture, zone, &kinds);

	oom_say(telling, "Memory was in pieces rather than short: %s had %s free%s, but no free "
		"block of %s (order %" PRId64 ")", ZONE(zone),
		SAY(oom_zone_free(&telling->picture, zone)), beside(&telling->picture, zone),
		SAY(oom_block_size(report->page_size, report->order)), report->order);
	if (largest >= 0)
		oom_more(telling, ", its largest being of %s",
			 SAY(oom_block_size(report->page_size, largest)));
	oom_more(telling, ".");
	if (kinds)
		oom_say(telling, "Larger ones were of %s alone, not for this request.",
			kinds == OOM_BLOCKS_CMA ? "CMA"
			: kinds == OOM_BLOCKS_RESERVED ? "HighAtomic" : "CMA and HighAtomic");
}

/* Memory was free where the request could not use it. */
static void say_beyond(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	oom_say(telling, "This request could not use %s of free memory, most of it in %s; where "
		"it could look, %s was free.", SAY(picture->beyond_free), picture->beyond,
		SAY(picture->reach_free));
}

/* A machine may have plenty while the nodes of a cpuset or a policy have none. */
static void say_nodes(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (picture->nodes_free == OOM_UNKNOWN)
		return;
	oom_say(telling, "The nodes allowed had %s free", SAY(picture->nodes_free));
	if (picture->nodes_ram != OOM_UNKNOWN)
		oom_more(telling, " of %s", SAY(picture->nodes_ram));
	if (picture->others_free != OOM_UNKNOWN)
		oom_more(telling, ", the other nodes %s", SAY(picture->others_free));
	oom_more(telling, ".");
	if (oom_at_least(picture->nodes_anon, OOM_MUCH_ANON, picture->nodes_ram))
		oom_say(telling, "Anonymous and shared memory took %s of them (%s).",
			SAY(picture->nodes_anon), SHARE(picture->nodes_anon, picture->nodes_ram));
}

/* The memory of processes and of tmpfs. */
static void say_anon(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	uint64_t both = oom_shortage_anon(picture);

	if (!oom_at_least(both, OOM_MUCH_ANON, picture->ram))
		return;
	oom_say(telling, "Anonymous and shared memory took %s of %s RAM (%s)", SAY(both),
		SAY(picture->ram), SHARE(both, picture->ram));
	if (oom_at_least(picture->shmem, 10, both))
		oom_more(telling, ", %s of it shared memory or tmpfs", SAY(picture->shmem));
	oom_more(telling, ".");
}

/* What the kernel, drivers and reservations had. */
static void say_kernel(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	const struct { uint64_t bytes; unsigned percent; const char *what; } takers[] = {
		{ picture->slab_unreclaimable, OOM_MUCH_SLAB,
		  "Unreclaimable slab, objects of the kernel that it could not drop," },
		{ picture->slab, OOM_MUCH_SLAB, "Slab, objects of the kernel," },
		{ picture->pagetables, OOM_MUCH_PAGETABLES, "Page tables" },
		{ picture->stacks, OOM_MUCH_STACKS, "Kernel stacks, one for each thread," },
		{ picture->hugetlb, OOM_MUCH_HUGETLB, "Hugetlb pages, which are set apart," },
		{ picture->unevictable, OOM_MUCH_LOCKED, "Locked (unevictable) pages" },
		{ picture->unaccounted, OOM_MUCH_UNACCOUNTED,
		  "Memory that is in no count of the report (drivers, a GPU, a balloon, "
		  "vmalloc)" },
	};

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (oom_at_least(takers[i].bytes, takers[i].percent, picture->ram))
			oom_say(telling, "%s took %s (%s of RAM).", takers[i].what,
				SAY(takers[i].bytes), SHARE(takers[i].bytes, picture->ram));
}

static void say_unused_huge(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (oom_at_least(picture->hugetlb_unused, OOM_MUCH_UNUSED_HUGE, picture->ram))
		oom_say(telling, "Hugetlb pages of %s were reserved and unused.",
			SAY(picture->hugetlb_unused));
}

/* "Its largest caches: kmalloc-64 1.2 GiB, dentry 200 MiB." */
static void say_list(struct oom_telling *telling, const char *what,
		     const struct oom_caches *caches)
{
	const struct oom_cache *top[3];
	size_t count = oom_top_caches(caches, top, 3);

	if (!count)
		return;
	oom_say(telling, "%s: ", what);
	for (size_t i = 0; i < count; i++)
		oom_more(telling, "%s%s %s", i ? ", " : "", SAFE(top[i]->name),
			 SAY(oom_cache_size(top[i])));
	oom_more(telling, ".");
}

/* Where the report says who in the kernel had its memory. */
static void say_caches(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (oom_at_least(picture->slab_unreclaimable, OOM_MUCH_SLAB, picture->ram))
		say_list(telling, "Its largest caches", &telling->report->slabs);
	say_list(telling, "The kernel's largest allocations, by place in its source",
		 &telling->report->allocations);
}

/* What could have been dropped, and was still there. */
static void say_file(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (oom_at_least(picture->slab_reclaimable, OOM_MUCH_CACHE, picture->ram))
		oom_say(telling, "Reclaimable slab (inodes, directory entries) still had %s (%s "
			"of RAM).", SAY(picture->slab_reclaimable),
			SHARE(picture->slab_reclaimable, picture->ram));
	if (!oom_at_least(picture->file, OOM_MUCH_CACHE, picture->ram))
		return;
	oom_say(telling, "File cache still had %s (%s of RAM)", SAY(picture->file),
		SHARE(picture->file, picture->ram));
	if (oom_at_least(picture->dirty, 25, picture->file))
		oom_more(telling, ", %s of it dirty or being written, which cannot be dropped at "
			 "once",
			 SAY(picture->dirty));
	oom_more(telling, ".");
}

static void say_swap(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (picture->swap_total == OOM_UNKNOWN)
		return;
	if (!picture->swap_total)
		oom_say(telling, "There was no swap.");
	else if (oom_swap_full(picture))
		oom_say(telling, "Swap was full: %s of %s free.", SAY(picture->swap_free),
			SAY(picture->swap_total));
	else if (picture->swap_free != OOM_UNKNOWN)
		oom_say(telling, "Swap was not what ran out: %s of %s free.",
			SAY(picture->swap_free), SAY(picture->swap_total));
}

/* "In zone DMA32 1.6 MiB was free, less than its min watermark of 1.7 MiB, the last reserve." */
static void say_zone(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	const struct oom_zone *zone = picture->zone;
	uint64_t free, min;

	if (!zone || oom_is_fragmented(telling->report, picture))
		return;
	free = oom_zone_free(picture, zone);
	min = oom_figure(&zone->figures, "min");
	/* Where the request could look, is not known: only a zone that is short says something. */
	if (free == OOM_UNKNOWN || min == OOM_UNKNOWN || (!picture->reach_known && free >= min))
		return;
	oom_say(telling, "In %s %s was free%s, ", ZONE(zone), SAY(free), beside(picture, zone));
	if (free < min && !strcmp(SAY(free), SAY(min)))
		oom_more(telling, "just less than its min watermark, the last reserve.");
	else if (free < min)
		oom_more(telling, "less than its min watermark of %s, the last "
			 "reserve.", SAY(min));
	else
		oom_more(telling, "above its min watermark of %s, when the report was made.",
			 SAY(min));
}

/* That it was not the processes: at most this much, since shared pages count for each of them. */
static void say_processes(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	uint64_t held = telling->ranking->held;

	if (telling->report->scope != OOM_SCOPE_GLOBAL || !oom_table_whole(telling->report) ||
	    held == OOM_UNKNOWN || picture->torn || picture->ram == OOM_UNKNOWN ||
	    oom_at_least(held, 50, picture->ram))
		return;
	oom_say(telling, "All processes in the table together had %s with swap and page tables: "
		"the larger part of the RAM was not theirs.", SAY(held));
}

/* Free memory where nothing says that it could not be used: then it was not memory that lacked. */
static void say_plenty(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	const struct oom_picture *picture = &telling->picture;
	uint64_t free = picture->free;

	if (picture->reach_known && picture->reach_free < free)
		free = picture->reach_free;
	if (report->scope != OOM_SCOPE_GLOBAL || oom_is_fragmented(report, picture) ||
	    oom_is_beyond(picture) || (report->gfp_value && !picture->reach_known) ||
	    !oom_at_least(free, OOM_MUCH_FREE, picture->ram))
		return;
	oom_say(telling, "Memory as such was not short when the report was made: %s was free%s "
		"(%s of RAM).", SAY(free), free < picture->free ? " for this request" : "",
		SHARE(free, picture->ram));
}

void oom_tell_shortage(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	if (report->scope == OOM_SCOPE_MEMCG || report->scope == OOM_SCOPE_SYSRQ)
		return;
	if (oom_is_fragmented(report, &telling->picture))
		say_fragmented(telling);
	if (oom_is_beyond(&telling->picture))
		say_beyond(telling);
	if (report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY)
		say_nodes(telling);
	say_plenty(telling);
	say_anon(telling);
	say_kernel(telling);
	say_unused_huge(telling);
	say_caches(telling);
	say_processes(telling);
	say_file(telling);
	say_swap(telling);
	say_zone(telling);
	oom_paragraph(telling, OOM_HEAD_MEMORY);
}
