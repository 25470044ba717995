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

static void find_limit(const struct oom_memcg *memcg, struct oom_memcg_usage *usage)
{
	const struct oom_counter *memory = &memcg->memory;

	usage->counter = memory;
	if (memcg_usage_is_full(memory))
		return;
	if (memcg_usage_is_full(&memcg->memsw)) {
		usage->reached = OOM_LIMIT_MEMSW;
		usage->counter = &memcg->memsw;
	} else if (memcg_usage_is_full(&memcg->kmem)) {
		usage->reached = OOM_LIMIT_KMEM;
		usage->counter = &memcg->kmem;
	} else {
		/* Less than nine tenths are used: not even a huge page would fill up the rest. */
		usage->below = !memory->unlimited && memory->usage != OOM_UNKNOWN &&
			       memory->limit != OOM_UNKNOWN &&
			       memory->usage < memory->limit / 10 * 9 &&
			       memory->limit - memory->usage > NEAR_BYTES;
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

static void take_kernel(const struct oom_memcg *memcg, struct oom_memcg_usage *usage)
{
	usage->slab_reclaimable = memcg_stat(memcg, "slab_reclaimable");
	usage->slab_unreclaimable = memcg_stat(memcg, "slab_unreclaimable");
	usage->pagetables = memcg_stat(memcg, "pagetables");
	usage->stacks = memcg_stat(memcg, "kernel_stack");
	usage->percpu = memcg_stat(memcg, "percpu");
	usage->sock = memcg_stat(memcg, "sock");
	usage->kernel = memcg_stat(memcg, "kernel");
	if (usage->kernel == OOM_UNKNOWN)
		usage->kernel = memcg->kmem.usage;
	/* Up to 5.17 version 2 had no sum of it. */
	if (usage->kernel == OOM_UNKNOWN) {
		usage->kernel = oom_plus(usage->slab_reclaimable, usage->slab_unreclaimable);
		usage->kernel = oom_plus(usage->kernel, usage->pagetables);
		usage->kernel = oom_plus(usage->kernel, usage->stacks);
		usage->kernel = oom_plus(usage->kernel, usage->percpu);
	}
}

static void take_pages(const struct oom_memcg *memcg, struct oom_memcg_usage *usage)
{
	/* From 5.3 to 6.2 version 1 too is told by the names of version 2. */
	bool first = oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
		     oom_figure(&memcg->stats, "anon") == OOM_UNKNOWN;
	uint64_t cache = memcg_stat(memcg, first ? "cache" : "file");

	usage->anon = memcg_stat(memcg, first ? "rss" : "anon");
	usage->shmem = memcg_stat(memcg, "shmem");
	/* Not a figure of its own yet, but on the anonymous lists without being anonymous. */
	if (first && usage->shmem == OOM_UNKNOWN)
		usage->shmem = oom_minus(oom_plus(memcg_stat(memcg, "active_anon"),
						  memcg_stat(memcg, "inactive_anon")),
					 usage->anon);
	usage->file = oom_minus(cache, usage->shmem);
	usage->dirty = oom_plus(memcg_stat(memcg, first ? "dirty" : "file_dirty"),
				memcg_stat(memcg, first ? "writeback" : "file_writeback"));
	usage->swap = memcg_stat(memcg, "swap");
	if (usage->swap == OOM_UNKNOWN && !first)
		usage->swap = memcg->swap.usage;
}

void oom_memcg_usage_get(const struct oom_report *report, struct oom_memcg_usage *ret_usage)
{
	const struct oom_memcg *memcg = &report->memcg;
	struct oom_memcg_usage usage = {
		.version = oom_cgroup_version(report), .fixed = OOM_UNKNOWN,
	};
	uint64_t counted;

	find_limit(memcg, &usage);
	take_pages(memcg, &usage);
	take_kernel(memcg, &usage);
	/*
	 * Up to 5.2 there is a line of figures for each cgroup, without those of the cgroups
	 * below. Their sum says little where most of the usage is in lines that the log lacks.
	 */
	counted = oom_plus(oom_plus(oom_plus(usage.anon, usage.shmem), usage.file), usage.kernel);
	usage.own_only = counted != OOM_UNKNOWN &&
			 oom_figure(&memcg->stats, "rss") != OOM_UNKNOWN &&
			 oom_figure(&memcg->stats, "total_rss") == OOM_UNKNOWN &&
			 memcg->memory.usage != OOM_UNKNOWN &&
			 !oom_at_least(counted, 50, memcg->memory.usage);
	if (!usage.own_only && usage.file != OOM_UNKNOWN)
		usage.fixed = oom_minus(memcg->memory.usage, usage.file);
	*ret_usage = usage;
}
