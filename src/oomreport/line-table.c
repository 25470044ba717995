/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-table.c - the table of the lines of a report: how they look, what holds for them */
#include <config.h>

#include "oomreport/partial.h"

#define FIGURES(...) ((const struct oom_line_figure[]){ __VA_ARGS__, { NULL, 0 } })
#define VALUES(...) ((const struct oom_line_value[]){ __VA_ARGS__, { .key = NULL } })
#define TEXTS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define TO(member) offsetof(struct oom_partial, report.member)
#define OF(member) offsetof(struct oom_counter, member)
#define SETS(member) offsetof(struct oom_partial, member)

/* Lines about the machine's memory, and about a cgroup's. */
#define MEMORY (OOM_LINE_PLACED | OOM_LINE_STATE | OOM_LINE_MACHINES)
#define MEMCG (OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_MEMCGS)

/*
 * "%s invoked oom-killer: gfp_mask=...", cut off behind the colon or in front of it at the most. A
 * path of the oom-kill line may hold this too.
 */
static bool is_invoked(struct strview text)
{
	static const char phrase[] = "invoked oom-killer";
	size_t at = strview_find_last(text, phrase);
	struct strview rest;

	if (at == STRVIEW_NONE || (at && text.at[at - 1] != ' ') ||
	    strview_has(strview_head(text, at), "oom-kill:constraint="))
		return false;
	rest = strview_trim(strview_from(text, at + sizeof(phrase) - 1));
	strview_skip(&rest, ":");
	strview_skip_blanks(&rest);
	return !rest.length || strview_starts(rest, "gfp_mask=");
}

/* One of the record's lines; other texts have figures too. */
static bool is_counts(struct strview text)
{
	static const char *const names[] = {
		"active_anon:", "Active_anon:", "active_file:", "inactive_file:", "unevictable:",
		"slab_reclaimable:", "mapped:", "shmem:", "pagetables:", "sec_pagetables:",
		"kernel_misc_reclaimable:", "free:", "dirty:", "writeback:", "inactive_anon:",
		"slab:", "bounce:", "isolated_anon:", NULL,
	};
	struct strview rest = text;
	bool unit;

	return oom_line_take_figure(&rest, &unit) && !unit && oom_line_is_one_of(text, names);
}

/* "anon 33370112", "cache 0", "total_rss 4096", "oom_group_kill 1", or "cache:0KB rss:..." */
static bool is_stat(struct strview text)
{
	struct strview rest = text, name;
	uint64_t number;
	bool unit;

	if (oom_line_take_figure(&rest, &unit))
		return unit;
	name = strview_take_word(&rest);
	return name.length >= 3 && name.length <= 40 && !strview_is_digit(name.at[0]) &&
	       strview_has_only(name, "abcdefghijklmnopqrstuvwxyz_0123456789") &&
	       strview_skip(&rest, " ") && strview_take_u64(&rest, &number) &&
	       (!rest.length || rest.at[0] == '\n' || strview_is_blank(rest.at[0]));
}

/* "[<ffffffff81d91389>] out_of_memory+0x1bd/0x4e0" */
static bool is_frame(struct strview text)
{
	bool reliable;

	return oom_frame(text, &reliable).length;
}

_Static_assert(OF(usage) == 0, "a counter is known by its usage");

/* The words of lines with figures: "mapped:388kB", and what else there is. */
static const char *const figure_words[] = {
	"%*:%*kB%$", "%*:%*KB%$", "pages_scanned:", "Node%$", "DMA%$", "DMA32%$", "Normal%$",
	"HighMem%$", "Movable%$", "Device%$", "all_unreclaimable?%$", "yes%$", "no%$", "%d%$",
	NULL,
};

/* The rest of a line about a kill, which may begin inside a word: "non-rss:4kB, ", "B, ". */
static const char *const kill_rests[] = {
	"process ", "(", ",", ":", "UID", "now ", "kB", "B", "%u", "%k:%u", "%*total-vm:", NULL,
};

static const char *const kill_words[] = {
	"%*-rss:%ukB", "%*-vm:%ukB", "pgtables:%ukB", "UID:%d", "oom_score_adj:%d", NULL,
};

static const struct oom_line_value panic_values[] = {
	{ "Kernel panic - not syncing:", OOM_VALUE_TEXT, TO(panic), NULL }, { .key = NULL },
};

const struct oom_line_kind oom_line_kinds[OOM_LINE_LAST] = {
	/* What begins like a line of a report's, and is none */
	[OOM_LINE_NONE] = {
		.forms = TEXTS("%cKill process%_%u%|%*sharing same memory"),
	},
	/* "x: page allocation failure: order:0, mode:0x24010c0(GFP_KERNEL)" */
	[OOM_LINE_DUMP] = {
		.front = OOM_FRONT_NAME,
		.forms = TEXTS("%*page allocation failure: order:",
			       "%*page allocation failure. order:",
			       "%*page allocation stalls for ",
			       "sysrq: Show Memory", "SysRq : Show Memory",
			       "sysrq: SysRq : Show Memory"),
		.sets = SETS(other),
	},
	/* "sysrq: Manual OOM execution", "SysRq : Manual OOM execution" */
	[OOM_LINE_SYSRQ] = {
		.flags = OOM_LINE_INSIDE,
		.forms = TEXTS("sysrq: %*anual OOM", "SysRq%*anual OOM"),
	},
	/* "main.out invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER), order=0, ..." */
	[OOM_LINE_INVOKED] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_ENDS_IN_FIGURE,
		.front = OOM_FRONT_NAME,
		.is = is_invoked,
		.begun = TEXTS("%* invoked oom-killer: gfp_mask="),
		.whole = TEXTS("oom_score_adj=%_%d", "oom_adj=%_%d", "oomkilladj=%_%d"),
		.rests = TEXTS("%*=", "(", "%u", "oom-killer:"),
		/* The last has no comma, and its number may be whole. */
		.behind = " invoked ",
		.words = TEXTS("invoked%$", "oom-killer:%$", "%*=%*,%$", "oom%*=%d"),
		.sets = SETS(report.trigger.present), .read = read_invoked,
	},
	/* "main.out cpuset=/ mems_allowed=0" */
	[OOM_LINE_CPUSET] = {
		.flags = OOM_LINE_ONCE | OOM_LINE_PLACED | OOM_LINE_INSIDE,
		.front = OOM_FRONT_NAME,
		.forms = TEXTS("%* cpuset=%* mems_allowed="),
		.sets = SETS(has_cpuset), .read = read_cpuset,
	},
	[OOM_LINE_COMPACTION] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE,
		.forms = TEXTS("COMPACTION is disabled!!!"),
		.sets = SETS(report.compaction_disabled),
	},
	/* "CPU: 0 UID: 0 PID: 13 Comm: x Not tainted 7.0.13 #1", "Pid: 13, comm: x ..." */
	[OOM_LINE_CPU] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE | OOM_LINE_STATE | OOM_LINE_HARMLESS,
		.forms = TEXTS("CPU: %d%_PID: ", "CPU: %d%_UID: %d%_PID: ",
			       "Pid: %d%*comm: "),
		.whole = TEXTS(" #"),
		.sets = SETS(has_cpu),
		/* In front of the name, which may hold them too */
		.values = VALUES({ "CPU: ", OOM_VALUE_SIGNED, TO(trigger.cpu), "omm: " },
				 { " UID: ", OOM_VALUE_SIGNED, TO(trigger.uid), "omm: " },
				 { "PID: ", OOM_VALUE_SIGNED, TO(trigger.pid), "omm: " },
				 { "Pid: ", OOM_VALUE_SIGNED, TO(trigger.pid), "omm: " }),
		.read = read_cpu, .lacks = lacks_cpu,
	},
	/* "Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2" */
	[OOM_LINE_HARDWARE] = {
		.flags = OOM_LINE_ONCE | OOM_LINE_PLACED | OOM_LINE_INSIDE | OOM_LINE_STATE |
			 OOM_LINE_HARMLESS,
		.forms = TEXTS("Hardware name: "),
		.sets = SETS(has_hardware),
		.values = VALUES({ "Hardware name: ", OOM_VALUE_TEXT, TO(machine), NULL }),
	},
	[OOM_LINE_TRACE] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE,
		.is = is_frame,
		.read = read_trace, .lacks = lacks_trace,
	},
	/* "Task in /docker/0123 killed as a result of limit of /docker" */
	[OOM_LINE_MEMCG_TASK] = {
		.flags = MEMCG | OOM_LINE_ONCE,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Task in /%* killed as a result",
			       "Memory limit reached of cgroup "),
		.whole = TEXTS("limit of /", "of cgroup /"),
		.sets = SETS(has_memcg_task),
		.values = VALUES({ "Memory limit reached of cgroup ", OOM_VALUE_TEXT,
				   TO(memcg.path), NULL }),
		.read = read_memcg_task,
	},
	/* "memory: usage 32768kB, limit 32768kB, failcnt 8" */
	[OOM_LINE_COUNTER] = {
		.flags = MEMCG | OOM_LINE_ENDS_IN_FIGURE,
		.figures = FIGURES({ "memory: %_usage", TO(memcg.memory) },
			       { "memory+swap: %_usage", TO(memcg.memsw) },
			       { "swap: %_usage", TO(memcg.swap) },
			       { "kmem: %_usage", TO(memcg.kmem) }),
		.kernels = TEXTS("%k: %_usage%_%u", "%k: %_usage%_%$"),
		.whole = TEXTS("failcnt %_%d"),
		.values = VALUES({ "usage", OOM_VALUE_KIB, OF(usage), NULL },
				 { "limit", OOM_VALUE_KIB, OF(limit), NULL },
				 { "failcnt", OOM_VALUE_COUNT, OF(failcnt), NULL }),
	},
	/* "Memory cgroup stats for /a: cache:0KB rss:32KB", "Memory cgroup stats for /a:" */
	[OOM_LINE_STATS] = {
		.flags = MEMCG,
		.front = OOM_FRONT_LONG, .begins = OOM_LIST_STATS,
		.forms = TEXTS("Memory cgroup stats"),
		.whole = TEXTS("unevictable:", ":%$"),
		.read = read_stats,
	},
	[OOM_LINE_STAT] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE, .list = OOM_LIST_STATS,
		.is = is_stat,
		.read = read_stat,
	},
	[OOM_LINE_MEMINFO] = {
		.flags = MEMORY | OOM_LINE_ONCE,
		.forms = TEXTS("Mem-Info:", "Mem-info:"),
		.sets = SETS(report.has_memory),
	},
	/* "active_anon:28 inactive_anon:49230 isolated_anon:0\n active_file:0" */
	[OOM_LINE_COUNTS] = {
		.flags = MEMORY | OOM_LINE_ENDS_IN_FIGURE,
		.is = is_counts,
		.read = read_counts, .lacks = lacks_counts,
	},
	/* "Node 0 active_anon:112kB inactive_anon:196920kB ... all_unreclaimable? no" */
	[OOM_LINE_NODE] = {
		.flags = MEMORY | OOM_LINE_EACH | OOM_LINE_FIGURES | OOM_LINE_ENDS_IN_FIGURE |
			 OOM_LINE_HARMLESS,
		.forms = TEXTS("Node %u %f"),
		.whole = TEXTS("all_unreclaimable?"),
		.rests = TEXTS("%_"),
		.words = figure_words,
		.read = read_node,
	},
	/* "Node 0 DMA32 free:1524kB boost:0kB", without NUMA "DMA free:3520kB min:68kB" */
	[OOM_LINE_ZONE] = {
		.flags = MEMORY | OOM_LINE_EACH | OOM_LINE_FIGURES | OOM_LINE_ENDS_IN_FIGURE |
			 OOM_LINE_HARMLESS,
		.forms = TEXTS("Node %u %z%_free:", "%z%_free:"),
		.whole = TEXTS("free_cma:", "all_unreclaimable?"),
		.rests = TEXTS("%_"),
		.words = figure_words,
		.read = read_zone,
	},
	/* "Node 0 DMA: 1*4kB (U) 1*8kB (M) 0*4096kB = 892kB" */
	[OOM_LINE_BLOCKS] = {
		.flags = MEMORY | OOM_LINE_EACH | OOM_LINE_ENDS_IN_FIGURE,
		.forms = TEXTS("Node %u %z%_%u*", "%z%_%u*"),
		.whole = TEXTS(" = "),
		.read = read_blocks,
	},
	/* "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB" */
	[OOM_LINE_HUGE] = {
		.flags = MEMORY,
		.forms = TEXTS("Node %u hugepages_total="),
		.whole = TEXTS("hugepages_size="),
		.words = TEXTS("huge%*=%u", "Node%$", "%u%$"),
		.read = read_huge,
	},
	/* In pages, but for those of swap */
	[OOM_LINE_PAGES] = {
		.flags = MEMORY,
		.figures = FIGURES({ "%u total pagecache pages", TO(pagecache) },
			       { "%u pages in swap cache", TO(swapcache) },
			       { "%u pages swap cached", TO(swapcache) },
			       { "Free swap%*=", TO(swap_free) },
			       { "Total swap%*=", TO(swap_total) },
			       { "%u pages RAM", TO(ram) }, { "%u pages of RAM", TO(ram) },
			       { "%u pages HighMem", TO(ram_highmem) },
			       { "%u pages of HIGHMEM", TO(ram_highmem) },
			       { "%u pages reserved", TO(ram_reserved) },
			       { "%u reserved pages", TO(ram_reserved) },
			       { "%u pages cma reserved", TO(ram_cma) },
			       { "%u pages hwpoisoned", TO(ram_hwpoisoned) },
			       { "%u free pages", 0 }, { "%u pages shared", 0 },
			       { "%u pages non-shared", 0 }, { "%u slab pages", 0 }),
		.whole = TEXTS("=%_%d", " pages"),
		.values = VALUES({ "", OOM_VALUE_COUNT, 0, NULL },
				 { "=", OOM_VALUE_KIB, 0, NULL }),
	},
	/* "Memory allocations (profiling is currently turned on):" */
	[OOM_LINE_ALLOCATIONS] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_STATE, .begins = OOM_LIST_ALLOCATIONS,
		.forms = TEXTS("Memory allocations:", "Memory allocations ("),
	},
	/* "3176243200   247900 mm/slub.c:2264 func:alloc_slab_page" */
	[OOM_LINE_ALLOCATION] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE | OOM_LINE_STATE,
		.list = OOM_LIST_ALLOCATIONS,
		.in_list = TEXTS("%u% %u%*func:"),
		.read = read_allocation,
	},
	[OOM_LINE_SLABS] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_STATE, .begins = OOM_LIST_SLABS,
		.forms = TEXTS("Unreclaimable slab info:"),
	},
	/* "xfs_icr         263KB       263KB", below "Name       Used        Total" */
	[OOM_LINE_SLAB] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE | OOM_LINE_STATE,
		.list = OOM_LIST_SLABS,
		.in_list = TEXTS("%w% %uKB% %uKB", "Name %*Used"),
		.read = read_slab,
	},
	/* "Tasks state (memory values in pages):" */
	[OOM_LINE_TASKS] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_INSIDE,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Tasks state (memory values in "),
		/* So that "Tasks", broken off there, waits for its rest: it may be a GROUP. */
		.whole = TEXTS("values in "),
		.sets = SETS(report.table_begun),
	},
	/* "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name" */
	[OOM_LINE_TABLE] = {
		.flags = OOM_LINE_ONCE | OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_IN_SOURCE,
		.begins = OOM_LIST_ROWS,
		.forms = TEXTS("[%_pid%_]%*tgid%*rss"),
		.whole = TEXTS(" name"),
		.sets = SETS(report.has_table), .read = read_table,
	},
	/*
	 * "[     92]     0    92  2097440    44202   393216        0             0 x": a mailer
	 * may have broken it off behind four numbers, fewer are anything. In a table vendors'
	 * columns may be no numbers.
	 */
	[OOM_LINE_ROW] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_EACH, .list = OOM_LIST_ROWS,
		.forms = TEXTS("[%_%u%_]% %d% %d% %d% %d%|"),
		.in_list = TEXTS("[%_%u%_]% %w% %w% %w% %w"),
		.read = read_row,
	},
	/* "oom-kill:constraint=CONSTRAINT_NONE,...,pid=5,uid=0"; logcat has a blank in it */
	[OOM_LINE_DECISION] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_ENDS_IN_FIGURE,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("oom-kill:constraint=", "oom-kill: constraint="),
		.whole = TEXTS(",uid=%_%d"),
		.values = VALUES({ "constraint=", OOM_VALUE_PIECE, TO(constraint), "," },
				 { ",nodemask=", OOM_VALUE_PIECE, TO(nodemask), ",cpuset=" },
				 { ",cpuset=", OOM_VALUE_PIECE, TO(cpuset), ",mems_allowed=" },
				 { ",mems_allowed=", OOM_VALUE_NODES, TO(mems_allowed), NULL },
				 { ",pid=", OOM_VALUE_SIGNED, TO(selected.pid), NULL },
				 { ",uid=", OOM_VALUE_SIGNED, TO(selected.uid), NULL }),
		.read = read_decision, .lacks = lacks_decision,
	},
	[OOM_LINE_DECISION_REST] = {
		.flags = OOM_LINE_INSIDE | OOM_LINE_AT_END,
		.forms = TEXTS(",task=", ",oom_memcg=", ",global_oom,",
			       ",task_memcg="),
		.values = VALUES({ ",pid=", OOM_VALUE_SIGNED, TO(selected.pid), NULL },
				 { ",uid=", OOM_VALUE_SIGNED, TO(selected.uid), NULL }),
		.read = read_decision, .lacks = lacks_decision_rest,
	},
	/* "Out of memory: Kill process 94 (main.out) score 746 or sacrifice child" */
	[OOM_LINE_CHOICE] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_ENDS_IN_FIGURE,
		.forms = TEXTS("%cKill process%_%u%|", "%ckill process%_%u%|"),
		.whole = TEXTS(" child"),
		.read = read_choice, .lacks = lacks_choice,
	},
	/* "Out of memory: OOM victim 7 (x) is already exiting. Skip killing the task" */
	[OOM_LINE_EXITING] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS,
		.pid = "OOM victim ",
		.forms = TEXTS("%cOOM victim%_%u%|"),
		.sets = SETS(report.already_exiting), .read = read_exiting,
	},
	/* "Killed process 94 (x) total-vm:9kB, ...", "Killed process 40, UID 27, (x) ..." */
	[OOM_LINE_KILLED] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_ENDS_IN_FIGURE,
		.pid = "process ",
		.forms = TEXTS("%cKilled process%_%u%|"),
		.whole = TEXTS("oom_score_adj:%_%d"),
		.rests = kill_rests,
		.behind = "total-vm:",
		.words = kill_words,
		.read = read_killed,
	},
	/* "Tasks in /a are going to be killed due to memory.oom.group set" */
	[OOM_LINE_GROUP] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_AT_END |
			 OOM_LINE_IN_SOURCE,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Tasks in /%* are going to be killed"),
		.whole = TEXTS(" set%$"),
		.sets = SETS(report.group),
		.values = VALUES({ "Tasks in ", OOM_VALUE_TEXT, TO(group_path),
				   " are going to be killed" }),
	},
	[OOM_LINE_NONE_KILLABLE] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_IN_SOURCE,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Out of memory and no killable processes",
			       "Memory cgroup out of memory and no killable processes"),
		.sets = SETS(report.none_killable),
	},
	/* "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom" */
	[OOM_LINE_OOM_PANIC] = {
		.flags = OOM_LINE_CONFIRMS | OOM_LINE_AT_END,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Kernel panic - not syncing:%*ut of memory",
			       "Kernel panic - not syncing:%*deadlocked on memory"),
		.values = panic_values,
	},
	[OOM_LINE_PANIC] = {
		.flags = OOM_LINE_INSIDE | OOM_LINE_AT_END,
		.front = OOM_FRONT_LONG,
		.forms = TEXTS("Kernel panic - not syncing:"),
		.values = panic_values,
	},
	/* "oom_reaper: reaped process 5 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB" */
	[OOM_LINE_REAPED] = {
		.flags = OOM_LINE_PLACED | OOM_LINE_CONFIRMS | OOM_LINE_REAPERS |
			 OOM_LINE_ENDS_IN_FIGURE,
		.pid = "reaped process ",
		.forms = TEXTS("oom_reaper: reaped process "),
		.kernels = TEXTS("oom_reaper: reaped process %u"),
		.whole = TEXTS("shmem-rss:%*kB"),
		.rests = kill_rests,
		.behind = " now anon-rss:",
		.words = kill_words,
		.read = read_reaped,
	},
	/* "oom_reaper: unable to reap pid:5 (x)" */
	[OOM_LINE_UNREAPED] = {
		.flags = OOM_LINE_INSIDE | OOM_LINE_REAPERS,
		.pid = "reap pid:",
		.forms = TEXTS("oom_reaper: unable to reap pid:"),
		.kernels = TEXTS("oom_reaper: unable to reap pid:%u"),
		.read = read_reaped,
	},
	/* "** 57 printk messages dropped **" */
	[OOM_LINE_DROPPED] = {
		.front = OOM_FRONT_NAME,
		.forms = TEXTS("%* printk messages dropped"),
	},
	/* "oom_kill_process: 1520 callbacks suppressed": ___ratelimit(), by who was limited */
	[OOM_LINE_SUPPRESSED] = {
		.front = OOM_FRONT_NAME,
		.forms = TEXTS("oom_kill_process: %u callbacks suppressed",
			       "__oom_kill_process: %u callbacks suppressed",
			       "printk: %u callbacks suppressed",
			       "dump_header: %u callbacks suppressed",
			       "out_of_memory: %u callbacks suppressed",
			       "oom_reap_task: %u callbacks suppressed"),
	},
	[OOM_LINE_BOOT] = {
		.forms = TEXTS("Linux version ", "Booting Linux on ", "Command line: ",
			       "Kernel command line: "),
	},
	[OOM_LINE_CUT] = {
		.forms = TEXTS("--%$"),
	},
};
