/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h - what the lines of a report say, put into a struct oom_report: parsers of one line each */
#ifndef PT_READER_H
#define PT_READER_H

#include "base/text.h"
#include "oom/report.h"

/*
 * A report while it is read. Sizes that the kernel prints in pages are kept in pages until draft_finish(),
 * which knows the size of one.
 */
#define DRAFT_COLUMNS_MAX 24

enum draft_column {
	DRAFT_SKIP, DRAFT_UID, DRAFT_TGID, DRAFT_TOTAL_VM, DRAFT_RSS, DRAFT_RSS_ANON, DRAFT_RSS_FILE,
	DRAFT_RSS_SHMEM, DRAFT_PTES, DRAFT_PGTABLES_BYTES, DRAFT_SWAP, DRAFT_ADJ, DRAFT_OLD_ADJ,
};

struct oom_draft {
	struct oom_report report;
	enum draft_column columns[DRAFT_COLUMNS_MAX];	/* behind the pid, in order */
	size_t column_count;
	size_t task_room;		/* allocated */
	bool has_cpu, has_hardware, has_cpuset;
	bool in_stats, in_slabs, in_allocations;
	bool firm;			/* a line was seen that only an OOM report has */
	bool memcg_said, global_said;	/* by the kill lines */
	uint64_t block_page;		/* the first size of a free-block list: a page; 0: none yet */
	char caller[24];
	struct oom_time last;		/* of the newest line */
	uint64_t opened, touched;	/* the parser's line count */
};

/* Each takes TEXT, which oom_message_of() has called so. 0 or -ENOMEM. */
int read_invoked(struct oom_draft *draft, struct text text);
int read_cpuset(struct oom_draft *draft, struct text text);
int read_cpu(struct oom_draft *draft, struct text text);
int read_hardware(struct oom_draft *draft, struct text text);

int read_counts(struct oom_draft *draft, struct text text);
int read_node(struct oom_draft *draft, struct text text);
int read_zone(struct oom_draft *draft, struct text text);
int read_blocks(struct oom_draft *draft, struct text text);
int read_huge(struct oom_draft *draft, struct text text);
int read_pages(struct oom_draft *draft, struct text text);
int read_slab(struct oom_draft *draft, struct text text);
int read_allocation(struct oom_draft *draft, struct text text);

int read_memcg_task(struct oom_draft *draft, struct text text);
int read_counter(struct oom_draft *draft, struct text text);
int read_stats(struct oom_draft *draft, struct text text);
int read_stat(struct oom_draft *draft, struct text text);

int read_table(struct oom_draft *draft, struct text text);
int read_row(struct oom_draft *draft, struct text text);

int read_decision(struct oom_draft *draft, struct text text);
int read_choice(struct oom_draft *draft, struct text text);
int read_exiting(struct oom_draft *draft, struct text text);
int read_killed(struct oom_draft *draft, struct text text, const struct oom_time *time);
int read_group(struct oom_draft *draft, struct text text);
int read_panic(struct oom_draft *draft, struct text text);
int read_reaped(struct oom_draft *draft, struct text text, const struct oom_time *time);

/*
 * Takes "N (comm)" or "N" from the front. A name may hold ") (": it ends at the last ")" in front of
 * what follows a name in such a line.
 */
bool read_process(struct text *text, int64_t *ret_pid, struct text *ret_comm);

/* The first pid of TEXT, a line about a process: behind "process ", "pid:" or "pid="; or OOM_NO_NUMBER. */
int64_t read_pid_of(struct text text);

/* Copies a name; sets nothing when TEXT is empty. */
void read_comm(struct text text, char comm[static OOM_COMM_MAX]);

/* Turns pages into bytes and draws the conclusions that need the whole: scope, trigger, what is cut off. */
void draft_finish(struct oom_draft *draft);

#endif
