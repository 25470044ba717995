/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-machine.c - why the machine's memory ran out: the one or two figures that explain it,
 * where all of it was, and what to change
 */
#include <config.h>

#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

#define CACHES_SHOWN 3

/* Percent of RAM from which on a figure that is told in its own way is a reason. */
#define MUCH_ANON 50
#define MUCH_SHMEM 25
#define MUCH_CACHE 15
#define MUCH_FREE 10

/* A process that holds this much of RAM is why the machine ran out, whoever was killed. */
#define LONE_SHARE 40
#define NODES_FACTOR 4

#define MIB (UINT64_C(1) << 20)

/* Below this an absolute size is no cause of a machine's trouble. */
#define LARGE (64 * MIB)

#define FIGURE(name) offsetof(struct oom_memory_usage, name)

enum { FINDING_SLAB, FINDING_HUGE = 4, FINDING_UNUSED_HUGE = 7 };

/*
 * Figures that are a reason from so many percent of RAM on, which is far above what is seen on
 * machines that are well: page tables take 1 to 2 %, slab that cannot be dropped 2 to 5 %. In the
 * texts, which may be NULL, %B is how much it is and %S its share of RAM.
 */
static const struct finding {
	size_t figure;
	unsigned percent;
	const char *fact, *advice;
} findings[] = {
	[FINDING_SLAB] = { FIGURE(slab_unreclaimable), 15,
	  "Unreclaimable slab, objects of the kernel that it could not drop, took %B (%S of RAM).",
	  "Find what in the kernel fills the slab that cannot be reclaimed (%B, %S of RAM)" },
	{ FIGURE(slab), 15, "Slab, objects of the kernel, took %B (%S of RAM).", NULL },
	{ FIGURE(pagetables), 8, "Page tables took %B (%S of RAM).",
	  "Use huge pages for large memory that many processes map, or fewer processes: page tables took %B (%S of RAM)." },
	{ FIGURE(stacks), 5, "Kernel stacks, one for each thread, took %B (%S of RAM).",
	  "Run fewer threads: kernel stacks took %B (%S of RAM)." },
	[FINDING_HUGE] = { FIGURE(hugetlb), 20,
	  "Hugetlb pages, which are set apart, took %B (%S of RAM).",
	  "Check vm.nr_hugepages against what is needed: hugetlb pages took %B (%S of RAM), and the OOM killer does not count them." },
	{ FIGURE(unevictable), 25, "Locked (unevictable) pages took %B (%S of RAM).",
	  "Lock less memory (mlock, SHM_LOCK, ramfs): %B could neither be swapped nor dropped (%S of RAM)." },
	{ FIGURE(unaccounted), 20,
	  "Memory that is in no count of the report (drivers, a GPU, a balloon, vmalloc) took %B (%S of RAM).",
	  "Look for memory that no process holds: %B (%S of RAM) is in no count. Candidates are a virtual machine's balloon, a GPU or network driver, zram, and /proc/vmallocinfo." },
	[FINDING_UNUSED_HUGE] = { FIGURE(hugetlb_unused), 5,
	  "Hugetlb pages of %B were reserved and unused.",
	  "Lower vm.nr_hugepages (or hugepages= at boot): %B of hugetlb pages were unused (%S of RAM), and nobody else may use them." },
	{ FIGURE(dirty), MUCH_CACHE, NULL,
	  "Lower vm.dirty_bytes and vm.dirty_background_bytes, or write to faster storage: %B of file cache was waiting to be written (%S of RAM)." },
};

#define LOW_ADDRESSES \
	"See by the call trace which driver asks for memory at low addresses: %B was free above them, and more RAM would not help."

/* What is free where the request could not use it; in the advice, or NULL, %S is what it could. */
static const struct {
	const char *name, *advice;
} places[OOM_PLACES] = {
	[OOM_PLACE_DMA32] = { "zone DMA32", LOW_ADDRESSES },
	[OOM_PLACE_NORMAL] = { "zone Normal", LOW_ADDRESSES },
	[OOM_PLACE_HIGHMEM] = { "zone HighMem",
		"Use a 64-bit kernel: %B was free in HighMem, where a 32-bit kernel cannot put its own data, and low memory had %S left." },
	[OOM_PLACE_MOVABLE] = { "zone Movable",
		"Keep less memory in zone Movable (movablecore=, kernelcore=, memory that was onlined as movable): %B was free there, where the kernel cannot put its own data." },
	[OOM_PLACE_CMA] = { "CMA areas",
		"Set aside less for CMA (cma=, the device tree): %B was free there, which only movable pages may use." },
	[OOM_PLACE_RESERVED] = { "the reserve for urgent requests (HighAtomic)", NULL },
};

/* The figure of finding INDEX, if it is a reason; else 0. */
static uint64_t finding_bytes(const struct oom_memory_usage *usage, size_t index)
{
	uint64_t bytes = *(const uint64_t *)((const char *)usage + findings[index].figure);

	return oom_at_least(bytes, findings[index].percent, usage->ram) ? bytes : 0;
}

/* Begins a sentence, unless TEXT is NULL, in which BYTES stands for %B and SHARE for %S. */
static void say_template(struct oom_textbuf *buf, const char *text, const char *bytes,
			 const char *share)
{
	SAY_IF(text, "%.*s", (int)strcspn(text, "%"), text);
	while (text && (text = strchr(text, '%'))) {
		ADD("%s", text[1] == 'B' ? bytes : share);
		text += 2;
		ADD("%.*s", (int)strcspn(text, "%"), text);
	}
}

/* Anonymous and shared memory together: shmem is on the anonymous lists unless it is locked. */
static uint64_t anon_and_shmem(const struct oom_memory_usage *usage)
{
	bool apart = usage->anon == OOM_UNKNOWN || usage->shmem > usage->anon;

	return usage->shmem != OOM_UNKNOWN && apart ? usage->shmem : usage->anon;
}

/* There is swap, and less than a 50th of it is free. */
static bool is_swap_full(const struct oom_memory_usage *usage)
{
	return usage->swap_total != OOM_UNKNOWN && usage->swap_free != OOM_UNKNOWN &&
	       usage->swap_total && usage->swap_free < usage->swap_total / 50 + 1;
}

/* Of a block of 2^ORDER pages. */
static uint64_t block_size(const struct oom_textbuf *buf, int64_t order)
{
	return oom_times(UINT64_C(1) << order, buf->report->page_size);
}

/*
 * A request for several pages in one piece failed although the zone has that much above its min
 * watermark: there is no block of the order, or of a higher one, that it could have.
 */
static bool is_fragmented(const struct oom_textbuf *buf)
{
	const struct oom_zone_usage *zone = &buf->memory_usage.zone;
	int64_t order = buf->report->order;

	return buf->machine && order > 0 && order < 16 && zone->zone && zone->zone->has_blocks &&
	       zone->largest_block < order && zone->free != OOM_UNKNOWN &&
	       zone->min != OOM_UNKNOWN &&
	       zone->free >= oom_plus(zone->min, block_size(buf, order));
}

/* Much more is free in what the request could not use than in what it could. */
static bool is_ineligible(const struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone_usage *zone = &usage->zone;
	uint64_t low = zone->zone ? oom_figure(&zone->zone->figures, "low") : OOM_UNKNOWN;

	return buf->machine && usage->eligible_known && usage->ineligible_free != OOM_UNKNOWN &&
	       usage->eligible_free != OOM_UNKNOWN && zone->zone &&
	       usage->ineligible_free > 16 * MIB &&
	       usage->ineligible_free / 2 > usage->eligible_free &&
	       oom_at_least(usage->ineligible_free, 2, usage->ram) &&
	       (low == OOM_UNKNOWN || zone->free <= low);
}

/* " beside CMA", " beside CMA and HighAtomic": what is free in the zone is said without. */
static const char *beside(const struct oom_zone_usage *zone)
{
	if (!zone->cma)
		return zone->reserved ? " beside HighAtomic, the reserve for urgent requests" : "";
	return zone->reserved ? " beside CMA and HighAtomic, the reserve for urgent requests"
			      : " beside CMA";
}

/* "zone Normal", "zone Normal of node 1" where there are several nodes. */
static const char *zone_name(struct oom_textbuf *buf)
{
	const struct oom_zone *zone = buf->memory_usage.zone.zone, *zones = buf->report->zones;
	bool several = false;

	for (size_t i = 1; i < buf->report->zone_count; i++)
		several |= zones[i].node != zones[0].node;
	return several ? oom_words(buf, "zone %s of node %d", SAFE(zone->name), zone->node)
		       : oom_words(buf, "zone %s", SAFE(zone->name));
}

/* Memory was there, but perhaps not where or in what pieces the request needed it. */
void oom_explain_free(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone_usage *zone = &usage->zone;
	bool fragmented = is_fragmented(buf), ineligible = is_ineligible(buf);
	unsigned kinds = zone->larger_kinds;
	uint64_t free = usage->free;

	SAY_IF(fragmented,
	       "Memory was in pieces rather than short: %s had %s free%s, but no free block of %s (order %d)%s.",
	       zone_name(buf), BYTES(zone->free), beside(zone),
	       BYTES(block_size(buf, report->order)), (int)report->order,
	       PART_IF(zone->largest_block >= 0, ", its largest being of %s",
		       BYTES(block_size(buf, zone->largest_block))));
	SAY_IF(fragmented && kinds, "Larger ones were of %s alone, not for this request.",
	       kinds == OOM_BLOCKS_CMA ? "CMA" :
	       kinds == OOM_BLOCKS_RESERVED ? "HighAtomic" : "CMA and HighAtomic");
	SAY_IF(ineligible,
	       "This request could not use %s of free memory, most of it in %s; where it could look, %s was free.",
	       BYTES(usage->ineligible_free), places[usage->ineligible].name,
	       BYTES(usage->eligible_free));
	/* A machine may have plenty while the nodes of a cpuset or a policy have none. */
	if ((report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY) &&
	    usage->nodes_free != OOM_UNKNOWN) {
		SAY("The nodes allowed had %s free%s%s.", BYTES(usage->nodes_free),
		    KNOWN(" of %s", usage->nodes_ram),
		    KNOWN(", the other nodes %s", usage->others_free));
		SAY_IF(oom_at_least(usage->nodes_anon, MUCH_ANON, usage->nodes_ram),
		       "Anonymous and shared memory took %s of them (%s).",
		       BYTES(usage->nodes_anon), SHARE(usage->nodes_anon, usage->nodes_ram));
	}
	/* Where nothing says that free memory could not be used, it was not memory that lacked. */
	if (usage->eligible_known && usage->eligible_free < free)
		free = usage->eligible_free;
	SAY_IF(report->scope == OOM_SCOPE_GLOBAL && !fragmented && !ineligible &&
	       !(report->gfp_value && !usage->eligible_known) &&
	       oom_at_least(free, MUCH_FREE, usage->ram),
	       "Memory as such was not short when the report was made: %s was free%s (%s of RAM).",
	       BYTES(free), free < usage->free ? " for this request" : "",
	       SHARE(free, usage->ram));
}

/* Bytes that a slab cache takes, or that were allocated. */
static uint64_t cache_size(const struct oom_cache *cache)
{
	return cache->total == OOM_UNKNOWN ? cache->used : cache->total;
}

/* The largest cache of 1 MiB or more behind LAST, or of all if that is NULL; NULL: no more. */
static const struct oom_cache *next_cache(const struct oom_caches *caches,
					  const struct oom_cache *last)
{
	const struct oom_cache *next = NULL;

	for (size_t i = 0; i < caches->count; i++) {
		const struct oom_cache *cache = &caches->list[i];
		uint64_t size = cache_size(cache);
		bool behind = !last || size < cache_size(last) ||
			      (size == cache_size(last) && cache > last);

		if (behind && size >= MIB && size != OOM_UNKNOWN &&
		    (!next || size > cache_size(next)))
			next = cache;
	}
	return next;
}

/* "Its largest caches: kmalloc-64 1.2 GiB, dentry 200 MiB." */
static void explain_caches(struct oom_textbuf *buf, const char *what,
			   const struct oom_caches *caches)
{
	const struct oom_cache *cache = next_cache(caches, NULL);

	if (!cache)
		return;
	SAY("%s: ", what);
	for (int i = 0; cache && i < CACHES_SHOWN; cache = next_cache(caches, cache), i++)
		ADD("%s%s %s", i ? ", " : "", SAFE(cache->name), BYTES(cache_size(cache)));
	ADD(".");
}

/*
 * What took an unusual share (processes and tmpfs, the kernel, drivers, reservations), what could
 * have been dropped, swap, and the watermark; it ends the paragraph.
 */
void oom_explain_takers(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_zone_usage *zone = &usage->zone;
	uint64_t both = anon_and_shmem(usage), held = buf->ranking->held;
	uint64_t free = zone->free, min = zone->min;

	SAY_IF(oom_at_least(both, MUCH_ANON, usage->ram),
	       "Anonymous and shared memory took %s of %s RAM (%s)%s.",
	       BYTES(both), BYTES(usage->ram), SHARE(both, usage->ram),
	       PART_IF(oom_at_least(usage->shmem, 10, both),
		       ", %s of it shared memory or tmpfs", BYTES(usage->shmem)));
	for (size_t i = 0; i < ARRAY_SIZE(findings); i++) {
		uint64_t bytes = finding_bytes(usage, i);

		if (bytes)
			say_template(buf, findings[i].fact, BYTES(bytes),
				     SHARE(bytes, usage->ram));
	}
	if (finding_bytes(usage, FINDING_SLAB))
		explain_caches(buf, "Its largest caches", &report->slabs);
	explain_caches(buf, "The kernel's largest allocations, by place in its source",
		       &report->allocations);
	/* At most this much, since shared pages count for each of them. */
	SAY_IF(report->scope == OOM_SCOPE_GLOBAL && oom_table_whole(report) &&
	       held != OOM_UNKNOWN && !usage->torn && usage->ram != OOM_UNKNOWN &&
	       !oom_at_least(held, 50, usage->ram),
	       "All processes in the table together had %s with swap and page tables: the larger part of the RAM was not theirs.",
	       BYTES(held));
	SAY_IF(oom_at_least(usage->slab_reclaimable, MUCH_CACHE, usage->ram),
	       "Reclaimable slab (inodes, directory entries) still had %s (%s of RAM).",
	       BYTES(usage->slab_reclaimable), SHARE(usage->slab_reclaimable, usage->ram));
	SAY_IF(oom_at_least(usage->file, MUCH_CACHE, usage->ram),
	       "File cache still had %s (%s of RAM)%s.", BYTES(usage->file),
	       SHARE(usage->file, usage->ram),
	       PART_IF(oom_at_least(usage->dirty, 25, usage->file),
		       ", %s of it dirty or being written, which cannot be dropped at once",
		       BYTES(usage->dirty)));
	if (!usage->swap_total)
		SAY("There was no swap.");
	else if (usage->swap_total != OOM_UNKNOWN && usage->swap_free != OOM_UNKNOWN)
		SAY(is_swap_full(usage)
			 ? "Swap was full: %s of %s free."
			 : "Swap was not what ran out: %s of %s free.",
		    BYTES(usage->swap_free), BYTES(usage->swap_total));
	/* Where the request could look, is not known: only a zone that is short says something. */
	if (zone->zone && !is_fragmented(buf) && free != OOM_UNKNOWN && min != OOM_UNKNOWN &&
	    (usage->eligible_known || zone->is_short)) {
		bool just = free < min && !strcmp(BYTES(free), BYTES(min));

		SAY("In %s %s was free%s, %s its min watermark%s, %s.",
		    zone_name(buf), BYTES(free), beside(zone),
		    just ? "just less than" : free < min ? "less than" : "above",
		    PART_IF(!just, " of %s", BYTES(min)),
		    free < min ? "the last reserve" : "when the report was made");
	}
	oom_paragraph(buf);
}

void oom_explain_machine(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	bool split = usage->anon != OOM_UNKNOWN && usage->shmem <= usage->anon;
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
	const char *text;

	if (report->scope == OOM_SCOPE_MEMCG)
		return;
	text = PARTS(parts, usage->ram);
	SAY_IF(usage->anon != OOM_UNKNOWN || usage->file != OOM_UNKNOWN, "%s: %s.",
	       usage->ram == OOM_UNKNOWN ? "The machine had"
					 : oom_words(buf, "Of %s RAM", BYTES(usage->ram)),
	       *text ? text : "hardly anything");
	SAY_IF(usage->free != OOM_UNKNOWN, "Free: %s.", BYTES(usage->free));
	SAY_IF(usage->swap_total != OOM_UNKNOWN && usage->swap_total && buf->length,
	       "Swap: %s%s.", BYTES(usage->swap_total),
	       KNOWN(", of which %s free", usage->swap_free));
}

/* That it was not the amount, before what took it. */
void oom_advise_places(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const char *boot = NULL;

	if (report->crash_kernel)
		boot =
			"Reserve more for the dump (crashkernel= of the kernel that crashed), or put less into its initramfs";
	else if (report->boot == OOM_BOOT_INITRAMFS)
		boot = "Put less into the initramfs, or give the machine more RAM";
	ADVISE_IF(boot, 0, "%s%s.", boot, KNOWN(": there was %s of RAM", usage->ram));
	ADVISE_IF(is_fragmented(buf), 0,
		  "More memory is not what was missing, but %s in one piece (order %d), with %s free in %s: %s",
		  BYTES(block_size(buf, report->order)), (int)report->order,
		  BYTES(usage->zone.free), zone_name(buf), report->compaction_disabled ?
		  "use a kernel with CONFIG_COMPACTION, which this one lacks." :
		  "raise vm.min_free_kbytes, write 1 to vm.compact_memory when the machine is idle, and see by the call trace who needs such blocks.");
	if (is_ineligible(buf))
		say_template(buf, places[usage->ineligible].advice, BYTES(usage->ineligible_free),
			     BYTES(usage->eligible_free));
	oom_advice(buf, usage->ineligible_free);
	ADVISE_IF(usage->others_free != OOM_UNKNOWN && usage->nodes_free != OOM_UNKNOWN &&
		  usage->others_free >= LARGE &&
		  usage->others_free / NODES_FACTOR >= usage->nodes_free, usage->others_free,
		  "Let it use more nodes (%s): those allowed had %s free, the others %s.",
		  report->scope == OOM_SCOPE_CPUSET ? "cpuset.mems"
		  : "its mbind or set_mempolicy, numactl --membind",
		  BYTES(usage->nodes_free), BYTES(usage->others_free));
}

/* The process that alone holds much, or whose memory comes back late, for it is shared. */
static void advise_lone(struct oom_textbuf *buf)
{
	const struct oom_victim *victim = buf->victim;
	const struct oom_task *largest = buf->largest;
	const struct cgroup_owner *owner = &buf->task_owner;
	uint64_t held = largest ? oom_task_held(largest) : 0;
	bool lone = oom_at_least(held, LONE_SHARE, buf->memory_usage.ram);
	bool killed = victim && (!lone || victim->pid == largest->pid);
	bool shared = victim && victim->shmem != OOM_UNKNOWN && victim->shmem >= LARGE &&
		      oom_at_least(victim->shmem, 50, oom_victim_held(buf->report, victim));
	const char *limit;

	if (!lone && !shared)
		return;
	/* What else is in a session or a slice would have to do with a limit of it, too. */
	limit = killed && owner->kind != CGROUP_OWNER_SESSION &&
		owner->kind != CGROUP_OWNER_SLICE && owner->where[0]
		? oom_words(buf, "by %s", SAFE(owner->where))
		: oom_words(buf, "of its own (systemd-run -p %s, or a container's)",
			    buf->memcg_usage.version == 1 ? "MemoryLimit=" : "MemoryMax=");
	if (lone)
		SAY("Find out why %s needs so much, or give it a memory limit %s: it alone had %s with swap and page tables, which is %s of the RAM.",
		    TASK(largest), limit, BYTES(held), SHARE(held, buf->memory_usage.ram));
	else
		SAY("Let %s use private memory, or give it a memory limit %s.",
		    NAME(victim->comm), limit);
	/* It outlives the reaper, and others pay for the time until the exit. */
	SAY_IF(killed && shared,
	       "The %s of shared memory that it held cannot be reaped, so that others may be killed before it has exited, and a file in tmpfs or /dev/shm outlives even that.",
	       BYTES(victim->shmem));
	oom_advice(buf, lone ? held : victim->shmem);
}

/* What took it. */
void oom_advise_takers(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	uint64_t anon = anon_and_shmem(usage);
	const struct oom_cache *top = next_cache(&report->slabs, NULL);
	bool much = oom_at_least(anon, MUCH_ANON, usage->ram);

	/*
	 * Files in tmpfs are nobody's, and the OOM killer cannot free them. Where nearly all of it
	 * is the victim's, it is that process that has to be spoken of.
	 */
	if (oom_at_least(usage->shmem, MUCH_SHMEM, usage->ram) &&
	    !(buf->victim && oom_at_least(buf->victim->shmem, 75, usage->shmem))) {
		SAY("Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared memory (ipcs -m): it took %s (%s of RAM), and what is in a file outlives every kill.",
		    BYTES(usage->shmem), SHARE(usage->shmem, usage->ram));
		oom_say_unmapped(buf, usage->shmem);
		oom_advice(buf, usage->shmem);
	}
	advise_lone(buf);
	oom_advise_fewer(buf, usage->ram);
	ADVISE_IF(much && !usage->swap_total, anon,
		  "Consider swap or zram: there was none, so that %s of anonymous and shared memory had to stay in RAM, used or not.",
		  BYTES(anon));
	ADVISE_IF(much && is_swap_full(usage), anon,
		  "Need less, or add RAM or swap: the %s of swap were full too, with %s of anonymous and shared memory in RAM.",
		  BYTES(usage->swap_total), BYTES(anon));
	/* The kernel's, hugetlb pages and so on, put in order with the others */
	for (size_t i = 0; i < ARRAY_SIZE(findings); i++) {
		uint64_t bytes = finding_bytes(usage, i);

		/* Those that are not used are the larger reason to say the same. */
		if (!bytes || (i == FINDING_HUGE && finding_bytes(usage, FINDING_UNUSED_HUGE)))
			continue;
		say_template(buf, findings[i].advice, BYTES(bytes), SHARE(bytes, usage->ram));
		if (i == FINDING_SLAB)
			ADD("%s: slabtop -s c shows the caches; killing processes frees little of it.",
			    PART_IF(top, ", %s first (%s)", SAFE(top->name),
				    BYTES(cache_size(top))));
		oom_advice(buf, bytes);
	}
}
