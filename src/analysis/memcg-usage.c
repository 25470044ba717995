/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memcg-usage.c - put the counters and memory.stat of a memory cgroup together: where its memory
 * was
 */
#include <config.h>

#include <stdio.h>

#include "analysis/memory-usage.h"

/* How near to its limit a counter stands that has reached it: charges come in batches. */
#define NEAR_BYTES (UINT64_C(2) << 20)
#define NEAR_SHARE 32

static bool is_used(const struct oom_counter *counter)
{
	return counter->usage != OOM_UNKNOWN && counter->usage;
}

/*
 * Up to 5.2 the counters of version 1 are printed in version 2 too, where they stay 0, which they
 * also do in version 1 without swap or its accounting: then the version is not known. Before 4.5
 * there was no other.
 */
int oom_cgroup_version(const struct oom_report *report)
{
	const struct oom_memcg *memcg = &report->memcg;
	unsigned kernel = oom_kernel_number(report->kernel);
	bool first = memcg->memsw.usage != OOM_UNKNOWN || memcg->kmem.usage != OOM_UNKNOWN;
	bool anon = oom_figure(&memcg->stats, "anon") != OOM_UNKNOWN;

	if (memcg->swap.usage != OOM_UNKNOWN)
		return 2;
	if (is_used(&memcg->memsw) || is_used(&memcg->kmem) || (kernel && kernel < 405) ||
	    oom_figure(&memcg->stats, "total_rss") != OOM_UNKNOWN)
		return 1;
	if (first)
		return anon || kernel > 502 ? 1 : 0;
	return anon ? 2 : 0;
}

static bool memcg_usage_is_full(const struct oom_counter *counter)
{
	uint64_t near;

	if (counter->unlimited || counter->usage == OOM_UNKNOWN || counter->limit == OOM_UNKNOWN)
		return false;
	near = counter->limit / NEAR_SHARE < NEAR_BYTES ? counter->limit / NEAR_SHARE : NEAR_BYTES;
	return counter->usage >= counter->limit - near;
}

/* Less than nine tenths of a limit are used: not even a huge page would fill up the rest. */
static bool is_far_below(const struct oom_counter *counter)
{
	return !counter->unlimited && counter->usage != OOM_UNKNOWN &&
	       counter->limit != OOM_UNKNOWN && counter->usage < counter->limit / 10 * 9 &&
	       counter->limit - counter->usage > NEAR_BYTES;
}

static void find_limit(const struct oom_memcg *memcg, struct oom_memcg_usage *memcg_usage)
{
	memcg_usage->counter = &memcg->memory;
	if (memcg_usage_is_full(&memcg->memory))
		return;
	memcg_usage->below = is_far_below(&memcg->memory) && !memcg_usage_is_full(&memcg->memsw) &&
			!memcg_usage_is_full(&memcg->kmem);
	if (memcg_usage_is_full(&memcg->memsw)) {
		memcg_usage->reached = OOM_LIMIT_MEMSW;
		memcg_usage->counter = &memcg->memsw;
	} else if (memcg_usage_is_full(&memcg->kmem)) {
		memcg_usage->reached = OOM_LIMIT_KMEM;
		memcg_usage->counter = &memcg->kmem;
	}
}

/* Version 1 counts the cgroup itself, and in "total_..." the ones below it as well. */
static uint64_t memcg_stat(const struct oom_memcg *memcg, const char *name)
{
	char total[48];
	uint64_t bytes;

	snprintf(total, sizeof(total), "total_%s", name);
	bytes = oom_figure(&memcg->stats, total);
	return bytes == OOM_UNKNOWN ? oom_figure(&memcg->stats, name) : bytes;
}

static void take_kernel(const struct oom_memcg *memcg, struct oom_memcg_usage *memcg_usage)
{
	memcg_usage->slab_reclaimable = memcg_stat(memcg, "slab_reclaimable");
	memcg_usage->slab_unreclaimable = memcg_stat(memcg, "slab_unreclaimable");
	memcg_usage->pagetables = memcg_stat(memcg, "pagetables");
	memcg_usage->stacks = memcg_stat(memcg, "kernel_stack");
	memcg_usage->percpu = memcg_stat(memcg, "percpu");
	memcg_usage->sock = memcg_stat(memcg, "sock");
	memcg_usage->kernel = memcg_stat(memcg, "kernel");
	if (memcg_usage->kernel == OOM_UNKNOWN)
		memcg_usage->kernel = memcg->kmem.usage;
	/* Up to 5.17 version 2 had no sum of it. */
	if (memcg_usage->kernel == OOM_UNKNOWN) {
		memcg_usage->kernel =
			oom_plus(memcg_usage->slab_reclaimable, memcg_usage->slab_unreclaimable);
		memcg_usage->kernel = oom_plus(memcg_usage->kernel, memcg_usage->pagetables);
		memcg_usage->kernel = oom_plus(memcg_usage->kernel, memcg_usage->stacks);
		memcg_usage->kernel = oom_plus(memcg_usage->kernel, memcg_usage->percpu);
	}
}

static void take_pages(const struct oom_memcg *memcg, struct oom_memcg_usage *memcg_usage)
{
	/* From 5.3 to 6.2 version 1 too is told by the names of version 2. */
	bool first = oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
		     oom_figure(&memcg->stats, "anon") == OOM_UNKNOWN;
	uint64_t cache = memcg_stat(memcg, first ? "cache" : "file");

	memcg_usage->anon = memcg_stat(memcg, first ? "rss" : "anon");
	memcg_usage->shmem = memcg_stat(memcg, "shmem");
	/* Not a figure of its own yet, but on the anonymous lists without being anonymous. */
	if (first && memcg_usage->shmem == OOM_UNKNOWN)
		memcg_usage->shmem = oom_minus(oom_plus(memcg_stat(memcg, "active_anon"),
							memcg_stat(memcg, "inactive_anon")),
					       memcg_usage->anon);
	memcg_usage->file = oom_minus(cache, memcg_usage->shmem);
	memcg_usage->dirty = oom_plus(memcg_stat(memcg, first ? "dirty" : "file_dirty"),
				      memcg_stat(memcg, first ? "writeback" : "file_writeback"));
	memcg_usage->swap = memcg_stat(memcg, "swap");
	if (memcg_usage->swap == OOM_UNKNOWN && !first)
		memcg_usage->swap = memcg->swap.usage;
}

/*
 * Up to 5.2 there is a line of figures for each cgroup, without those of the cgroups below. Their
 * sum says little where most of the usage is in lines that the log does not have.
 */
static void judge_own(const struct oom_memcg *memcg, struct oom_memcg_usage *memcg_usage)
{
	uint64_t counted =
		oom_plus(oom_plus(memcg_usage->anon, memcg_usage->shmem), memcg_usage->file);

	counted = oom_plus(counted, memcg_usage->kernel);
	memcg_usage->own_only = counted != OOM_UNKNOWN &&
			   oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
			   oom_figure(&memcg->stats, "total_rss") == OOM_UNKNOWN &&
			   memcg->memory.usage != OOM_UNKNOWN &&
			   !oom_at_least(counted, 50, memcg->memory.usage);
	if (!memcg_usage->own_only && memcg_usage->file != OOM_UNKNOWN)
		memcg_usage->fixed = oom_minus(memcg->memory.usage, memcg_usage->file);
}

void oom_memcg_usage_get(const struct oom_report *report, struct oom_memcg_usage *ret_memcg_usage)
{
	const struct oom_memcg *memcg = &report->memcg;

	*ret_memcg_usage = (struct oom_memcg_usage){
		.version = oom_cgroup_version(report), .fixed = OOM_UNKNOWN,
	};
	find_limit(memcg, ret_memcg_usage);
	take_pages(memcg, ret_memcg_usage);
	take_kernel(memcg, ret_memcg_usage);
	judge_own(memcg, ret_memcg_usage);
}
