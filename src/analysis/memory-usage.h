/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-usage.h - the figures of a report put together: where the memory was */
#ifndef PT_MEMORY_USAGE_H
#define PT_MEMORY_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/gfp.h"
#include "oomreport/report.h"

/* Bytes; OOM_UNKNOWN: the report does not say. Sums are of what it does say. */

/* What a zone has free, as a request sees it. */
struct oom_zone_usage {
	const struct oom_zone *zone;	/* NULL: none */
	uint64_t size, min;	/* managed, or at least present, 0: not said; its watermark */
	uint64_t cma;		/* free in CMA, if the request could not use that; else 0 */
	uint64_t reserved;	/* free in HighAtomic, as printed, else in blocks of nothing else,
				 * for requests that do not wait: they do not run the OOM killer */
	uint64_t free;		/* without these */
	bool is_short;		/* less than min */
	int largest_block;	/* order of the largest that the request could have; -1: none, or
				 * the buddy list was not there */
	unsigned larger_kinds;	/* of the ones larger than that: enum oom_block_kind */
};

/* Where the machine's memory was: Mem-Info. */
struct oom_memory_usage {
	uint64_t ram;		/* less what was reserved at boot */
	uint64_t anon;		/* on the anonymous lists, where shmem is too */
	uint64_t shmem;		/* tmpfs, /dev/shm, memfd, System V and MAP_SHARED|MAP_ANONYMOUS */
	uint64_t file;		/* cached files that could be dropped or written back */
	uint64_t dirty;		/* of file: had to be written first */
	uint64_t unevictable;	/* locked, mostly */
	uint64_t slab;		/* both kinds, in a kernel that does not tell them apart */
	uint64_t slab_reclaimable, slab_unreclaimable;
	uint64_t pagetables, stacks;
	uint64_t hugetlb, hugetlb_unused;
	uint64_t free;
	uint64_t swap_total, swap_free;
	uint64_t unaccounted;	/* of RAM, in none of these */
	bool torn;		/* lines are missing: RAM and zones do not add up */
	uint64_t page_size;	/* 0 where it is not known */

	struct oom_zone_usage zone;	/* the largest that the request could use, of those below
					 * min if there are any */
	bool eligible_known;	/* the mask says which zones the request could use */
	bool cma_usable;	/* the request could use CMA, or that is not known */
	uint64_t eligible_free;	/* free for the request in the zones that it could use */
	uint64_t ineligible_free;	/* free in what it could not use: higher zones, CMA,
					 * HighAtomic */
	enum oom_place ineligible;	/* where most of it was, if there was any */

	/* Where only some nodes were allowed (cpuset, NUMA policy): theirs, and the others'. */
	uint64_t nodes_ram, nodes_anon, nodes_free, others_free;
};

void oom_memory_usage_get(const struct oom_report *report, struct oom_memory_usage *ret_usage);

/* Which limit of a memory cgroup was reached. */
enum oom_limit {
	OOM_LIMIT_MEMORY,	/* or not known which */
	OOM_LIMIT_MEMSW,	/* memory and swap together, version 1 */
	OOM_LIMIT_KMEM,		/* kernel memory, version 1 */
};

/* Where a memory cgroup's memory was: its counters and memory.stat. */
struct oom_memcg_usage {
	int version;		/* 1, 2; 0: not known */
	enum oom_limit reached;
	const struct oom_counter *counter;	/* of the limit that was reached */
	bool below;		/* no counter stands near its limit: others gave memory back */
	bool own_only;		/* memory.stat lacks the lines of cgroups below, which had most */
	uint64_t anon, shmem;
	uint64_t file;		/* cached files, without shmem */
	uint64_t dirty;		/* of file */
	uint64_t kernel;	/* all of the kernel's for it: slab, stacks, page tables, ... */
	uint64_t slab_reclaimable, slab_unreclaimable, pagetables, stacks, percpu, sock;
	uint64_t swap;
	uint64_t fixed;		/* usage that could not be had back by dropping files */
};

/* The version of cgroups that *report proves: 1 or 2; 0: not known. */
int oom_cgroup_version(const struct oom_report *report);

void oom_memcg_usage_get(const struct oom_report *report, struct oom_memcg_usage *ret_usage);

/* One of these is unknown: the other; too much: the most that is known. */
uint64_t oom_plus(uint64_t a, uint64_t b);

/* A less B, at least 0; OOM_UNKNOWN if A is unknown. An unknown B is 0. */
uint64_t oom_minus(uint64_t a, uint64_t b);

/* One of these is unknown: OOM_UNKNOWN; too much: the most that is known. */
uint64_t oom_times(uint64_t pages, uint64_t page_size);

/* Whether PART is known and at least PERCENT % of a known, positive WHOLE. */
bool oom_at_least(uint64_t part, unsigned percent, uint64_t whole);

/* Whether NODE is in a list of nodes as printed ("0-1,4"); LIST may be NULL. */
bool oom_node_listed(const char *list, int node);

/* The sum of NAME over all zones, or those of the nodes in LIST; OOM_UNKNOWN: none has it. */
uint64_t oom_zones_sum(const struct oom_report *report, const char *list, const char *name);

#endif
