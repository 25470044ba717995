/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-memory.c - where all the memory was: the machine's, or a memory cgroup's */
#include <config.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

static void explain_machine(struct oom_textbuf *buf)
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
	bool known = usage->anon != OOM_UNKNOWN || usage->file != OOM_UNKNOWN;

	if (!known && usage->free == OOM_UNKNOWN)
		return;
	if (known && usage->ram != OOM_UNKNOWN)
		oom_sentence(buf, "Of %s RAM: ", BYTES(usage->ram));
	else if (known)
		oom_sentence(buf, "The machine had: ");
	if (known && !oom_append_parts(buf, parts, ARRAY_SIZE(parts), usage->ram))
		oom_append(buf, "hardly anything");
	if (known)
		oom_append(buf, ".");
	if (usage->free != OOM_UNKNOWN)
		oom_sentence(buf, "Free: %s.", BYTES(usage->free));
	if (usage->swap_total == OOM_UNKNOWN || !usage->swap_total)
		return;
	if (usage->swap_free != OOM_UNKNOWN)
		oom_sentence(buf, "Swap: %s, of which %s free.", BYTES(usage->swap_total),
			     BYTES(usage->swap_free));
	else
		oom_sentence(buf, "Swap: %s.", BYTES(usage->swap_total));
}

/* What was it that the limit was full of, and could any of it be dropped? */
static void append_charge(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	bool shmem = usage->shmem != OOM_UNKNOWN;
	struct oom_part parts[] = {
		{ "anonymous", usage->anon },
		{ "shared memory and tmpfs", usage->shmem },
		{ shmem ? "file cache" : "file cache and shared memory", usage->file },
		{ "kernel memory", usage->kernel },
		{ "network buffers", usage->sock },
	};
	uint64_t whole = memcg->memory.usage;

	if (whole == OOM_UNKNOWN)
		whole = memcg->memory.limit;
	if (whole != OOM_UNKNOWN)
		oom_sentence(buf, "Of %s: ", BYTES(whole));
	else
		oom_sentence(buf, "It had ");
	if (!oom_append_parts(buf, parts, ARRAY_SIZE(parts), whole))
		oom_append(buf, "hardly anything that memory.stat counts");
	oom_append(buf, ".");
	if (usage->swap != OOM_UNKNOWN && usage->swap)
		oom_sentence(buf, "In swap: %s.", BYTES(usage->swap));
}

static void explain_memcg(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	struct oom_part parts[] = {
		{ "reclaimable slab", usage->slab_reclaimable },
		{ "unreclaimable slab", usage->slab_unreclaimable },
		{ "page tables", usage->pagetables },
		{ "stacks", usage->stacks },
		{ "per-CPU data", usage->percpu },
	};

	if (usage->anon == OOM_UNKNOWN && usage->file == OOM_UNKNOWN)
		return;
	if (usage->own_only) {
		oom_sentence(buf, "Most of its memory was in cgroups below it whose figures the "
			     "log does not have.");
		return;
	}
	append_charge(buf);
	if (oom_at_least(usage->kernel, 10, memcg->memory.usage) &&
	    (usage->slab_unreclaimable != OOM_UNKNOWN || usage->pagetables != OOM_UNKNOWN)) {
		oom_sentence(buf, "Of the kernel memory: ");
		if (!oom_append_parts(buf, parts, ARRAY_SIZE(parts), usage->kernel))
			oom_append(buf, "nothing large in any count");
		oom_append(buf, ".");
	}
	if (usage->fixed == OOM_UNKNOWN || memcg->memory.limit == OOM_UNKNOWN ||
	    memcg->memory.unlimited)
		return;
	if (oom_at_least(usage->fixed, 80, memcg->memory.limit) && usage->file)
		oom_sentence(buf, "Only %s was file cache, which can be dropped.",
			     BYTES(usage->file));
	else if (oom_at_least(usage->fixed, 80, memcg->memory.limit))
		oom_sentence(buf, "None of it was file cache, which can be dropped.");
	if (oom_at_least(usage->dirty, 25, memcg->memory.limit))
		oom_sentence(buf, "%s of the file cache was dirty or being written.",
			     BYTES(usage->dirty));
}

void oom_explain_memory(struct oom_textbuf *buf)
{
	if (buf->report->scope == OOM_SCOPE_MEMCG)
		explain_memcg(buf);
	else
		explain_machine(buf);
	oom_paragraph(buf, OOM_SECTION_MEMORY);
}
