/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h - what a line of the kernel's is about, and whether it is whole */
#ifndef PT_MESSAGE_H
#define PT_MESSAGE_H

#include <stdbool.h>

#include "lib/strview.h"

/* In the order in which a report has them, as far as there is one. */
enum oom_line_type {
	OOM_LINE_NONE,		/* none of a report's */
	OOM_LINE_DUMP,		/* "%s: page allocation failure: ...": prints memory too */
	OOM_LINE_SYSRQ,		/* "sysrq: Manual OOM execution" */
	OOM_LINE_INVOKED,	/* "%s invoked oom-killer: gfp_mask=..." */
	OOM_LINE_CPUSET,		/* "%s cpuset=%s mems_allowed=%s", up to 4.20 */
	OOM_LINE_COMPACTION,	/* "COMPACTION is disabled!!!" */
	OOM_LINE_CPU,		/* "CPU: 1 PID: 91 Comm: ...", "Pid: 91, comm: ..." */
	OOM_LINE_HARDWARE,	/* "Hardware name: ..." */
	OOM_LINE_TRACE,		/* "out_of_memory+0x1bd/0x4e0": a frame of a call trace */
	OOM_LINE_MEMCG_TASK,	/* "Task in %s killed as a result of limit of %s", up to 4.20 */
	OOM_LINE_COUNTER,	/* "memory: usage %llukB, ...", "swap: ...", "kmem: ..." */
	OOM_LINE_STATS,		/* "Memory cgroup stats for %s:" */
	OOM_LINE_STAT,		/* "anon 33370112": one or many lines of memory.stat */
	OOM_LINE_MEMINFO,	/* "Mem-Info:" */
	OOM_LINE_COUNTS,		/* "active_anon:163 inactive_anon:64615 ...", pages */
	OOM_LINE_NODE,		/* "Node 0 active_anon:652kB ..." */
	OOM_LINE_ZONE,		/* "Node 0 DMA free:1120kB ..." */
	OOM_LINE_BLOCKS,		/* "Node 0 DMA: 4*4kB (UE) ... = 12304kB" */
	OOM_LINE_HUGE,		/* "Node 0 hugepages_total=0 ..." */
	OOM_LINE_PAGES,		/* "2062044 pages RAM", "Free swap  = 0kB", ... */
	OOM_LINE_ALLOCATIONS,	/* "Memory allocations:" */
	OOM_LINE_ALLOCATION,	/* "3176243200   247900 mm/slub.c:2264 func:alloc_slab_page" */
	OOM_LINE_SLABS,		/* "Unreclaimable slab info:" */
	OOM_LINE_SLAB,		/* "xfs_icr    263KB    263KB" */
	OOM_LINE_TASKS,		/* "Tasks state (memory values in pages):", since 5.0 */
	OOM_LINE_TABLE,		/* "[  pid  ]   uid  tgid total_vm ... name" */
	OOM_LINE_ROW,		/* "[    675]     0   675   162013 ..." */
	OOM_LINE_DECISION,	/* "oom-kill:constraint=...", since 5.0 */
	OOM_LINE_DECISION_REST,	/* ",task=...,pid=..,uid=..", torn off by another CPU's line */
	OOM_LINE_CHOICE,		/* "Out of memory: Kill process N (comm) score S ..." */
	OOM_LINE_EXITING,	/* "OOM victim %d (%s) is already exiting. ..." */
	OOM_LINE_KILLED,		/* "Killed process N (comm) total-vm:..." */
	OOM_LINE_GROUP,		/* "Tasks in %s are going to be killed ..." */
	OOM_LINE_NONE_KILLABLE,	/* "Out of memory and no killable processes..." */
	OOM_LINE_OOM_PANIC,	/* "Kernel panic - not syncing: Out of memory: ...", also alone */
	OOM_LINE_PANIC,		/* "Kernel panic - not syncing: ..." */
	OOM_LINE_REAPED,		/* "oom_reaper: reaped process ..." */
	OOM_LINE_UNREAPED,	/* "oom_reaper: unable to reap pid:..." */
	OOM_LINE_DROPPED,	/* "** %d printk messages dropped **" */
	OOM_LINE_SUPPRESSED,	/* "oom_kill_process: %d callbacks suppressed" */
	OOM_LINE_BOOT,		/* "Linux version ...": what went before is of another boot */
	OOM_LINE_CUT,		/* "--": grep(1) has left lines out */
	OOM_LINE_LAST,		/* how many there are */
};

/* Lists that have begun, so that their lines, which could be anything, are to be expected. */
struct oom_expected {
	bool stats;		/* of memory.stat */
	bool slabs, allocations;
	bool rows;		/* of the task table */
};

/*
 * Says what TEXT, without its prefix but with all its blanks, is. Names and paths are attacker's
 * text: a line is never taken for what a name at its beginning (of 15 bytes) or a path inside
 * makes it look like.
 */
enum oom_line_type oom_line_type_of(struct strview text, struct oom_expected expected);

/*
 * The same for a line that is none as it stands: unknown prefixes may be in front of it. Only what
 * is unmistakable is looked for where the line is PREFIXED in known ones. Takes them off.
 */
enum oom_line_type oom_line_type_find(struct strview *text, struct oom_expected expected,
				      bool prefixed);

/*
 * The same for a line that is none because a mailer has broken it off too early to tell. It is a
 * guess: what it becomes with its rest, oom_line_type_of() says.
 */
enum oom_line_type oom_line_type_begun(struct strview text, struct oom_expected expected);

/*
 * Whether TEXT, which is a MESSAGE, has all that is looked for in it; a mailer may have wrapped
 * it. A whole one may have more behind it: what a later kernel adds.
 */
bool oom_line_is_whole(enum oom_line_type message, struct strview text);

/*
 * Whether LINE, which has neither time nor tag, may be the rest of an unfinished MESSAGE. TYPE is
 * what LINE would be by itself; PREFIXED: the lines of this log have times or tags.
 */
bool oom_line_goes_on(enum oom_line_type message, struct strview line, enum oom_line_type type,
		      bool prefixed);

/* Whether LINE may be a part of MESSAGE at all, by its bytes. */
bool oom_line_may_join(enum oom_line_type message, struct strview line);

/*
 * Whether TEXT, a MESSAGE by its first words, is the kernel's: others write of killed processes
 * too, with numbers, and quote the kernel's source. TIMED: it has a time or a tag. EXPECTED: a
 * report is open, so that shorter lines of old kernels may follow.
 */
bool oom_line_is_kernels(enum oom_line_type message, struct strview text, bool timed,
			 bool expected);

/*
 * Whether LINE is no rest of any message: it begins one that reports have, but that nobody needs.
 */
bool oom_line_is_other(struct strview line);

/*
 * Whether WORD, the last of SO_FAR, an unfinished MESSAGE that NEXT goes on with, is only the
 * first part of one: then the line was broken at any byte, not at a blank.
 */
bool oom_line_is_torn(enum oom_line_type message, struct strview so_far, struct strview word,
		      struct strview next);

#endif
