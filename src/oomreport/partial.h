/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial.h - a report while it is read: what a line is to it, and the parsers of one line each */
#ifndef PT_PARTIAL_H
#define PT_PARTIAL_H

#include <errno.h>
#include <stdlib.h>

#include "oomreport/line-type.h"
#include "oomreport/report.h"

/* Lines of two reports that are written at once are not further apart. */
#define PARTIAL_HAD 256

/*
 * A report while it is read. Sizes that the kernel prints in pages are kept in pages until
 * partial_finish(), which knows the size of one.
 */
struct oom_partial {
	struct oom_report report;
	/* Those of the table of tasks behind the pid, in order; NULL: of a vendor's own */
	const struct task_column *columns[24];
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
	struct partial_trace {		/* what the call trace says */
		bool killer;		/* out_of_memory() was in it */
		bool ended;		/* the frame that decides was in it, and is no guess */
		bool x86;
		enum oom_scope scope;	/* by who called the killer */
	} trace;
	uint64_t block_page;		/* the first size of a list of free blocks; 0: none */
	/* Hashes of what the last lines of OOM_LINE_EACH were about; of rows in the second ring */
	uint64_t had[2][PARTIAL_HAD];
	size_t had_count[2];
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

/* A hash of TEXT (FNV-1a), begun with SEED. */
static inline uint64_t value_hash(struct strview text, uint64_t seed)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;

	for (size_t i = 0; i < text.length; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
	return hash;
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

/* The readers of lines, and what reports lack, as the table of line-table.c names them. */
oom_read_fn read_invoked, read_cpuset, read_cpu, read_trace, read_counts, read_node, read_zone,
	read_blocks, read_huge, read_slab, read_allocation, read_memcg_task, read_stats, read_stat,
	read_table, read_row, read_decision, read_choice, read_exiting, read_killed, read_reaped;
oom_lacks_fn lacks_cpu, lacks_trace, lacks_counts, lacks_decision, lacks_decision_rest,
	lacks_choice;

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

/* Whether PARTIAL is of a cgroup and lines of TYPE are of the machine's alone, or vice versa. */
bool partial_is_of_another_kind(const struct oom_partial *partial, enum oom_line_type type);

/* Whether PARTIAL has not got yet what LINE says. */
bool partial_lacks(const struct oom_partial *partial, const struct oom_line *line);

/* The pid that LINE, of a type that has one, is about; or OOM_NO_NUMBER. */
int64_t partial_pid_of(const struct oom_line *line);

/* How well the oom-kill line TEXT fits PARTIAL: its cgroup, its kind, its table. */
int partial_fits(const struct oom_partial *partial, struct strview text);

/*
 * Whether PID, of the kill line TEXT if there is one, is a thread of the process that REPORT has
 * decided upon: its main thread has gone, and find_lock_task_mm() has found another that still has
 * the memory (mm/oom_kill.c, since 5.0). Or the other way round: vm.oom_kill_allocating_task
 * decides on the thread that asks, and the first that is found is the main one.
 */
bool partial_chose_thread(const struct oom_report *report, int64_t pid, struct strview text);

/* Puts into PARTIAL what LINE says. Returns -ENOMEM, or what is not negative. */
int partial_read(struct oom_partial *partial, const struct oom_line *line);

/*
 * Turns pages into bytes, and draws the conclusions that need the whole: scope, trigger, what is
 * cut off. Figures become unknown, and are counted in implausible, that cannot be right: beyond
 * what processors can address, more than the machine's RAM or than their zone has, or more free
 * swap than there is. Returns -ENOMEM, or what is not negative.
 */
int partial_finish(struct oom_partial *partial);

#endif
