/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message.h - what a line of the kernel's is about, and whether it is whole */
#ifndef PT_MESSAGE_H
#define PT_MESSAGE_H

#include <stdbool.h>

#include "base/text.h"

/* In the order in which a report has them, as far as there is one. */
enum oom_message {
	OOM_MSG_NONE,		/* none of a report's */
	OOM_MSG_DUMP,		/* "%s: page allocation failure: ...": prints memory too */
	OOM_MSG_SYSRQ,		/* "sysrq: Manual OOM execution" */
	OOM_MSG_INVOKED,	/* "%s invoked oom-killer: gfp_mask=..." */
	OOM_MSG_CPUSET,		/* "%s cpuset=%s mems_allowed=%s", up to 4.20 */
	OOM_MSG_COMPACTION,	/* "COMPACTION is disabled!!!" */
	OOM_MSG_CPU,		/* "CPU: 1 PID: 91 Comm: ...", "Pid: 91, comm: ..." */
	OOM_MSG_HARDWARE,	/* "Hardware name: ..." */
	OOM_MSG_TRACE,		/* "out_of_memory+0x1bd/0x4e0": a frame of a call trace */
	OOM_MSG_MEMCG_TASK,	/* "Task in %s killed as a result of limit of %s", up to 4.20 */
	OOM_MSG_COUNTER,	/* "memory: usage %llukB, ...", "swap: ...", "kmem: ..." */
	OOM_MSG_STATS,		/* "Memory cgroup stats for %s:" */
	OOM_MSG_STAT,		/* "anon 33370112": one or many lines of memory.stat */
	OOM_MSG_MEMINFO,	/* "Mem-Info:" */
	OOM_MSG_COUNTS,		/* "active_anon:163 inactive_anon:64615 ...", pages */
	OOM_MSG_NODE,		/* "Node 0 active_anon:652kB ..." */
	OOM_MSG_ZONE,		/* "Node 0 DMA free:1120kB ..." */
	OOM_MSG_BLOCKS,		/* "Node 0 DMA: 4*4kB (UE) ... = 12304kB" */
	OOM_MSG_HUGE,		/* "Node 0 hugepages_total=0 ..." */
	OOM_MSG_PAGES,		/* "2062044 pages RAM", "Free swap  = 0kB", ... */
	OOM_MSG_ALLOCATIONS,	/* "Memory allocations:" */
	OOM_MSG_ALLOCATION,	/* "3176243200   247900 mm/slub.c:2264 func:alloc_slab_page" */
	OOM_MSG_SLABS,		/* "Unreclaimable slab info:" */
	OOM_MSG_SLAB,		/* "xfs_icr    263KB    263KB" */
	OOM_MSG_TABLE,		/* "[  pid  ]   uid  tgid total_vm ... name" */
	OOM_MSG_ROW,		/* "[    675]     0   675   162013 ..." */
	OOM_MSG_DECISION,	/* "oom-kill:constraint=...", since 5.0 */
	OOM_MSG_DECISION_REST,	/* ",task=...,pid=..,uid=..", torn off by another CPU's line */
	OOM_MSG_CHOICE,		/* "Out of memory: Kill process N (comm) score S ..." */
	OOM_MSG_EXITING,	/* "OOM victim %d (%s) is already exiting. ..." */
	OOM_MSG_KILLED,		/* "Killed process N (comm) total-vm:..." */
	OOM_MSG_GROUP,		/* "Tasks in %s are going to be killed ..." */
	OOM_MSG_NONE_KILLABLE,	/* "Out of memory and no killable processes..." */
	OOM_MSG_OOM_PANIC,	/* "Kernel panic - not syncing: Out of memory: ...", also alone */
	OOM_MSG_PANIC,		/* "Kernel panic - not syncing: ..." */
	OOM_MSG_REAPED,		/* "oom_reaper: reaped process ..." */
	OOM_MSG_UNREAPED,	/* "oom_reaper: unable to reap pid:..." */
	OOM_MSG_DROPPED,	/* "** %d printk messages dropped **" */
	OOM_MSG_SUPPRESSED,	/* "oom_kill_process: %d callbacks suppressed" */
	OOM_MSG_BOOT,		/* "Linux version ...": what went before is of another boot */
	OOM_MSG_CUT,		/* "--": grep(1) has left lines out */
	OOM_MSG_LAST,		/* how many there are */
};

/* Lists that have begun, so that their lines, which could be anything, are to be expected. */
struct oom_expected {
	bool stats;		/* of memory.stat */
	bool slabs, allocations;
	bool rows;		/* of the task table */
};

/*
 * Says what TEXT, without clothes but with all its blanks, is. Names and paths are attacker's
 * text: a line is never taken for what a name at its beginning (of 15 bytes) or a path inside
 * makes it look like.
 */
enum oom_message oom_message_of(struct text text, struct oom_expected expected);

/*
 * The same for a line that is none as it stands: unknown clothes may be in front of it. Only what
 * is unmistakable is looked for where the line is DRESSED in known ones. Takes them off.
 */
enum oom_message oom_message_find(struct text *text, struct oom_expected expected, bool dressed);

/*
 * The same for a line that is none because a mailer has broken it off too early to tell. It is a
 * guess: what it becomes with its rest, oom_message_of() says.
 */
enum oom_message oom_message_begun(struct text text, struct oom_expected expected);

/*
 * Whether TEXT, which is a MESSAGE, has all that is looked for in it; a mailer may have wrapped
 * it. A whole one may have more behind it: what a later kernel adds.
 */
bool oom_message_whole(enum oom_message message, struct text text);

/*
 * Whether LINE, which has neither time nor tag, may be the rest of an unfinished MESSAGE. CLASS is
 * what LINE would be by itself; DRESSED: the lines of this log have times or tags.
 */
bool oom_message_goes_on(enum oom_message message, struct text line, enum oom_message class,
			 bool dressed);

/* Whether LINE may be a part of MESSAGE at all, by its bytes. */
bool oom_message_may_join(enum oom_message message, struct text line);

/*
 * Whether TEXT, a MESSAGE by its first words, is the kernel's: others write of killed processes
 * too, with numbers, and quote the kernel's source. TIMED: it has a time or a tag. EXPECTED: a
 * report is open, so that shorter lines of old kernels may follow.
 */
bool oom_message_is_kernels(enum oom_message message, struct text text, bool timed,
			    bool expected);

/*
 * Whether LINE is no rest of any message: it begins one that reports have, but that nobody needs.
 */
bool oom_message_is_other(struct text line);

/*
 * Whether WORD, the last of SO_FAR, an unfinished MESSAGE that NEXT goes on with, is only the
 * first part of one: then the line was broken at any byte, not at a blank.
 */
bool oom_message_torn(enum oom_message message, struct text so_far, struct text word,
		      struct text next);

#endif
