/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h - parsers of one line each: what it says, put into a struct oom_report */
#ifndef PT_READER_H
#define PT_READER_H

#include <errno.h>
#include <stdlib.h>

#include "oomreport/line-type.h"
#include "oomreport/report.h"

#define PARTIAL_COLUMNS_MAX 24

struct task_column;

/* What the call trace says of who called the killer, and of the machine. */
struct partial_trace {
	bool killer;			/* out_of_memory() was in it */
	bool ended;			/* the frame that decides was in it, and is no guess */
	bool x86;
	enum oom_scope scope;
};

/*
 * A report while it is read. Sizes that the kernel prints in pages are kept in pages until
 * partial_finish(), which knows the size of one.
 */
struct oom_partial {
	struct oom_report report;
	/* Those of the table of tasks behind the pid, in order; NULL: of a vendor's own */
	const struct task_column *columns[PARTIAL_COLUMNS_MAX];
	size_t column_count;
	bool tables_in_pages;		/* what a task has of page tables; else in bytes */
	bool padded_rows;		/* blanks at the ends of rows are no name's */
	bool has_cpu, has_hardware, has_cpuset, has_memcg_task;
	unsigned list;			/* enum oom_list but for rows: the next line may be its */
	bool stats_copied;		/* the cgroup's own figures have come again */
	uint64_t stats_last;		/* by a hash, the cgroup whose figures were added last */
	bool confirmed;			/* a line was seen that only an OOM report has */
	bool other;			/* no report: an allocation failed, which prints memory */
	bool memcg_present, global_present;	/* by the kill lines */
	bool cpuset_present, policy_present;	/* the same, up to 2.6.35 */
	struct partial_trace trace;
	uint64_t block_page;		/* the first size of a list of free blocks; 0: none */
	char caller[24];
	uint64_t touched;		/* the line, of its host's, that it got last */
	const struct oom_time *time;	/* of the line that is being read */
};

/* Longer paths and masks are cut. */
#define VALUE_TEXT_MAX 8192

/* Copies a name; sets nothing when TEXT is empty. */
static inline void read_comm(struct strview text, char comm[static OOM_COMM_MAX])
{
	if (text.length)
		strview_copy_to(text, comm, OOM_COMM_MAX);
}

/* COUNT units as bytes; more than uint64_t holds is much, and not OOM_UNKNOWN. */
static inline uint64_t value_times(uint64_t count, uint64_t unit)
{
	uint64_t product;

	if (__builtin_mul_overflow(count, unit, &product) || product == OOM_UNKNOWN)
		return OOM_UNKNOWN - 1;
	return product;
}

/* Takes an unsigned number and the blanks in front of it. Returns whether there was one. */
static inline bool value_take(struct strview *text, uint64_t *ret_number)
{
	strview_skip_blanks(text);
	return strview_take_u64(text, ret_number);
}

/* The number right behind the last KEY of TEXT; untouched where there is none. */
static inline void value_signed(struct strview text, const char *key, int64_t *ret_number)
{
	if (strview_skip_past_last(&text, key))
		strview_take_i64(&text, ret_number);
}

/* Keeps the first TEXT that is not empty. Returns 0 or -ENOMEM. */
static inline int value_keep(char **kept, struct strview text)
{
	if (*kept || !text.length)
		return 0;
	*kept = strview_copy(strview_head(text, VALUE_TEXT_MAX));
	return *kept ? 0 : -ENOMEM;
}

/* Puts what TEXT says into BASE, from which on VALUES have their places. Returns 0 or -ENOMEM. */
int values_read(const struct oom_line_value *values, struct strview text, void *base);

/*
 * Each takes TEXT, which oom_line_type_of() has called so, and returns 0 or -ENOMEM; or says
 * whether PARTIAL, which has not had its kill, lacks what it says. line-type.c has them in its
 * table.
 */
int read_invoked(struct oom_partial *partial, struct strview text);
int read_cpuset(struct oom_partial *partial, struct strview text);
int read_cpu(struct oom_partial *partial, struct strview text);
int read_trace(struct oom_partial *partial, struct strview text);
bool lacks_cpu(const struct oom_partial *partial, struct strview text);
bool lacks_trace(const struct oom_partial *partial, struct strview text);

int read_counts(struct oom_partial *partial, struct strview text);
int read_node(struct oom_partial *partial, struct strview text);
int read_zone(struct oom_partial *partial, struct strview text);
int read_blocks(struct oom_partial *partial, struct strview text);
int read_huge(struct oom_partial *partial, struct strview text);
int read_slab(struct oom_partial *partial, struct strview text);
int read_allocation(struct oom_partial *partial, struct strview text);
bool lacks_counts(const struct oom_partial *partial, struct strview text);
bool lacks_node(const struct oom_partial *partial, struct strview text);
bool lacks_zone(const struct oom_partial *partial, struct strview text);
bool lacks_blocks(const struct oom_partial *partial, struct strview text);

int read_memcg_task(struct oom_partial *partial, struct strview text);
int read_stats(struct oom_partial *partial, struct strview text);
int read_stat(struct oom_partial *partial, struct strview text);

int read_table(struct oom_partial *partial, struct strview text);
int read_row(struct oom_partial *partial, struct strview text);
bool lacks_row(const struct oom_partial *partial, struct strview text);

int read_decision(struct oom_partial *partial, struct strview text);
int read_choice(struct oom_partial *partial, struct strview text);
int read_exiting(struct oom_partial *partial, struct strview text);
int read_killed(struct oom_partial *partial, struct strview text);
int read_reaped(struct oom_partial *partial, struct strview text);
bool lacks_decision(const struct oom_partial *partial, struct strview text);
bool lacks_decision_rest(const struct oom_partial *partial, struct strview text);
bool lacks_choice(const struct oom_partial *partial, struct strview text);

/*
 * The function that TEXT, a line of a call trace, is about, without what the compiler has put
 * behind its name; length 0: it is no such line. ret_reliable: the kernel did not put a '?' in
 * front of it.
 */
struct strview oom_frame(struct strview text, bool *ret_reliable);

/* Adds a victim of which nothing else is known. Returns 1, 0: there are too many, or -ENOMEM. */
int read_add_victim(struct oom_report *report, int64_t pid, struct strview comm,
		    struct oom_victim **ret_victim);

/*
 * The first victim PID of REPORT, with UNREAPED of those of which the reaper has said nothing; or
 * NULL. Of very many only the first and the newest are looked at: a hostile log may have more than
 * machines.
 */
struct oom_victim *read_victim_of(const struct oom_report *report, int64_t pid, bool unreaped);

/*
 * Splits TEXT, the paths of two cgroups with SEPARATOR between them, which the paths may hold too:
 * the one is that of the other or of one below it. Returns false where there is no separator and
 * path.
 */
bool read_split_paths(struct strview text, const char *separator, struct strview *ret_first,
		      struct strview *ret_second);

/*
 * Whether PARTIAL has come to its end: a kill, or that there is none. Only the reaper's lines
 * follow.
 */
bool partial_is_over(const struct oom_partial *partial);

/*
 * Makes figures of *report, in bytes, unknown that cannot be right: beyond what processors can
 * address, more than the machine's RAM or than their zone has, or more free swap than there is.
 * Counts them in implausible.
 */
void oom_leave_out_implausible(struct oom_report *report);

/*
 * Turns pages into bytes and draws the conclusions that need the whole: scope, trigger, what is
 * cut off. 0 or -ENOMEM.
 */
int partial_finish(struct oom_partial *partial);

#endif
