/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-type.h - the lines that a report has, and what holds for each: one table */
#ifndef PT_LINE_TYPE_H
#define PT_LINE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/strview.h"

struct oom_partial;

/* In the order in which a report has them, as far as there is one. line-type.c has samples. */
enum oom_line_type {
	OOM_LINE_NONE,		/* none of a report's */
	OOM_LINE_DUMP,		/* prints memory too */
	OOM_LINE_SYSRQ,
	OOM_LINE_INVOKED,
	OOM_LINE_CPUSET,	/* up to 4.20 */
	OOM_LINE_COMPACTION,
	OOM_LINE_CPU,
	OOM_LINE_HARDWARE,
	OOM_LINE_TRACE,		/* a frame of a call trace */
	OOM_LINE_MEMCG_TASK,	/* up to 4.20 */
	OOM_LINE_COUNTER,
	OOM_LINE_STATS,
	OOM_LINE_STAT,		/* one or many lines of memory.stat */
	OOM_LINE_MEMINFO,
	OOM_LINE_COUNTS,	/* in pages */
	OOM_LINE_NODE,
	OOM_LINE_ZONE,
	OOM_LINE_BLOCKS,
	OOM_LINE_HUGE,
	OOM_LINE_PAGES,
	OOM_LINE_ALLOCATIONS,
	OOM_LINE_ALLOCATION,
	OOM_LINE_SLABS,
	OOM_LINE_SLAB,
	OOM_LINE_TASKS,		/* since 5.0 */
	OOM_LINE_TABLE,
	OOM_LINE_ROW,
	OOM_LINE_DECISION,	/* since 5.0 */
	OOM_LINE_DECISION_REST,	/* torn off by another CPU's line */
	OOM_LINE_CHOICE,
	OOM_LINE_EXITING,
	OOM_LINE_KILLED,
	OOM_LINE_GROUP,
	OOM_LINE_NONE_KILLABLE,
	OOM_LINE_OOM_PANIC,	/* also alone */
	OOM_LINE_PANIC,
	OOM_LINE_REAPED,
	OOM_LINE_UNREAPED,
	OOM_LINE_DROPPED,
	OOM_LINE_SUPPRESSED,
	OOM_LINE_BOOT,		/* what went before is of another boot */
	OOM_LINE_CUT,		/* grep(1) has left lines out */
	OOM_LINE_LAST,		/* how many there are */
};

/* Lists that have begun, so that their lines, which could be anything, are to be expected. */
enum oom_list {
	OOM_LIST_STATS = 1,		/* of memory.stat */
	OOM_LIST_SLABS = 2,
	OOM_LIST_ALLOCATIONS = 4,
	OOM_LIST_ROWS = 8,		/* of the task table */
};

/* What stands at the beginning of a line. Names, of 15 bytes, and paths are attackers' text. */
enum oom_line_front {
	OOM_FRONT_WORDS,	/* words that a name could be, too: such lines are tried last */
	OOM_FRONT_LONG,		/* more than a name has: no name makes a line look like it */
	OOM_FRONT_NAME,		/* a name, or anything: what behind it tells the type */
};

enum oom_line_flag {
	OOM_LINE_PLACED = 0x1,		/* it has its place in the order of a report */
	OOM_LINE_CONFIRMS = 0x2,	/* only an OOM report has it: it makes a report */
	OOM_LINE_INSIDE = 0x4,		/* it goes on with a report, but begins none */
	OOM_LINE_STATE = 0x8,		/* also where an allocation fails, and by SysRq-m */
	OOM_LINE_MACHINES = 0x10,	/* of the machine's memory: no cgroup's report has it */
	OOM_LINE_MEMCGS = 0x20,		/* of a memory cgroup: the machine's report has it not */
	OOM_LINE_REAPERS = 0x80,
	OOM_LINE_AT_END = 0x100,	/* may also follow a kill */
	OOM_LINE_FIGURES = 0x200,	/* only figures go on with it */
	OOM_LINE_ENDS_IN_FIGURE = 0x400,	/* or in a path */
	OOM_LINE_HARMLESS = 0x800,	/* a line too many at its end is no part of a name */
	OOM_LINE_ONCE = 0x2000,		/* a report has it once, and then what it sets */
	OOM_LINE_IN_SOURCE = 0x1000,	/* its words stand so in the kernel's source, with "\n" */
};

/* A form of lines that all say the same, each of something else. */
struct oom_line_figure {
	const char *pattern;	/* NULL ends a list */
	size_t place;		/* in struct oom_partial, of its uint64_t, or of a struct that
				 * begins with one; 0: nobody needs it */
};

enum oom_value_kind {
	OOM_VALUE_SIGNED,	/* int64_t, with no blank in front; in front of the first END */
	OOM_VALUE_COUNT,	/* uint64_t; what the report counts in pages is kept so */
	OOM_VALUE_KIB,		/* uint64_t, bytes; without its kB it may be cut */
	/* char *, owned; the first that was said stays */
	OOM_VALUE_TEXT,		/* all of the line but its key and the last END */
	OOM_VALUE_PIECE,	/* from the first key to the first END */
	OOM_VALUE_NODES,	/* "0-1,4", behind the first key */
};

/* What a line says, and where that has its place. */
struct oom_line_value {
	/*
	 * What stands in front of it, a number behind its last place, since a name may hold it
	 * too; "": at the line's beginning. NULL ends a list.
	 */
	const char *key;
	enum oom_value_kind kind;
	size_t place;		/* in struct oom_partial; of a line with figures, from theirs on */
	const char *end;	/* what stands behind it; NULL: nothing, or it ends by itself */
};

/* What holds for the lines of a type. */
struct oom_line_kind {
	unsigned flags;				/* enum oom_line_flag */
	enum oom_line_front front;
	unsigned begins;			/* the list, enum oom_list, whose head it is */
	unsigned list;				/* the list whose line it is */
	const char *pid;			/* what stands in front of the pid of the process
						 * that it is about; NULL: it is about none */
	/* How they look, as line-pattern.h has it. These lists and those below end with NULL. */
	const char *const *forms;
	const struct oom_line_figure *figures;	/* further forms */
	const char *const *in_list;		/* further forms, where its list has begun */
	const char *const *begun;		/* a further ones, where it may be broken off */
	bool (*is)(struct strview text);	/* a further one, in its list if it has one */
	/* What it begins with if it is the kernel's, and not just words that are like it; NULL */
	const char *const *kernels;
	/*
	 * What a whole line has, at its last place; the rest of one begins with; and all words
	 * behind a piece of one look like. NULL: nothing is known.
	 */
	const char *const *whole, *const *rests, *const *words;
	const char *behind;

	size_t sets[2];		/* the bools in struct oom_partial that become true; 0: none */
	const struct oom_line_value *values;	/* what is put into it; what is more is read by: */
	int (*read)(struct oom_partial *partial, struct strview text);	/* see reader.h */
	/* Whether a report without its kill has not got yet what it says; NULL: it has not */
	bool (*lacks)(const struct oom_partial *partial, struct strview text);
};

extern const struct oom_line_kind oom_line_kinds[OOM_LINE_LAST];

/* Whether TEXT begins with one of PATTERNS, which end with NULL; they may be NULL. */
bool oom_line_is_one_of(struct strview text, const char *const *patterns);

/* The figure of TYPE that TEXT tells; NULL: none. */
const struct oom_line_figure *oom_line_figure_of(enum oom_line_type type, struct strview text);

#endif
