/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-memory.c - where all the memory was: the machine's, or a memory cgroup's */
#include <config.h>

#include "analysis/explain-parts.h"

static void append_free_swap(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	if (memory_usage->free != OOM_UNKNOWN)
		oom_sentence(buf, "Free: %s.", BYTES(memory_usage->free));
	if (memory_usage->swap_total == OOM_UNKNOWN)
		return;
	if (memory_usage->swap_total && memory_usage->swap_free != OOM_UNKNOWN)
		oom_sentence(buf, "Swap: %s, of which %s free.", BYTES(memory_usage->swap_total),
			     BYTES(memory_usage->swap_free));
	else if (memory_usage->swap_total)
		oom_sentence(buf, "Swap: %s.", BYTES(memory_usage->swap_total));
}

static void explain_machine(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t shmem = memory_usage->shmem;
	bool split = memory_usage->anon != OOM_UNKNOWN && shmem <= memory_usage->anon;
	struct oom_part parts[] = {
		{ split ? "anonymous" : "anonymous and shared",
		  split ? oom_minus(memory_usage->anon, shmem) : memory_usage->anon },
		{ "shared memory and tmpfs", split ? shmem : OOM_UNKNOWN },
		{ "file cache", memory_usage->file },
		{ "unevictable", memory_usage->unevictable },
		{ "slab", memory_usage->slab },
		{ "reclaimable slab", memory_usage->slab_reclaimable },
		{ "unreclaimable slab", memory_usage->slab_unreclaimable },
		{ "page tables", memory_usage->pagetables },
		{ "kernel stacks", memory_usage->stacks },
		{ "hugetlb pages", memory_usage->hugetlb },
		{ "in no count", memory_usage->unaccounted },
	};

	if (memory_usage->anon == OOM_UNKNOWN && memory_usage->file == OOM_UNKNOWN) {
		if (memory_usage->free != OOM_UNKNOWN)
			append_free_swap(buf);
		oom_paragraph(buf, OOM_SECTION_MEMORY);
		return;
	}
	if (memory_usage->ram != OOM_UNKNOWN)
		oom_sentence(buf, "Of %s RAM: ", BYTES(memory_usage->ram));
	else
		oom_sentence(buf, "The machine had: ");
	if (!oom_append_parts(buf, parts, sizeof(parts) / sizeof(parts[0]), memory_usage->ram))
		oom_append(buf, "hardly anything");
	oom_append(buf, ".");
	append_free_swap(buf);
	oom_paragraph(buf, OOM_SECTION_MEMORY);
}

/* What was it that the limit was full of, and could any of it be dropped? */
static void append_charge(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	bool shmem = memcg_usage->shmem != OOM_UNKNOWN;
	struct oom_part parts[] = {
		{ "anonymous", memcg_usage->anon },
		{ "shared memory and tmpfs", memcg_usage->shmem },
		{ shmem ? "file cache" : "file cache and shared memory", memcg_usage->file },
		{ "kernel memory", memcg_usage->kernel },
		{ "network buffers", memcg_usage->sock },
	};
	uint64_t whole = memcg->memory.usage;

	if (whole == OOM_UNKNOWN)
		whole = memcg->memory.limit;
	if (whole != OOM_UNKNOWN)
		oom_sentence(buf, "Of %s: ", BYTES(whole));
	else
		oom_sentence(buf, "It had ");
	if (!oom_append_parts(buf, parts, sizeof(parts) / sizeof(parts[0]), whole))
		oom_append(buf, "hardly anything that memory.stat counts");
	oom_append(buf, ".");
	if (memcg_usage->swap != OOM_UNKNOWN && memcg_usage->swap)
		oom_sentence(buf, "In swap: %s.", BYTES(memcg_usage->swap));
}

static void usage_append_kernel(struct oom_textbuf *buf)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	struct oom_part parts[] = {
		{ "reclaimable slab", memcg_usage->slab_reclaimable },
		{ "unreclaimable slab", memcg_usage->slab_unreclaimable },
		{ "page tables", memcg_usage->pagetables },
		{ "stacks", memcg_usage->stacks },
		{ "per-CPU data", memcg_usage->percpu },
	};

	if (!oom_at_least(memcg_usage->kernel, 10, buf->report->memcg.memory.usage))
		return;
	if (memcg_usage->slab_unreclaimable == OOM_UNKNOWN && memcg_usage->pagetables ==
	    OOM_UNKNOWN)
		return;
	oom_sentence(buf, "Of the kernel memory: ");
	if (!oom_append_parts(buf, parts, sizeof(parts) / sizeof(parts[0]), memcg_usage->kernel))
		oom_append(buf, "nothing large in any count");
	oom_append(buf, ".");
}

static void append_fixed(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;

	if (memcg_usage->fixed == OOM_UNKNOWN || memcg->memory.limit == OOM_UNKNOWN ||
	    memcg->memory.unlimited)
		return;
	if (oom_at_least(memcg_usage->fixed, 80, memcg->memory.limit))
		oom_sentence(buf, memcg_usage->file
			     ? "Only %s was file cache, which can be dropped."
					      : "None of it was file cache, which can be dropped.",
			BYTES(memcg_usage->file));
	if (oom_at_least(memcg_usage->dirty, 25, memcg->memory.limit))
		oom_sentence(buf, "%s of the file cache was dirty or being written.",
			     BYTES(memcg_usage->dirty));
}

static void explain_memcg(struct oom_textbuf *buf)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;

	if (memcg_usage->anon == OOM_UNKNOWN && memcg_usage->file == OOM_UNKNOWN)
		return;
	if (memcg_usage->own_only) {
		oom_sentence(buf, "Most of its memory was in cgroups below it whose figures the "
			     "log does not have.");
	} else {
		append_charge(buf);
		usage_append_kernel(buf);
		append_fixed(buf);
	}
	oom_paragraph(buf, OOM_SECTION_MEMORY);
}

void oom_explain_memory(struct oom_textbuf *buf)
{
	if (buf->report->scope == OOM_SCOPE_MEMCG)
		explain_memcg(buf);
	else
		explain_machine(buf);
}
