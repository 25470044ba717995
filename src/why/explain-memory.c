/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-memory.c - where all the memory was: the machine's, or a memory cgroup's */
#include <config.h>

#include "why/explain-parts.h"

static void say_free_swap(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	if (picture->free != OOM_UNKNOWN)
		oom_say(telling, "Free: %s.", SAY(picture->free));
	if (picture->swap_total == OOM_UNKNOWN)
		return;
	if (picture->swap_total && picture->swap_free != OOM_UNKNOWN)
		oom_say(telling, "Swap: %s, of which %s free.", SAY(picture->swap_total),
			SAY(picture->swap_free));
	else if (picture->swap_total)
		oom_say(telling, "Swap: %s.", SAY(picture->swap_total));
}

static void tell_machine(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	uint64_t shmem = picture->shmem;
	bool split = picture->anon != OOM_UNKNOWN && shmem <= picture->anon;
	struct oom_part parts[] = {
		{ split ? "anonymous" : "anonymous and shared",
		  split ? oom_minus(picture->anon, shmem) : picture->anon },
		{ "shared memory and tmpfs", split ? shmem : OOM_UNKNOWN },
		{ "file cache", picture->file },
		{ "unevictable", picture->unevictable },
		{ "slab", picture->slab },
		{ "reclaimable slab", picture->slab_reclaimable },
		{ "unreclaimable slab", picture->slab_unreclaimable },
		{ "page tables", picture->pagetables },
		{ "kernel stacks", picture->stacks },
		{ "hugetlb pages", picture->hugetlb },
		{ "in no count", picture->unaccounted },
	};

	if (picture->anon == OOM_UNKNOWN && picture->file == OOM_UNKNOWN) {
		if (picture->free != OOM_UNKNOWN)
			say_free_swap(telling);
		oom_paragraph(telling, OOM_HEAD_MEMORY);
		return;
	}
	if (picture->ram != OOM_UNKNOWN)
		oom_say(telling, "Of %s RAM: ", SAY(picture->ram));
	else
		oom_say(telling, "The machine had: ");
	if (!oom_more_parts(telling, parts, sizeof(parts) / sizeof(parts[0]), picture->ram))
		oom_more(telling, "hardly anything");
	oom_more(telling, ".");
	say_free_swap(telling);
	oom_paragraph(telling, OOM_HEAD_MEMORY);
}

/* What was it that the limit was full of, and could any of it be dropped? */
static void say_charge(struct oom_telling *telling)
{
	const struct oom_memcg *memcg = &telling->report->memcg;
	const struct oom_charge *charge = &telling->charge;
	bool shmem = charge->shmem != OOM_UNKNOWN;
	struct oom_part parts[] = {
		{ "anonymous", charge->anon },
		{ "shared memory and tmpfs", charge->shmem },
		{ shmem ? "file cache" : "file cache and shared memory", charge->file },
		{ "kernel memory", charge->kernel },
		{ "network buffers", charge->sock },
	};
	uint64_t whole = memcg->memory.usage;

	if (whole == OOM_UNKNOWN)
		whole = memcg->memory.limit;
	if (whole != OOM_UNKNOWN)
		oom_say(telling, "Of %s: ", SAY(whole));
	else
		oom_say(telling, "It had ");
	if (!oom_more_parts(telling, parts, sizeof(parts) / sizeof(parts[0]), whole))
		oom_more(telling, "hardly anything that memory.stat counts");
	oom_more(telling, ".");
	if (charge->swap != OOM_UNKNOWN && charge->swap)
		oom_say(telling, "In swap: %s.", SAY(charge->swap));
}

static void say_kernel(struct oom_telling *telling)
{
	const struct oom_charge *charge = &telling->charge;
	struct oom_part parts[] = {
		{ "reclaimable slab", charge->slab_reclaimable },
		{ "unreclaimable slab", charge->slab_unreclaimable },
		{ "page tables", charge->pagetables },
		{ "stacks", charge->stacks },
		{ "per-CPU data", charge->percpu },
	};

	if (!oom_at_least(charge->kernel, 10, telling->report->memcg.memory.usage))
		return;
	if (charge->slab_unreclaimable == OOM_UNKNOWN && charge->pagetables == OOM_UNKNOWN)
		return;
	oom_say(telling, "Of the kernel memory: ");
	if (!oom_more_parts(telling, parts, sizeof(parts) / sizeof(parts[0]), charge->kernel))
		oom_more(telling, "nothing large in any count");
	oom_more(telling, ".");
}

static void say_fixed(struct oom_telling *telling)
{
	const struct oom_memcg *memcg = &telling->report->memcg;
	const struct oom_charge *charge = &telling->charge;

	if (charge->fixed == OOM_UNKNOWN || memcg->memory.limit == OOM_UNKNOWN ||
	    memcg->memory.unlimited)
		return;
	if (oom_at_least(charge->fixed, 80, memcg->memory.limit))
		oom_say(telling, charge->file ? "Only %s was file cache, which can be dropped."
					      : "None of it was file cache, which can be dropped.",
			SAY(charge->file));
	if (oom_at_least(charge->dirty, 25, memcg->memory.limit))
		oom_say(telling, "%s of the file cache was dirty or being written.",
			SAY(charge->dirty));
}

static void tell_memcg(struct oom_telling *telling)
{
	const struct oom_charge *charge = &telling->charge;

	if (charge->anon == OOM_UNKNOWN && charge->file == OOM_UNKNOWN)
		return;
	if (charge->own_only) {
		oom_say(telling, "Most of its memory was in cgroups below it whose figures the "
			"log does not have.");
	} else {
		say_charge(telling);
		say_kernel(telling);
		say_fixed(telling);
	}
	oom_paragraph(telling, OOM_HEAD_MEMORY);
}

void oom_tell_memory(struct oom_telling *telling)
{
	if (telling->report->scope == OOM_SCOPE_MEMCG)
		tell_memcg(telling);
	else
		tell_machine(telling);
}
