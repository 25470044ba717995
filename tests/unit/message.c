/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.c - lines are what they are by their beginnings, not by what names and paths pretend */
#include <config.h>

#include "../tap.h"
#include "oomreport/line-type.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned nothing;
static const unsigned anything =
	OOM_LIST_STATS | OOM_LIST_SLABS | OOM_LIST_ALLOCATIONS | OOM_LIST_ROWS;

struct sample {
	enum oom_line_type message;
	const char *line;
};

/* As kernels from 2.6.30 to 7.0 wrote them. */
static const struct sample samples[] = {
	{ OOM_LINE_INVOKED, "main.out invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|"
	  "__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0" },
	{ OOM_LINE_INVOKED,
	  "Web Content invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=0" },
	{ OOM_LINE_INVOKED, " invoked oom-killer: gfp_mask=0x0, order=0" },
	{ OOM_LINE_INVOKED, "invoked oom-killer: gfp_mask=0x0, order=0" },
	{ OOM_LINE_INVOKED, "x invoked oom-killer:" },
	{ OOM_LINE_INVOKED, "x invoked oom-killer" },
	{ OOM_LINE_DUMP, "x: page allocation failure: order:0, mode:0x24010c0(GFP_KERNEL)" },
	{ OOM_LINE_DUMP, "x: page allocation failure. order:5, mode:0xd0" },
	{ OOM_LINE_DUMP, "x: page allocation stalls for 10008ms, order:0, mode:0x342004a" },
	{ OOM_LINE_DUMP, "sysrq: Show Memory" }, { OOM_LINE_DUMP, "SysRq : Show Memory" },
	{ OOM_LINE_SYSRQ, "sysrq: Manual OOM execution" },
	{ OOM_LINE_SYSRQ, "sysrq: SysRq : Manual OOM execution" },
	{ OOM_LINE_CPUSET, "main.out cpuset=/ mems_allowed=0" },
	{ OOM_LINE_CPUSET, "a b cpuset=node1 mems_allowed=0-1,4" },
	{ OOM_LINE_COMPACTION, "COMPACTION is disabled!!!" },
	{ OOM_LINE_CPU,
	  "CPU: 1 PID: 91 Comm: main.out Not tainted 6.1.0-50-cloud-amd64 #1  Debian" },
	{ OOM_LINE_CPU, "CPU: 0 UID: 0 PID: 134 Comm: main.out Not tainted 7.0.13 #1" },
	{ OOM_LINE_CPU, "Pid: 4242, comm: x Not tainted 2.6.32-504.el6.x86_64 #1" },
	{ OOM_LINE_HARDWARE,
	"Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2" },
	{ OOM_LINE_MEMCG_TASK, "Task in /docker/0123 killed as a result of limit of /docker" },
	{ OOM_LINE_MEMCG_TASK, "Memory limit reached of cgroup /a" },
	{ OOM_LINE_COUNTER, "memory: usage 32768kB, limit 32768kB, failcnt 8" },
	{ OOM_LINE_COUNTER, "memory+swap: usage 32768kB, limit 9007199254740988kB, failcnt 0" },
	{ OOM_LINE_COUNTER, "swap: usage 0kB, limit 9007199254740988kB, failcnt 0" },
	{ OOM_LINE_COUNTER, "kmem: usage 116kB, limit 9007199254740988kB, failcnt 0" },
	{ OOM_LINE_STATS, "Memory cgroup stats for /a: cache:0KB rss:32652KB" },
	{ OOM_LINE_STATS, "Memory cgroup stats for /a:" },
	{ OOM_LINE_STATS, "Memory cgroup stats:cache:0KB rss:9KB" },
	{ OOM_LINE_MEMINFO, "Mem-Info:" }, { OOM_LINE_MEMINFO, "Mem-info:" },
	{ OOM_LINE_COUNTS, "active_anon:28 inactive_anon:49230 isolated_anon:0\n active_file:0" },
	{ OOM_LINE_COUNTS, " active_file:0 inactive_file:0 isolated_file:0" },
	{ OOM_LINE_COUNTS, " free:604 free_pcp:120 free_cma:0" },
	{ OOM_LINE_COUNTS, "Active_anon:5 active_file:1 inactive_anon:2" },
	{ OOM_LINE_NODE, "Node 0 active_anon:112kB inactive_anon:196920kB" },
	{ OOM_LINE_ZONE, "Node 0 DMA32 free:1524kB boost:0kB min:1716kB" },
	{ OOM_LINE_ZONE, "DMA free:3520kB min:68kB" },
	{ OOM_LINE_ZONE, "HighMem free:220kB min:512kB" },
	{ OOM_LINE_BLOCKS, "Node 0 DMA: 1*4kB (U) 1*8kB (M) 0*4096kB = 892kB" },
	{ OOM_LINE_BLOCKS, "Normal: 12*4kB 3*8kB = 72kB" },
	{ OOM_LINE_HUGE, "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 "
	  "hugepages_size=2048kB" },
	{ OOM_LINE_PAGES, "1238 total pagecache pages" },
	{ OOM_LINE_PAGES, "0 pages in swap cache" },
	{ OOM_LINE_PAGES, "Free swap  = 0kB" }, { OOM_LINE_PAGES, "Total swap = 0kB" },
	{ OOM_LINE_PAGES, "65406 pages RAM" }, { OOM_LINE_PAGES, "0 pages HighMem/MovableOnly" },
	{ OOM_LINE_PAGES, "9558 pages reserved" }, { OOM_LINE_PAGES, "0 pages hwpoisoned" },
	{ OOM_LINE_PAGES, "1096 pages shared" }, { OOM_LINE_PAGES, "229 reserved pages" },
	{ OOM_LINE_ALLOCATIONS, "Memory allocations:" },
	{ OOM_LINE_ALLOCATIONS, "Memory allocations (profiling is currently turned on):" },
	{ OOM_LINE_TASKS, "Tasks state (memory values in pages):" },
	{ OOM_LINE_SLABS, "Unreclaimable slab info:" },
	{ OOM_LINE_TABLE, "[ pid ]   uid  tgid total_vm      rss cpu oom_adj name" },
	{ OOM_LINE_TABLE, "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem "
	  "pgtables_bytes swapents oom_score_adj name" },
	{ OOM_LINE_ROW,
	  "[     92]     0    92  2097440    44202   393216        0             0 x" },
	{ OOM_LINE_ROW, "[  124] 1000   124    12345     678      90        0         -1000 a b" },
	{ OOM_LINE_DECISION, "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
	  "mems_allowed=0,global_oom,task_memcg=/,task=x,pid=5,uid=0" },
	{ OOM_LINE_DECISION, "oom-kill: constraint=CONSTRAINT_NONE,nodemask=(null)" },
	{ OOM_LINE_DECISION_REST, ",task=x,pid=5,uid=0" },
	{ OOM_LINE_DECISION_REST, ",oom_memcg=/a,task_memcg=/a,task=x,pid=5,uid=0" },
	{ OOM_LINE_CHOICE,
	  "Out of memory: Kill process 94 (main.out) score 746 or sacrifice child" },
	{ OOM_LINE_CHOICE, "Memory cgroup out of memory: Kill process 94 (x) score 746" },
	{ OOM_LINE_CHOICE, "Out of memory: kill process 123 (x) score 12 or a child" },
	{ OOM_LINE_EXITING, "Out of memory: OOM victim 7 (x) is already exiting. Skip killing" },
	{ OOM_LINE_KILLED, "Killed process 94 (main.out) total-vm:9kB, anon-rss:8kB" },
	{ OOM_LINE_KILLED, "Memory cgroup out of memory: Killed process 91 (x) total-vm:9kB" },
	{ OOM_LINE_KILLED, "Out of memory (oom_kill_allocating_task): Killed process 132 (x)" },
	{ OOM_LINE_KILLED, "Killed process 40738, UID 27, (mysqld) total-vm:9kB" },
	{ OOM_LINE_KILLED, "Killed process 5" }, { OOM_LINE_KILLED, "Killed process 5 " },
	{ OOM_LINE_GROUP, "Tasks in /a are going to be killed due to memory.oom.group set" },
	{ OOM_LINE_NONE_KILLABLE, "Out of memory and no killable processes..." },
	{ OOM_LINE_NONE_KILLABLE, "Memory cgroup out of memory and no killable processes..." },
	{ OOM_LINE_OOM_PANIC,
	  "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom" },
	{ OOM_LINE_PANIC, "Kernel panic - not syncing: Fatal exception" },
	{ OOM_LINE_BOOT, "Linux version 6.1.0-50-amd64 (debian-kernel@lists.debian.org)" },
	{ OOM_LINE_CUT, "--" },
	{ OOM_LINE_SUPPRESSED, "oom_kill_process: 1520 callbacks suppressed" },
	{ OOM_LINE_REAPED, "oom_reaper: reaped process 5 (x), now anon-rss:0kB, file-rss:0kB" },
	{ OOM_LINE_UNREAPED, "oom_reaper: unable to reap pid:5 (x)" },
	{ OOM_LINE_DROPPED, "** 57 printk messages dropped **" },
	{ OOM_LINE_DROPPED, "** 57 printk messages dropped **  " },
};

static void test_samples(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		struct strview text = strview_of(samples[i].line);

		tap_is(oom_line_type_of(text, nothing), samples[i].message, samples[i].line);
		tap_is(oom_line_type_of(text, anything), samples[i].message, "also inside lists");
	}
}

/* Of lists, whose lines could be anybody's: only when they are expected. */
static const struct sample lists[] = {
	{ OOM_LINE_STAT, "anon 33370112" }, { OOM_LINE_STAT, "oom_group_kill 1" },
	{ OOM_LINE_STAT, "anon 8245248\nfile 0\nkernel_stack 65536" },
	{ OOM_LINE_STAT, "rss:32652KB mapped_file:0KB" },
	{ OOM_LINE_STAT, "hierarchical_memory_limit 5" },
	{ OOM_LINE_SLAB, "Name                      Used          Total" },
	{ OOM_LINE_SLAB, "xfs_icr                  263KB        263KB" },
	{ OOM_LINE_ALLOCATION, "3176243200   247900 mm/slub.c:2264 func:alloc_slab_page" },
	{ OOM_LINE_ALLOCATION, "  1047212032   511334 fs/x.c:82 [xfs] func:xfs_inode_alloc" },
	{ OOM_LINE_ROW, "[     92] x y z 0 1 2" },
};

static void test_lists(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct strview text = strview_of(lists[i].line);

		tap_is(oom_line_type_of(text, anything), lists[i].message, lists[i].line);
		tap_is(oom_line_type_of(text, nothing), OOM_LINE_NONE,
		       "nothing where not expected");
	}
}

static const char *const others[] = {
	"", " ", "\n", "x", "[", "[]", "[ ]", "[  6.9]", "[ 12]", "[ 12] 1", "[ 12] 1 2 3",
	"[x] 1 2 3 4",
	"[ 12]1 2 3 4", "[-5] 1 2 3 4", "pid", "[ pid ]", "[ pid ] uid", "invoked",
	"invoked oom-killers",
	"xinvoked oom-killer: gfp_mask=0", "x invoked oom-killer twice", "who invoked oom-killer?",
	"oom-kill:", "oom-killer", "CPU: 1", "CPU: 1 Comm: x", "Pid: 5", "cpuset=/ mems_allowed=0",
	"x cpuset=/", "Mem-Info", "memory: 5", "swap: no", "active_anon",
	"active_anon:", "active_anon:x", "active_anon:5kB", "Node", "Node 0",
	"Node x DMA free:1kB",
	"Node 0 DMA", "Node 0 DMA: x", "Node 0 DMA33 free:1kB", "DMA33: 1*4kB", "DMA", "DMA: 4kB",
	"5", "5 pages", "5 pages of paper", "pages RAM", "Free swap", "Total swap: 0kB",
	"Killed", "Killed process", "Killed process ", "Out of memory: Killed process",
	"Killed processes", "Killed process x", "Killed process -5 (x)", "Killed process 5x",
	"Kill process 5 (x) sharing same memory", "killed process 5 (x)", "OOM victim",
	"Out of memory", "Out of memory: ", "Out of memory!", "Task in /a", "Tasks in /a",
	"oom_reaper:",
	"oom_reaper: reaped", "oom_reaper: unable", "Kernel panic", "sysrq: HELP",
	"SysRq : Emergency Sync",
	"sysrq: OOM request ignored. No task eligible", "printk messages dropped",
	"net_ratelimit: 12 callbacks suppressed", "page allocation failure",
	"lowmem_reserve[]: 0 194 194",
	"Call Trace:", "Node 0 DMA per-cpu:", "MESSAGE=x",
};

static void test_others(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		tap_is(oom_line_type_of(strview_of(others[i]), nothing), OOM_LINE_NONE, others[i]);
}

/* Names of 15 bytes at the most, in front of what the kernel says of them. */
static const char *const names[] = {
	"", " ", "x", "kernel:", "CPU: 1 PID: 2", "Pid: 1, comm: x", "[ 1] 2 3 4 5 6",
	"[1] 1 2 3 4",
	"Mem-Info:", "Killed process ", "Kill process 5", "Killed process", "oom-kill:constr",
	"oom_reaper: rea", "Out of memory: ", "Memory cgroup s", "Node 0 DMA: 1*4",
	"memory: usage",
	"swap: usage", "active_anon:5", "free:5", "5 pages RAM", "Free swap=", "Hardware name: ",
	"Task in /a", "Tasks in /a", "Kernel panic - ", "sysrq: ", "** 5 printk ", "anon 5",
	",task=",
	",global_oom,", "OOM victim 5", "[ pid ] tgid rss", "COMPACTION is d", "DMA free:1kB",
	"a invoked", "a\nb", "Call Trace:", "invoked oom-kil", "\xff\xfe",
};

static void test_names(void)
{
	char line[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(line, sizeof(line), "%s invoked oom-killer: gfp_mask=0x0, order=0",
			 names[i]);
		tap_is(oom_line_type_of(strview_of(line), anything), OOM_LINE_INVOKED, line);
		snprintf(line, sizeof(line), "%s cpuset=/ mems_allowed=0", names[i]);
		tap_is(oom_line_type_of(strview_of(line), anything), OOM_LINE_CPUSET, line);
	}
}

/* Paths of cgroups, as long as they like, inside the lines that have them. */
static const char *const paths[] = {
	"/x invoked oom-killer: gfp_mask=0x0, order=0", "/x invoked oom-killer",
	"/a cpuset=b mems_allowed=c",
	"/a killed as a result of limit of /b", "/a are going to be killed",
	"/** 5 printk messages dropped **",
	"/x: page allocation failure: order:0", "/Killed process 5 (x)", "/a: cache:0KB",
	"/ invoked",
};

static void test_paths(void)
{
	static const struct {
		enum oom_line_type message;
		const char *front, *behind;
	} lines[] = {
		{ OOM_LINE_DECISION, "oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=",
		  ",task=x,pid=5" },
		{ OOM_LINE_MEMCG_TASK, "Task in ", " killed as a result of limit of /b" },
		{ OOM_LINE_MEMCG_TASK, "Memory limit reached of cgroup ", "" },
		{ OOM_LINE_STATS, "Memory cgroup stats for ", ":" },
		{ OOM_LINE_GROUP, "Tasks in ",
		  " are going to be killed due to memory.oom.group set" },
	};
	char line[256];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		for (size_t p = 0; p < ARRAY_SIZE(paths); p++) {
			snprintf(line, sizeof(line), "%s%s%s", lines[i].front, paths[p],
				 lines[i].behind);
			tap_is(oom_line_type_of(strview_of(line), anything), lines[i].message,
			       line);
		}
}

/* Behind prefixes that nobody knows. */
static void test_finding(void)
{
	static const char *const fronts[] = {
		"foo|bar|12: ", "I1123 07:05:30.5   12 file.go:160] ", "host> ", "a | ", "(x) ",
		"x - ",
		"x\t", "- [    6.966596] ",
	};
	char line[512];

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		struct strview text = strview_of(samples[i].line);
		bool prefixed = samples[i].message >= OOM_LINE_COMPACTION &&
			       samples[i].message < OOM_LINE_DROPPED;

		for (size_t f = 0; prefixed && f < ARRAY_SIZE(fronts); f++) {
			snprintf(line, sizeof(line), "%s%s", fronts[f], samples[i].line);
			text = strview_of(line);
			if (oom_line_type_of(text, nothing) == OOM_LINE_NONE &&
			    oom_line_type_find(&text, nothing, false) != samples[i].message)
				tap_ok(false, "\"%s\" is found", line);
		}
	}
	tap_ok(true, "messages are found behind unknown prefixes");
}

static void test_finding_little(void)
{
	struct strview text = strview_of("vmhost Mem-Info: x"), kill =
		strview_of("x Killed process 5 (y)");

	tap_is(oom_line_type_find(&text, nothing, false), OOM_LINE_NONE,
	       "not in the middle of a text");
	tap_ok(strview_is(text, "vmhost Mem-Info: x"), "which stays");
	tap_is(oom_line_type_find(&kill, nothing, true), OOM_LINE_KILLED,
	       "but what has no other meaning");
	tap_ok(strview_is(kill, "Killed process 5 (y)"), "is taken out");
	text = strview_of("x: Mem-Info:");
	tap_is(oom_line_type_find(&text, nothing, true), OOM_LINE_NONE,
	       "with a prefix, a line has no others");
	text = strview_of("they wrote: Killed process by hand");
	tap_is(oom_line_type_find(&text, nothing, false), OOM_LINE_NONE,
	       "people write of kills too");
	text = (struct strview){ "", 0 };
	tap_is(oom_line_type_find(&text, nothing, false), OOM_LINE_NONE, "nothing is nothing");
}

/* Where a line may be broken off so that the rest of it is waited for. */
static const struct {
	enum oom_line_type message;
	const char *begun, *rest;
} breaks[] = {
	{ OOM_LINE_INVOKED, "main.out invo", "ked oom-killer: gfp_mask=0x0, order=0" },
	{ OOM_LINE_INVOKED, "main.out invoked ", "oom-killer: gfp_mask=0x0, order=0" },
	{ OOM_LINE_INVOKED, "x invoked oom-killer: gfp_m", "ask=0x0, order=0" },
	{ OOM_LINE_CPU, "CPU: 1 ", "PID: 91 Comm: main.out" },
	{ OOM_LINE_CPU, "Pid: 91,", " comm: x" },
	{ OOM_LINE_HARDWARE, "Hardware ", "name: x" },
	{ OOM_LINE_CPUSET, "x cpuset=/ ", "mems_allowed=0" },
	{ OOM_LINE_MEMCG_TASK, "Task in ", "/a killed as a result of limit of /a" },
	{ OOM_LINE_MEMCG_TASK, "Task in /a ", "killed as a result of limit of /a" },
	{ OOM_LINE_STATS, "Memory cgroup ", "stats for /a:" },
	{ OOM_LINE_COUNTER, "memory: ", "usage 5kB" },
	{ OOM_LINE_MEMINFO, "Mem-I", "nfo:" }, { OOM_LINE_ZONE, "Node 0 ", "DMA free:5kB" },
	{ OOM_LINE_NODE, "Node 0 ", "active_anon:5kB" },
	{ OOM_LINE_HUGE, "Node 0 ", "hugepages_total=0" },
	{ OOM_LINE_ZONE, "Node 0 DMA32 ", "free:5kB" },
	{ OOM_LINE_BLOCKS, "DMA: ", "1*4kB = 4kB" },
	{ OOM_LINE_PAGES, "5 pages ", "RAM" }, { OOM_LINE_PAGES, "5 total pagecache ", "pages" },
	{ OOM_LINE_PAGES, "Free swap  ", "= 0kB" },
	{ OOM_LINE_TABLE, "[  pid  ]   uid ", " tgid rss name" },
	{ OOM_LINE_ROW, "[     92]     0    92", " 2097440    44202 x" },
	{ OOM_LINE_DECISION, "oom-kill:constr", "aint=CONSTRAINT_NONE" },
	{ OOM_LINE_KILLED, "Out of memory: ", "Killed process 5 (x)" },
	{ OOM_LINE_KILLED, "Out of memory: Killed process ", "5 (x)" },
	{ OOM_LINE_KILLED, "Killed process ", "5 (x) total-vm:9kB" },
	{ OOM_LINE_KILLED, "Out of memory: K", "illed process 5 (x)" },
	{ OOM_LINE_KILLED, "Memory cgroup out of memory: Killed ", "process 5 (x)" },
	{ OOM_LINE_CHOICE, "Memory cgroup out of mem", "ory: Kill process 5 (x) score 5" },
	{ OOM_LINE_GROUP, "Tasks in /a are ", "going to be killed due to memory.oom.group set" },
	{ OOM_LINE_REAPED, "oom_reaper: ", "reaped process 5 (x)" },
	{ OOM_LINE_UNREAPED, "oom_reaper: unable to ", "reap pid:5 (x)" },
};

static void test_breaks(void)
{
	char line[128];

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		struct strview begun = strview_of(breaks[i].begun);

		snprintf(line, sizeof(line), "%s%s", breaks[i].begun, breaks[i].rest);
		tap_ok(oom_line_type_of(begun, anything) == OOM_LINE_NONE &&
		       oom_line_type_begun(begun, anything) != OOM_LINE_NONE,
		       "\"%s\" waits for its rest", breaks[i].begun);
		tap_is(oom_line_type_of(strview_of(line), anything), breaks[i].message,
		       "and has got it");
	}
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		if (oom_line_type_begun(strview_of(""), nothing) != OOM_LINE_NONE)
			tap_ok(false, "nothing waits for nothing");
}

/* Messages that need more, then the same with it. */
static const struct {
	enum oom_line_type message;
	const char *part, *whole;
} wholes[] = {
	{ OOM_LINE_INVOKED, "x invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=",
	  "x invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=-17" },
	{ OOM_LINE_INVOKED, "x invoked oom-killer: gfp_mask=0x0,",
	  "x invoked oom-killer: gfp_mask=0x0, order=0, oom_adj=0" },
	{ OOM_LINE_INVOKED, "x invoked oom-killer",
	  "x invoked oom-killer: gfp_mask=0x0, oomkilladj=0" },
	{ OOM_LINE_CPU, "CPU: 1 PID: 91 Comm: x Not tainted 6.1.0",
	  "CPU: 1 PID: 9 Comm: x 6.1.0 #1" },
	{ OOM_LINE_MEMCG_TASK, "Task in /a killed as a result of",
	  "Task in /a killed as a result of limit of /a" },
	{ OOM_LINE_COUNTER, "memory: usage 5kB, limit 5kB, failcnt ",
	  "memory: usage 5kB, limit 5kB, failcnt 0" },
	{ OOM_LINE_NODE, "Node 0 active_anon:5kB writeback_tmp:0kB",
	  "Node 0 active_anon:5kB writeback_tmp:0kB all_unreclaimable? no" },
	{ OOM_LINE_ZONE, "Node 0 DMA free:5kB", "Node 0 DMA free:5kB free_cma:0kB" },
	{ OOM_LINE_BLOCKS, "Node 0 DMA: 1*4kB", "Node 0 DMA: 1*4kB = 4kB" },
	{ OOM_LINE_PAGES, "Free swap  =", "Free swap  = 0kB" },
	{ OOM_LINE_TABLE, "[ pid ] uid tgid rss", "[ pid ] uid tgid rss name" },
	{ OOM_LINE_ROW, "[ 92] 0 92 209 44", "[ 92] 0 92 209 44 x" },
	{ OOM_LINE_DECISION, "oom-kill:constraint=CONSTRAINT_NONE",
	  "oom-kill:constraint=C,pid=5,uid=0" },
	{ OOM_LINE_CHOICE, "Kill process 5 (x) score 5 or",
	  "Kill process 5 (x) score 5 or sacrifice child" },
	{ OOM_LINE_KILLED, "Killed process 5 (x) total-vm:9kB",
	  "Killed process 5 (x) oom_score_adj:0" },
	{ OOM_LINE_REAPED, "oom_reaper: reaped process 5",
	  "oom_reaper: reaped process 5 (x), shmem-rss:0kB" },
	{ OOM_LINE_GROUP, "Tasks in /offset are going to be killed due to",
	  "Tasks in /a are going to be killed due to memory.oom.group set" },
	{ OOM_LINE_STATS, "Memory cgroup stats for /a", "Memory cgroup stats for /a:" },
};

static void test_wholes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wholes); i++) {
		tap_ok(!oom_line_is_whole(wholes[i].message, strview_of(wholes[i].part)),
		       "\"%s\" lacks something", wholes[i].part);
		tap_ok(oom_line_is_whole(wholes[i].message, strview_of(wholes[i].whole)),
		       "\"%s\" does not", wholes[i].whole);
	}
	tap_ok(oom_line_is_whole(OOM_LINE_MEMINFO, strview_of("Mem-Info:")),
	       "many are never unfinished");
}

static bool goes_on(enum oom_line_type message, const char *line, bool prefixed)
{
	return oom_line_goes_on(message, strview_of(line),
				oom_line_type_of(strview_of(line), nothing),
				prefixed);
}

static void test_going_on(void)
{
	tap_ok(goes_on(OOM_LINE_KILLED, "anon-rss:8kB, file-rss:7kB", false) &&
	       goes_on(OOM_LINE_KILLED, "(main.out) total-vm:9kB", false) &&
	       goes_on(OOM_LINE_REAPED, "now anon-rss:0kB", false),
		"a kill goes on with its sizes");
	tap_ok(!goes_on(OOM_LINE_KILLED, "Why is that?", false) &&
	       !goes_on(OOM_LINE_KILLED, "", false),
	       "but not with prose");
	tap_ok(goes_on(OOM_LINE_ZONE, "mapped:5 x", false) &&
	       goes_on(OOM_LINE_NODE, "free:9", false),
	       "a zone goes on with what the machine's record has too");
	tap_ok(goes_on(OOM_LINE_INVOKED, "order=0, oom_score_adj=0", false) &&
	       goes_on(OOM_LINE_INVOKED, "oom-killer: gfp_mask=0x0", true) &&
	       !goes_on(OOM_LINE_INVOKED, "Thanks", false), "the first line with its figures");
	tap_ok(!goes_on(OOM_LINE_CPU, "Mem-Info:", false) &&
	       goes_on(OOM_LINE_CPU, "Not tainted", false),
	       "no line goes on with another, bare");
}

static void test_other_lines(void)
{
	static const char *const ends[] = {
		"Call Trace:", " <TASK>", "...", "[...]", "```", "--", "",
		" dump_stack_lvl+0x44/0x5c",
		"lowmem_reserve[]: 0 0", "Node 0 DMA free:1kB",
		"[<ffffffff81d91389>] x+0xc1/0x128",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		tap_ok(oom_line_is_other(strview_of(ends[i])), "\"%s\" is no rest", ends[i]);
	tap_ok(!oom_line_is_other(strview_of("1.16.2-debian-1.16.2-1 04/01/2014")) &&
	       !oom_line_is_other(strview_of("Content")), "words may be");
}

static const struct {
	enum oom_line_type message;
	bool torn;
	const char *so_far, *word, *next;
} tears[] = {
	{ OOM_LINE_INVOKED, true, "x invoked oom-killer: gfp_mask=0x1(GFP_H", "gfp_mask=0x1(GFP_H",
	  "IGH)" },
	{ OOM_LINE_INVOKED, true, "x invoked oom-killer: gfp_ma", "gfp_ma", "sk=0x1" },
	{ OOM_LINE_INVOKED, true, "x invoked oom-killer: gfp_mask=0x1", "gfp_mask=0x1", "4," },
	{ OOM_LINE_INVOKED, false, "x invoked oom-killer:", "oom-killer:", "gfp_mask=0x1" },
	{ OOM_LINE_INVOKED, false, "x invoked oom-killer: gfp_mask=0x1(G),", "gfp_mask=0x1(G),",
	  "order=0," },
	{ OOM_LINE_CPU, true, "Comm: x Not tainted 6.1.0-5", "6.1.0-5", "0-cloud #1" },
	{ OOM_LINE_CPU, false, "Comm: x Not tainted 6.1.0", "6.1.0", "#1" },
	{ OOM_LINE_NODE, true, "Node 0 inactive_f", "inactive_f", "ile:0kB" },
	{ OOM_LINE_NODE, true, "Node 0 mapped:3", "mapped:3", "88kB" },
	{ OOM_LINE_NODE, false, "Node 0 mapped:3kB", "mapped:3kB", "dirty:0kB" },
	{ OOM_LINE_ZONE, false, "Node 0 DMA", "DMA", "free:0kB" },
	{ OOM_LINE_KILLED, true, "Killed process 5 (x) total-vm:9kB, anon-r", "anon-r", "ss:8kB" },
	{ OOM_LINE_KILLED, true, "Killed process 5 (x) total-vm:9", "total-vm:9", "9kB," },
	{ OOM_LINE_KILLED, false, "Killed process 5 (x) total-vm:9kB,", "total-vm:9kB,",
	  "anon-rss:8kB" },
	{ OOM_LINE_KILLED, false, "Killed process 5 (a", "(a", "b) total-vm:9kB" },
	{ OOM_LINE_HUGE, true, "Node 0 hugepa", "hugepa", "ges_total=0" },
	{ OOM_LINE_ROW, false, "[ 92] 0 92 209 44 x", "x", "y" },
};

static void test_tears(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tears); i++)
		tap_ok(oom_line_is_torn(tears[i].message, strview_of(tears[i].so_far),
					strview_of(tears[i].word), strview_of(tears[i].next)) ==
		       tears[i].torn, "\"%s\" is %s", tears[i].so_far,
		       tears[i].torn ? "torn" : "not torn");
}

/* Every beginning of every line, with nothing behind it: nothing is read beyond. */
static void test_cut(void)
{
	size_t known = 0;

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		for (size_t length = 0; length <= strlen(samples[i].line); length++) {
			char *line = malloc(length ? length : 1);
			struct strview text = { line, length };
			enum oom_line_type message;

			if (!line)
				abort();
			memcpy(line, samples[i].line, length);
			message = oom_line_type_of(text, anything);
			known += message != OOM_LINE_NONE;
			for (int other = OOM_LINE_NONE; other < OOM_LINE_LAST; other++) {
				oom_line_is_whole((enum oom_line_type)other, text);
				oom_line_goes_on((enum oom_line_type)other, text, message, true);
				oom_line_is_torn((enum oom_line_type)other, text, text, text);
			}
			oom_line_type_begun(text, anything);
			oom_line_is_other(text);
			oom_line_type_find(&text, anything, false);
			free(line);
		}
	tap_ok(known > 1000, "cut lines are known or not");
}

static void test_bytes(void)
{
	static const char row[] = "[ 1]\0 2 3 4 5",
		invoked[] = "a\0b invoked oom-killer: gfp_mask=0";
	struct strview text = { row, sizeof(row) - 1 }, name = { invoked, sizeof(invoked) - 1 };

	tap_is(oom_line_type_of(text, nothing), OOM_LINE_NONE, "a NUL is no blank");
	tap_is(oom_line_type_of(name, nothing), OOM_LINE_INVOKED,
	       "a name may have one in a bad log");
}

/* What has the kernel's words is the kernel's only in its forms. */
static void test_kernels(void)
{
	static const struct {
		const char *line;
		bool timed, expected, kernels;
	} lines[] = {
		{ "x invoked oom-killer: gfp_mask=0x0, order=0", false, false, true },
		{ "x invoked oom-killer", true, false, true },
		{ "[LTP] x invoked oom-killer", false, false, false },
		{ "(\"%s invoked oom-killer: gfp_mask=%#x(%pGg)", false, false, false },
		{ "Killed process 5, exit code 137", true, true, false },
		{ "Killed process 5", true, false, false },
		{ "Killed process 5", true, true, true },
		{ "Killed process 5 (x) total-vm:9kB", false, false, true },
		{ "Killed process 5, UID 27, (x) total-vm:9kB", false, false, true },
		{ "Out of memory: Killed process 5 (x) by the watchdog", true, true, false },
		{ "Out of memory: Killed process 5 (x) tot", true, false, true },
		{ "Out of memory: Killed process 5", true, false, true },
		{ "Kill process 5 (x) requested by user", true, true, false },
		{ "Out of memory: Kill process 5 (x) score 5 or", true, false, true },
		{ "Kill process 5 (x) score 5 or", true, false, false },
		{ "oom-kill:constraint=%s,nodemask=%*pbl", false, false, false },
		{ "oom_reaper: reaped process ...", false, true, false },
		{ "oom_reaper: reaped process 5 (x), now", false, false, true },
	};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct strview text = strview_of(lines[i].line);
		enum oom_line_type type = oom_line_type_of(text, nothing);
		bool kernels = type != OOM_LINE_NONE &&
			       oom_line_is_kernels(type, text, lines[i].timed,
						   lines[i].expected);

		tap_ok(kernels == lines[i].kernels, "%s: %s the kernel's", lines[i].line,
		       lines[i].kernels ? "is" : "is not");
	}
}

int main(void)
{
	test_kernels();
	test_samples();
	test_lists();
	test_others();
	test_names();
	test_paths();
	test_finding();
	test_finding_little();
	test_breaks();
	test_wholes();
	test_going_on();
	test_other_lines();
	test_tears();
	test_cut();
	test_bytes();
	return tap_done();
}
