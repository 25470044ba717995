/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice-machine.c - what to change when the machine, or some of its nodes, had no memory left */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "why/advice.h"

/* A process that holds this much of RAM is the machine's trouble, whoever was killed. */
#define LONE_SHARE 40
#define NODES_FACTOR 4

static void advise_fragmented(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	if (!oom_is_fragmented(report, &telling->picture))
		return;
	oom_say(telling, "More memory is not what was missing, but %s in one piece (order %" PRId64
		"), with %s free in %s: ",
		SAY(oom_block_size(report->page_size, report->order)), report->order,
		SAY(oom_zone_free(&telling->picture, telling->picture.zone)),
		ZONE(telling->picture.zone));
	if (report->compaction_disabled)
		oom_more(telling, "use a kernel with CONFIG_COMPACTION, which this one lacks.");
	else
		oom_more(telling, "raise vm.min_free_kbytes, write 1 to vm.compact_memory when "
			 "the machine is idle, and see by the call trace who needs such blocks.");
}

static void advise_beyond(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = picture->beyond_free;
	if (!oom_is_beyond(picture))
		return;
	if (!strcmp(picture->beyond, "zone HighMem"))
		oom_say(telling, "Use a 64-bit kernel: %s was free in HighMem, where a 32-bit "
			"kernel cannot put its own data, and low memory had %s "
			"left.", SAY(picture->beyond_free),
			SAY(picture->reach_free));
	else if (!strcmp(picture->beyond, "zone Movable"))
		oom_say(telling, "Keep less memory in zone Movable (movablecore=, kernelcore=, "
			"memory that was onlined as movable): %s was free there, where the kernel "
			"cannot put its own data.",
			SAY(picture->beyond_free));
	else if (!strcmp(picture->beyond, "CMA areas"))
		oom_say(telling, "Set aside less for CMA (cma=, the device tree): %s was free "
			"there, which only movable pages may use.", SAY(picture->beyond_free));
	else if (!strncmp(picture->beyond, "zone ", 5))
		oom_say(telling, "See by the call trace which driver asks for memory at low "
			"addresses: %s was free above them, and more RAM would not "
			"help.", SAY(picture->beyond_free));
}

static void advise_nodes(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	bool cpuset = telling->report->scope == OOM_SCOPE_CPUSET;

	telling->weight = picture->others_free;
	if (picture->others_free == OOM_UNKNOWN || picture->nodes_free == OOM_UNKNOWN ||
	    picture->others_free < OOM_LARGE ||
	    picture->others_free / NODES_FACTOR < picture->nodes_free)
		return;
	oom_say(telling, "Let it use more nodes (%s): those allowed had %s free, the others %s.",
		cpuset ? "cpuset.mems" : "its mbind or set_mempolicy, numactl --membind",
		SAY(picture->nodes_free), SAY(picture->others_free));
}

static void advise_huge(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = oom_at_least(picture->hugetlb_unused, OOM_MUCH_UNUSED_HUGE,
					 picture->ram)
			  ? picture->hugetlb_unused : picture->hugetlb;
	if (oom_at_least(picture->hugetlb_unused, OOM_MUCH_UNUSED_HUGE, picture->ram))
		oom_say(telling, "Lower vm.nr_hugepages (or hugepages= at boot): %s of hugetlb "
			"pages were unused (%s of RAM), and nobody else may use "
			"them.", SAY(picture->hugetlb_unused),
			SHARE(picture->hugetlb_unused, picture->ram));
	else if (oom_at_least(picture->hugetlb, OOM_MUCH_HUGETLB, picture->ram))
		oom_say(telling, "Check vm.nr_hugepages against what is needed: hugetlb pages "
			"took %s (%s of RAM), and the OOM killer does not count "
			"them.", SAY(picture->hugetlb),
			SHARE(picture->hugetlb, picture->ram));
}

static void advise_slab(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	const struct oom_cache *top = NULL;

	telling->weight = picture->slab_unreclaimable;
	if (!oom_at_least(picture->slab_unreclaimable, OOM_MUCH_SLAB, picture->ram))
		return;
	oom_say(telling, "Find what in the kernel fills the slab that cannot be reclaimed (%s, %s "
		"of RAM)",
		SAY(picture->slab_unreclaimable),
		SHARE(picture->slab_unreclaimable, picture->ram));
	if (oom_top_caches(&telling->report->slabs, &top, 1))
		oom_more(telling, ", %s first (%s)", SAFE(top->name), SAY(oom_cache_size(top)));
	oom_more(telling, ": slabtop -s c shows the caches; killing processes frees little of "
		 "it.");
}

static void advise_pagetables(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = oom_at_least(picture->pagetables, OOM_MUCH_PAGETABLES,
					 picture->ram)
			  ? picture->pagetables : picture->stacks;
	if (oom_at_least(picture->pagetables, OOM_MUCH_PAGETABLES, picture->ram))
		oom_say(telling, "Use huge pages for large memory that many processes map, or "
			"fewer processes: page tables took %s (%s of "
			"RAM).", SAY(picture->pagetables),
			SHARE(picture->pagetables, picture->ram));
	if (oom_at_least(picture->stacks, OOM_MUCH_STACKS, picture->ram))
		oom_say(telling, "Run fewer threads: kernel stacks took %s (%s of RAM).",
			SAY(picture->stacks), SHARE(picture->stacks, picture->ram));
}

static void advise_unaccounted(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = picture->unaccounted;
	if (oom_at_least(picture->unaccounted, OOM_MUCH_UNACCOUNTED, picture->ram))
		oom_say(telling, "Look for memory that no process holds: %s (%s of RAM) is in no "
			"count. Candidates are a virtual machine's balloon, a GPU or network "
			"driver, zram, and /proc/vmallocinfo.", SAY(picture->unaccounted),
			SHARE(picture->unaccounted, picture->ram));
}

static void advise_locked(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = picture->unevictable;
	if (oom_at_least(picture->unevictable, OOM_MUCH_LOCKED, picture->ram))
		oom_say(telling, "Lock less memory (mlock, SHM_LOCK, ramfs): %s could neither be "
			"swapped nor dropped (%s of RAM).", SAY(picture->unevictable),
			SHARE(picture->unevictable, picture->ram));
}

/*
 * Files in tmpfs are nobody's, and the OOM killer cannot free them. Where nearly all of it is the
 * victim's, it is that process that has to be spoken of.
 */
static void advise_shmem(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	const struct oom_victim *victim = oom_first_victim(telling->report);

	telling->weight = picture->shmem;
	if (!oom_at_least(picture->shmem, OOM_MUCH_SHMEM, picture->ram) ||
	    (victim && oom_at_least(victim->shmem, 75, picture->shmem)))
		return;
	oom_say(telling, "Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared "
		"memory (ipcs -m): it took %s (%s of RAM), and what is in a file outlives every "
		"kill.",
		SAY(picture->shmem), SHARE(picture->shmem, picture->ram));
	oom_say_unmapped(telling, picture->shmem);
}

/* How a limit is set for what runs in PATH. */
static void say_limit(struct oom_telling *telling, const char *path)
{
	struct oom_owner owner = { .kind = OOM_OWNER_UNKNOWN };

	if (path && strcmp(path, "/") != 0)
		oom_owner_find(path, &owner);
	oom_owner_set_version(&owner, telling->charge.version);
	if (owner.where[0])
		oom_more(telling, "a memory limit by %s", SAFE(owner.where));
	else
		oom_more(telling, "a memory limit of its own (systemd-run -p %s, or a "
			 "container's)", telling->charge.version == 1 ? "MemoryLimit="
								      : "MemoryMax=");
}

/* Shared memory outlives the reaper, and others pay for the time until the exit. */
static void say_shared(struct oom_telling *telling, const struct oom_victim *victim)
{
	oom_say(telling, "The %s of shared memory that it held cannot be reaped, so that others "
		"may be killed before it has exited, and a file in tmpfs or /dev/shm outlives "
		"even that.",
		SAY(victim->shmem));
}

static bool is_shared(const struct oom_report *report, const struct oom_victim *victim)
{
	return victim && victim->shmem != OOM_UNKNOWN && victim->shmem >= OOM_LARGE &&
	       oom_at_least(victim->shmem, 50, oom_victim_held(report, victim));
}

static void advise_lone(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	const struct oom_victim *victim = oom_first_victim(report);
	const struct oom_task *largest = oom_largest_task(report);
	uint64_t held = largest ? oom_task_held(largest) : 0;
	bool killed = victim && largest && victim->pid == largest->pid;

	telling->weight = held;
	if (oom_at_least(held, LONE_SHARE, telling->picture.ram)) {
		oom_say(telling, "Find out why %s needs so much, or give it ",
			WHO(largest->comm, largest->pid));
		say_limit(telling, killed ? report->memcg.task_path : NULL);
		oom_more(telling, ": it alone had %s with swap and page tables, which is %s of "
			 "the RAM.", SAY(held), SHARE(held, telling->picture.ram));
	} else if (is_shared(report, victim)) {
		telling->weight = victim->shmem;
		oom_say(telling, "Let %s use private memory, or give it ", NAME(victim->comm));
		say_limit(telling, report->memcg.task_path);
		oom_more(telling, ".");
		killed = true;
	}
	if (killed && telling->length && is_shared(report, victim))
		say_shared(telling, victim);
}

static void advise_many(struct oom_telling *telling)
{
	const struct oom_sum *sum = oom_many_of_one_name(telling, telling->picture.ram);

	telling->weight = sum ? sum->held : 0;
	if (sum)
		oom_say(telling, "Run fewer of them, or smaller ones: %zu processes called %s "
			"had %s together with swap and page tables (%s of RAM), shared pages "
			"counted for each.", sum->tasks, NAME(sum->comm),
			SAY(sum->held), SHARE(sum->held, telling->picture.ram));
}

static void advise_swap(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;
	uint64_t anon = oom_shortage_anon(picture);

	telling->weight = anon;
	if (!oom_at_least(anon, OOM_MUCH_ANON, picture->ram))
		return;
	if (!picture->swap_total)
		oom_say(telling, "Consider swap or zram: there was none, so that %s of anonymous "
			"and shared memory had to stay in RAM, used or not.", SAY(anon));
	else if (oom_swap_full(picture))
		oom_say(telling, "Need less, or add RAM or swap: the %s of swap were full too, "
			"with %s of anonymous and shared memory in "
			"RAM.", SAY(picture->swap_total), SAY(anon));
}

static void advise_dirty(struct oom_telling *telling)
{
	const struct oom_picture *picture = &telling->picture;

	telling->weight = picture->dirty;
	if (oom_at_least(picture->dirty, OOM_MUCH_CACHE, picture->ram))
		oom_say(telling, "Lower vm.dirty_bytes and vm.dirty_background_bytes, or write to "
			"faster storage: %s of file cache was waiting to be written (%s of RAM).",
			SAY(picture->dirty), SHARE(picture->dirty, picture->ram));
}

/* "128 MiB RAM were there." */
static void advise_boot(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	if (report->crash_kernel)
		oom_say(telling, "Reserve more for the dump (crashkernel= of the "
			"kernel that crashed), or put less into its initramfs");
	else if (report->boot == OOM_BOOT_INITRAMFS)
		oom_say(telling, "Put less into the initramfs, or give the machine more RAM");
	else
		return;
	if (telling->picture.ram != OOM_UNKNOWN)
		oom_more(telling, ": there was %s of RAM", SAY(telling->picture.ram));
	oom_more(telling, ".");
}

void oom_advise_machine(struct oom_telling *telling)
{
	/* That it was not the amount, before what took it. */
	static oom_adviser *const places[] = {
		advise_boot, advise_fragmented, advise_beyond, advise_nodes,
	};
	static oom_adviser *const takers[] = {
		advise_huge, advise_slab, advise_pagetables, advise_unaccounted, advise_locked,
		advise_shmem, advise_lone, advise_many, advise_swap, advise_dirty,
	};

	oom_advise_by(telling, places, sizeof(places) / sizeof(places[0]));
	oom_advise_by(telling, takers, sizeof(takers) / sizeof(takers[0]));
}
