/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - each advice with the figures that carry it, and none with figures that do not */
#include <config.h>

#include "report-maker.h"

static char text[TELLING_MAX];

/* What is advised for REPORT. */
static const char *advice(struct oom_report *report)
{
	struct oom_explanation explanation;

	make_explanation(report, NULL, &explanation);
	explanation_part(&explanation, OOM_SECTION_ADVICE, text);
	for (size_t i = 0; i < explanation.count; i++)
		if (!strchr(explanation.list[i].text, '.'))
			tap_ok(false, "an advice is a sentence: %s", explanation.list[i].text);
	oom_explanation_free(&explanation);
	return text;
}

static void advises(struct oom_report *report, const char *piece, const char *name)
{
	tap_has(advice(report), piece, name);
}

static void advises_not(struct oom_report *report, const char *piece, const char *name)
{
	if (!tap_ok(!strstr(advice(report), piece), "%s", name))
		printf("#   in: %s\n", text);
}

/* A machine of 10 GiB of which little is used, so that nothing is to be advised. */
static void make_machine(struct oom_report *report)
{
	oom_report_init(report);
	report->scope = OOM_SCOPE_GLOBAL;
	make_trigger(report, 1, "asker", 0, "0x100cca(GFP_HIGHUSER_MOVABLE)");
	make_memory(report, 10 * GIB, 4 * GIB, GIB);
	report->swap_total = report->swap_free = 4 * GIB;
	make_figure(&report->memory, "inactive_file", 4 * GIB);
}

static void make_memcg(struct oom_report *report, uint64_t limit, uint64_t anon, uint64_t file)
{
	oom_report_init(report);
	report->scope = OOM_SCOPE_MEMCG;
	report->memcg.path = strdup("/jobs/a");
	report->memcg.memory = (struct oom_counter){ limit, limit, 100, false };
	make_figure(&report->memcg.stats, "anon", anon);
	make_figure(&report->memcg.stats, "file", file);
	make_figure(&report->memcg.stats, "shmem", 0);
}

static void test_nothing(void)
{
	struct oom_report report;

	make_machine(&report);
	tap_is_text(advice(&report), "", "nothing carries an advice: none");
	oom_report_free(&report);
	oom_report_init(&report);
	tap_is_text(advice(&report), "", "nothing is known: no advice");
	report.scope = OOM_SCOPE_MEMCG;
	tap_is_text(advice(&report), "", "nothing is known of a memory cgroup: no advice");
	report.scope = OOM_SCOPE_CPUSET;
	tap_is_text(advice(&report), "", "nothing is known of a cpuset: no advice");
	oom_report_free(&report);
}

static void test_limit(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 60 * MIB, 2 * MIB);
	advises(&report, "Raise the limit of 64.0 MiB, or make what runs there need less: only "
		"2.0 MiB of what it used was file cache", "a limit below what cannot be dropped");
	advises(&report, "The limit is memory.max of /jobs/a.", "and where it is set");
	make_task(&report, 7, "a.out", 50 * MIB, 0);
	advises(&report, "a.out (pid 7) alone held 50.0 MiB (78 % of the limit), and only", "one "
		"holds most");
	report.memcg.task_path = strdup("/jobs/a/b");
	advises(&report, "A higher limit of memory cgroup /jobs/a/b would not help", "a limit "
		"above");
	oom_report_free(&report);
	make_memcg(&report, 64 * MIB, 10 * MIB, 50 * MIB);
	advises_not(&report, "Raise", "not with a cache that could be dropped");
	make_figure(&report.memcg.stats, "file_dirty", 30 * MIB);
	advises(&report, "Write in smaller portions (fsync, O_DIRECT) or to faster storage: 30.0 "
		"MiB",
		"but if it was dirty");
	report.memcg.memory.unlimited = true;
	tap_is_text(advice(&report), "", "no limit, no advice about it");
	oom_report_free(&report);
}

static void test_owner(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 60 * MIB, 0);
	free(report.memcg.path);
	report.memcg.path = strdup("/docker/0123456789abcdef0123456789abcdef0123456789abcdef"
				   "0123456789abcdef");
	advises(&report, "The limit is set by docker run --memory", "an owner who is known");
	advises(&report, "nothing of what it used was file cache", "nothing could be dropped");
	report.memcg.memory.usage = 32 * MIB;
	report.memcg.memsw = (struct oom_counter){ 80 * MIB, 80 * MIB, 1, false };
	make_task(&report, 7, "a.out", 60 * MIB, 0);
	advises(&report, "Raise the limit of 80.0 MiB", "the limit that was reached");
	advises(&report, "memory.memsw.limit_in_bytes", "has its own file");
	oom_report_free(&report);
}

static void test_memcg_shmem(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 20 * MIB, 42 * MIB);
	report.memcg.stats.list[2].bytes = 40 * MIB;
	advises(&report, "Look for files in tmpfs, /dev/shm, memory-backed volumes (emptyDir with "
		"medium Memory) and memfds: shared memory of 40.0 MiB is charged here (63 % of "
		"the limit)",
		"tmpfs in a memory cgroup");
	make_task(&report, 7, "a.out", 20 * MIB, 0)->rss_shmem = MIB;
	report.columns.rss_kinds = true;
	advises(&report, "The processes listed had at most 1.0 MiB of it mapped: the rest is in "
		"files.", "and nobody maps it");
	report.tasks[0].rss_shmem = 40 * MIB;
	advises_not(&report, "in files.", "unless somebody does");
	oom_report_free(&report);
}

static void test_memcg_kernel(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 20 * MIB, 0);
	make_figure(&report.memcg.stats, "kernel", 40 * MIB);
	make_figure(&report.memcg.stats, "slab_unreclaimable", 35 * MIB);
	make_figure(&report.memcg.stats, "pagetables", 5 * MIB);
	advises(&report, "Look at the kernel's memory, not at the processes: it took 40.0 MiB (63 "
		"% of the limit), most of it unreclaimable slab", "kernel memory");
	advises_not(&report, "Raise", "then the limit is not the matter");
	oom_report_free(&report);
}

static void test_memcg_many(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 62 * MIB, 0);
	for (int i = 0; i < 6; i++)
		make_task(&report, i + 1, "php-fpm", 10 * MIB, 0);
	advises(&report, "Run fewer of them: 6 processes called php-fpm had 60.0 MiB together "
		"with swap and page tables (94 % of the limit)", "many of one name");
	report.tasks[0].rss = 600 * MIB;
	advises_not(&report, "fewer", "but not if one of them holds it");
	oom_report_free(&report);
}

/* 3.x showed the machine's memory too. */
static void test_memcg_room(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 62 * MIB, 0);
	make_figure(&report.memory, "free", 5 * GIB);
	report.ram = 8 * GIB;
	advises(&report, "The machine has room for a higher limit: 5.0 GiB was free of 8.0 "
		"GiB.", "room");
	report.memory.list[0].bytes = 20 * MIB;
	advises_not(&report, "room", "no room");
	oom_report_free(&report);
}

static void test_group(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 10 * MIB, 50 * MIB);
	report.group = true;
	report.group_path = strdup("/jobs/a/b");
	make_victim(&report, 1, "a");
	advises_not(&report, "memory.oom.group", "one of one");
	make_victim(&report, 2, "b");
	make_victim(&report, 3, "c");
	advises(&report, "If one process should die instead of 3, set memory.oom.group to 0 in "
		"/jobs/a/b",
		"a group");
	oom_report_free(&report);
}

static void test_swap(void)
{
	struct oom_report report;

	make_machine(&report);
	report.memory.list[0].bytes = 8 * GIB;
	advises_not(&report, "swap", "swap is there and free");
	report.swap_free = MIB;
	advises(&report, "Need less, or add RAM or swap: the 4.0 GiB of swap were full too, with "
		"8.0 GiB of anonymous and shared memory in RAM.", "swap is full");
	report.swap_total = report.swap_free = 0;
	advises(&report, "Consider swap or zram: there was none, so that 8.0 GiB", "no swap");
	report.swap_total = report.swap_free = OOM_UNKNOWN;
	advises_not(&report, "wap", "swap is not known");
	oom_report_free(&report);
}

static void set_task_path(struct oom_report *report, const char *path)
{
	free(report->memcg.task_path);
	report->memcg.task_path = strdup(path);
}

static void test_lone(void)
{
	struct oom_report report;

	make_machine(&report);
	make_task(&report, 7, "a.out", 6 * GIB, 0);
	advises(&report, "Find out why a.out (pid 7) needs so much, or give it a memory limit of "
		"its own (systemd-run -p MemoryMax=, or a container's): it alone had 6.0 GiB "
		"with swap and page tables, which is 60 % of the RAM.", "one holds most");
	make_victim(&report, 7, "a.out");
	set_task_path(&report, "/system.slice/a.service");
	advises(&report, "a memory limit by MemoryMax=", "its unit is known");
	report.kernel = strdup("4.4.0");
	advises(&report, "a memory limit by MemoryLimit=", "on a kernel without version 2");
	free(report.kernel);
	report.kernel = NULL;
	set_task_path(&report, "/user.slice/user-1000.slice/session-3.scope");
	advises(&report, "a memory limit of its own", "but not one for all of a login session");
	set_task_path(&report, "/user.slice/user-1000.slice/user@1000.service/web.service");
	advises(&report, "a memory limit by MemoryMax= (systemctl --user edit web.service)",
		"a user's unit has its own");
	set_task_path(&report, "/system.slice/a.service");
	make_hold(report.victims, 0, 0, 6 * GIB);
	advises(&report, "The 6.0 GiB of shared memory that it held cannot be reaped", "and it is "
		"shared");
	report.tasks[0].rss = GIB;
	advises(&report, "Let a.out use private memory, or give it a memory limit by", "only "
		"shared");
	oom_report_free(&report);
}

static void test_many(void)
{
	struct oom_report report;

	make_machine(&report);
	for (int i = 0; i < 10; i++)
		make_task(&report, i + 1, "php-fpm", 800 * MIB, 0);
	advises(&report, "Run fewer of them, or smaller ones: 10 processes called php-fpm had "
		"7.8 GiB together with swap and page tables (78 % of RAM), shared pages counted "
		"for each.", "many of one name");
	oom_report_free(&report);
}

/* The largest first, whatever it is. */
static void test_sorted(void)
{
	for (int more = 0; more < 2; more++) {
		struct oom_report report;
		const char *slab, *huge;

		make_machine(&report);
		report.memory.list[3].bytes = 2560 * MIB;
		report.huge = calloc(1, sizeof(*report.huge));
		report.huge_count = 1;
		report.huge[0] = (struct oom_huge){ 0, more ? 1400 : 1100, 0, 0, 2 * MIB };
		advice(&report);
		slab = strstr(text, "the slab that cannot be reclaimed (2.5 GiB");
		huge = strstr(text, "Check vm.nr_hugepages");
		tap_ok(slab && huge && (huge < slab) == more, "advice by size");
		oom_report_free(&report);
	}
}

static void test_protected(void)
{
	struct oom_report report;

	make_machine(&report);
	make_task(&report, 7, "database", 3 * GIB, -998);
	make_task(&report, 8, "small", 100 * MIB, 0);
	make_victim(&report, 8, "small");
	advises(&report, "Ask whether database (pid 7) should keep its oom_score_adj of "
		"-998: with swap and page tables it had 3.0 GiB, while small (pid 8) was killed "
		"for 100 MiB.", "a protected process");
	report.tasks[0].adj = 0;
	advises_not(&report, "Ask whether", "one that is not");
	oom_report_free(&report);
}

static void test_none_killable(void)
{
	struct oom_report report;

	make_memcg(&report, 64 * MIB, 10 * MIB, 50 * MIB);
	report.none_killable = true;
	make_task(&report, 7, "a", MIB, -1000);
	advises(&report, "the only one listed is exempt at -1000", "one is listed, and exempt");
	make_task(&report, 8, "b", MIB, -1000);
	advises(&report, "Raise the oom_score_adj of a process that may be killed: all 2 listed "
		"are exempt",
		"all are exempt");
	make_task(&report, 9, "c", MIB, 0);
	advises_not(&report, "exempt", "one is not");
	oom_report_free(&report);
}

static void test_sysctls(void)
{
	struct oom_report report;

	make_machine(&report);
	make_victim(&report, 7, "a.out");
	report.allocating_task = true;
	advises(&report, "Set vm.oom_kill_allocating_task to 0 if the largest process should go "
		"first: a.out (pid 7) was chosen because it asked", "oom_kill_allocating_task");
	make_task(&report, 7, "a.out", MIB, 0);
	make_task(&report, 8, "b.out", 3 * MIB, 0);
	advises(&report, "because it asked, not for its size, and b.out (pid 8) had more, 3.0 MiB "
		"with swap", "with the larger one");
	report.panic = strdup("Out of memory: system-wide panic_on_oom is enabled");
	advises(&report, "Set vm.panic_on_oom to 0", "panic_on_oom");
	report.allocating_task = false;
	report.scope = OOM_SCOPE_SYSRQ;
	advises(&report, "take 64 out of the sum in kernel.sysrq", "SysRq-f");
	oom_report_free(&report);
}

static void test_kernel(void)
{
	static const struct { const char *figure, *present; } cases[] = {
		{ "slab_unreclaimable", "Find what in the kernel fills the slab that cannot be "
		  "reclaimed (3.0 GiB, 30 % of RAM)" },
		{ "pagetables", "page tables took 3.0 GiB (30 % of RAM)" },
		{ "kernel_stack", "Run fewer threads: kernel stacks took 3.0 GiB" },
		{ "unevictable", "Lock less memory (mlock, SHM_LOCK, ramfs): 3.0 GiB" },
		{ "dirty", "Lower vm.dirty_bytes and vm.dirty_background_bytes" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oom_report report;
		uint64_t *bytes = NULL;

		make_machine(&report);
		for (size_t j = 0; j < report.memory.count; j++)
			if (!strcmp(report.memory.list[j].name, cases[i].figure))
				bytes = &report.memory.list[j].bytes;
		if (bytes)
			*bytes = 3 * GIB;
		else
			make_figure(&report.memory, cases[i].figure, 3 * GIB);
		advises(&report, cases[i].present, cases[i].figure);
		oom_report_free(&report);
	}
}

static void test_set_apart(void)
{
	struct oom_report report;

	make_machine(&report);
	report.memory.list[0].bytes = report.memory.list[5].bytes = GIB;
	advises(&report, "Look for memory that no process holds: 7.7 GiB (77 % of RAM) is in no "
		"count.",
		"memory in no count");
	report.huge = calloc(1, sizeof(*report.huge));
	report.huge_count = 1;
	report.huge[0] = (struct oom_huge){ 0, 3072, 0, 0, 2 * MIB };
	advises(&report, "Check vm.nr_hugepages against what is needed: hugetlb pages took 6.0 "
		"GiB", "in use");
	report.huge[0].free = 1024;
	advises(&report, "Lower vm.nr_hugepages (or hugepages= at boot): 2.0 GiB of hugetlb pages "
		"were unused (20 % of RAM)", "unused");
	oom_report_free(&report);
}

static void test_shmem(void)
{
	struct oom_report report;

	make_machine(&report);
	report.memory.list[1].bytes = 4 * GIB;
	advises(&report, "Look for files in tmpfs and /dev/shm (df -t tmpfs) and for shared "
		"memory (ipcs -m): it took 4.0 GiB (40 % of RAM)", "tmpfs");
	make_hold(make_victim(&report, 7, "a.out"), 0, 0, 4 * GIB);
	advises_not(&report, "tmpfs and /dev/shm (df", "but not if it is the victim's");
	oom_report_free(&report);
}

static void test_boot(void)
{
	struct oom_report report;

	make_machine(&report);
	report.boot = OOM_BOOT_KERNEL;
	advises_not(&report, "initramfs", "that it was booting is no advice");
	report.boot = OOM_BOOT_INITRAMFS;
	advises(&report, "Put less into the initramfs, or give the machine more RAM: there was "
		"10.0 GiB of RAM.", "an initramfs");
	report.crash_kernel = true;
	advises(&report, "Reserve more for the dump (crashkernel= of", "kdump");
	oom_report_free(&report);
}

static void test_order(void)
{
	struct oom_report report;

	make_machine(&report);
	report.order = 3;
	report.zones[0].has_blocks = true;
	report.zones[0].blocks[0] = 100000;
	report.zones[0].figures.list[0].bytes = 400 * MIB;
	advises(&report, "More memory is not what was missing, but 32.0 KiB in one piece (order "
		"3), with 400 MiB free in zone Normal: raise vm.min_free_kbytes", "fragmentation");
	report.compaction_disabled = true;
	advises(&report, "use a kernel with CONFIG_COMPACTION", "no compaction");
	oom_report_free(&report);
}

static void test_zones(void)
{
	static const struct { const char *zone, *mask, *present; } cases[] = {
		{ "HighMem", "0xcc0(GFP_KERNEL)", "Use a 64-bit kernel: 3.0 GiB was free in "
						  "HighMem" },
		{ "Movable", "0xcc0(GFP_KERNEL)", "Keep less memory in zone Movable" },
		{ "DMA32", "0xcc1(GFP_KERNEL|GFP_DMA)", "See by the call trace which driver "
							"asks" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oom_report report;

		make_machine(&report);
		free(report.gfp_mask);
		report.gfp_mask = strdup(cases[i].mask);
		report.gfp_value = strtoull(cases[i].mask, NULL, 16);
		snprintf(report.zones[0].name, sizeof(report.zones[0].name), "DMA");
		report.zones[0].figures.list[0].bytes = MIB;
		make_zone(&report, 0, cases[i].zone, 3 * GIB, MIB, 4 * GIB);
		advises(&report, cases[i].present, cases[i].zone);
		oom_report_free(&report);
	}
}

static void test_cma(void)
{
	struct oom_report report;

	make_machine(&report);
	free(report.gfp_mask);
	report.gfp_mask = strdup("0xcc0(GFP_KERNEL)");
	report.gfp_value = 0xcc0;
	report.zones[0].figures.list[0].bytes = 2 * GIB;
	make_figure(&report.zones[0].figures, "free_cma", 2 * GIB - 4 * MIB);
	advises(&report, "Set aside less for CMA (cma=, the device tree): 2.0 GiB was free "
		"there", "CMA");
	oom_report_free(&report);
}

static void test_nodes(void)
{
	struct oom_report report;

	make_machine(&report);
	report.scope = OOM_SCOPE_CPUSET;
	report.mems_allowed = strdup("0");
	make_zone(&report, 1, "Normal", 6 * GIB, MIB, 8 * GIB);
	advises(&report, "Let it use more nodes (cpuset.mems): those allowed had 102 MiB free, "
		"the others 6.0 GiB.",
		"a cpuset");
	report.scope = OOM_SCOPE_MEMPOLICY;
	report.nodemask = strdup("0");
	advises(&report, "Let it use more nodes (its mbind or set_mempolicy, numactl "
		"--membind)", "a policy");
	report.zones[1].figures.list[0].bytes = 50 * MIB;
	advises_not(&report, "nodes", "the others have no more");
	oom_report_free(&report);
}

int main(void)
{
	test_nothing();
	test_limit();
	test_owner();
	test_memcg_shmem();
	test_memcg_kernel();
	test_memcg_many();
	test_memcg_room();
	test_group();
	test_swap();
	test_lone();
	test_many();
	test_sorted();
	test_protected();
	test_none_killable();
	test_sysctls();
	test_kernel();
	test_set_apart();
	test_shmem();
	test_boot();
	test_order();
	test_zones();
	test_cma();
	test_nodes();
	return tap_done();
}
