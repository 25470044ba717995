/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - what to change, each advice with the figure that it rests on */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

/* Tasks with one name that are a service with many workers rather than a program with helpers. */
#define MANY_TASKS 5

/* A process that holds this much of RAM is the machine's trouble, whoever was killed. */
#define LONE_SHARE 40
#define NODES_FACTOR 4

/* Below this an absolute size is no cause of a machine's trouble. */
#define LARGE (UINT64_C(64) << 20)

/* Of the limit of a memory cgroup, in percent. */
#define MUCH_SHMEM 15
#define MUCH_KERNEL 30
#define MOST_KERNEL 60
#define MUCH_DIRTY 25

/* The name of many tasks that hold much of WHOLE together, none of them most of it; or NULL. */
static const struct oom_sum *find_many_of_one_name(const struct oom_textbuf *buf, uint64_t whole)
{
	const struct oom_sum *sum = buf->ranking->sums;

	if (!buf->ranking->sum_count || sum->tasks < MANY_TASKS || !buf->largest ||
	    !oom_at_least(sum->held, 40, whole) || oom_task_held(buf->largest) > sum->held / 2)
		return NULL;
	return sum;
}

/* How little of SHMEM the processes have mapped, if it is little and the table tells. */
static void explain_unmapped(struct oom_textbuf *buf, uint64_t shmem)
{
	const struct oom_report *report = buf->report;
	uint64_t mapped = 0;

	if (!report->columns.rss_kinds || !oom_table_whole(report))
		return;
	for (size_t i = 0; i < report->task_count; i++)
		mapped = oom_plus(mapped, report->tasks[i].rss_shmem);
	if (mapped < shmem / 2)
		oom_sentence(buf,
			     "The processes listed had at most %s of it mapped: the rest is in files.",
			     BYTES(mapped));
}

/* That it was not the amount, before what took it. */
void oom_advise_places(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const char *boot = NULL;

	if (!buf->machine)
		return;
	buf->first_advice = buf->explanation->count;
	if (report->crash_kernel)
		boot =
			"Reserve more for the dump (crashkernel= of the kernel that crashed), or put less into its initramfs";
	else if (report->boot == OOM_BOOT_INITRAMFS)
		boot = "Put less into the initramfs, or give the machine more RAM";
	if (boot && usage->ram != OOM_UNKNOWN)
		oom_sentence(buf, "%s: there was %s of RAM.", boot, BYTES(usage->ram));
	else if (boot)
		oom_sentence(buf, "%s.", boot);
	oom_advice(buf, 0);
	if (buf->fragmented)
		oom_sentence(buf,
			     "More memory is not what was missing, but %s in one piece (order %"
			     PRId64 "), with %s free in %s: %s",
			     BYTES(oom_block_size(report->page_size, report->order)),
			     report->order, BYTES(oom_zone_free(usage, usage->zone)),
			     ZONE(usage->zone), report->compaction_disabled ?
			     "use a kernel with CONFIG_COMPACTION, which this one lacks." :
			     "raise vm.min_free_kbytes, write 1 to vm.compact_memory when the machine is idle, and see by the call trace who needs such blocks.");
	oom_advice(buf, 0);
	if (buf->ineligible)
		oom_sentence_of(buf, oom_places[usage->ineligible].advice,
				BYTES(usage->ineligible_free), BYTES(usage->eligible_free));
	oom_advice(buf, usage->ineligible_free);
	if (usage->others_free != OOM_UNKNOWN && usage->nodes_free != OOM_UNKNOWN &&
	    usage->others_free >= LARGE && usage->others_free / NODES_FACTOR >= usage->nodes_free)
		oom_sentence(buf,
			     "Let it use more nodes (%s): those allowed had %s free, the others %s.",
			     report->scope == OOM_SCOPE_CPUSET ? "cpuset.mems"
			     : "its mbind or set_mempolicy, numactl --membind",
			     BYTES(usage->nodes_free), BYTES(usage->others_free));
	oom_advice(buf, usage->others_free);
}

/* ", or give it a memory limit by docker run --memory": of the cgroup where the victim lived. */
static void advise_lone_limit(struct oom_textbuf *buf, bool in_its_cgroup)
{
	const struct cgroup_owner *owner = &buf->task_owner;
	/* What else is in a session or a slice would have to do with it, too. */
	bool alone = owner->kind != CGROUP_OWNER_SESSION && owner->kind != CGROUP_OWNER_SLICE;

	if (in_its_cgroup && alone && owner->where[0])
		oom_append(buf, ", or give it a memory limit by %s", SAFE(owner->where));
	else
		oom_append(buf,
			   ", or give it a memory limit of its own (systemd-run -p %s, or a container's)",
			   buf->memcg_usage.version == 1 ? "MemoryLimit=" : "MemoryMax=");
}

static void advise_lone(struct oom_textbuf *buf)
{
	const struct oom_victim *victim = buf->victim;
	const struct oom_task *largest = buf->largest;
	uint64_t held = largest ? oom_task_held(largest) : 0;
	bool killed = victim && largest && victim->pid == largest->pid;
	bool shared = victim && victim->shmem != OOM_UNKNOWN && victim->shmem >= LARGE &&
		      oom_at_least(victim->shmem, 50, oom_victim_held(buf->report, victim));

	if (oom_at_least(held, LONE_SHARE, buf->memory_usage.ram)) {
		oom_sentence(buf, "Find out why %s needs so much", TASK(largest));
		advise_lone_limit(buf, killed);
		oom_append(buf,
			   ": it alone had %s with swap and page tables, which is %s of the RAM.",
			   BYTES(held), SHARE(held, buf->memory_usage.ram));
	} else if (shared) {
		oom_sentence(buf, "Let %s use private memory", NAME(victim->comm));
		advise_lone_limit(buf, true);
		oom_append(buf, ".");
		held = victim->shmem;
		killed = true;
	} else {
		return;
	}
	/* It outlives the reaper, and others pay for the time until the exit. */
	if (killed && shared)
		oom_sentence(buf,
			     "The %s of shared memory that it held cannot be reaped, so that others may be killed before it has exited, and a file in tmpfs or /dev/shm outlives even that.",
			     BYTES(victim->shmem));
	oom_advice(buf, held);
}

/* What took it. */
void oom_advise_takers(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_sum *sum = find_many_of_one_name(buf, usage->ram);
	uint64_t anon = oom_anon_and_shmem(usage);

	if (!buf->machine)
		return;
	buf->first_advice = buf->explanation->count;
	/*
	 * Files in tmpfs are nobody's, and the OOM killer cannot free them. Where nearly all of it
	 * is the victim's, it is that process that has to be spoken of.
	 */
	if (oom_at_least(usage->shmem, OOM_MUCH_SHMEM, usage->ram) &&
	    !(buf->victim && oom_at_least(buf->victim->shmem, 75, usage->shmem))) {
		oom_sentence(buf,
			     "Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared memory (ipcs -m): it took %s (%s of RAM), and what is in a file outlives every kill.",
			     BYTES(usage->shmem), SHARE(usage->shmem, usage->ram));
		explain_unmapped(buf, usage->shmem);
	}
	oom_advice(buf, usage->shmem);
	advise_lone(buf);
	if (sum)
		oom_sentence(buf,
			     "Run fewer of them, or smaller ones: %zu processes called %s had %s together with swap and page tables (%s of RAM), shared pages counted for each.",
			     sum->tasks, NAME(sum->comm), BYTES(sum->held),
			     SHARE(sum->held, usage->ram));
	oom_advice(buf, sum ? sum->held : 0);
	if (oom_at_least(anon, OOM_MUCH_ANON, usage->ram) && !usage->swap_total)
		oom_sentence(buf,
			     "Consider swap or zram: there was none, so that %s of anonymous and shared memory had to stay in RAM, used or not.",
			     BYTES(anon));
	else if (oom_at_least(anon, OOM_MUCH_ANON, usage->ram) && oom_swap_full(usage))
		oom_sentence(buf,
			     "Need less, or add RAM or swap: the %s of swap were full too, with %s of anonymous and shared memory in RAM.",
			     BYTES(usage->swap_total), BYTES(anon));
	oom_advice(buf, anon);
}

/* What took it of the kernel's, of hugetlb pages and so on, put in order with the takers. */
void oom_advise_findings(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_cache *top = oom_next_cache(&buf->report->slabs, NULL);

	for (size_t i = 0; i < OOM_FINDINGS && buf->machine; i++) {
		uint64_t bytes = oom_finding_bytes(usage, i);

		/* Those that are not used are the larger reason to say the same. */
		if (!bytes ||
		    (i == OOM_FINDING_HUGE && oom_finding_bytes(usage, OOM_FINDING_UNUSED_HUGE)))
			continue;
		oom_sentence_of(buf, oom_findings[i].advice, BYTES(bytes),
				SHARE(bytes, usage->ram));
		if (i == OOM_FINDING_SLAB) {
			if (top)
				oom_append(buf, ", %s first (%s)", SAFE(top->name),
					   BYTES(oom_cache_size(top)));
			oom_append(buf,
				   ": slabtop -s c shows the caches; killing processes frees little of it.");
		}
		oom_advice(buf, bytes);
	}
}

/* Who held it, and that little of it could be dropped. */
static void advise_limit(struct oom_textbuf *buf, uint64_t limit)
{
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
			   TASK(task), BYTES(task->rss), SHARE(task->rss, limit),
			   fixed ? ", and" : "");
	if (fixed)
		oom_append(buf, " %s%s of what it used was file cache, which can be dropped",
			   usage->file ? "only " : "nothing",
			   usage->file ? BYTES(usage->file) : "");
	oom_append(buf, ". How much it would have come to need, the log does not say.");
	oom_append_setting(buf);
	if (buf->below)
		oom_sentence(buf,
			     "A higher limit of %s would not help: the one above it was reached.",
			     oom_memcg_name(buf,
					    buf->report->memcg.task_path, &buf->task_owner));
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
	const struct oom_sum *sum = find_many_of_one_name(buf, limit);

	if (buf->report->scope != OOM_SCOPE_MEMCG)
		return;
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
		explain_unmapped(buf, usage->shmem);
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
