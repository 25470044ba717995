/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.c - what the lines of a report say: kernels 2.6.30 to 7.0, pages of any size, and foes */
#include <config.h>

#include "../tap.h"
#include "log-maker.h"

#define INVOKED "x invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0"
#define CPU_X86 "CPU: 0 PID: 1 Comm: x Not tainted 5.0.0-amd64 #1"
#define HEAD_PTES "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name"
#define HEAD_BYTES \
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name"
#define KILLED "Killed process 92 (main.out) total-vm:8389760kB, anon-rss:8kB, file-rss:7kB"

static struct found found;

/*
 * The only report of LINES, NULL behind the last; one that says nothing if there are more or none.
 */
static const struct oom_report *read_lines(const char *const *lines)
{
	static struct oom_report nothing;

	found_free(&found);
	lines_parse(lines, LOG_SECS, &found);
	if (found.count == 1)
		return &found.reports[0];
	oom_report_init(&nothing);
	return &nothing;
}

#define READ(...) read_lines((const char *const[]){ __VA_ARGS__, NULL })

static bool same(const char *got, const char *wanted)
{
	return got ? wanted && !strcmp(got, wanted) : !wanted;
}

/* First lines of all ages. */
static const struct {
	const char *line, *comm, *mask;
	uint64_t value;
	int64_t order, adj, old_adj;
	const char *nodemask;
} triggers[] = {
	{ "x invoked oom-killer: gfp_mask=0x1201d2, order=0, oomkilladj=0", "x", "0x1201d2",
	  0x1201d2,
	  0, OOM_NO_NUMBER, 0, NULL },
	{ "x invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=-17", "x", "0x201da", 0x201da,
	  0,
	  OOM_NO_NUMBER, -17, NULL },
	{ "x invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=0, oom_score_adj=5", "x",
	  "0x201da", 0x201da, 0, 5, 0, NULL },
	{ "x invoked oom-killer: gfp_mask=0x24000c0(GFP_KERNEL), nodemask=0-1,4, order=3, "
	  "oom_score_adj=-1000", "x", "0x24000c0(GFP_KERNEL)", 0x24000c0, 3, -1000, OOM_NO_NUMBER,
	  "0-1,4" },
	{ "x invoked oom-killer: gfp_mask=0x0(), nodemask=(null),  order=0, oom_score_adj=0", "x",
	  "0x0()", 0, 0, 0, OOM_NO_NUMBER, "(null)" },
	{ "Web Content invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0",
	  "Web Content", "0xcc0(GFP_KERNEL)", 0xcc0, -1, 0, OOM_NO_NUMBER, NULL },
	{ "x invoked oom-killer: gfp_mask=0xffffffffffffffffff(A), order=99999999999999999999, "
	  "oom_score_adj=-99999999999999999999", "x", "0xffffffffffffffffff(A)", UINT64_MAX,
	  INT64_MAX, -INT64_MAX, OOM_NO_NUMBER, NULL },
	{ "x invoked oom-killer: gfp_mask=0x0(unfinished", "x", "0x0(unfinished", 0, OOM_NO_NUMBER,
	  OOM_NO_NUMBER, OOM_NO_NUMBER, NULL },
	{ "x invoked oom-killer: gfp_mask=", "x", NULL, OOM_UNKNOWN, OOM_NO_NUMBER, OOM_NO_NUMBER,
	  OOM_NO_NUMBER, NULL },
	{ " invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0", "", "0x0", 0, 0, 0,
	  OOM_NO_NUMBER, NULL },
};

static void test_triggers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(triggers); i++) {
		const struct oom_report *report = READ(triggers[i].line);

		tap_ok(report->trigger.present && same(report->trigger.comm, triggers[i].comm) &&
		       same(report->gfp_mask, triggers[i].mask) &&
		       report->gfp_value == triggers[i].value &&
		       report->order == triggers[i].order, "\"%s\"", triggers[i].line);
		tap_ok(report->trigger.adj == triggers[i].adj &&
		       report->trigger.old_adj == triggers[i].old_adj &&
		       same(report->nodemask, triggers[i].nodemask),
			"and its adjustment and nodes");
	}
}

static const struct {
	const char *line;
	int64_t cpu, pid, uid;
	const char *kernel;
} cpus[] = {
	{ "CPU: 1 PID: 91 Comm: x Not tainted 6.1.0-50-cloud-amd64 #1  Debian 6.1.176-1", 1, 91,
	  OOM_NO_NUMBER, "6.1.0-50-cloud-amd64" },
	{ "CPU: 0 UID: 1000 PID: 134 Comm: x Not tainted 7.0.13+deb13-cloud-amd64 #1 "
	  "PREEMPT(lazy)", 0,
	  134, 1000, "7.0.13+deb13-cloud-amd64" },
	{ "CPU: 12 PID: 5 Comm: x Kdump: loaded Tainted: G        W IOE     4.18.0-80.el8 #1", 12,
	  5,
	  OOM_NO_NUMBER, "4.18.0-80.el8" },
	{ "Pid: 4242, comm: x Not tainted 2.6.32-504.el6.x86_64 #1", OOM_NO_NUMBER, 4242,
	  OOM_NO_NUMBER, "2.6.32-504.el6.x86_64" },
	{ "CPU: 1 PID: 91 Comm: x Not tainted 6.1.0", 1, 91, OOM_NO_NUMBER, "6.1.0" },
	{ "CPU: 1 PID: 91 Comm: x Not tainted", 1, 91, OOM_NO_NUMBER, NULL },
	{ "CPU: 99999999999999999999 PID: -5 Comm: x Tainted: G #1", INT64_MAX, -5, OOM_NO_NUMBER,
	  NULL },
	{ "CPU: 1 PID: 91 Comm: another one Not tainted 6.1.0 #1", OOM_NO_NUMBER, OOM_NO_NUMBER,
	  OOM_NO_NUMBER, NULL },
};

static void test_cpus(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		const struct oom_report *report = READ(INVOKED, cpus[i].line);

		tap_ok(report->trigger.cpu == cpus[i].cpu && report->trigger.pid == cpus[i].pid &&
		       report->trigger.uid == cpus[i].uid && same(report->kernel, cpus[i].kernel),
		       "\"%s\"", cpus[i].line);
	}
}

/*
 * The first line has prefixes that nobody knows on, or lost what looked like them: this one tells.
 */
static const struct {
	const char *first, *second, *comm;
} pairs[] = {
	{ "(0)[12:a]main.out", "main.out", "main.out" }, { "a: b: c", "a: b: c", "a: b: c" },
	{ "foo: x", "x", "x" }, { "x", " x", " x" }, { "x ", "x ", "x " }, { "", "> ", "> " },
	{ "a) Not tainted", "a) Not tainted", "a) Not tainted" },
	{ " Kdump: x", " Kdump: x", " Kdump: x" },
	{ "somebody else: a rather long name", "a rather long name", "a rather long name" },
};

static void test_pairs(void)
{
	char first[128], second[128];

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct oom_report *report;

		snprintf(first, sizeof(first), "%s invoked oom-killer: gfp_mask=0x0, order=0, "
			 "oom_score_adj=0", pairs[i].first);
		snprintf(second, sizeof(second), "CPU: 1 PID: 91 Comm: %s Not tainted 6.1.0 #1",
			 pairs[i].second);
		report = READ(first, second);
		tap_is_text(report->trigger.comm, pairs[i].comm, first);
	}
}

static void test_nodes(void)
{
	const struct oom_report *report = READ(INVOKED, "x cpuset=/ mems_allowed=0-1,4");

	tap_ok(same(report->cpuset, "/") && same(report->mems_allowed, "0-1,4"), "allowed nodes");
	report = READ(INVOKED, "CPU: 1 PID: 2 cpuset=a b mems_allowed=0");
	tap_ok(same(report->cpuset, "a b") && report->trigger.pid == OOM_NO_NUMBER,
	       "a name that looks like another line is none");
	report = READ("oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=0-1,4,cpuset=a,b,"
		      "mems_allowed=0-1,4,global_oom,task_memcg=/,task=x,pid=5,uid=1000");
	tap_ok(same(report->constraint, "CONSTRAINT_CPUSET") && same(report->nodemask, "0-1,4") &&
	       same(report->cpuset, "a,b") && same(report->mems_allowed, "0-1,4") &&
	       report->scope == OOM_SCOPE_CPUSET && report->global_present &&
	       report->selected.uid == 1000, "lists in the oom-kill line");
}

/* Of which memory the machine had how much. */
static void test_memory(void)
{
	const struct oom_report *report = READ(INVOKED, "Mem-Info:",
		"active_anon:1 inactive_anon:2\n active_file:3 free:4 free_cma:5",
		"Node 1 active_anon:8kB isolated(anon):4kB shmem_thp: 2048kB all_unreclaimable? "
		"no",
		"DMA free:3520kB min:68kB pages_scanned:7 all_unreclaimable? no",
		"Node 1 Normal free:18446744073709551615kB min:99999999999999999999kB "
		"free_cma:0kB",
		"DMA: 1*4kB (UMEC) 0*8kB 3*16kB (H) 1*32kB (C) = 84kB",
		"Node 1 hugepages_total=3 hugepages_free=2 "
		"hugepages_surp=1 hugepages_size=1048576kB", "Free swap  = 5kB",
		"Total swap = 6kB",
		"7 pages RAM", "8 pages HighMem/MovableOnly", "9 pages reserved",
		"1 pages cma reserved",
		"2 pages hwpoisoned", "3 total pagecache pages", "4 pages in swap cache");

	tap_ok(oom_figure(&report->memory, "active_file") == 3 * 4096 &&
	       oom_figure(&report->memory, "free") == 4 * 4096 && report->memory.count == 5,
	       "the machine's record, of many lines");
	tap_ok(report->node_count == 1 && report->nodes[0].node == 1 &&
	       oom_figure(&report->nodes[0].figures, "shmem_thp") == 2048 * KIB &&
	       oom_figure(&report->nodes[0].figures, "isolated(anon)") == 4 * KIB, "a node's");
	tap_ok(report->zone_count == 2 && report->zones[0].node == 0 &&
	       same(report->zones[0].name, "DMA") && report->zones[0].has_blocks &&
	       report->zones[0].blocks[2] == 3 && report->zones[0].blocks[3] == 1 &&
	       report->zones[0].block_kinds[0] == (OOM_BLOCKS_ANY | OOM_BLOCKS_CMA) &&
	       report->zones[0].block_kinds[1] == 0 &&
	       report->zones[0].block_kinds[2] == OOM_BLOCKS_RESERVED &&
	       report->zones[0].block_kinds[3] == OOM_BLOCKS_CMA &&
	       oom_figure(&report->zones[0].figures, "free") == 3520 * KIB,
		"a zone without a node");
	tap_ok(oom_figure(&report->zones[1].figures, "free") == OOM_UNKNOWN &&
	       oom_figure(&report->zones[1].figures, "min") == OOM_UNKNOWN &&
	       oom_figure(&report->zones[1].figures, "low") == OOM_UNKNOWN,
		"huge numbers are none");
	tap_ok(report->huge_count == 1 && report->huge[0].node == 1 &&
	       report->huge[0].total == 3 &&
	       report->huge[0].surplus == 1 && report->huge[0].page_size == 1048576 * KIB,
		"pools");
	tap_ok(report->swap_free == 5 * KIB && report->swap_total == 6 * KIB &&
	       report->ram == 7 * 4096 && report->ram_highmem == 8 * 4096 &&
	       report->ram_reserved == 9 * 4096 && report->ram_cma == 4096 &&
	       report->ram_hwpoisoned == 2 * 4096 && report->pagecache == 3 * 4096 &&
	       report->swapcache == 4 * 4096, "pages and swap");
	tap_ok(report->scope == OOM_SCOPE_GLOBAL && report->page_size_known, "of the machine");
}

#define DMA32 "Node 0 DMA32 free:1808kB min:1812kB low:2264kB high:2716kB "
#define DMA32_REST " present:261720kB managed:242136kB"

/* Numbers that were garbled on their way; and what is odd, but can be. */
static void test_implausible(void)
{
	static const struct {
		const char *lines[4], *name;
		size_t count;
		uint64_t min;
	} cases[] = {
		{ { DMA32 DMA32_REST }, "", 0, 1812 * KIB },
		/* 90 PiB; more than the zone; more than the machine */
		{ { "Node 0 DMA32 free:1808kB min:98956046499840kB low:2264kB high:2716kB"
		    DMA32_REST }, "min of zone DMA32", 1, OOM_UNKNOWN },
		{ { "Node 0 DMA32 free:1808kB min:300000kB low:2264kB high:2716kB" DMA32_REST },
		  "min of zone DMA32", 1, OOM_UNKNOWN },
		{ { DMA32 "active_anon:99999999kB" DMA32_REST }, "active_anon of zone DMA32", 1,
		  1812 * KIB },
		{ { DMA32 DMA32_REST, "active_anon:9999999 free:5", "65430 pages RAM" },
		  "active_anon of the machine", 1, 1812 * KIB },
		{ { DMA32 DMA32_REST, "Free swap  = 12000kB", "Total swap = 1200kB" },
		  "free of swap", 1, 1812 * KIB },
		/* vm.min_free_kbytes set too high */
		{ { "Node 0 DMA32 free:1808kB min:300000kB low:375000kB high:450000kB"
		    DMA32_REST }, "", 0, 300000 * KIB },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct oom_report *report =
			READ(INVOKED, "CPU: 0 PID: 1 Comm: x Not tainted 5.10.0-amd64 #1",
			     cases[i].lines[0],
			     cases[i].lines[1] ? cases[i].lines[1] : "x",
			     cases[i].lines[2] ? cases[i].lines[2] : "x", KILLED);

		tap_is((int64_t)report->implausible, (int64_t)cases[i].count, "implausible");
		tap_is_text(report->implausible_name, cases[i].name, "and named");
		tap_ok(report->zones && oom_figure(&report->zones[0].figures, "min") ==
		       cases[i].min, "the watermark: %zu", i);
	}
}

static void test_lists(void)
{
	const struct oom_report *report = READ(INVOKED, "Unreclaimable slab info:",
		"Name                      Used          Total", "xfs_icr   263KB   264KB",
		"kmalloc-8   99999999999999999999KB   1KB", "Memory allocations:",
		"3176243200   247900 mm/slub.c:2264 func:alloc_slab_page",
		"  1047212032   511334 fs/x.c:82 [xfs] func:xfs_inode_alloc", HEAD_BYTES, KILLED,
		"not_a_slab   5KB   6KB");

	tap_ok(report->slabs.count == 2 && same(report->slabs.list[0].name, "xfs_icr") &&
	       report->slabs.list[0].used == 263 * KIB &&
		report->slabs.list[0].total == 264 * KIB &&
	       report->slabs.list[1].used == OOM_UNKNOWN, "slabs, as long as the list goes");
	tap_ok(report->allocations.count == 2 &&
	       report->allocations.list[0].used == UINT64_C(3176243200) &&
	       report->allocations.list[0].total == OOM_UNKNOWN &&
	       same(report->allocations.list[1].name, "fs/x.c:82 [xfs] func:xfs_inode_alloc"),
	       "allocations and where they were");
}

/* The size of a page is read off the blocks, the victim or the nodes; else it is a guess. */
static const struct {
	const char *name;
	const char *lines[5];
	uint64_t page;
	bool known;
} pages[] = {
	{ "4 KiB, by the blocks", { INVOKED, "Node 0 DMA: 1*4kB 2*8kB = 20kB" }, 4 * KIB, true },
	{ "16 KiB, by the blocks", { INVOKED, "Node 0 DMA: 1*16kB 2*32kB = 80kB" }, 16 * KIB,
	  true },
	{ "64 KiB, by the blocks", { INVOKED, "Node 0 Normal: 0*64kB (UM) = 0kB" }, 64 * KIB,
	  true },
	{ "blocks of no page", { INVOKED, "Node 0 DMA: 1*3kB = 3kB" }, 4 * KIB, false },
	{ "blocks of no size", { INVOKED, "Node 0 DMA: 1*0kB = 0kB" }, 4 * KIB, false },
	{ "blocks too large", { INVOKED, "Node 0 DMA: 1*512kB = 512kB" }, 4 * KIB, false },
	{ "4 KiB, by the victim",
	  { HEAD_BYTES,
	  "[     92]     0    92  2097440    44202   393216        0             0 x",
	    KILLED }, 4 * KIB, true },
	{ "16 KiB, by the victim",
	  { HEAD_BYTES,
	  "[     92]     0    92   524360    44202   393216        0             0 x",
	    KILLED }, 16 * KIB, true },
	{ "64 KiB, by the victim",
	  { HEAD_BYTES,
	  "[     92]     0    92   131090    44202   393216        0             0 x",
	    KILLED }, 64 * KIB, true },
	{ "a victim that has grown",
	  { HEAD_BYTES,
	  "[     92]     0    92  2097441    44202   393216        0             0 x",
	    KILLED }, 4 * KIB, true },
	{ "a victim that has become another",
	  { HEAD_BYTES,
	  "[     92]     0    92  1400000    44202   393216        0             0 x",
	    KILLED }, 4 * KIB, false },
	{ "64 KiB, by the nodes",
	  { INVOKED, "active_anon:1 inactive_anon:1000", "Node 0 inactive_anon:32000kB",
	    "Node 1 inactive_anon:32000kB" }, 64 * KIB, true },
	{ "nodes that have next to nothing",
	  { INVOKED, "active_anon:1 inactive_anon:2",
	  "Node 0 inactive_anon:8kB" }, 4 * KIB, false },
	{ "nothing at all", { INVOKED }, 4 * KIB, false },
	{ "4 KiB, by the most that a counter can have",
	  { INVOKED, "memory: usage 9kB, limit 9kB, failcnt 1",
	    "kmem: usage 0kB, limit 9007199254740988kB, failcnt 0" }, 4 * KIB, true },
	{ "16 KiB, by the most that a counter can have",
	  { INVOKED, "swap: usage 0kB, limit 9007199254740976kB, failcnt 0" }, 16 * KIB, true },
	{ "64 KiB, by the most that a counter can have",
	  { INVOKED, "memory: usage 9kB, limit 9007199254740928kB, failcnt 1" }, 64 * KIB, true },
	{ "the limit before 3.19, which says nothing",
	  { INVOKED, "memory: usage 9kB, limit 9007199254740991kB, failcnt 1" }, 4 * KIB, false },
	{ "counters that differ",
	  { INVOKED, "memory: usage 9kB, limit 9007199254740976kB, failcnt 1",
	    "kmem: usage 0kB, limit 9007199254740988kB, failcnt 0" }, 4 * KIB, false },
	{ "16 KiB, by what the only process has of its cgroup",
	  { "Memory cgroup stats for /a: cache:0KB rss:716800KB", HEAD_BYTES,
	    "[     92]     0    92  2097440    44202   393216        0             0 x" },
	  16 * KIB, true },
	{ "two processes, which may share it",
	  { "Memory cgroup stats for /a: cache:0KB rss:716800KB", HEAD_BYTES,
	    "[     92]     0    92  2097440    44202   393216        0             0 x",
	    "[     93]     0    93  2097440    44202   393216        0             0 x" },
	  4 * KIB, false },
	{ "a cgroup and a victim that differ",
	  { "Memory cgroup stats for /a: cache:0KB rss:716800KB", HEAD_BYTES,
	    "[     92]     0    92  2097440    44202   393216        0             0 x", KILLED },
	  4 * KIB, false },
	{ "x86, by its kernel's name", { INVOKED, CPU_X86 }, 4 * KIB, true },
	{ "x86, by its call trace",
	  { INVOKED, " entry_SYSCALL_64_after_hwframe+0x44/0xae" }, 4 * KIB, true },
	{ "arm64, which has three sizes",
	  { INVOKED, "CPU: 0 PID: 1 Comm: x Not tainted 5.0.0-arm64 #1",
	    " el0t_64_sync+0x1a8/0x1ac" }, 4 * KIB, false },
};

static void test_pages(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		const struct oom_report *report = read_lines(pages[i].lines);

		tap_ok(report->page_size == pages[i].page &&
		       report->page_size_known == pages[i].known, "%s", pages[i].name);
		for (size_t j = 0; !pages[i].known && j < report->task_count; j++)
			tap_ok(report->tasks[j].rss == OOM_UNKNOWN, "so the table has no bytes");
	}
}

/* What the call trace says of who called the killer. */
static const struct {
	const char *name;
	const char *lines[8];
	enum oom_scope scope;
} traces[] = {
	{ "a charge", { INVOKED, " dump_header+0x4a/0x1df", " out_of_memory+0x1bd/0x4e0",
	  " mem_cgroup_out_of_memory+0xec/0x100", " try_charge_memcg+0x64f/0x690" },
	  OOM_SCOPE_MEMCG },
	{ "a page fault of a cgroup",
	  { INVOKED, "[<ffffffff811a1a5c>] mem_cgroup_oom_synchronize+0x32c/0x360",
	    "[<ffffffff8112f1ea>] pagefault_out_of_memory+0x1a/0x80" }, OOM_SCOPE_MEMCG },
	{ "the page allocator",
	  { INVOKED, " out_of_memory+0x1bd/0x4e0",
	  		" __alloc_pages_slowpath.constprop.0+0xc2/0xd90",
	    " try_charge_memcg+0x64f/0x690" }, OOM_SCOPE_GLOBAL },
	{ "the page allocator of 6.15",
	  { INVOKED, " out_of_memory+0x1bd/0x4e0", " __alloc_frozen_pages_noprof+0xc2/0xd90" },
	  OOM_SCOPE_GLOBAL },
	{ "a page fault", { INVOKED, "[c000000007fd3c70] [c0000000002d] out_of_memory+0x22/0x4d0",
	  "[c000000007fd3ca0] [c0000000002e] pagefault_out_of_memory+0x1a/0x80" },
	  OOM_SCOPE_GLOBAL },
	{ "ARM", { INVOKED, "[<c0126b>] (out_of_memory) from [<c012bf>] (__alloc_pages+0x4/0x9)",
	  "[<c012bf>] (__alloc_pages_nodemask) from [<c0>] (x+0x4/0x9)" }, OOM_SCOPE_GLOBAL },
	{ "SysRq-f", { INVOKED, " out_of_memory+0x1bd/0x4e0", " moom_callback+0x7c/0xb0" },
	  OOM_SCOPE_SYSRQ },
	{ "what an older call has left",
	  { INVOKED, " out_of_memory+0x1bd/0x4e0", " ? __alloc_pages+0x12/0x20",
	    " mem_cgroup_out_of_memory+0xec/0x100" }, OOM_SCOPE_MEMCG },
	{ "nothing but such", { INVOKED, " [<ffffffff8111df40>] ? out_of_memory+0x220/0x3c0",
	  " [<ffffffff8112c85f>] ? __alloc_pages_nodemask+0x89f/0x8d0" }, OOM_SCOPE_GLOBAL },
	{ "a cgroup's panic, with the machine's memory, on 3.x",
	  { INVOKED, " mem_cgroup_out_of_memory+0xec/0x100", "Mem-Info:",
	    "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled" },
	  OOM_SCOPE_MEMCG },
	{ "the page allocator without the killer", { INVOKED, " __alloc_pages+0x12/0x20" },
	  OOM_SCOPE_UNKNOWN },
	{ "a name that is none of these", { INVOKED, " my_mem_cgroup_out_of_memory+0x1/0x2" },
	  OOM_SCOPE_UNKNOWN },
};

/* What proves that the kernel was still booting, or is one of kdump; and what only looks so. */
static void test_boot(void)
{
#define BY(name, pid) name " invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0", \
		"CPU: 0 PID: " pid " Comm: " name " Not tainted 3.10.0 #1"
#define OLD "[    0.000000] Kernel command line: root=/dev/sda1 crashkernel=128M"
#define CRASH "Kernel command line: root=/dev/sda1 irqpoll elfcorehdr=0x2d000000"
#define TRACE " dump_stack+0x5c/0x80", " out_of_memory+0x1bd/0x4e0", \
		" __alloc_pages_nodemask+0x2c/0x40"
	static const char *const cases[][10] = {
		{ BY("swapper/0", "1"), KILLED }, { BY("swapper", "1"), KILLED },
		{ BY("swapper/0", "77"), KILLED }, { BY("systemd", "1"), KILLED },
		{ BY("swapper/0", "1"), TRACE, " unpack_to_rootfs+0x15/0x2d4", KILLED },
		{ BY("kworker/u4:1", "24"), TRACE, " do_populate_rootfs+0x60/0x110", KILLED },
		{ BY("kworker/u4:1", "24"), TRACE, " ? do_populate_rootfs+0x60/0x110", KILLED },
		{ CRASH, BY("systemd", "1"), KILLED }, { OLD, BY("systemd", "1"), KILLED },
		{ CRASH, "Linux version 3.10.0 (x@y)", BY("systemd", "1"), KILLED },
	};
	static const char *const boots[ARRAY_SIZE(cases)] = {
		"kernel", "kernel", NULL, NULL, "initramfs", "initramfs",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct oom_report *report = read_lines(cases[i]);

		tap_ok(boots[i] ? same(oom_boot_name(report->boot), boots[i])
				: !oom_boot_name(report->boot), "boot: %zu", i);
		tap_ok(report->crash_kernel == (i == 7), "the kernel of kdump: %zu", i);
	}
}

static void test_traces(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(traces); i++)
		tap_ok(read_lines(traces[i].lines)->scope == traces[i].scope,
		       "scope by the trace: %s", traces[i].name);
}

/* Task tables: a header, or none, and a row. */
static const struct {
	const char *header, *row;
	int64_t pid, uid, tgid;
	uint64_t total_vm, rss, anon, swap, tables;	/* pages, tables too */
	int adj;
	const char *comm;
} rows[] = {
	/* 2.6.30, EL6, 3.10, 4.4, 5.4, 6.8 */
	{ "[ pid ]   uid  tgid total_vm      rss cpu oom_adj name",
	  "[ 1234]   500  1233     5000      600   3     -17 x", 1234, 500, 1233, 5000, 600,
	  OOM_UNKNOWN, OOM_UNKNOWN, OOM_UNKNOWN, -17, "x" },
	{ "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name",
	  "[ 1234]   500  1234     5000      600   3       0           500 a b", 1234, 500, 1234,
	5000,
	  600, OOM_UNKNOWN, OOM_UNKNOWN, OOM_UNKNOWN, 500, "a b" },
	{ HEAD_PTES, "[ 1234]   500  1234     5000      600      20        7             0 x",
	  1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "x" },
	{ "[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name",
	  "[ 1234]   500  1234     5000      600      20       3        7             0 x", 1234,
	500,
	  1234, 5000, 600, OOM_UNKNOWN, 7, 23, 0, "x" },
	{ HEAD_BYTES, "[   1234]   500  1234     5000      600    81920        7             0 x",
	  1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "x" },
	{ "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes "
	  "swapents "
	  "oom_score_adj name",
	  "[   1234]   500  1234     5000      600      400      150        50     81920        7 "
	  "            0 x", 1234, 500, 1234, 5000, 600, 400, 7, 20, 0, "x" },
	/* The same when the header is lost, as far as the numbers tell. */
	{ NULL, "[ 1234]   500  1233     5000      600   3     -17 x", 1234, 500, 1233, 5000, 600,
	  OOM_UNKNOWN, OOM_UNKNOWN, OOM_UNKNOWN, -17, "x" },
	{ NULL, "[ 1234]   500  1234     5000      600      20        7             5 x", 1234,
	  500,
	  1234, 5000, 600, OOM_UNKNOWN, 7, 20, 5, "x" },
	{ NULL, "[ 1234]   500  1234     5000      600      20       3        7             0 x",
	  1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 23, 0, "x" },
	{ NULL, "[   1234]   500  1234     5000      600    81920        7          -999 x", 1234,
	  500,
	  1234, 5000, 600, OOM_UNKNOWN, 7, 20, -999, "x" },
	{ NULL,
	  "[   1234]   500  1234     5000      600      400      150        50     81920        7 "
	  "            0 x", 1234, 500, 1234, 5000, 600, 400, 7, 20, 0, "x" },
	/* Vendors' columns, also such as hold no numbers */
	{ "[ pid ]  ppid   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name",
	  "[ 1234]     1   500  1234     5000      600      20        7             0 x", 1234,
	500,
	  1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "x" },
	{ "[ pid ]   uid  tgid total_vm      rss (01)nrss where nr_ptes swapents oom_score_adj "
	  "name",
	  "[ 1234]   500  1234     5000      600     9 a/b      20        7             0 x", 1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "x" },
	/* The leader has exited; a name of blanks, digits, brackets; none */
	{ HEAD_PTES, "[ 1234]   500  1200     5000      600      20        7             0  ",
	  1234, 500,
	  1200, 5000, 600, OOM_UNKNOWN, 7, 20, 0, " " },
	{ HEAD_PTES, "[ 1234]   500  1234     5000      600      20        7             0   a  ",
	  1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "  a  " },
	{ HEAD_PTES, "[ 1234]   500  1234     5000      600      20        7             0 12 34",
	  1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "12 34" },
	{ HEAD_PTES,
	  "[ 1234]   500  1234     5000      600      20        7             0 [1] 2] 3", 1234,
	  500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "[1] 2] 3" },
	{ HEAD_PTES, "[ 1234]   500  1234     5000      600      20        7             0 ", 1234,
	  500,
	  1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "" },
	/* Blanks at the end of the header are the log's, and so are those of the rows. */
	{ HEAD_PTES "   ",
	  "[ 1234]   500  1234     5000      600      20        7             0 a b   ",
	  1234, 500, 1234, 5000, 600, OOM_UNKNOWN, 7, 20, 0, "a b" },
	/* Numbers beyond all, and below nothing */
	{ HEAD_PTES,
	  "[99999999999999999999] -1 99999999999999999999 99999999999999999999 -5 -1 -1 99999 x",
	  INT64_MAX, -1, INT64_MAX, OOM_UNKNOWN, 0, OOM_UNKNOWN, 0, 0, 1000, "x" },
	{ HEAD_PTES, "[ 1234] 0 1234 5000 600 20 7 -99999 x", 1234, 0, 1234, 5000, 600,
	  OOM_UNKNOWN, 7,
	  20, -1000, "x" },
	{ "[ pid ] uid tgid total_vm rss nr_ptes nr_pmds nr_puds swapents oom_score_adj name",
	  "[ 1234] 0 1234 5000 600 9223372036854775807 9223372036854775807 9223372036854775807 "
	  "7 0 x",
	  1234, 0, 1234, 5000, 600, OOM_UNKNOWN, 7, OOM_UNKNOWN, 0, "x" },
};

static uint64_t in_bytes(uint64_t count)
{
	return count == OOM_UNKNOWN ? count : count * 4096;
}

static void test_rows(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct oom_report *report = rows[i].header
			? READ(INVOKED, CPU_X86, rows[i].header, rows[i].row, KILLED)
			: READ(INVOKED, CPU_X86, rows[i].row, KILLED);
		const struct oom_task *task = report->tasks;

		if (!tap_ok(report->task_count == 1, "\"%s\" is a row", rows[i].row))
			continue;
		tap_ok(task->pid == rows[i].pid && task->uid == rows[i].uid &&
		       task->tgid == rows[i].tgid && task->adj == rows[i].adj, "its process");
		tap_is_text(task->comm, rows[i].comm, "its name");
		tap_ok(task->total_vm == in_bytes(rows[i].total_vm) &&
		       task->rss == in_bytes(rows[i].rss) &&
		       task->rss_anon == in_bytes(rows[i].anon) &&
		       task->swap == in_bytes(rows[i].swap) &&
		       task->pgtables == in_bytes(rows[i].tables), "what it held");
	}
}

/* Rows that lack a column, or have none that could be read, are no rows. */
static void test_no_rows(void)
{
	static const char *const torn[] = {
		"[ 1234]   500  1234     5000      600      20        7",
		"[ 1234] a b c d e f g h",
		"[ 1234]   500  1234     5000      6x0      20        7             0 x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(torn); i++) {
		const struct oom_report *report = READ(HEAD_PTES, torn[i], KILLED);

		tap_ok(report->has_table && !report->task_count && !report->tasks_listed,
		       "\"%s\" is not counted", torn[i]);
	}
}

/* More rows than are kept are counted; rows come twice where two CPUs print. */
static void test_many_rows(void)
{
	struct log log = { .bytes = NULL };
	const size_t count = OOM_TASKS_MAX + 123;

	log_add(&log, "%s\n", HEAD_BYTES);
	for (size_t i = 0; i < count; i++)
		log_add(&log,
			"[%7zu]     0 %5zu  2097440 %8zu   393216        0             0 p\n",
			i + 1,
			i + 1, i);
	log_add(&log, "%s\n", KILLED);
	found_free(&found);
	log_parse(&log, 65536, &found);
	tap_ok(found.count == 1 && found.reports[0].tasks_listed == count &&
	       found.reports[0].task_count == OOM_TASKS_MAX &&
	       found.reports[0].tasks[OOM_TASKS_MAX - 1].rss ==
	       (OOM_TASKS_MAX - 1) * UINT64_C(4096),
	       "%zu rows", count);
	found_free(&found);
	log.length = 0;
	log_add(&log, "Tasks in /a are going to be killed due to memory.oom.group set\n");
	for (size_t i = 0; i < 20000; i++)
		log_add(&log, "Out of memory: Killed process %zu (p) total-vm:9kB\n", i + 1);
	for (size_t i = 0; i < 20000; i++)
		log_add(&log, "oom_reaper: reaped process %zu (p), now anon-rss:0kB\n", i + 19001);
	log_parse(&log, 65536, &found);
	tap_ok(found.count == 1 && found.reports[0].victim_count == 20000 &&
	       found.reports[0].victims[19999].reaped.present &&
		!found.reports[0].victims[0].repeated,
	       "20000 kills");
	log_free(&log);
}

static void test_counters(void)
{
	const struct oom_report *report = READ(
		"Task in /a/b killed as a result of limit of /a",
		"memory: usage 5kB, limit 6kB, failcnt 7",
		"memory+swap: usage 8kB, limit 9007199254740988kB, failcnt 0",
		"kmem: usage 9kB, limit 18014398509481983kB, failcnt 99999999999999999999",
		"swap: usage 1kB, limit 8589934588kB, failcnt 0");
	const struct oom_memcg *memcg = &report->memcg;

	tap_ok(same(memcg->path, "/a") && same(memcg->task_path, "/a/b"),
	       "whose limit, and whose task");
	tap_ok(memcg->memory.usage == 5 * KIB && memcg->memory.limit == 6 * KIB &&
	       memcg->memory.failcnt == 7 && !memcg->memory.unlimited,
		"the limit that was reached");
	tap_ok(memcg->memsw.unlimited && memcg->kmem.unlimited && memcg->swap.unlimited &&
	       memcg->memsw.usage == 8 * KIB && memcg->kmem.failcnt == OOM_UNKNOWN - 1,
	       "limits that are none: of 64 bits, old ones, of 32 bits");
	tap_is(report->scope, OOM_SCOPE_MEMCG, "it is a cgroup's");
	report = READ(INVOKED, "Memory limit reached of cgroup /a b", "memory: usage 5kB, limit");
	tap_ok(same(report->memcg.path, "/a b") && report->memcg.memory.usage == 5 * KIB &&
	       report->memcg.memory.limit == OOM_UNKNOWN && !report->memcg.memory.unlimited,
	       "a line that is cut");
}

/* memory.stat: a line for all, a record for all, a record each; children have their own. */
static void test_stats(void)
{
	const struct oom_report *report = READ(INVOKED,
		"Task in /a killed as a result of limit of /a",
		"memory: usage 5kB, limit 6kB, failcnt 7",
		"Memory cgroup stats for /a: cache:1KB rss:2KB swap:3KB",
		"Memory cgroup stats for /a/b: cache:100KB rss:200KB writeback:5KB",
		"Memory cgroup stats for /a/b: cache:100KB rss:200KB writeback:5KB",
		"Memory cgroup stats for /ab: cache:1000KB rss:2000KB",
		"Memory cgroup stats for /a/b/c: cache:10KB rss:20KB swap:1",
		"Memory cgroup stats for /a: cache:1KB rss:2KB swap:3KB",
		"Memory cgroup stats for /a/b: cache:100KB rss:200KB writeback:5KB");
	const struct oom_figures *stats = &report->memcg.stats;

	tap_ok(stats->count == 4 && oom_figure(stats, "rss") == 222 * KIB &&
	       oom_figure(stats, "cache") == 111 * KIB && oom_figure(stats, "swap") == 3 * KIB &&
	       oom_figure(stats, "writeback") == 5 * KIB,
	       "of 3.9 to 5.2, with all below it, each once, and no number that is cut");
	report = READ(INVOKED, "memory: usage 5kB, limit 6kB, failcnt 7",
		      "Memory cgroup stats for /a:b:",
		      "anon 8245248\nfile 7\nworkingset_refault 5", "slab 99999999999999999999",
		      HEAD_BYTES, "unexpected 5");
	stats = &report->memcg.stats;
	tap_ok(stats->count == 4 && oom_figure(stats, "file") == 7 &&
	       same(report->memcg.path, "/a:b"),
	       "of 5.3 to 6.2, and of 6.3");
	report = READ(INVOKED, "Memory cgroup stats:cache:5KB rss:6KB");
	tap_ok(oom_figure(&report->memcg.stats, "cache") == 5 * KIB && !report->memcg.path,
	       "of 3.6");
	report = READ(INVOKED, "Memory cgroup stats for /x: cache:0KB/y: cache:5KB rss:6KB");
	tap_ok(same(report->memcg.path, "/x: cache:0KB/y") &&
	       oom_figure(&report->memcg.stats, "cache") == 5 * KIB,
		"a path that looks like figures");
}

/* Paths of cgroups that hold what stands around paths: who lives in /l is chosen for /p. */
static const char *const paths[] = {
	"/a", "/", "/a b", "/a,b", "/,task_memcg=/a", "/a,oom_memcg=/b", "/a,global_oom",
	"/a,pid=1,uid=0",
	"/a,task=init,pid=1,uid=0", "/,task_memcg=/y,task=init,pid=1", "/a: b", "/a:",
	"/: cache:0KB",
	"/x killed as a result of limit of /y", "/x are going to be killed due to",
	"/a,mems_allowed=5",
	"/x invoked oom-killer: gfp_mask=0", "/a,cpuset=b", "/oom-kill:constraint=CONSTRAINT_NONE",
};

static void check_path(const char *path, const char *child)
{
	char decision[512], task[512], stats[512], group[512], all[256];
	const struct oom_report *report;

	snprintf(all, sizeof(all), "%s%s", strcmp(path, "/") ? path : "", child);
	if (!all[0])
		strcpy(all, "/");
	snprintf(decision, sizeof(decision),
		 "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
		 "cpuset=/,mems_allowed=0,oom_memcg=%s,task_memcg=%s,task=x,pid=5,uid=0", path,
		all);
	report = READ(decision);
	tap_ok(same(report->memcg.path, path) && same(report->memcg.task_path, all) &&
	       report->selected.pid == 5 && same(report->selected.comm, "x") &&
		!report->global_present &&
	       same(report->mems_allowed, "0"), "limit %s, task %s", path, all);
	snprintf(task, sizeof(task), "Task in %s killed as a result of limit of %s", all, path);
	snprintf(stats, sizeof(stats), "Memory cgroup stats for %s: cache:5KB rss:6KB", path);
	snprintf(group, sizeof(group),
		 "Tasks in %s are going to be killed due to memory.oom.group set",
		 path);
	report = READ(INVOKED, task, stats, KILLED, group);
	tap_ok(same(report->memcg.path, path) && same(report->memcg.task_path, all) &&
	       oom_figure(&report->memcg.stats, "cache") == 5 * KIB &&
		same(report->group_path, path),
	       "also up to 4.20, and of a group");
}

static void test_paths(void)
{
	char global[512];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct oom_report *report;

		check_path(paths[i], "");
		check_path(paths[i], "/child");
		snprintf(global, sizeof(global),
			 "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),"
			 "cpuset=/,mems_allowed=0,global_oom,task_memcg=%s,task=x,pid=5,uid=0",
			paths[i]);
		report = READ(global);
		tap_ok(!report->memcg.path && same(report->memcg.task_path, paths[i]) &&
		       report->global_present && report->scope == OOM_SCOPE_GLOBAL,
			"for the machine too");
	}
}

/* Lines about processes, with names that look like what stands around names. */
static const char *const names[] = {
	"main.out", "", " ", "a b", ") (x) (y) total", "a) total-vm:1kB", "((((((((((((((",
	"))))))))))))))",
	"Killed process ", "Out of memory: ", ",pid=1,uid=0", ",task=x,pid=1", "x,global_oom",
	",task=,pid=9",
	"anon-rss:77kB, ", "), UID 5, ", ") score 5", "[ 1] 2 3 4 5 6", "    0 0 0 name",
	"process 7",
	"kernel:", "CPU: 1 PID: 2", "> ", "| x |", "<br></pre>", "&lt;b&gt;&amp;", "#012#033[1m",
	"\"\\x41\"",
	"a\\", "\xff\xfe\x80", "{\"MESSAGE\":\"x",
};

static void check_name(const char *name)
{
	struct log log = { .bytes = NULL };
	const struct oom_report *report = &found.reports[0];

	found_free(&found);
	log_add(&log, "6,1,1,-;%s invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0\n",
		name);
	log_add(&log, "6,1,1,-;%s cpuset=/ mems_allowed=0\n", name);
	log_add(&log, "6,1,1,-;CPU: 1 PID: 92 Comm: %s Not tainted 4.4.0-amd64 #1\n", name);
	log_add(&log, "6,1,1,-;%s\n", HEAD_BYTES);
	log_add(&log,
		"6,1,1,-;[     92]     0    92  2097440    44202   393216        0             0 "
		"%s\n", name);
	log_add(&log, "6,1,1,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
		"mems_allowed=0,global_oom,task_memcg=/a,task=%s,pid=92,uid=0\n", name);
	log_add(&log, "6,1,1,-;Out of memory: Kill process 92 (%s) score 746 or sacrifice child\n",
		name);
	log_add(&log,
		"6,1,1,-;Killed process 92 (%s), UID 7, total-vm:9kB, anon-rss:8kB, file-rss:7kB, "
		"shmem-rss:6kB\n", name);
	log_add(&log,
		"6,1,1,-;oom_reaper: reaped process 92 (%s), now anon-rss:5kB, file-rss:4kB, "
		"shmem-rss:3kB\n", name);
	log_parse(&log, 1000, &found);
	/* In kmsg a backslash is always escaped. */
	tap_ok(found.count == 1 && same(report->trigger.comm, name) && report->trigger.pid == 92 &&
	       same(report->tasks[0].comm, name) && report->tasks[0].rss == 44202 * 4096,
	       "the name \"%s\" in the first lines and the table", name);
	tap_ok(same(report->selected.comm, name) && report->selected.pid == 92 &&
	       same(report->memcg.task_path, "/a") && same(report->choice.comm, name) &&
	       report->choice.score == 746 && report->choice.pid == 92, "of the choice");
	tap_ok(report->victim_count == 1 && same(report->victims[0].comm, name) &&
	       report->victims[0].uid == 7 && report->victims[0].total_vm == 9 * KIB &&
	       report->victims[0].shmem == 6 * KIB && report->victims[0].score == 746 &&
	       report->victims[0].reaped.anon == 5 * KIB &&
		report->victims[0].reaped.shmem == 3 * KIB,
	       "and of the victim");
	log_free(&log);
}

/* The same with prefixes that are taken off by looking at them, or none. */
static void check_prefixed(const char *name, enum log_style style)
{
	char invoked[128], cpu[128], row[128], kill[128];
	const struct oom_report *report = &found.reports[0];

	snprintf(invoked, sizeof(invoked), "%s invoked oom-killer: gfp_mask=0x0, order=0, "
		 "oom_score_adj=0", name);
	snprintf(cpu, sizeof(cpu), "CPU: 1 PID: 92 Comm: %s Not tainted 4.4.0 #1", name);
	snprintf(row, sizeof(row),
		 "[     92]     0    92  2097440    44202   393216        0      "
		 "       0 %s", name);
	snprintf(kill, sizeof(kill), "Out of memory: Killed process 92 (%s) total-vm:9kB", name);
	found_free(&found);
	lines_parse((const char *const[]){ invoked, cpu, HEAD_BYTES, row, kill, NULL }, style,
		    &found);
	tap_ok(found.count == 1 && same(report->trigger.comm, name) && report->task_count == 1 &&
	       same(report->tasks[0].comm, name) && report->victim_count == 1 &&
	       same(report->victims[0].comm, name), "the name \"%s\" in style %d", name, style);
}

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strchr(names[i], '\\'))
			check_name(names[i]);
		/*
		 * Escapes of pages and of rsyslogd cannot be told from names that look like them.
		 */
		if (strpbrk(names[i], "&<#\"\xc2"))
			continue;
		check_prefixed(names[i], LOG_BARE);
		check_prefixed(names[i], LOG_SECS);
		check_prefixed(names[i], LOG_SYSLOG);
	}
	check_prefixed("back\\x41slash", LOG_SECS);
	check_prefixed("[    9.9]", LOG_SECS);
	check_prefixed("[    9.9] x", LOG_SYSLOG);
	check_prefixed("[T1] x", LOG_SECS);
	check_prefixed("Nov 23 07:05:30", LOG_SECS);
	check_prefixed("kernel: x", LOG_SYSLOG);
	check_prefixed("6,1,1,-;x", LOG_SYSLOG);
}

/* In a record the kernel escapes it; as it is, it comes from a page that was copied. */
static void test_no_break_spaces(void)
{
	const struct oom_report *report = &found.reports[0];

	found_free(&found);
	lines_parse((const char *const[]){
		"Out of memory: Killed process 92 (\\xc2\\xa0nbsp) total-vm:9kB", NULL },
		LOG_KMSG, &found);
	tap_ok(found.count == 1 && report->victim_count == 1 &&
	       same(report->victims[0].comm, "\xc2\xa0nbsp"), "a name has its no-break space");
	found_free(&found);
	lines_parse((const char *const[]){
		"Out of memory: Killed process 92 (a\xc2\xa0 b)\xc2\xa0total-vm:9kB", NULL },
		LOG_KMSG, &found);
	tap_ok(found.count == 1 && report->victim_count == 1 &&
	       same(report->victims[0].comm, "a  b") && report->victims[0].total_vm == 9 * KIB,
	       "that of a page is a blank");
}

static void test_victims(void)
{
	const struct oom_report *report = READ("Killed process 40738, UID 27, (mysqld) "
					       "total-vm:9kB, "
					       "anon-rss:8kB, file-rss:7kB");

	tap_ok(report->victims && report->victims[0].pid == 40738 &&
	       report->victims[0].uid == 27 &&
	       same(report->victims[0].comm, "mysqld") && report->victims[0].file == 7 * KIB &&
	       report->scope == OOM_SCOPE_UNKNOWN, "EL6");
	report = READ("Killed process 5, UID 0, (, UID 5, ) total-vm:9kB, anon-rss:8kB");
	tap_ok(report->victims && report->victims[0].uid == 0 &&
	       same(report->victims[0].comm, ", UID 5, "),
	       "EL6, a name that looks like a user");
	report = READ("Out of memory: Kill process 5 (a) score 12 or a child",
		      "Killed process 6 (b)");
	tap_ok(report->choice.pid == 5 && report->victims && report->victims[0].pid == 6 &&
	       report->victims[0].score == 12 && report->victims[0].total_vm == OOM_UNKNOWN,
	       "2.6.32, a child in its place");
	report = READ("No available memory in cpuset: kill process 5 (a) score 5 or a child");
	tap_is(report->scope, OOM_SCOPE_CPUSET, "for a cpuset, as kernels up to 2.6.35 said");
	report = READ("No available memory (MPOL_BIND): kill process 5 (a) score 5 or a child");
	tap_is(report->scope, OOM_SCOPE_MEMPOLICY, "for a policy");
	report = READ("Out of memory (oom_kill_allocating_task): Killed process 5 (a) "
		      "total-vm:9kB");
	tap_ok(report->allocating_task && report->scope == OOM_SCOPE_GLOBAL,
	       "who asked is killed");
	report = READ(INVOKED, "Out of memory: Killed process 5 (a) total-vm:9kB",
		      "Tasks in /a are going to be killed due to memory.oom.group set",
		      "Out of memory: Killed process 6 (b) total-vm:9kB");
	tap_ok(report->group && report->victim_count == 2 && report->scope == OOM_SCOPE_GLOBAL,
	       "the group of a victim of the machine's");
	report = READ("Memory cgroup out of memory: Killed process 5 (a) total-vm:9kB",
		      "Tasks in /a are going to be killed due to memory.oom.group set");
	tap_ok(report->group && report->scope == OOM_SCOPE_MEMCG, "and of a cgroup's");
	report = READ("Out of memory: OOM victim 7 (process 8) is already exiting. Skip killing "
		      "the task");
	tap_ok(report->already_exiting && report->selected.pid == 7 &&
	       same(report->selected.comm, "process 8") && !report->cut_end,
		"it is exiting already");
	report = READ("Killed process 5 (a) total-vm:9kB",
		      "  oom_reaper: unable to reap pid:5 (a)");
	tap_ok(report->victims && report->victims[0].reaped.present &&
	       report->victims[0].reaped.failed, "not reaped, with blanks in front");
	report = READ("Killed process 99999999999999999999 (x) total-vm:99999999999999999999kB");
	tap_ok(report->victims && report->victims[0].pid == INT64_MAX &&
	       report->victims[0].total_vm == OOM_UNKNOWN, "numbers beyond all are none");
}

static void test_ends(void)
{
	const struct oom_report *report = READ(INVOKED,
					       "Out of memory and no killable processes...",
		"Kernel panic - not syncing: System is deadlocked on memory");

	tap_ok(report->none_killable && same(report->panic, "System is deadlocked on memory") &&
	       !report->cut_end, "nobody to kill, and a panic");
	report = READ(INVOKED, KILLED, "Kernel panic - not syncing: Fatal exception in interrupt");
	tap_ok(!report->panic, "a panic for another reason");
	report = READ(INVOKED, "Killed process 1 (init) total-vm:9kB",
		      "Kernel panic - not syncing: Attempted to kill init! exitcode=0x9");
	tap_ok(same(report->panic, "Attempted to kill init! exitcode=0x9"),
	       "a panic because of it");
	report = READ(INVOKED, "COMPACTION is disabled!!!");
	tap_ok(report->compaction_disabled && report->cut_end, "no compaction, and no end");
	report = READ("sysrq: Manual OOM execution",
		      "kworker/0:1 invoked oom-killer: gfp_mask=0xcc0("
		      "GFP_KERNEL), order=-1, oom_score_adj=0", KILLED);
	tap_ok(report->scope == OOM_SCOPE_SYSRQ && !report->none_killable, "SysRq-f");
	report = READ(INVOKED, "sysrq: Manual OOM execution",
		      "sysrq: OOM request ignored. No task eligible");
	tap_ok(!report->none_killable && report->cut_end, "a request refused is of no report");
	found_free(&found);
	lines_parse((const char *const[]){ "sysrq: Manual OOM execution",
		    "sysrq: OOM request ignored. No task eligible", NULL }, LOG_SECS, &found);
	tap_is((int64_t)found.count, 0, "and makes none");
}

/* vm.oom_kill_allocating_task decides on the thread that asks, and its main thread is named. */
static void test_threads(void)
{
#define ASKS(pid) INVOKED, "CPU: 0 PID: " pid " Comm: x Not tainted 5.4.0 #1", HEAD_BYTES, \
		"[     92]     0    92  2097440    44202   393216        0             0 it", \
		"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0," \
		"global_oom,task_memcg=/,task=x,pid=95,uid=0"
	const struct oom_report *report =
		READ(ASKS("95"), "Out of memory (oom_kill_allocating_task): " KILLED);

	tap_ok(report->victim_count == 1 && report->selected.pid == 95 &&
	       oom_names_two_threads(report), "a thread and its process");
	report = READ(ASKS("95"), "Out of memory: " KILLED);
	tap_ok(!report->trigger.present, "but two kills without the setting");
	report = READ(ASKS("94"), "Out of memory (oom_kill_allocating_task): " KILLED);
	tap_ok(!report->trigger.present, "or where another one asked");
}

/* What an older line said stays, where another says it again. */
static void test_twice(void)
{
	const struct oom_report *report = READ(INVOKED, "Hardware name: one", "Hardware name: two",
		"active_anon:5 free:1", "active_anon:6 free:2", "7 pages RAM", "8 pages RAM",
		HEAD_BYTES,
		"[     92]     0    92  2097440    44202   393216        0             0 x",
		"[     92]     0    92  2097440    44203   393216        0             0 x",
		KILLED);

	tap_ok(same(report->machine, "one") &&
	       oom_figure(&report->memory, "active_anon") == 5 * 4096 &&
	       report->ram == 7 * 4096 && report->tasks_listed == 1 &&
		report->tasks[0].rss == 44202 * 4096,
	       "another CPU's lines do not change it");
}

int main(void)
{
	test_triggers();
	test_cpus();
	test_pairs();
	test_nodes();
	test_memory();
	test_implausible();
	test_lists();
	test_pages();
	test_traces();
	test_boot();
	test_rows();
	test_no_rows();
	test_many_rows();
	test_counters();
	test_stats();
	test_paths();
	test_names();
	test_no_break_spaces();
	test_victims();
	test_ends();
	test_threads();
	test_twice();
	found_free(&found);
	return tap_done();
}
