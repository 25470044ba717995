/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-memcg.c - what to change when a memory cgroup reached its limit */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/advice.h"
#include "lib/macros.h"

#define MUCH_SHMEM 15
#define MUCH_KERNEL 30
#define MOST_KERNEL 60
#define MUCH_DIRTY 25

static uint64_t limit_of(const struct oom_textbuf *buf)
{
	const struct oom_counter *counter = buf->memcg_usage.counter;

	return counter->unlimited ? OOM_UNKNOWN : counter->limit;
}

/* The process that holds most, if that is much of the limit. */
static const struct oom_task *large_task(const struct oom_textbuf *buf)
{
	const struct oom_task *task = oom_largest_task(buf->report);

	return task && oom_at_least(task->rss, 50, limit_of(buf)) ? task : NULL;
}

/* What the advice rests on: who held it, and that little of it could be dropped. */
static void append_need(struct oom_textbuf *buf, const struct oom_task *task, bool fixed)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	uint64_t limit = limit_of(buf);

	if (task)
		oom_append(buf, " %s alone held %s (%s of the limit)%s",
			   WHO(task->comm, task->pid), BYTES(task->rss),
			   SHARE(task->rss, limit), fixed ? ", and" : "");
	if (fixed && memcg_usage->file)
		oom_append(buf, " only %s of what it used was file cache, which can be dropped",
			   BYTES(memcg_usage->file));
	else if (fixed)
		oom_append(buf, " nothing of what it used was file cache, which can be dropped");
}

static void advise_limit(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	uint64_t limit = limit_of(buf);
	const struct oom_task *task = large_task(buf);
	bool fixed = oom_at_least(memcg_usage->fixed, 80, limit) &&
		     !oom_at_least(memcg_usage->kernel, MOST_KERNEL, limit);

	buf->weight = task ? task->rss : oom_minus(memcg_usage->fixed, memcg_usage->kernel);
	if (limit == OOM_UNKNOWN || (!task && !fixed))
		return;
	oom_sentence(buf, "Raise the limit of %s, or make what runs there need less:",
		     BYTES(limit));
	append_need(buf, task, fixed);
	oom_append(buf, ". How much it would have come to need, the log does not say.");
	oom_append_setting(buf);
	if (memcg->path && memcg->task_path && oom_path_below(memcg->task_path, memcg->path))
		oom_sentence(buf,
			     "A higher limit of %s would not help: the one above it was reached.",
			     MEMCG_NAME(memcg->task_path));
}

static void memcg_advise_shmem(struct oom_textbuf *buf)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;

	buf->weight = memcg_usage->shmem;
	if (memcg_usage->own_only || !oom_at_least(memcg_usage->shmem, MUCH_SHMEM, limit_of(buf)))
		return;
	oom_sentence(buf,
		     "Look for files in tmpfs, /dev/shm, "
		     "memory-backed volumes (emptyDir with medium Memory) and memfds: "
		     "shared memory of %s is charged here (%s of the limit), "
		     "and what is in a file outlives every kill.", BYTES(memcg_usage->shmem),
		SHARE(memcg_usage->shmem, limit_of(buf)));
	oom_append_unmapped(buf, memcg_usage->shmem);
}

/* The largest part of the kernel's memory, and what makes it grow. */
static void advise_kernel(struct oom_textbuf *buf)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	const struct { uint64_t bytes; const char *what; } parts[] = {
		{ memcg_usage->slab_unreclaimable, "unreclaimable slab (open files, sockets, "
					      "threads)" },
		{ memcg_usage->slab_reclaimable, "reclaimable slab (inodes, directory entries)" },
		{ memcg_usage->pagetables,
		"page tables (large or shared mappings in many processes)" },
		{ memcg_usage->stacks, "kernel stacks (threads)" },
		{ memcg_usage->percpu, "per-CPU data (cgroups, BPF maps)" },
	};
	size_t most = 0;

	buf->weight = memcg_usage->kernel;
	if (memcg_usage->own_only ||
	    !oom_at_least(memcg_usage->kernel, MUCH_KERNEL, limit_of(buf)))
		return;
	for (size_t i = 1; i < ARRAY_SIZE(parts); i++)
		if (parts[i].bytes != OOM_UNKNOWN &&
		    (parts[most].bytes == OOM_UNKNOWN || parts[i].bytes > parts[most].bytes))
			most = i;
	oom_sentence(buf,
		     "Look at the kernel's memory, not at the processes: "
		     "it took %s (%s of the limit)",
		     BYTES(memcg_usage->kernel), SHARE(memcg_usage->kernel, limit_of(buf)));
	if (parts[most].bytes != OOM_UNKNOWN && parts[most].bytes)
		oom_append(buf, ", most of it %s: %s", parts[most].what, BYTES(parts[most].bytes));
	oom_append(buf, ".");
}

static void memcg_advise_many(struct oom_textbuf *buf)
{
	const struct oom_sum *sum = oom_many_of_one_name(buf, limit_of(buf));

	buf->weight = sum ? sum->held : 0;
	if (sum)
		oom_sentence(buf,
			"Run fewer of them: %zu processes called %s had %s together with swap "
			"and page tables (%s of the limit), shared pages counted for each.",
			sum->tasks, NAME(sum->comm),
			BYTES(sum->held), SHARE(sum->held, limit_of(buf)));
}

static void memcg_advise_dirty(struct oom_textbuf *buf)
{
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;

	buf->weight = memcg_usage->dirty;
	if (oom_at_least(memcg_usage->dirty, MUCH_DIRTY, limit_of(buf)))
		oom_sentence(buf,
			     "Write in smaller portions (fsync, O_DIRECT) or to faster storage: "
			     "%s of file cache was waiting to be written (%s of the limit).",
			     BYTES(memcg_usage->dirty),
			     SHARE(memcg_usage->dirty, limit_of(buf)));
}

/* Old kernels show the machine's memory in a cgroup's report too. */
static void advise_room(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t limit = limit_of(buf);

	if (limit == OOM_UNKNOWN || memory_usage->free == OOM_UNKNOWN ||
	    memory_usage->free < limit)
		return;
	oom_sentence(buf,
		     "The machine has room for a higher limit: %s was free",
		     BYTES(memory_usage->free));
	if (memory_usage->ram != OOM_UNKNOWN)
		oom_append(buf, " of %s", BYTES(memory_usage->ram));
	oom_append(buf, ".");
}

void oom_advise_memcg(struct oom_textbuf *buf)
{
	static oom_adviser *const advisers[] = {
		advise_kernel, advise_limit, memcg_advise_many, memcg_advise_shmem,
		memcg_advise_dirty, advise_room,
	};

	oom_advise_by(buf, advisers, ARRAY_SIZE(advisers), false);
}
