/* SPDX-License-Identifier: GPL-2.0-or-later */
/* charge.c - put the counters and memory.stat of a memory cgroup together: where its memory was */
#include <config.h>

#include <stdio.h>

#include "why/picture.h"

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

static bool is_full(const struct oom_counter *counter)
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

static void find_limit(const struct oom_memcg *memcg, struct oom_charge *charge)
{
	charge->counter = &memcg->memory;
	if (is_full(&memcg->memory))
		return;
	charge->below = is_far_below(&memcg->memory) && !is_full(&memcg->memsw) &&
			!is_full(&memcg->kmem);
	if (is_full(&memcg->memsw)) {
		charge->reached = OOM_LIMIT_MEMSW;
		charge->counter = &memcg->memsw;
	} else if (is_full(&memcg->kmem)) {
		charge->reached = OOM_LIMIT_KMEM;
		charge->counter = &memcg->kmem;
	}
}

/* Version 1 counts the cgroup itself, and in "total_..." the ones below it as well. */
static uint64_t stat(const struct oom_memcg *memcg, const char *name)
{
	char total[48];
	uint64_t bytes;

	snprintf(total, sizeof(total), "total_%s", name);
	bytes = oom_figure(&memcg->stats, total);
	return bytes == OOM_UNKNOWN ? oom_figure(&memcg->stats, name) : bytes;
}

static void take_kernel(const struct oom_memcg *memcg, struct oom_charge *charge)
{
	charge->slab_reclaimable = stat(memcg, "slab_reclaimable");
	charge->slab_unreclaimable = stat(memcg, "slab_unreclaimable");
	charge->pagetables = stat(memcg, "pagetables");
	charge->stacks = stat(memcg, "kernel_stack");
	charge->percpu = stat(memcg, "percpu");
	charge->sock = stat(memcg, "sock");
	charge->kernel = stat(memcg, "kernel");
	if (charge->kernel == OOM_UNKNOWN)
		charge->kernel = memcg->kmem.usage;
	/* Up to 5.17 version 2 had no sum of it. */
	if (charge->kernel == OOM_UNKNOWN) {
		charge->kernel = oom_plus(charge->slab_reclaimable, charge->slab_unreclaimable);
		charge->kernel = oom_plus(charge->kernel, charge->pagetables);
		charge->kernel = oom_plus(charge->kernel, charge->stacks);
		charge->kernel = oom_plus(charge->kernel, charge->percpu);
	}
}

static void take_pages(const struct oom_memcg *memcg, struct oom_charge *charge)
{
	/* From 5.3 to 6.2 version 1 too is told by the names of version 2. */
	bool first = oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
		     oom_figure(&memcg->stats, "anon") == OOM_UNKNOWN;
	uint64_t cache = stat(memcg, first ? "cache" : "file");

	charge->anon = stat(memcg, first ? "rss" : "anon");
	charge->shmem = stat(memcg, "shmem");
	/* Not a figure of its own yet, but on the anonymous lists without being anonymous. */
	if (first && charge->shmem == OOM_UNKNOWN)
		charge->shmem = oom_minus(oom_plus(stat(memcg, "active_anon"),
						   stat(memcg, "inactive_anon")), charge->anon);
	charge->file = oom_minus(cache, charge->shmem);
	charge->dirty = oom_plus(stat(memcg, first ? "dirty" : "file_dirty"),
				 stat(memcg, first ? "writeback" : "file_writeback"));
	charge->swap = stat(memcg, "swap");
	if (charge->swap == OOM_UNKNOWN && !first)
		charge->swap = memcg->swap.usage;
}

/*
 * Up to 5.2 there is a line of figures for each cgroup, without those of the cgroups below. Their
 * sum says little where most of the usage is in lines that the log does not have.
 */
static void judge_own(const struct oom_memcg *memcg, struct oom_charge *charge)
{
	uint64_t counted = oom_plus(oom_plus(charge->anon, charge->shmem), charge->file);

	counted = oom_plus(counted, charge->kernel);
	charge->own_only = counted != OOM_UNKNOWN &&
			   oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
			   oom_figure(&memcg->stats, "total_rss") == OOM_UNKNOWN &&
			   memcg->memory.usage != OOM_UNKNOWN &&
			   !oom_at_least(counted, 50, memcg->memory.usage);
	if (!charge->own_only && charge->file != OOM_UNKNOWN)
		charge->fixed = oom_minus(memcg->memory.usage, charge->file);
}

void oom_charge_take(const struct oom_report *report, struct oom_charge *ret_charge)
{
	const struct oom_memcg *memcg = &report->memcg;

	*ret_charge = (struct oom_charge){
		.version = oom_cgroup_version(report), .fixed = OOM_UNKNOWN,
	};
	find_limit(memcg, ret_charge);
	take_pages(memcg, ret_charge);
	take_kernel(memcg, ret_charge);
	judge_own(memcg, ret_charge);
}
