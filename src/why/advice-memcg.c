/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-memcg.c - what to change when a memory cgroup reached its limit */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "why/advice.h"

#define MUCH_SHMEM 15
#define MUCH_KERNEL 30
#define MOST_KERNEL 60
#define MUCH_DIRTY 25

static uint64_t limit_of(const struct oom_telling *telling)
{
	const struct oom_counter *counter = telling->charge.counter;

	return counter->unlimited ? OOM_UNKNOWN : counter->limit;
}

/* The process that holds most, if that is much of the limit. */
static const struct oom_task *large_task(const struct oom_telling *telling)
{
	const struct oom_task *task = oom_largest_task(telling->report);

	return task && oom_at_least(task->rss, 50, limit_of(telling)) ? task : NULL;
}

/* What the advice rests on: who held it, and that little of it could be dropped. */
static void say_need(struct oom_telling *telling, const struct oom_task *task, bool fixed)
{
	const struct oom_charge *charge = &telling->charge;
	uint64_t limit = limit_of(telling);

	if (task)
		oom_more(telling, " %s alone held %s (%s of the limit)%s",
			 WHO(task->comm, task->pid), SAY(task->rss),
			 SHARE(task->rss, limit), fixed ? ", and" : "");
	if (fixed && charge->file)
		oom_more(telling, " only %s of what it used was file cache, which can be dropped",
			 SAY(charge->file));
	else if (fixed)
		oom_more(telling, " nothing of what it used was file cache, which can be dropped");
}

static void advise_limit(struct oom_telling *telling)
{
	const struct oom_memcg *memcg = &telling->report->memcg;
	const struct oom_charge *charge = &telling->charge;
	uint64_t limit = limit_of(telling);
	const struct oom_task *task = large_task(telling);
	bool fixed = oom_at_least(charge->fixed, 80, limit) &&
		     !oom_at_least(charge->kernel, MOST_KERNEL, limit);

	telling->weight = task ? task->rss : oom_minus(charge->fixed, charge->kernel);
	if (limit == OOM_UNKNOWN || (!task && !fixed))
		return;
	oom_say(telling, "Raise the limit of %s, or make what runs there need less:", SAY(limit));
	say_need(telling, task, fixed);
	oom_more(telling, ". How much it would have come to need, the log does not say.");
	oom_say_setting(telling);
	if (memcg->path && memcg->task_path && oom_path_below(memcg->task_path, memcg->path))
		oom_say(telling, "A higher limit of %s would not help: the one above it was "
			"reached.", MEMCG_NAME(memcg->task_path));
}

static void advise_shmem(struct oom_telling *telling)
{
	const struct oom_charge *charge = &telling->charge;

	telling->weight = charge->shmem;
	if (charge->own_only || !oom_at_least(charge->shmem, MUCH_SHMEM, limit_of(telling)))
		return;
	oom_say(telling, "Look for files in tmpfs, /dev/shm, memory-backed volumes (emptyDir with "
		"medium Memory) and memfds: shared memory of %s is charged here (%s of the "
		"limit), and what is in a file outlives every kill.", SAY(charge->shmem),
		SHARE(charge->shmem, limit_of(telling)));
	oom_say_unmapped(telling, charge->shmem);
}

/* The largest part of the kernel's memory, and what makes it grow. */
static void advise_kernel(struct oom_telling *telling)
{
	const struct oom_charge *charge = &telling->charge;
	const struct { uint64_t bytes; const char *what; } parts[] = {
		{ charge->slab_unreclaimable, "unreclaimable slab (open files, sockets, "
					      "threads)" },
		{ charge->slab_reclaimable, "reclaimable slab (inodes, directory entries)" },
		{ charge->pagetables, "page tables (large or shared mappings in many processes)" },
		{ charge->stacks, "kernel stacks (threads)" },
		{ charge->percpu, "per-CPU data (cgroups, BPF maps)" },
	};
	size_t most = 0;

	telling->weight = charge->kernel;
	if (charge->own_only || !oom_at_least(charge->kernel, MUCH_KERNEL, limit_of(telling)))
		return;
	for (size_t i = 1; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].bytes != OOM_UNKNOWN &&
		    (parts[most].bytes == OOM_UNKNOWN || parts[i].bytes > parts[most].bytes))
			most = i;
	oom_say(telling, "Look at the kernel's memory, not at the processes: it took %s (%s of "
		"the limit)",
		SAY(charge->kernel), SHARE(charge->kernel, limit_of(telling)));
	if (parts[most].bytes != OOM_UNKNOWN && parts[most].bytes)
		oom_more(telling, ", most of it %s: %s", parts[most].what, SAY(parts[most].bytes));
	oom_more(telling, ".");
}

static void advise_many(struct oom_telling *telling)
{
	const struct oom_sum *sum = oom_many_of_one_name(telling, limit_of(telling));

	telling->weight = sum ? sum->held : 0;
	if (sum)
		oom_say(telling, "Run fewer of them: %zu processes called %s had %s together "
			"with swap and page tables (%s of the limit), shared pages counted for "
			"each.", sum->tasks, NAME(sum->comm),
			SAY(sum->held), SHARE(sum->held, limit_of(telling)));
}

static void advise_dirty(struct oom_telling *telling)
{
	const struct oom_charge *charge = &telling->charge;

	telling->weight = charge->dirty;
	if (oom_at_least(charge->dirty, MUCH_DIRTY, limit_of(telling)))
		oom_say(telling, "Write in smaller portions (fsync, O_DIRECT) or to faster "
			"storage: %s of file cache was waiting to be written (%s of the "
			"limit).", SAY(charge->dirty),
			SHARE(charge->dirty, limit_of(telling)));
}

/* Old kernels show the machine's memory in a cgroup's report too. */
static void advise_room(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	uint64_t limit = limit_of(telling);

	if (limit == OOM_UNKNOWN || picture->free == OOM_UNKNOWN || picture->free < limit)
		return;
	oom_say(telling, "The machine has room for a higher limit: %s was "
		"free", SAY(picture->free));
	if (picture->ram != OOM_UNKNOWN)
		oom_more(telling, " of %s", SAY(picture->ram));
	oom_more(telling, ".");
}

void oom_advise_memcg(struct oom_telling *telling)
{
	static oom_adviser *const advisers[] = {
		advise_kernel, advise_limit, advise_many, advise_shmem, advise_dirty, advise_room,
	};

	oom_advise_by(telling, advisers, sizeof(advisers) / sizeof(advisers[0]));
}
