/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line-type.h - the lines that a report has, and what holds for each: one table, line-table.c;
 * and by it what a line of the kernel's is about, and whether it is whole
 *
 * Names and paths in a line are attackers' text: it is never taken for what a name at its
 * beginning (of 15 bytes) or a path inside makes it look like.
 */
#ifndef PT_LINE_TYPE_H
#define PT_LINE_TYPE_H

#include "kernlog/prefix.h"

struct oom_partial;

/* In the order in which a report has them, as far as there is one. line-table.c has samples. */
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

/* What stands at the beginning of a line. */
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
	OOM_LINE_EACH = 0x40,		/* it has it once for each node, zone or task, which stands
					 * in front of the first ':' or ']' */
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

/* Puts into PARTIAL what TEXT, of the type, says. Returns -ENOMEM, or what is not negative. */
typedef int oom_read_fn(struct oom_partial *partial, struct strview text);

/* Whether PARTIAL, which has not had its kill, has not got yet what TEXT, of the type, says. */
typedef bool oom_lacks_fn(const struct oom_partial *partial, struct strview text);

/* What holds for the lines of a type. */
struct oom_line_kind {
	unsigned flags;				/* enum oom_line_flag */
	enum oom_line_front front;
	unsigned begins;			/* the list, enum oom_list, whose head it is */
	unsigned list;				/* the list whose line it is */
	const char *pid;			/* what stands in front of the pid of the process
						 * that it is about; NULL: it is about none */
	/*
	 * How they look. These lists and those below end with NULL. In a pattern all bytes stand
	 * for themselves, but for these:
	 *
	 *   %u %d   digits, with a '-' in front or not    %_   blanks, or none; "% ": one at least
	 *   %w      a word                                %|   the end of a word
	 *   %*      anything, up to where the rest fits   %$   the end of the text
	 *   %k      what is neither blank nor colon       %z   a zone: "DMA32", "Normal:"
	 *   %f      a figure: "free:12kB", "slab: 5"
	 *   %c      what the kernel puts in front of "Kill process": "Out of memory: ", or nothing
	 */
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

	size_t sets;		/* the bool in struct oom_partial that becomes true; 0: none */
	const struct oom_line_value *values;	/* what is put into it; what is more is read by: */
	oom_read_fn *read;
	oom_lacks_fn *lacks;			/* NULL: it always does */
};

extern const struct oom_line_kind oom_line_kinds[OOM_LINE_LAST];

/* Whether TEXT begins with one of PATTERNS, which end with NULL; they may be NULL. */
bool oom_line_is_one_of(struct strview text, const char *const *patterns);

/* The figure of TYPE that TEXT tells; NULL: none. */
const struct oom_line_figure *oom_line_figure_of(enum oom_line_type type, struct strview text);

/* Takes "name:123" or "name: 123" of a figure. ret_unit: "kB" follows the digits. */
bool oom_line_take_figure(struct strview *text, bool *ret_unit);

/* What TEXT, without its prefix but with all its blanks, is. EXPECTED are enum oom_list. */
enum oom_line_type oom_line_type_of(struct strview text, unsigned expected);

/* A line of a log, and what it is, which is asked once where nobody begins a list meanwhile. */
struct oom_line {
	struct log_prefix stripped;
	bool has_type;			/* oom_line_type_of() was asked with EXPECTED */
	unsigned expected;
	enum oom_line_type type;
};

/* oom_line_type_of() the message of LINE. */
enum oom_line_type oom_line_classify(struct oom_line *line, unsigned expected);

/*
 * The same for a line that is none as it stands: unknown prefixes may be in front of it. Only what
 * is unmistakable is looked for where the line is PREFIXED in known ones. Takes them off.
 */
enum oom_line_type oom_line_type_find(struct strview *text, unsigned expected, bool prefixed);

/*
 * The same for a line that is none because a mailer has broken it off too early to tell. It is a
 * guess: what it becomes with its rest, oom_line_type_of() says.
 */
enum oom_line_type oom_line_type_begun(struct strview text, unsigned expected);

/*
 * Whether TEXT, which is of TYPE, has all that is looked for in it; a mailer may have wrapped it.
 * A whole one may have more behind it: what a later kernel adds.
 */
bool oom_line_is_whole(enum oom_line_type type, struct strview text);

/*
 * Whether REST, which has neither time nor tag, may be that of an unfinished line of TYPE. It is
 * BY_ITSELF alone. PREFIXED: the lines of this log have times or tags.
 */
bool oom_line_goes_on(enum oom_line_type type, struct strview rest, enum oom_line_type by_itself,
		      bool prefixed);

/* Whether REST may be a part of a line of TYPE at all, by its bytes. */
bool oom_line_may_join(enum oom_line_type type, struct strview rest);

/* Whether TEXT is no rest of any line: it begins one that reports have, but that nobody needs. */
bool oom_line_is_other(struct strview text);

/*
 * Whether the last WORD of SO_FAR, an unfinished line of TYPE that NEXT goes on with, is only the
 * first part of one: then the line was broken at any byte, not at a blank.
 */
bool oom_line_is_torn(enum oom_line_type type, struct strview so_far, struct strview word,
		      struct strview next);

/*
 * Whether TEXT, of TYPE by its first words, is the kernel's: others write of killed processes too,
 * with numbers, and quote the kernel's source. TIMED: it has a time or a tag. EXPECTED: a report
 * is open, so that shorter lines of old kernels may follow.
 */
bool oom_line_is_kernels(enum oom_line_type type, struct strview text, bool timed, bool expected);

#endif
