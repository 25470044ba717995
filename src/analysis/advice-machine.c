/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-machine.c - what to change when the machine, or some of its nodes, had no memory left */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/advice.h"
#include "lib/macros.h"

/* A process that holds this much of RAM is the machine's trouble, whoever was killed. */
#define LONE_SHARE 40
#define NODES_FACTOR 4

static void advise_fragmented(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (!oom_is_fragmented(report, &buf->memory_usage))
		return;
	oom_sentence(buf,
		     "More memory is not what was missing, but %s in one piece (order %" PRId64
		     "), with %s free in %s: ",
		     BYTES(oom_block_size(report->page_size, report->order)), report->order,
		     BYTES(oom_zone_free(&buf->memory_usage, buf->memory_usage.zone)),
		     ZONE(buf->memory_usage.zone));
	if (report->compaction_disabled)
		oom_append(buf, "use a kernel with CONFIG_COMPACTION, which this one lacks.");
	else
		oom_append(buf, "raise vm.min_free_kbytes, write 1 to vm.compact_memory when "
			 "the machine is idle, and see by the call trace who needs such blocks.");
}

static void advise_ineligible(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;

	buf->weight = memory_usage->ineligible_free;
	if (!oom_is_ineligible(memory_usage))
		return;
	if (!strcmp(memory_usage->ineligible, "zone HighMem"))
		oom_sentence(buf, "Use a 64-bit kernel: %s was free in HighMem, where a 32-bit "
			     "kernel cannot put its own data, and low memory had %s "
			     "left.", BYTES(memory_usage->ineligible_free),
			     BYTES(memory_usage->eligible_free));
	else if (!strcmp(memory_usage->ineligible, "zone Movable"))
		oom_sentence(buf, "Keep less memory in zone Movable (movablecore=, kernelcore=, "
			"memory that was onlined as movable): %s was free there, where the kernel "
			"cannot put its own data.",
			BYTES(memory_usage->ineligible_free));
	else if (!strcmp(memory_usage->ineligible, "CMA areas"))
		oom_sentence(buf, "Set aside less for CMA (cma=, the device tree): %s was free "
			     "there, which only movable pages may use.",
			     BYTES(memory_usage->ineligible_free));
	else if (!strncmp(memory_usage->ineligible, "zone ", 5))
		oom_sentence(buf, "See by the call trace which driver asks for memory at low "
			     "addresses: %s was free above them, and more RAM would not "
			     "help.", BYTES(memory_usage->ineligible_free));
}

static void advise_nodes(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	bool cpuset = buf->report->scope == OOM_SCOPE_CPUSET;

	buf->weight = memory_usage->others_free;
	if (memory_usage->others_free == OOM_UNKNOWN || memory_usage->nodes_free == OOM_UNKNOWN ||
	    memory_usage->others_free < OOM_LARGE ||
	    memory_usage->others_free / NODES_FACTOR < memory_usage->nodes_free)
		return;
	oom_sentence(buf, "Let it use more nodes (%s): those allowed had %s free, the others %s.",
		     cpuset ? "cpuset.mems" : "its mbind or set_mempolicy, numactl --membind",
		     BYTES(memory_usage->nodes_free), BYTES(memory_usage->others_free));
}

/*
 * Files in tmpfs are nobody's, and the OOM killer cannot free them. Where nearly all of it is the
 * victim's, it is that process that has to be spoken of.
 */
static void machine_advise_shmem(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	const struct oom_victim *victim = oom_first_victim(buf->report);

	buf->weight = memory_usage->shmem;
	if (!oom_at_least(memory_usage->shmem, OOM_MUCH_SHMEM, memory_usage->ram) ||
	    (victim && oom_at_least(victim->shmem, 75, memory_usage->shmem)))
		return;
	oom_sentence(buf, "Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared "
		"memory (ipcs -m): it took %s (%s of RAM), and what is in a file outlives every "
		"kill.",
		BYTES(memory_usage->shmem), SHARE(memory_usage->shmem, memory_usage->ram));
	oom_append_unmapped(buf, memory_usage->shmem);
}

/* How a limit is set for what runs in PATH. */
static void append_limit(struct oom_textbuf *buf, const char *path)
{
	struct cgroup_owner owner = { .kind = CGROUP_OWNER_UNKNOWN };

	if (path && strcmp(path, "/") != 0)
		cgroup_owner_find(path, buf->memcg_usage.version, &owner);
	if (owner.where[0])
		oom_append(buf, "a memory limit by %s", SAFE(owner.where));
	else
		oom_append(buf, "a memory limit of its own (systemd-run -p %s, or a "
			   "container's)", buf->memcg_usage.version == 1 ? "MemoryLimit="
									: "MemoryMax=");
}

static void advise_lone(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_victim *victim = oom_first_victim(report);
	const struct oom_task *largest = oom_largest_task(report);
	uint64_t held = largest ? oom_task_held(largest) : 0;
	bool killed = victim && largest && victim->pid == largest->pid;
	bool shared = victim && victim->shmem != OOM_UNKNOWN && victim->shmem >= OOM_LARGE &&
		      oom_at_least(victim->shmem, 50, oom_victim_held(report, victim));

	buf->weight = held;
	if (oom_at_least(held, LONE_SHARE, buf->memory_usage.ram)) {
		oom_sentence(buf, "Find out why %s needs so much, or give it ",
			     WHO(largest->comm, largest->pid));
		append_limit(buf, killed ? report->memcg.task_path : NULL);
		oom_append(buf, ": it alone had %s with swap and page tables, which is %s of "
			   "the RAM.", BYTES(held), SHARE(held, buf->memory_usage.ram));
	} else if (shared) {
		buf->weight = victim->shmem;
		oom_sentence(buf, "Let %s use private memory, or give it ", NAME(victim->comm));
		append_limit(buf, report->memcg.task_path);
		oom_append(buf, ".");
		killed = true;
	}
	/* It outlives the reaper, and others pay for the time until the exit. */
	if (killed && buf->length && shared)
		oom_sentence(buf,
			     "The %s of shared memory that it held cannot be reaped, so that "
			     "others may be killed before it has exited, and a file in tmpfs or "
			     "/dev/shm outlives even that.", BYTES(victim->shmem));
}

static void machine_advise_many(struct oom_textbuf *buf)
{
	const struct oom_sum *sum = oom_many_of_one_name(buf, buf->memory_usage.ram);

	buf->weight = sum ? sum->held : 0;
	if (sum)
		oom_sentence(buf, "Run fewer of them, or smaller ones: %zu processes called %s "
			     "had %s together with swap and page tables (%s of RAM), shared pages "
			     "counted for each.", sum->tasks, NAME(sum->comm),
			     BYTES(sum->held), SHARE(sum->held, buf->memory_usage.ram));
}

static void advise_swap(struct oom_textbuf *buf)
{
	const struct oom_memory_usage *memory_usage = &buf->memory_usage;
	uint64_t anon = oom_anon_and_shmem(memory_usage);

	buf->weight = anon;
	if (!oom_at_least(anon, OOM_MUCH_ANON, memory_usage->ram))
		return;
	if (!memory_usage->swap_total)
		oom_sentence(buf, "Consider swap or zram: there was none, so that %s of anonymous "
			     "and shared memory had to stay in RAM, used or not.", BYTES(anon));
	else if (oom_swap_full(memory_usage))
		oom_sentence(buf, "Need less, or add RAM or swap: the %s of swap were full too, "
			     "with %s of anonymous and shared memory in "
			     "RAM.", BYTES(memory_usage->swap_total), BYTES(anon));
}

/* "128 MiB RAM were there." */
static void advise_boot(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->crash_kernel)
		oom_sentence(buf, "Reserve more for the dump (crashkernel= of the "
			     "kernel that crashed), or put less into its initramfs");
	else if (report->boot == OOM_BOOT_INITRAMFS)
		oom_sentence(buf, "Put less into the initramfs, or give the machine more RAM");
	else
		return;
	if (buf->memory_usage.ram != OOM_UNKNOWN)
		oom_append(buf, ": there was %s of RAM", BYTES(buf->memory_usage.ram));
	oom_append(buf, ".");
}

void oom_advise_machine(struct oom_textbuf *buf)
{
	/* That it was not the amount, before what took it. */
	static oom_adviser *const places[] = {
		advise_boot, advise_fragmented, advise_ineligible, advise_nodes,
	};
	static oom_adviser *const takers[] = {
		machine_advise_shmem, advise_lone, machine_advise_many, advise_swap,
	};

	oom_advise_by(buf, places, ARRAY_SIZE(places), false);
	oom_advise_by(buf, takers, ARRAY_SIZE(takers), true);
}
