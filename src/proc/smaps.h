/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smaps.h - the mappings of a process, and what kind of memory each is: proc_pid_smaps(5) */
#ifndef PT_SMAPS_H
#define PT_SMAPS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/root.h"

enum mapping_kind {
	MAPPING_HEAP,		/* what brk(2) gives: malloc's first arena */
	MAPPING_ARENA,		/* further arenas of glibc's malloc, one for a thread */
	MAPPING_STACK,		/* of threads: named so, or with a guard page below */
	MAPPING_ANON,		/* other private anonymous memory */
	MAPPING_SHMEM,		/* memfd, /dev/shm, System V, shared and anonymous */
	MAPPING_FILE,		/* a file; of a private one, also what was copied on write */
	MAPPING_HUGETLB,	/* hugetlb pages, which are in no RSS */
	MAPPING_KERNEL,		/* [vdso] and the like */
};
#define MAPPING_KINDS (MAPPING_KERNEL + 1)

/* Bytes; all but hugetlb as smaps_rollup adds them up. */
struct mapping_figures {
	uint64_t rss, pss;	/* pss: rounded down to KiB for each mapping */
	uint64_t anon;		/* Anonymous: of rss */
	uint64_t huge;		/* AnonHugePages, ShmemPmdMapped: of rss */
	uint64_t hugetlb;	/* Shared_Hugetlb, Private_Hugetlb: not of rss */
	uint64_t swap;
};

struct mapping {
	uint64_t start, end;
	bool readable, writable, executable;
	bool uses_hugetlb;	/* VmFlags ht */
	bool noreserve;		/* VmFlags nr */
	char name[PATH_MAX];	/* as the kernel writes it; "": it has none */
	struct mapping_figures figures;
};

/* Gets each mapping in the order of addresses. Returns 0, or a negative errno to end reading. */
typedef int mapping_sink(void *context, const struct mapping *mapping, enum mapping_kind kind);

/*
 * Pure: takes smaps line by line, with newlines or without. At first zero but the first two. The
 * kernel writes smaps in pieces, and goes on at an address: what has grown beyond it meanwhile, or
 * has become one with its neighbour, comes again. No address is handed out twice.
 */
struct smaps_parser {
	mapping_sink *sink;
	void *context;

	bool pending;		/* the mapping has begun, and its kind depends on the next one */
	bool repeated;		/* the lines are of what was read before, and count no more */
	struct mapping mapping;
	uint64_t done_end;	/* where the mapping ends that was handed out last */
	uint64_t guard_start, guard_end;	/* memory without access right below the mapping */
	uint64_t arena_end;	/* where the last malloc arena ends */
};

/* Both return 0, or what the sink has returned. */
int smaps_parser_line(struct smaps_parser *parser, const char *line);
int smaps_parser_end(struct smaps_parser *parser);

/* Reads the mappings of PID. Returns 0 or a negative errno (-EACCES: they may not be read). */
int smaps_read(const struct root *root, pid_t pid, mapping_sink *sink, void *context);

/* "heap", "arena", ...: as JSON records have it. */
const char *mapping_kind_name(enum mapping_kind kind);

#endif
