/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-machine.c - what to change when the machine, or some of its nodes, had no memory left */
#include <config.h>

#include <inttypes.h>

#include "analysis/advice.h"

/* A process that holds this much of RAM is the machine's trouble, whoever was killed. */
#define LONE_SHARE 40
#define NODES_FACTOR 4

/* Below this an absolute size is no cause of a machine's trouble. */
#define LARGE (UINT64_C(64) << 20)

/* That it was not the amount, before what took it. */
static void advise_places(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const char *boot = NULL;

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

	if (in_its_cgroup && owner->where[0])
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
		oom_sentence(buf, "Find out why %s needs so much",
			     WHO(largest->comm, largest->pid));
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
static void advise_takers(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_sum *sum = oom_many_of_one_name(buf, usage->ram);
	uint64_t anon = oom_anon_and_shmem(usage);

	/*
	 * Files in tmpfs are nobody's, and the OOM killer cannot free them. Where nearly all of it
	 * is the victim's, it is that process that has to be spoken of.
	 */
	if (oom_at_least(usage->shmem, OOM_MUCH_SHMEM, usage->ram) &&
	    !(buf->victim && oom_at_least(buf->victim->shmem, 75, usage->shmem))) {
		oom_sentence(buf,
			     "Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared memory (ipcs -m): it took %s (%s of RAM), and what is in a file outlives every kill.",
			     BYTES(usage->shmem), SHARE(usage->shmem, usage->ram));
		oom_append_unmapped(buf, usage->shmem);
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

void oom_advise_machine(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *usage = &buf->memory_usage;
	const struct oom_cache *top = NULL;

	buf->first_advice = buf->explanation->count;
	advise_places(buf);
	buf->first_advice = buf->explanation->count;
	advise_takers(buf);
	for (size_t i = 0; i < OOM_FINDINGS; i++) {
		uint64_t bytes = oom_finding_bytes(usage, i);

		/* Those that are not used are the larger reason to say the same. */
		if (!bytes ||
		    (i == OOM_FINDING_HUGE && oom_finding_bytes(usage, OOM_FINDING_UNUSED_HUGE)))
			continue;
		oom_sentence_of(buf, oom_findings[i].advice, BYTES(bytes),
				SHARE(bytes, usage->ram));
		if (i == OOM_FINDING_SLAB) {
			if (oom_top_caches(&buf->report->slabs, &top, 1))
				oom_append(buf, ", %s first (%s)", SAFE(top->name),
					   BYTES(oom_cache_size(top)));
			oom_append(buf,
				   ": slabtop -s c shows the caches; killing processes frees little of it.");
		}
		oom_advice(buf, bytes);
	}
}
