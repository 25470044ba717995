/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-memcg.c - what to change when a memory cgroup reached its limit */
#include <config.h>

#include "analysis/advice.h"
#include "lib/macros.h"

#define MUCH_SHMEM 15
#define MUCH_KERNEL 30
#define MOST_KERNEL 60
#define MUCH_DIRTY 25

/* Who held it, and that little of it could be dropped. */
static void advise_limit(struct oom_textbuf *buf, uint64_t limit)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const struct oom_task *task = buf->largest;
	bool large = task && oom_at_least(task->rss, 50, limit);
	bool fixed = oom_at_least(usage->fixed, 80, limit) &&
		     !oom_at_least(usage->kernel, MOST_KERNEL, limit);

	if (!large && !fixed)
		return;
	oom_sentence(buf, "Raise the limit of %s, or make what runs there need less:",
		     BYTES(limit));
	if (large)
		oom_append(buf, " %s alone held %s (%s of the limit)%s",
			   WHO(task->comm, task->pid), BYTES(task->rss), SHARE(task->rss, limit),
			   fixed ? ", and" : "");
	if (fixed)
		oom_append(buf, " %s%s of what it used was file cache, which can be dropped",
			   usage->file ? "only " : "nothing",
			   usage->file ? BYTES(usage->file) : "");
	oom_append(buf, ". How much it would have come to need, the log does not say.");
	oom_append_setting(buf);
	if (memcg->path && memcg->task_path && oom_path_below(memcg->task_path, memcg->path))
		oom_sentence(buf,
			     "A higher limit of %s would not help: the one above it was reached.",
			     oom_memcg_name((char[OOM_MEMCG_ROOM]){ 0 }, memcg->task_path,
					    &buf->task_owner));
	oom_advice(buf, large ? task->rss : oom_minus(usage->fixed, usage->kernel));
}

/* The largest part of the kernel's memory, and what makes it grow. */
static void advise_kernel(struct oom_textbuf *buf, uint64_t limit)
{
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	const struct oom_part parts[] = {
		{ "unreclaimable slab (open files, sockets, threads)",
		  usage->slab_unreclaimable },
		{ "reclaimable slab (inodes, directory entries)", usage->slab_reclaimable },
		{ "page tables (large or shared mappings in many processes)", usage->pagetables },
		{ "kernel stacks (threads)", usage->stacks },
		{ "per-CPU data (cgroups, BPF maps)", usage->percpu },
	}, *most = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].bytes != OOM_UNKNOWN && parts[i].bytes &&
		    (!most || parts[i].bytes > most->bytes))
			most = &parts[i];
	oom_sentence(buf,
		     "Look at the kernel's memory, not at the processes: it took %s (%s of the limit)",
		     BYTES(usage->kernel), SHARE(usage->kernel, limit));
	if (most)
		oom_append(buf, ", most of it %s: %s", most->name, BYTES(most->bytes));
	oom_append(buf, ".");
	oom_advice(buf, usage->kernel);
}

void oom_advise_memcg(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *machine = &buf->memory_usage;
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	uint64_t limit = usage->counter->unlimited ? OOM_UNKNOWN : usage->counter->limit;
	const struct oom_sum *sum = oom_many_of_one_name(buf, limit);

	buf->first_advice = buf->explanation->count;
	if (!usage->own_only && oom_at_least(usage->kernel, MUCH_KERNEL, limit))
		advise_kernel(buf, limit);
	if (limit != OOM_UNKNOWN)
		advise_limit(buf, limit);
	if (sum) {
		oom_sentence(buf,
			     "Run fewer of them: %zu processes called %s had %s together with swap and page tables (%s of the limit), shared pages counted for each.",
			     sum->tasks, NAME(sum->comm), BYTES(sum->held),
			     SHARE(sum->held, limit));
		oom_advice(buf, sum->held);
	}
	if (!usage->own_only && oom_at_least(usage->shmem, MUCH_SHMEM, limit)) {
		oom_sentence(buf,
			     "Look for files in tmpfs, /dev/shm, memory-backed volumes (emptyDir with medium Memory) and memfds: shared memory of %s is charged here (%s of the limit), and what is in a file outlives every kill.",
			     BYTES(usage->shmem), SHARE(usage->shmem, limit));
		oom_append_unmapped(buf, usage->shmem);
		oom_advice(buf, usage->shmem);
	}
	if (oom_at_least(usage->dirty, MUCH_DIRTY, limit)) {
		oom_sentence(buf,
			     "Write in smaller portions (fsync, O_DIRECT) or to faster storage: %s of file cache was waiting to be written (%s of the limit).",
			     BYTES(usage->dirty), SHARE(usage->dirty, limit));
		oom_advice(buf, usage->dirty);
	}
	/* Old kernels show the machine's memory in a cgroup's report too. */
	if (limit != OOM_UNKNOWN && machine->free != OOM_UNKNOWN && machine->free >= limit) {
		oom_sentence(buf, "The machine has room for a higher limit: %s was free",
			     BYTES(machine->free));
		if (machine->ram != OOM_UNKNOWN)
			oom_append(buf, " of %s", BYTES(machine->ram));
		oom_append(buf, ".");
		oom_advice(buf, 0);
	}
}
