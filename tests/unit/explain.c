/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - reports made by hand, and what is said of them under each heading */
#include <config.h>

#include <errno.h>

#include "report-maker.h"

static char text[TELLING_MAX];

/* The explanation of REPORT, checked for its form, in parts by heading. */
static const char *part(const struct oom_explanation *explanation, enum oom_section section)
{
	return explanation_part(explanation, section, text);
}

static void has_not(const char *in, const char *piece, const char *name)
{
	if (!tap_ok(!strstr(in, piece), "%s", name))
		printf("#   in: %s\n", in);
}

/* The log that it began with: mongod asked, main.out held 28.7 GiB that could not be reaped. */
static void make_origin(struct oom_report *report)
{
	struct oom_victim *victim;

	oom_report_init(report);
	make_time(&report->time, 7283479087000);
	report->scope = OOM_SCOPE_GLOBAL;
	make_trigger(report, OOM_NO_NUMBER, "mongod", 0, "0x6200ca(GFP_HIGHUSER_MOVABLE)");
	report->page_size_known = false;
	make_task(report, 496, "systemd-journal", 24 * KIB, 0);
	make_task(report, 516, "systemd-udevd", 4 * KIB, -1000);
	report->choice.present = true;
	report->choice.pid = 15665;
	report->choice.score = 865;
	victim = make_victim(report, 15665, "main.out");
	victim->score = 865;
	make_hold(victim, 92 * KIB, 4 * KIB, 30080832 * KIB);
	victim->total_vm = 67111332 * KIB;
	make_time(&victim->time, 7283479879000);
	victim->reaped.present = true;
	victim->reaped.anon = victim->reaped.file = 0;
	victim->reaped.shmem = 30080832 * KIB;
	make_time(&victim->reaped.time, 7283479951000);
}

static void make_sequel(struct oom_report *report)
{
	oom_report_init(report);
	make_time(&report->time, 7283481043000);
	report->scope = OOM_SCOPE_GLOBAL;
	make_trigger(report, OOM_NO_NUMBER, "DeadlineMonitor", 0,
		     "0x6200ca(GFP_HIGHUSER_MOVABLE)");
	make_hold(make_victim(report, 11786, "chromium-browse"), 208804 * KIB, 0, 8380 * KIB);
}

static void check_origin(const struct oom_explanation *explanation)
{
	check_form(explanation, "origin");
	tap_is_text(part(explanation, OOM_SECTION_SUMMARY),
		    "The machine ran out of memory: main.out (pid "
		    "15665) was killed; it held 28.7 GiB.\n", "origin: the summary");
	tap_has(part(explanation, OOM_SECTION_WHEN), "7283.479087 s after boot (2 h 1 min)",
		"origin: "
		"when");
	tap_has(part(explanation, OOM_SECTION_TRIGGER),
		"mongod, with oom_score_adj 0, asked for one page",
		"origin: mongod asked");
	tap_has(text, "mask 0x6200ca is GFP_HIGHUSER_MOVABLE", "origin: for what");
	tap_has(text, "here main.out (pid 15665)", "origin: and another was killed");
	tap_has(part(explanation, OOM_SECTION_KILLED),
		"held 28.7 GiB: shared memory 28.7 GiB, anonymous "
		"92.0 KiB, file 4.0 KiB", "origin: what it held");
	tap_has(text, "VSZ of 64.0 GiB was address space", "origin: VSZ is not memory");
	tap_has(text, "score of 865 of 1000", "origin: the score");
	tap_has(part(explanation, OOM_SECTION_RECLAIMED), "72 us after the kill",
		"origin: the reaper was fast");
	tap_has(text, "all of the 96.0 KiB", "origin: what it got");
	tap_has(text, "28.7 GiB of shared memory it could not free", "origin: what it did not "
		"get");
	tap_has(part(explanation, OOM_SECTION_FOLLOW_UP),
		"1.1 ms after the reaper was done, DeadlineMonitor",
		"origin: the next one at once");
	tap_has(text, "chromium-browse (pid 11786) was killed too", "origin: its victim");
	tap_has(text, "Likely because the 28.7 GiB of shared memory of main.out", "origin: why");
	tap_has(part(explanation, OOM_SECTION_ADVICE), "Let main.out use private memory",
		"origin: advice");
	tap_has(part(explanation, OOM_SECTION_GAPS), "Mem-Info", "origin: what its log lacks");
}

static void test_origin(void)
{
	struct oom_report report, next;
	struct oom_explanation explanation;

	make_origin(&report);
	make_sequel(&next);
	make_explanation(&report, &next, &explanation);
	check_origin(&explanation);
	oom_explanation_free(&explanation);
	oom_report_free(&report);
	oom_report_free(&next);
}

/* Nothing is known: there must still be a summary, and no guess. */
static void test_unknown(void)
{
	struct oom_report report;
	struct oom_explanation explanation;

	oom_report_init(&report);
	make_explanation(&report, NULL, &explanation);
	check_form(&explanation, "unknown");
	tap_has(part(&explanation, OOM_SECTION_SUMMARY), "what had run out of memory is not said",
		"unknown: what ran out");
	tap_has(text, "who was killed, if anybody, is not in the log", "unknown: who was killed");
	tap_has(part(&explanation, OOM_SECTION_GAPS), "When it was", "unknown: when");
	tap_is_text(part(&explanation, OOM_SECTION_ADVICE), "", "unknown: no advice");
	tap_is_text(part(&explanation, OOM_SECTION_MEMORY), "", "unknown: no figures");
	tap_is_text(part(&explanation, OOM_SECTION_RECLAIMED), "", "unknown: nothing came back");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

/* The summary for what ran out. */
static void test_scopes(void)
{
	static const struct {
		enum oom_scope scope;
		const char *path, *nodes, *summary, *what;
	} cases[] = {
		{ OOM_SCOPE_GLOBAL, NULL, NULL, "The machine ran out of memory", "whole machine" },
		{ OOM_SCOPE_MEMCG, "/a", NULL, "Memory cgroup /a reached its limit of 32.0 MiB",
		  "Memory cgroup /a. It used 31.9 MiB of 32.0 MiB (failcnt 12)" },
		{ OOM_SCOPE_MEMCG, NULL, NULL, "A memory cgroup reached its limit of 32.0 MiB",
		  "which one, the log does not say" },
		{ OOM_SCOPE_CPUSET, NULL, "0-1,3", "Nodes 0-1,3, the only ones that its cpuset "
		  "allows, ran out of memory", "a cpuset allows: 0-1,3" },
		{ OOM_SCOPE_CPUSET, NULL, NULL, "The memory nodes that its cpuset allows ran out",
		  "a cpuset allows" },
		{ OOM_SCOPE_MEMPOLICY, NULL, "1", "Node 1, the only one that its NUMA policy "
						  "allows",
		  "a NUMA policy (mbind, set_mempolicy, numactl) allows: 1" },
		{ OOM_SCOPE_MEMPOLICY, NULL, "(null)", "The memory nodes that its NUMA policy",
		  "NUMA policy" },
		{ OOM_SCOPE_SYSRQ, NULL, NULL, "Somebody asked for a kill by SysRq-f",
		  "Nothing need have run out" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oom_report report;
		struct oom_explanation explanation;

		oom_report_init(&report);
		report.scope = cases[i].scope;
		report.memcg.path = cases[i].path ? strdup(cases[i].path) : NULL;
		report.mems_allowed = cases[i].nodes ? strdup(cases[i].nodes) : NULL;
		report.nodemask = cases[i].nodes ? strdup(cases[i].nodes) : NULL;
		report.memcg.memory = (struct oom_counter){ 32 * MIB - 64 * KIB, 32 * MIB, 12,
							    false };
		make_explanation(&report, NULL, &explanation);
		check_form(&explanation, oom_scope_name(cases[i].scope));
		tap_has(part(&explanation, OOM_SECTION_SUMMARY), cases[i].summary,
			"the summary's scope");
		tap_has(part(&explanation, OOM_SECTION_SCOPE), cases[i].what, "what ran out");
		oom_explanation_free(&explanation);
		oom_report_free(&report);
	}
}

/* The limits of version 1 are several, and one of no limit is none. */
static void test_limits(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.path = strdup("/a");
	report.memcg.memory = (struct oom_counter){ 40 * MIB, 64 * MIB, 0, false };
	report.memcg.memsw = (struct oom_counter){ 80 * MIB, 80 * MIB, 5, false };
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), "its limit of memory and swap "
		"together of 80.0 MiB", "memory and swap together");
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text),
		"It used 40.0 MiB of 64.0 MiB; of "
		"memory and swap together 80.0 MiB of 80.0 MiB (failcnt 5).", "both are said");
	tap_has(text, "memory.memsw.limit_in_bytes of /a", "and which file it is");
	report.memcg.memsw.usage = 60 * MIB;
	report.memcg.kmem = (struct oom_counter){ 16 * MIB, 16 * MIB, 9, false };
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text),
		"its limit of kernel memory of 16.0 "
		"MiB",
		"kernel memory");
	report.memcg.kmem.usage = report.memcg.memsw.usage = OOM_UNKNOWN;
	report.memcg.memory.unlimited = true;
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), "without a limit of its own",
		"a limit that is none");
	report.memcg.swap = (struct oom_counter){ 0, 0, 0, false };
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text), "it may not swap",
		"no swap allowed");
	report.constraint = strdup("CONSTRAINT_BPF_PSI_MEM");
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text),
		"A BPF program asked for a kill",
		"a BPF program");
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text), "CONSTRAINT_BPF_PSI_MEM",
		"and its "
		"reason");
	oom_report_free(&report);
}

static void test_task_path(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.path = strdup("/a");
	report.memcg.task_path = strdup("/a/b/c");
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text), "lived below it, in /a/b/c",
		"the victim lived below");
	free(report.memcg.task_path);
	report.memcg.task_path = strdup("/ab/c");
	has_not(results(&report, NULL, OOM_SECTION_SCOPE, text), "below",
		"one that begins alike is not "
		"below");
	tap_has(text, "lived in /ab/c", "and is named");
	free(report.memcg.task_path);
	report.memcg.task_path = strdup("/a/b/c");
	report.scope = OOM_SCOPE_GLOBAL;
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text), "lived in memory cgroup /a/b/c",
		"the victim lived somewhere");
	free(report.memcg.task_path);
	report.memcg.task_path = strdup("/system.slice/clamav-daemon.service");
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text),
		"clamav-daemon.service. Its memory cgroup was /system.slice/clamav-daemon.service.",
		"in a unit that is named");
	free(report.memcg.task_path);
	report.memcg.task_path = strdup("/");
	has_not(results(&report, NULL, OOM_SECTION_SCOPE, text), "lived", "the root is nowhere");
	oom_report_free(&report);
}

/* A limit that was reached is full, or nearly so. */
static void test_limit(void)
{
	static const struct { uint64_t usage, limit; bool reached; } cases[] = {
		{ 32 * MIB, 32 * MIB, true }, { 31 * MIB, 32 * MIB, true },
		{ 10 * MIB, 32 * MIB, false }, { GIB, 64 * GIB, false },
		{ OOM_UNKNOWN, 32 * MIB, true }, { 100 * KIB, 200 * KIB, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oom_report report;

		oom_report_init(&report);
		report.scope = OOM_SCOPE_MEMCG;
		report.memcg.path = strdup("/a");
		report.memcg.memory.usage = cases[i].usage;
		report.memcg.memory.limit = cases[i].limit;
		tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), cases[i].reached
			? "/a reached its limit of" : "/a ran out of memory, though only",
			"a limit, reached or not");
		oom_report_free(&report);
	}
}

/* The examples of a kind are of one page. */
static void test_examples(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0xdc0(GFP_KERNEL|__GFP_ZERO|__GFP_ACCOUNT)");
	free(report.gfp_mask);
	report.gfp_mask = strdup("0x400dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO)");
	report.order = 0;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text), "a page table", "order 0");
	report.order = 3;
	has_not(results(&report, NULL, OOM_SECTION_TRIGGER, text), "a page table", "order 3");
	tap_has(text, "memory for the kernel itself", "whose it is");
	oom_report_free(&report);
}

/* What the summary says when no kill is in the log. */
static void test_no_victim(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	report.choice.present = true;
	report.choice.pid = 7;
	snprintf(report.choice.comm, sizeof(report.choice.comm), "a.out");
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text),
		"a.out (pid 7) was chosen, its kill "
		"is not in the log", "chosen");
	report.selected.pid = 8;
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), "process 8 was chosen",
		"decided");
	report.already_exiting = true;
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), "was exiting already",
		"exiting");
	report.none_killable = true;
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text),
		"no process that could be killed",
		"none killable");
	tap_has(results(&report, NULL, OOM_SECTION_KILLED, text), "Nobody", "nobody was killed");
	report.panic = strdup("System is deadlocked on memory");
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text), "panicked instead", "a panic");
	tap_has(results(&report, NULL, OOM_SECTION_FOLLOW_UP, text),
		"\"System is deadlocked on memory\"",
		"the panic's words");
	make_victim(&report, 9, "b.out");
	tap_has(results(&report, NULL, OOM_SECTION_SUMMARY, text),
		"b.out (pid 9) was killed; then the "
		"kernel panicked.", "a kill and a panic");
	oom_report_free(&report);
}

/* memory.oom.group: many victims, the first of them printed twice. */
static void test_group(void)
{
	struct oom_report report;
	struct oom_explanation explanation;
	char name[16];

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.path = strdup("/a");
	report.group = true;
	report.group_path = strdup("/a/b");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		make_hold(make_victim(&report, 100 + i, name), MIB, 0, 0);
		report.victims[i].reaped.present = i < 5;
	}
	make_hold(make_victim(&report, 100, "w0"), MIB, 0, 0);
	report.victims[12].repeated = true;
	make_explanation(&report, NULL, &explanation);
	check_form(&explanation, "group");
	tap_has(part(&explanation, OOM_SECTION_SUMMARY),
		"12 processes were killed, w0 (pid 100) first; "
		"they held 12.0 MiB together, shared pages counted for each",
		"group: counted once each");
	part(&explanation, OOM_SECTION_KILLED);
	tap_has(text, "w7 (pid 107)", "group: eight are told of");
	has_not(text, "w8 ", "group: no more");
	tap_has(text, "And 4 more.", "group: the others are counted");
	tap_has(part(&explanation, OOM_SECTION_RECLAIMED), "a line for 2 more",
		"group: so are the reaper's");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

static void test_when(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.time.has_wall = true;
	report.time.wall_ns = INT64_C(1639970272250000000);
	snprintf(report.time.raw, sizeof(report.time.raw), "2021-12-20T03:17:52,25+00:00");
	tap_is_text(results(&report, NULL, OOM_SECTION_WHEN, text),
		    "2021-12-20T03:17:52.250000Z.\n",
		    "a wall time");
	report.time.wall_ns = INT64_C(1639970272000000000);
	report.time.wall_guessed = true;
	snprintf(report.time.raw, sizeof(report.time.raw), "Dec 20 03:17:52");
	make_time(&report.time, 75669581768000);
	report.kernel = strdup("5.10.0-10-amd64");
	report.host = strdup("mail\x1b[31m");
	report.machine = strdup("QEMU Standard PC");
	tap_is_text(results(&report, NULL, OOM_SECTION_WHEN, text),
		    "Logged as \"Dec 20 03:17:52\": "
		    "2021-12-20T03:17:52Z, with year or time zone guessed; 75669.581768 s after "
		    "boot (21 h 1 min). Linux 5.10.0-10-amd64 on host mail\\x1b[31m (QEMU "
		    "Standard PC).\n",
		    "all that can be known");
	report.time = (struct oom_time){ .has_wall = true, .wall_ns = -1 };
	tap_has(results(&report, NULL, OOM_SECTION_WHEN, text), "1969-12-31T23:59:59.999999Z",
		"before "
		"1970");
	report.time = (struct oom_time){ .raw = "yesterday" };
	tap_has(results(&report, NULL, OOM_SECTION_WHEN, text), "Logged as \"yesterday\".",
		"no time at "
		"all");
	has_not(text, "booting", "nor that it was booting");
	report.boot = OOM_BOOT_INITRAMFS;
	tap_has(results(&report, NULL, OOM_SECTION_WHEN, text),
		"by the call trace it was unpacking the "
		"initramfs", "booting, by the trace");
	make_trigger(&report, 1, "swapper/0", 0, "0xcc0(GFP_KERNEL)");
	report.boot = OOM_BOOT_KERNEL;
	tap_has(results(&report, NULL, OOM_SECTION_WHEN, text), "process 1 was swapper/0, and no "
		"program had been started", "booting, by the name");
	report.crash_kernel = true;
	tap_has(results(&report, NULL, OOM_SECTION_WHEN, text),
		"elfcorehdr= is on its command line",
		"the kernel of kdump");
	oom_report_free(&report);
}

static void test_mask(void)
{
	struct oom_report report;

	oom_report_init(&report);
	make_trigger(&report, 1, "a.out", 0, "0x6200ca");
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"asked for one page, 4.0 KiB (order "
		"0). The mask 0x6200ca is not decoded", "a number of no kernel that is known");
	report.kernel = strdup("4.18.0");
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text), "The mask 0x6200ca is "
		"GFP_HIGHUSER_MOVABLE (decoded here", "and of one that is");
	oom_report_free(&report);
}

static void test_asked(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 50, "a.out", 3, "0xcc0(GFP_KERNEL)");
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"a.out (pid 50), with oom_score_adj 0, "
		"asked for 8 pages in one piece, 32.0 KiB (order 3): memory for the kernel "
		"itself.", "order 3");
	has_not(text, "killed", "nobody was killed");
	make_victim(&report, 50, "a.out");
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"It is the process that was killed.",
		"the asker was killed");
	report.victims->pid = 60;
	make_task(&report, 60, "b.out", MIB, 0);
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"Its pid is not in the table of "
		"processes: it was a thread of one of them, or the kernel's own.", "it may be a "
		"thread");
	report.selected.pid = 50;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"It is a thread of the process that "
		"was killed.", "it is one");
	report.selected.pid = OOM_NO_NUMBER;
	make_task(&report, 50, "a.out", MIB, 0);
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"It is not the one that was killed",
		"another process");
	report.choice.present = true;
	report.choice.pid = 50;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"It was chosen itself, but a.out (pid "
		"60) was killed in its place.", "a child was sacrificed");
	report.gfp_value = 0;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"by a page fault that had found no "
		"memory",
		"a page fault");
	report.order = -1;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text), "SysRq-f asked", "SysRq-f");
	oom_report_free(&report);
}

/* A mask without names is decoded, and says so. */
static void test_old_mask(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.kernel = strdup("3.10.0-514.el7");
	make_trigger(&report, OOM_NO_NUMBER, "", 0, "0x201da");
	report.trigger.adj = OOM_NO_NUMBER;
	report.trigger.old_adj = -17;
	tap_has(results(&report, NULL, OOM_SECTION_TRIGGER, text),
		"a process, with oom_adj -17, asked",
		"an old adj");
	tap_has(text, "GFP_HIGHUSER_MOVABLE|__GFP_COLD (decoded here", "an old mask");
	oom_report_free(&report);
}

/* A memory cgroup's figures, of both versions. */
static void test_charge(void)
{
	static const struct { const char *name; uint64_t bytes; } second[] = {
		{ "anon", 10 * MIB }, { "file", 16 * MIB }, { "shmem", 15 * MIB },
		{ "kernel", 6 * MIB }, { "slab_unreclaimable", 5 * MIB }, { "pagetables", MIB },
		{ "sock", 0 },
	};
	struct oom_report report;
	struct oom_explanation explanation;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory = (struct oom_counter){ 32 * MIB, 32 * MIB, 1, false };
	for (size_t i = 0; i < ARRAY_SIZE(second); i++)
		make_figure(&report.memcg.stats, second[i].name, second[i].bytes);
	make_explanation(&report, NULL, &explanation);
	check_form(&explanation, "charge");
	tap_has(part(&explanation, OOM_SECTION_MEMORY),
		"Of 32.0 MiB: shared memory and tmpfs 15.0 MiB (47 "
		"%), anonymous 10.0 MiB (31 %), kernel memory 6.0 MiB (19 %), file cache 1.0 MiB.",
		"version 2, the largest first");
	tap_has(text, "Of the kernel memory: unreclaimable slab 5.0 MiB (83 %)", "the kernel's "
		"part");
	tap_has(text, "Only 1.0 MiB was file cache", "what could be dropped");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

static void test_old_charge(void)
{
	struct oom_report report;
	struct oom_figures *stats = &report.memcg.stats;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory = (struct oom_counter){ 32 * MIB, 32 * MIB, 1, false };
	make_figure(stats, "cache", 20 * MIB);
	make_figure(stats, "rss", 10 * MIB);
	make_figure(stats, "active_anon", 12 * MIB);
	make_figure(stats, "inactive_anon", 16 * MIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"shared memory and tmpfs 18.0 MiB (56 "
		"%), anonymous 10.0 MiB (31 %), file cache 2.0 MiB", "version 1: shmem by the "
		"lists");
	make_figure(stats, "total_cache", 4 * MIB);
	make_figure(stats, "total_rss", 26 * MIB);
	make_figure(stats, "total_shmem", 0);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"anonymous 26.0 MiB (81 %), file "
		"cache 4.0 MiB", "version 1: with the cgroups below");
	oom_report_free(&report);
}

/* Up to 5.2 each cgroup has its own line, and the limited one may hold nothing itself. */
static void test_own_only(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory = (struct oom_counter){ 32 * MIB, 32 * MIB, 1, false };
	make_figure(&report.memcg.stats, "cache", 0);
	make_figure(&report.memcg.stats, "rss", 4 * KIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text), "in cgroups below "
		"it whose figures the log does not have.", "children's");
	has_not(text, "KiB", "and its own figures are not taken for all");
	oom_report_free(&report);
}

static void test_global_memory(void)
{
	struct oom_report report;
	struct oom_explanation explanation;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0x100cca(GFP_HIGHUSER_MOVABLE)");
	make_memory(&report, 10 * GIB, 9 * GIB, 2 * GIB);
	report.swap_total = GIB;
	report.swap_free = 4 * KIB;
	make_explanation(&report, NULL, &explanation);
	check_form(&explanation, "memory");
	part(&explanation, OOM_SECTION_MEMORY);
	tap_has(text, "Anonymous and shared memory took 9.0 GiB of 10.0 GiB RAM (90 %), 2.0 GiB "
		"of it shared memory or tmpfs.", "memory: the figure that explains it");
	tap_has(text, "Swap was full: 4.0 KiB of 1.0 GiB free.", "memory: swap");
	tap_has(text, "In zone Normal 102 MiB was free, less than its min watermark of 114 MiB",
		"memory: the zone");
	tap_has(text, "Of 10.0 GiB RAM: anonymous 7.0 GiB (70 %), shared memory and tmpfs 2.0 GiB "
		"(20 %), in no count 717 MiB, unreclaimable slab 205 MiB. Free: 102 MiB. Swap: "
		"1.0 GiB, of which 4.0 KiB free.", "memory: the whole picture");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

/* Each of the kernel's takers is named when it is large, with its share. */
static void test_takers(void)
{
	static const struct { const char *figure, *present; } takers[] = {
		{ "slab", "Slab, objects of the kernel, took 3.0 GiB (30 % of RAM)" },
		{ "pagetables", "Page tables took 3.0 GiB (30 % of RAM)" },
		{ "kernel_stack", "Kernel stacks, one for each thread, took 3.0 GiB" },
		{ "unevictable", "Locked (unevictable) pages took 3.0 GiB" },
		{ "slab_reclaimable", "Reclaimable slab (inodes, directory entries) still had 3.0 "
				      "GiB" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++) {
		struct oom_report report;

		oom_report_init(&report);
		report.scope = OOM_SCOPE_GLOBAL;
		make_memory(&report, 10 * GIB, 4 * GIB, 0);
		make_figure(&report.memory, takers[i].figure, 3 * GIB);
		tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text), takers[i].present,
			takers[i].figure);
		has_not(text, "Anonymous and shared memory took", "and not what is no reason");
		oom_report_free(&report);
	}
}

static void test_huge_and_unaccounted(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_memory(&report, 10 * GIB, GIB, 0);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"in no count of the report (drivers, "
		"a GPU, a balloon, vmalloc) took 8.7 GiB (87 % of RAM)", "what is in no count");
	report.huge = calloc(1, sizeof(*report.huge));
	report.huge_count = 1;
	report.huge[0] = (struct oom_huge){ 0, 4096, 1024, 0, 2 * MIB };
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"Hugetlb pages, which are set apart, "
		"took 8.0 GiB (80 % of RAM)", "hugetlb pages");
	tap_has(text, "Hugetlb pages of 2.0 GiB were reserved and unused.", "and unused ones");
	has_not(text, "in no count of the report", "which are a count");
	oom_report_free(&report);
}

/* Several pages in one piece, and pieces too small. */
static void test_fragmentation(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 3, "0xcc0(GFP_KERNEL)");
	make_zone(&report, 0, "Normal", 600 * MIB, 60 * MIB, 8 * GIB);
	report.zones[0].has_blocks = true;
	report.zones[0].blocks[0] = 1000;
	report.zones[0].blocks[1] = 10;
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"Memory was in pieces rather than "
		"short: zone Normal had 600 MiB free, but no free block of 32.0 KiB (order 3), "
		"its largest being of 8.0 KiB.", "fragmented");
	report.zones[0].blocks[3] = 1;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "in pieces",
		"not with such a block");
	report.zones[0].block_kinds[3] = OOM_BLOCKS_RESERVED;
	report.zones[0].blocks[5] = 2;
	report.zones[0].block_kinds[5] = OOM_BLOCKS_CMA;
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"but no free block of 32.0 KiB (order "
		"3), its largest being of 8.0 KiB. Larger ones were of CMA and HighAtomic alone, "
		"not for this request.", "blocks of CMA and HighAtomic are not to be had");
	report.zones[0].block_kinds[3] |= OOM_BLOCKS_ANY;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "in pieces",
		"but one of any other "
		"kind is");
	report.zones[0].block_kinds[3] = OOM_BLOCKS_CMA;
	free(report.gfp_mask);
	report.gfp_mask = strdup("0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)");
	report.gfp_value = 0x140cca;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "in pieces",
		"and CMA is for movable "
		"pages");
	report.zones[0].blocks[3] = report.zones[0].blocks[5] = 0;
	report.zones[0].figures.list[0].bytes = 50 * MIB;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "in pieces", "nor below the "
		"watermark");
	oom_report_free(&report);
}

/* Memory is free, but where this request cannot use it. */
static void test_ineligible(void)
{
	static const struct { const char *zone, *mask, *present; } cases[] = {
		{ "HighMem", "0xcc0(GFP_KERNEL)", "most of it in zone HighMem" },
		{ "Movable", "0x100cc2(GFP_HIGHUSER)", "most of it in zone Movable" },
		{ "Normal", "0xcc4(GFP_KERNEL|GFP_DMA32)", "most of it in zone Normal" },
		{ "Normal", "0xcc1(GFP_KERNEL|GFP_DMA)", "most of it in zone Normal" },
	};
	struct oom_report report;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		oom_report_init(&report);
		report.scope = OOM_SCOPE_GLOBAL;
		make_trigger(&report, 1, "a.out", 0, cases[i].mask);
		make_zone(&report, 0, "DMA", 3 * MIB, 4 * MIB, 800 * MIB);
		make_zone(&report, 0, cases[i].zone, GIB, MIB, 2 * GIB);
		results(&report, NULL, OOM_SECTION_MEMORY, text);
		tap_has(text, cases[i].present, cases[i].mask);
		tap_has(text, "where it could look, 3.0 MiB was free", "what it could use");
		tap_has(text, "In zone DMA 3.0 MiB was free", "the zone that was short");
		oom_report_free(&report);
	}
}

/* Of the zones that a request can use, one that is short tells more than a larger one. */
static void test_short_zone(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0xcc0(GFP_KERNEL)");
	make_zone(&report, 0, "DMA32", 3 * MIB, 4 * MIB, GIB);
	make_zone(&report, 0, "Normal", 50 * MIB, 20 * MIB, 2 * GIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"In zone DMA32 3.0 MiB was free, less than its min watermark",
		"the zone that is short");
	make_zone(&report, 0, "HighMem", MIB, 9 * MIB, 4 * GIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text), "In zone DMA32 3.0 MiB was free",
		"not one that the request could not use");
	make_zone(&report, 1, "Normal", 5 * MIB, 6 * MIB, 2 * GIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"In zone Normal of node 1 5.0 MiB was free", "the larger of two that are short");
	oom_report_free(&report);
}

/* What no line tells is not "hardly anything". */
static void test_free_alone(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	report.ram = GIB;
	make_zone(&report, 0, "Normal", 3 * MIB, 4 * MIB, GIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text), "Free: 3.0 MiB.",
		"what was free");
	has_not(text, "hardly", "the rest is not known");
	make_figure(&report.memory, "active_anon", MIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"Of 1.0 GiB RAM: hardly anything.",
		"unless it is");
	oom_report_free(&report);
}

static void test_cma(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0xcc0(GFP_KERNEL)");
	make_zone(&report, 0, "DMA", 200 * MIB, 20 * MIB, GIB);
	make_figure(&report.zones[0].figures, "free_cma", 190 * MIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text), "could not use 190 MiB of free "
		"memory, most of it in CMA areas; where it could look, 10.0 MiB was free", "CMA "
		"is not for the kernel");
	tap_has(text, "In zone DMA 10.0 MiB was free beside CMA, less than its min "
		"watermark", "beside CMA");
	free(report.gfp_mask);
	report.gfp_mask = strdup("0x100cca(GFP_HIGHUSER_MOVABLE)");
	report.gfp_value = 0x100cca;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "could not use", "but it is for "
		"movable pages");
	oom_report_free(&report);
}

static void test_reserve(void)
{
	struct oom_report report;
	struct oom_zone *zone;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0x100cca(GFP_HIGHUSER_MOVABLE)");
	zone = make_zone(&report, 0, "Normal", 30 * MIB, 20 * MIB, GIB);
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "HighAtomic",
		"no reserve is said");
	zone->has_blocks = true;
	zone->blocks[0] = zone->blocks[10] = 4;
	zone->block_kinds[0] = OOM_BLOCKS_ANY | OOM_BLOCKS_RESERVED;
	zone->block_kinds[10] = OOM_BLOCKS_RESERVED;
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"In zone Normal 14.0 MiB was free "
		"beside HighAtomic, the reserve for urgent requests, less than its min watermark",
		"blocks of HighAtomic alone are not free for it");
	make_figure(&zone->figures, "free_highatomic", 18 * MIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"In zone Normal 12.0 MiB was free "
		"beside HighAtomic", "and what is printed goes first");
	oom_report_free(&report);
}

static void test_nodes(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_CPUSET;
	report.mems_allowed = strdup("1");
	make_trigger(&report, 1, "a.out", 0, "0x100cca(GFP_HIGHUSER_MOVABLE)");
	make_zone(&report, 1, "Normal", 4 * MIB, 5 * MIB, GIB);
	make_figure(&report.zones[0].figures, "active_anon", 900 * MIB);
	make_figure(&report.memory, "free", 3 * GIB + 4 * MIB);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"The nodes allowed had 4.0 MiB free "
		"of 1.0 GiB, the other nodes 3.0 GiB. Anonymous and shared memory took 900 MiB of "
		"them (88 %).",
		"nodes: by the machine's count");
	make_zone(&report, 0, "Normal", 2 * GIB, 5 * MIB, 4 * GIB);
	results(&report, NULL, OOM_SECTION_MEMORY, text);
	tap_has(text, "the other nodes 2.0 GiB", "nodes: by the other zones");
	tap_has(text, "zone Normal of node 1", "nodes: a zone with its node");
	has_not(text, "above its min", "nodes: the others do not count");
	oom_report_free(&report);
}

static void test_plenty(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0x0()");
	make_memory(&report, 10 * GIB, 6 * GIB, 0);
	report.memory.list[4].bytes = 3 * GIB;
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"Memory as such was not short when "
		"the report was made: 3.0 GiB was free (30 % of RAM).", "plenty was free");
	oom_report_free(&report);
}

/* RAM and zones that do not add up: lines are missing, and no conclusion is drawn from that. */
static void test_torn(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_trigger(&report, 1, "a.out", 0, "0x100cca(GFP_HIGHUSER_MOVABLE)");
	make_memory(&report, 10 * GIB, GIB, 0);
	report.ram = 40 * GIB;
	has_not(results(&report, NULL, OOM_SECTION_MEMORY, text), "in no count",
		"torn: nothing is "
		"unaccounted");
	tap_has(results(&report, NULL, OOM_SECTION_GAPS, text), "the zones add up to less",
		"torn: and "
		"why");
	oom_report_free(&report);
}

static void test_caches(void)
{
	static struct oom_cache caches[] = {
		{ "dentry", 5 * MIB, 6 * MIB }, { "kmalloc-64", GIB, 2 * GIB },
		{ "small", KIB, KIB }, { "filp", 200 * MIB, 201 * MIB },
		{ "vm_area", 2 * MIB, 3 * MIB },
	};
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_memory(&report, 10 * GIB, GIB, 0);
	report.memory.list[3].bytes = 3 * GIB;
	report.slabs.list = malloc(sizeof(caches));
	memcpy(report.slabs.list, caches, sizeof(caches));
	report.slabs.count = ARRAY_SIZE(caches);
	tap_has(results(&report, NULL, OOM_SECTION_MEMORY, text),
		"Its largest caches: kmalloc-64 2.0 "
		"GiB, filp 201 MiB, dentry 6.0 MiB.", "the largest caches");
	tap_has(results(&report, NULL, OOM_SECTION_ADVICE, text), "kmalloc-64 first (2.0 GiB)",
		"and "
		"the advice");
	oom_report_free(&report);
}

static void test_killed(void)
{
	struct oom_report report;
	struct oom_victim *victim;
	struct oom_task *task;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	victim = make_victim(&report, 7, "a.out");
	tap_has(results(&report, NULL, OOM_SECTION_KILLED, text),
		"a.out (pid 7) was killed; how much "
		"it held, the log does not say.", "nothing is known");
	task = make_task(&report, 7, "a.out", 8 * MIB, 300);
	task->swap = MIB;
	tap_has(results(&report, NULL, OOM_SECTION_KILLED, text),
		"a.out (pid 7), uid 1000, held 8.0 "
		"MiB; 1.0 MiB more in swap. Its VSZ of 16.0 MiB", "the table knows");
	tap_has(text, "Its oom_score_adj was 300.", "its adj too");
	make_hold(victim, 4 * MIB, 2 * MIB, 0);
	victim->pgtables = 60 * KIB;
	victim->score = 191570;
	tap_has(results(&report, NULL, OOM_SECTION_KILLED, text),
		"held 6.0 MiB: anonymous 4.0 MiB, "
		"file 2.0 MiB; and 60.0 KiB of page tables", "the kill line knows better");
	tap_has(text, "a score of 191570.", "a score of an old kernel is no share");
	victim->pgtables = 60 * MIB;
	task->pgtables = 48 * KIB;
	tap_has(results(&report, NULL, OOM_SECTION_KILLED, text), "and 48.0 KiB of page tables",
		"a figure that is known to be wrong");
	oom_report_free(&report);
}

static void test_why(void)
{
	struct oom_report report;
	struct oom_explanation explanation;
	char *why;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_victim(&report, 1, "big");
	make_task(&report, 1, "big", 40 * MIB, 0);
	make_task(&report, 2, "sshd", MIB, -1000);
	for (int i = 0; i < 9; i++)
		make_task(&report, 10 + i, "worker", 10 * MIB, 0);
	make_explanation(&report, NULL, &explanation);
	tap_has(explanation.note, "big (pid 1) is the worst of 10 candidates: its badness is ",
		"why: the note");
	if (asprintf(&why,
		     "%s 1 process was exempt (oom_score_adj -1000). By name, the 9 processes called worker had most: 90.0 MiB together with swap and page tables, shared pages counted for each, against 40.0 MiB of big (pid 1).\n",
		     explanation.note) < 0)
		abort();
	tap_is_text(part(&explanation, OOM_SECTION_WHY), why,
		    "then the exempt, the sum by name");
	free(why);
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

static void test_back(void)
{
	struct oom_report report;
	struct oom_victim *victim;

	oom_report_init(&report);
	victim = make_victim(&report, 7, "a.out");
	make_hold(victim, 4 * MIB, 0, 0);
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text), "There is no line of the OOM "
		"reaper", "no line");
	report.cut_end = true;
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text),
		"The log ends before it could "
		"say", "cut off");
	report.kernel = strdup("4.4.0-210-generic");
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text),
		"kernels before 4.6 have no OOM "
		"reaper", "before 4.6");
	victim->shmem = 2 * MIB;
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text), "Of it 2.0 MiB was shared "
		"memory", "with shared memory");
	victim->reaped.failed = true;
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text),
		"could not get at the memory of a.out "
		"(pid 7)",
		"unable to reap");
	victim->reaped = (struct oom_reaped){ .present = true, .anon = MIB, .file = 0,
					      .shmem = 2 * MIB };
	tap_has(results(&report, NULL, OOM_SECTION_RECLAIMED, text),
		"got back 3.0 MiB of the 4.0 MiB that "
		"was not shared memory. 1.0 MiB was left until its exit. 2.0 MiB of shared "
		"memory", "reaped in part");
	oom_report_free(&report);
}

/* What makes a next report one that follows at once. */
static void test_next(void)
{
	struct oom_report report, next;

	make_origin(&report);
	make_sequel(&next);
	make_time(&next.time, 7283479951000 + INT64_C(10500000000));
	tap_is_text(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "",
		    "not after ten seconds");
	make_time(&next.time, 7283479900000);
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "21 us after the kill",
		"before the "
		"reaper was done");
	make_time(&next.time, 1000);
	tap_is_text(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "", "not before it");
	next.time = (struct oom_time){ 0 };
	tap_is_text(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "",
		    "not without a time");
	next.time = (struct oom_time){ .has_wall = true, .wall_ns = 1000 };
	tap_is_text(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "",
		    "nor by clocks that differ");
	report.time = (struct oom_time){ .has_wall = true, .wall_ns = 1000 };
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "Within the same second, "
		"DeadlineMonitor invoked",
		"in the same second");
	next.scope = OOM_SCOPE_MEMCG;
	next.memcg.path = strdup("/b");
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"at the limit of memory cgroup "
		"/b", "for another limit");
	has_not(text, "Likely", "which has other reasons");
	oom_report_free(&report);
	oom_report_free(&next);
}

/* The one that held most was not the one that was killed. */
static void test_next_cause(void)
{
	struct oom_report report, next;

	make_origin(&report);
	make_sequel(&next);
	make_hold(report.victims, 0, 0, 4 * MIB);
	make_task(&report, 99, "spared", GIB, -1000);
	next.trigger.pid = 11786;
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"invoked the OOM killer again, and was "
		"killed itself. That kill had spared spared (pid 99), which had more: 1.0 "
		"GiB with swap and page tables.",
		"a spared process");
	report.tasks[2].rss = 0;
	make_hold(report.victims, 4 * MIB, 0, 0);
	report.victims->reaped.shmem = 0;
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text), "did not give back enough",
		"too "
		"little came back");
	report.victims->reaped.present = false;
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"Likely because the memory of main.out "
		"(pid 15665) had not come back yet.", "not reaped yet");
	oom_report_free(&report);
	oom_report_free(&next);
}

/* Two tables tell what became of the victim, and who grew. */
static void test_next_tables(void)
{
	struct oom_report report, next;

	make_origin(&report);
	make_sequel(&next);
	make_hold(report.victims, 8 * MIB, 0, 0);
	report.victims->reaped.shmem = 0;
	make_task(&report, 15665, "main.out", 8 * MIB, 0);
	make_task(&report, 7, "b.out", 6 * MIB, 0);
	make_task(&next, 15665, "main.out", 8 * MIB, 0);
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"main.out (pid 15665) had not exited "
		"yet", "still "
		"there");
	next.tasks[0].pid = 1;
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"main.out (pid 15665) had exited by "
		"then: what it gave back was not enough.", "it has exited");
	make_task(&next, 7, "b.out", 13 * MIB, 0);
	tap_has(results(&report, &next, OOM_SECTION_FOLLOW_UP, text),
		"had exited by then, and b.out (pid 7) "
		"had grown by 7.0 MiB.", "and another has grown");
	oom_report_free(&report);
	oom_report_free(&next);
}

static void test_gaps(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_GLOBAL;
	make_time(&report.time, 1000);
	make_victim(&report, 7, "a.out");
	tap_has(results(&report, NULL, OOM_SECTION_GAPS, text), "There is only the kill",
		"a lone kill "
		"line");
	report.cut_start = report.cut_end = true;
	report.missed = 3;
	results(&report, NULL, OOM_SECTION_GAPS, text);
	tap_has(text, "The beginning of this report is cut off: who asked", "no beginning");
	tap_has(text, "The end of this report is cut off.", "no end");
	tap_has(text, "3 lines of it were suppressed or lost.", "suppressed lines");
	report.cut_start = report.cut_end = false;
	report.missed = 0;
	report.has_memory = true;
	make_trigger(&report, 1, "a.out", 0, "0x100cca");
	report.page_size_known = false;
	results(&report, NULL, OOM_SECTION_GAPS, text);
	tap_has(text, "vm.oom_dump_tasks is 0", "no table");
	tap_has(text, "How large a page was, the log does not say", "no page size");
	report.table_begun = true;
	results(&report, NULL, OOM_SECTION_GAPS, text);
	tap_has(text, "The table of processes is missing or not whole.",
		"no table, but its announcement");
	report.page_size_known = report.has_table = true;
	tap_is_text(results(&report, NULL, OOM_SECTION_GAPS, text), "", "nothing is missing");
	oom_report_free(&report);
}

/* Names and paths are attackers' text, numbers overflow. */
static void test_hostile(void)
{
	struct oom_report report;
	struct oom_explanation explanation;
	char *path = malloc(20001);

	oom_report_init(&report);
	memset(path, '\xff', 20000);
	path[20000] = '\0';
	path[0] = '/';
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.path = path;
	report.memcg.task_path = strdup("/x\n\x1b]0;t\a");
	report.host = strdup("h\r");
	report.kernel = strdup("k\x9b");
	report.machine = strdup("m\n");
	report.panic = strdup("p\n");
	make_trigger(&report, 1, "a) (b\x1b[2J", 99, "0xcc0(\x1b[2J|GFP_KERNEL)");
	report.page_size = UINT64_MAX / 2;
	memset(make_victim(&report, 2, "")->comm, '\x01', OOM_COMM_MAX - 1);
	make_hold(report.victims, UINT64_MAX - 1, UINT64_MAX - 1, UINT64_MAX - 1);
	report.victims->pgtables = UINT64_MAX - 1;
	make_task(&report, 2, "\x7f", UINT64_MAX - 1, 1000);
	make_task(&report, 3, "\x7f", UINT64_MAX - 1, -1000);
	make_memory(&report, UINT64_MAX - 1, UINT64_MAX - 1, UINT64_MAX - 1);
	report.memcg.memory = (struct oom_counter){ UINT64_MAX - 1, 1, UINT64_MAX - 1, false };
	make_figure(&report.memcg.stats, "anon", UINT64_MAX - 1);
	make_figure(&report.memcg.stats, "file", UINT64_MAX - 1);
	make_explanation(&report, &report, &explanation);
	check_form(&explanation, "hostile");
	tap_has(part(&explanation, OOM_SECTION_TRIGGER), "\"a) (b\\x1b[2J\" (pid 1)",
		"a name is quoted and "
		"escaped");
	tap_has(part(&explanation, OOM_SECTION_SCOPE), "\\xff...\\xff",
		"a long path loses its middle");
	tap_ok(strlen(text) < 8000, "and is bounded");
	report.scope = OOM_SCOPE_GLOBAL;
	oom_explanation_free(&explanation);
	make_explanation(&report, &report, &explanation);
	check_form(&explanation, "hostile, global");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
}

/* A path is not cut inside a character. */
static void test_cut(void)
{
	struct oom_report report;
	char path[1201];

	for (size_t i = 0; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, i ? "\xc3\xa4" : "/x", 2);
	path[1200] = '\0';
	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.path = strdup(path);
	tap_has(results(&report, NULL, OOM_SECTION_SCOPE, text), "\xc3\xa4...\xc3\xa4",
		"cut between "
		"characters");
	has_not(text, "\\x", "and all of them are whole");
	oom_report_free(&report);
}

static void test_explanation(void)
{
	struct oom_report report;
	struct oom_explanation explanation;

	make_origin(&report);
	for (int i = 0; i < 20; i++)
		make_victim(&report, 20000 + i, "other")->reaped.present = true;
	make_explanation(&report, NULL, &explanation);
	check_form(&explanation, "many victims");
	tap_ok(explanation.count > 16, "an explanation grows");
	oom_explanation_free(&explanation);
	oom_report_free(&report);
	tap_ok(!explanation.list && !explanation.count && !explanation.text && !explanation.note,
	       "and is empty when freed");
	for (int section = OOM_SECTION_SUMMARY; section <= OOM_SECTION_GAPS; section++)
		tap_ok(*oom_section_name((enum oom_section)section), "heading %d has a "
		       "name", section);
}

int main(void)
{
	test_origin();
	test_unknown();
	test_scopes();
	test_limits();
	test_task_path();
	test_limit();
	test_examples();
	test_no_victim();
	test_group();
	test_when();
	test_mask();
	test_asked();
	test_old_mask();
	test_charge();
	test_old_charge();
	test_own_only();
	test_global_memory();
	test_takers();
	test_huge_and_unaccounted();
	test_fragmentation();
	test_ineligible();
	test_short_zone();
	test_free_alone();
	test_cma();
	test_reserve();
	test_nodes();
	test_plenty();
	test_torn();
	test_caches();
	test_killed();
	test_why();
	test_back();
	test_next();
	test_next_cause();
	test_next_tables();
	test_gaps();
	test_hostile();
	test_cut();
	test_explanation();
	return tap_done();
}
