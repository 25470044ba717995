/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - one OOM-killer report, as far as a log tells it */
#ifndef PT_REPORT_H
#define PT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/line-timestamp.h"

/* What the log does not say. Sizes are bytes, everywhere. */
#define OOM_UNKNOWN UINT64_MAX

/* A number that the log does not say, where a negative one may be said. */
#define OOM_NO_NUMBER INT64_MIN

/* What fits in a task's comm, TASK_COMM_LEN less the NUL (include/linux/sched.h). */
#define OOM_KERNEL_COMM_MAX 15

/* A worker's may be longer, and a %.20s of it is printed too. */
#define OOM_COMM_MAX 64

/* More rows of a task table are counted, but not kept. */
#define OOM_TASKS_MAX 100000

enum oom_scope {
	OOM_SCOPE_UNKNOWN,
	OOM_SCOPE_GLOBAL,	/* the machine */
	OOM_SCOPE_MEMCG,	/* a memory cgroup reached its limit */
	OOM_SCOPE_CPUSET,	/* the nodes of a cpuset */
	OOM_SCOPE_MEMPOLICY,	/* the nodes of a NUMA policy */
	OOM_SCOPE_SYSRQ,	/* somebody pressed SysRq-f: order -1 */
};

/* A figure with the name that the kernel gives it ("slab_unreclaimable"). */
struct oom_figure {
	char name[40];
	uint64_t bytes;		/* or a plain count, where said so */
};

struct oom_figures {
	struct oom_figure *list;	/* owned */
	size_t count;
};

/* Which lists have the free blocks of an order: show_migration_types() in mm/show_mem.c. */
enum oom_block_kind {
	OOM_BLOCKS_ANY = 1,		/* U, M, E, or R of kernels before 4.4: any request's */
	OOM_BLOCKS_CMA = 2,		/* C: for movable pages alone */
	OOM_BLOCKS_RESERVED = 4,	/* H: for requests that do not wait (HighAtomic);
					 * I: for none */
};

/* "Node 0 DMA32 free:1828kB min:..." */
struct oom_zone {
	int node;			/* 0 where the line names none */
	char name[16];
	struct oom_figures figures;	/* free min low high boost present managed ..., bytes */
	bool has_blocks;		/* the buddy list was there */
	uint64_t blocks[16];		/* free blocks by order,
					 * of page_size << order bytes each */
	unsigned char block_kinds[16];	/* enum oom_block_kind, by order; 0: not said */
};

/* "Node 0 active_anon:652kB ..." */
struct oom_node {
	int node;
	struct oom_figures figures;	/* bytes */
};

/* "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB" */
struct oom_huge {
	int node;
	uint64_t total, free, surplus;	/* pages */
	uint64_t page_size;		/* bytes */
};

/* "Name Used Total" below "Unreclaimable slab info:", or a line below "Memory allocations:". */
struct oom_cache {
	char name[72];
	uint64_t used, total;		/* bytes; total is OOM_UNKNOWN for allocations */
};

struct oom_caches {
	struct oom_cache *list;		/* owned */
	size_t count;
};

/* "memory: usage 32768kB, limit 32768kB, failcnt 12" */
struct oom_counter {
	uint64_t usage, limit;		/* bytes; OOM_UNKNOWN: it is not there */
	uint64_t failcnt;
	bool unlimited;			/* the limit is so large that it is none */
};

struct oom_memcg {
	char *path;			/* whose limit was reached; owned; NULL: not said */
	char *task_path;		/* where the victim lived; owned; NULL */
	/* "memory:", "swap:" of version 2, "memory+swap:" of version 1, "kmem:" */
	union {
		struct {
			struct oom_counter memory, swap, memsw, kmem;
		};
		struct oom_counter counters[4];	/* the same */
	};
	struct oom_figures stats;	/* memory.stat of path and all below it: bytes, events
					 * are plain counts */
};

struct oom_task {
	int64_t pid, tgid, uid;		/* OOM_NO_NUMBER */
	char comm[OOM_COMM_MAX];	/* bytes as the kernel has them, not made safe */
	uint64_t total_vm;		/* bytes */
	/* OOM_UNKNOWN where the table has no such column, as rss_* before 6.8 */
	union {
		struct {
			uint64_t rss, rss_anon, rss_file, rss_shmem, swap, pgtables;
		};
		uint64_t sizes[6];	/* the same */
	};
	int adj;			/* oom_score_adj; oom_adj where the table has only that */
	int64_t badness;		/* set by rank.c: pages; OOM_NO_NUMBER: not a candidate */
	size_t rank;			/* set by rank.c: 1 is the worst; 0: not a candidate */
};

#define OOM_TASK_UNKNOWN \
	((struct oom_task){ \
		.pid = OOM_NO_NUMBER, .tgid = OOM_NO_NUMBER, .uid = OOM_NO_NUMBER, \
		.total_vm = OOM_UNKNOWN, .rss = OOM_UNKNOWN, .rss_anon = OOM_UNKNOWN, \
		.rss_file = OOM_UNKNOWN, .rss_shmem = OOM_UNKNOWN, .swap = OOM_UNKNOWN, \
		.pgtables = OOM_UNKNOWN, .badness = OOM_NO_NUMBER, \
	})

/* Which columns the task table has. */
struct oom_columns {
	bool rss_kinds, swap, pgtables, adj, old_adj;
};

/* What the reaper said of a victim. */
struct oom_reaped {
	bool present;			/* "oom_reaper: reaped process" */
	bool failed;			/* "oom_reaper: unable to reap" */
	union {
		struct {
			uint64_t anon, file, shmem;
		};
		uint64_t left[3];	/* the same: bytes */
	};
	struct oom_time time;
};

struct oom_victim {
	int64_t pid, uid;		/* OOM_NO_NUMBER */
	char comm[OOM_COMM_MAX];
	uint64_t total_vm;		/* bytes; OOM_UNKNOWN */
	union {
		struct {
			uint64_t anon, file, shmem, pgtables;
		};
		uint64_t sizes[4];	/* the same */
	};
	int64_t adj;			/* OOM_NO_NUMBER */
	int64_t score;			/* as printed, for this pid
					 * or for the process it is a child of */
	bool presumed;			/* chosen ("Kill process"); whether it, or up to
					 * 5.0 a child of it, was killed, is not there */
	bool repeated;			/* printed before: memory.oom.group names
					 * its first victim twice */
	struct oom_time time;
	struct oom_reaped reaped;
};

/* "Kill process 15665 (main.out) score 865 or sacrifice child" */
struct oom_choice {
	bool present;
	int64_t pid;
	int64_t score;			/* OOM_NO_NUMBER from 5.1 on */
	char comm[OOM_COMM_MAX];
};

/* How far the machine had come up, where a line proves it. */
enum oom_boot {
	OOM_BOOT_UNKNOWN,
	OOM_BOOT_KERNEL,	/* process 1 was still the kernel's own, swapper: no program ran */
	OOM_BOOT_INITRAMFS,	/* by the call trace, the kernel was unpacking the initramfs */
};

struct oom_report {
	struct oom_time time;		/* of the first line that was seen */
	char *host;			/* owned; NULL */
	char *kernel;			/* "6.1.0-50-cloud-amd64"; owned; NULL */
	char *machine;			/* "Hardware name:"; owned; NULL */
	enum oom_scope scope;
	char *constraint;		/* "CONSTRAINT_MEMCG"; owned; NULL */
	bool global_present;		/* global_oom in the oom-kill line */

	struct {
		bool present;			/* "invoked oom-killer" was seen */
		char comm[OOM_COMM_MAX];
		int64_t pid, uid, cpu;		/* OOM_NO_NUMBER */
		int64_t adj, old_adj;		/* OOM_NO_NUMBER */
	} trigger;
	char *gfp_mask;			/* "0x6200ca(GFP_HIGHUSER_MOVABLE)", as printed;
					 * owned; NULL */
	uint64_t gfp_value;		/* OOM_UNKNOWN */
	int64_t order;			/* OOM_NO_NUMBER; -1: SysRq-f */
	char *nodemask, *cpuset, *mems_allowed;	/* as printed; owned; NULL */

	uint64_t page_size;		/* bytes; 4 KiB where it is not known */
	bool page_size_known;		/* the report proves it; else all that it counts in
					 * pages alone is OOM_UNKNOWN */
	bool has_memory;		/* "Mem-Info:" or one of its lines was there */
	struct oom_figures memory;	/* the machine's record: active_anon ... free_cma, bytes */
	struct oom_node *nodes;		/* owned */
	size_t node_count;
	struct oom_zone *zones;		/* owned */
	size_t zone_count;
	struct oom_huge *huge;		/* owned */
	size_t huge_count;
	/* What the kernel counts in pages; bytes, OOM_UNKNOWN */
	union {
		struct {
			uint64_t ram, ram_reserved, ram_highmem, ram_cma, ram_hwpoisoned;
			uint64_t pagecache, swapcache;
		};
		uint64_t in_pages[7];	/* the same */
	};
	uint64_t swap_total, swap_free;	/* bytes; OOM_UNKNOWN */
	struct oom_caches slabs;	/* "Unreclaimable slab info:" */
	struct oom_caches allocations;	/* "Memory allocations:" */
	struct oom_memcg memcg;

	bool has_table;			/* the header of the task table was seen */
	struct oom_columns columns;
	struct oom_task *tasks;		/* owned; in the order of the log */
	size_t task_count;		/* kept */
	size_t tasks_listed;		/* in the log */

	struct oom_choice choice;
	struct oom_victim *victims;	/* owned; in the order of the log */
	size_t victim_count;
	struct oom_task selected;	/* task, pid and uid of the oom-kill line;
					 * pid OOM_NO_NUMBER: none */

	bool allocating_task;		/* oom_kill_allocating_task: the asker is killed,
					 * not the worst */
	bool group;			/* memory.oom.group */
	char *group_path;		/* owned; NULL */
	bool none_killable;		/* "Out of memory and no killable processes" */
	bool already_exiting;		/* "OOM victim N is already exiting.
					 * Skip killing the task" */
	bool table_begun;		/* "Tasks state (...)": the kernel printed the table */
	bool compaction_disabled;	/* "COMPACTION is disabled!!!" */
	enum oom_boot boot;
	bool crash_kernel;		/* kdump's: elfcorehdr= on the command line of this boot */
	char *panic;			/* the panic's text; owned; NULL: none */

	bool cut_start, cut_end;	/* the log does not have its beginning, its end */
	uint64_t suppressed;		/* messages that the kernel says it did not print, here or
					 * before: "N callbacks suppressed" */
	uint64_t missed;		/* lines that the log says were suppressed
					 * or lost inside it */
	size_t implausible;		/* figures that no machine can have, and so are unknown */
	char implausible_name[96];	/* the first: "min of zone Normal"; the log's bytes */
	size_t lines;			/* of the log that it was read from */
};

/*
 * Called with each report, complete or as far as the log had it; those of one host in the order of
 * their first lines. The report and all it owns become the callee's. Returns 0, or a negative
 * errno that ends the parsing.
 */
typedef int oom_report_fn(void *context, struct oom_report *report);

/* An empty report: everything unknown. */
void oom_report_init(struct oom_report *report);

/* Releases what *report owns. */
void oom_report_free(struct oom_report *report);

/* The figure called NAME, or OOM_UNKNOWN. */
uint64_t oom_figure(const struct oom_figures *figures, const char *name);

/* Adds a figure; the first of a name stays. Returns 0 or -ENOMEM. At most 256 are kept. */
int oom_figure_add(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes);

/* Adds BYTES to the figure called NAME, which it makes if need be. Returns as oom_figure_add(). */
int oom_figure_plus(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes);

/* The task with PID in the table, or NULL. */
const struct oom_task *oom_find_task(const struct oom_report *report, int64_t pid);

/*
 * Whether the oom-kill line and the first kill line name two threads of one process. Where there
 * is a line of a choice too, up to 5.0, the one killed may be a child.
 */
bool oom_names_two_threads(const struct oom_report *report);

/* "kernel", "initramfs", as in the record; NULL: not said. */
const char *oom_boot_name(enum oom_boot boot);

/* "global", "memcg", ... as in the record. */
const char *oom_scope_name(enum oom_scope scope);

/* 6.1 of KERNEL ("6.1.0-50-cloud-amd64") as 601, 2.6.32 as 206 (32 is lost); 0: not known. */
unsigned oom_kernel_number(const char *kernel);

#endif
