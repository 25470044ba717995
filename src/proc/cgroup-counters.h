/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-counters.h - what a memory cgroup has counted, and what it is charged for: v1 and v2 */
#ifndef PT_CGROUP_COUNTERS_H
#define PT_CGROUP_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "proc/cgroup.h"

/*
 * v2: memory.events counts what happened in the cgroup and below it, memory.events.local what
 * happened in it alone: `local_oom` rises where the limit was that ran out. v1 counts
 * oom_kill in the victim's own cgroup only and has none of the others.
 */
struct cgroup_events {
	bool known;
	bool has_local;		/* memory.events.local exists (5.2 and later) */
	uint64_t oom_kill, high, max, oom;
	uint64_t local_oom, local_oom_kill;
};

/* Figures for the record, bytes; CGROUP_UNLIMITED where the kernel has none. */
struct cgroup_peak {
	uint64_t peak;		/* v2 memory.peak (5.19 and later), v1 max_usage_in_bytes */
	uint64_t limit;		/* v2 memory.max, v1 limit_in_bytes: what kills; not memory.high */
};

/* Reads the counters of LEVEL; what cannot be read is not known, which is no error. */
void cgroup_events_read(const struct root *root, const struct cgroup_level *level,
			struct cgroup_events *ret_events);

/* OOM kills from BEFORE to AFTER, in the cgroup itself if that is counted; 0 also if not known. */
uint64_t cgroup_events_kills(const struct cgroup_events *before,
			     const struct cgroup_events *after);

void cgroup_peak_read(const struct root *root, const struct cgroup_level *level,
		      struct cgroup_peak *ret_peak);

/* Parses memory.events, memory.events.local (NULL: none) or v1's memory.oom_control. */
void cgroup_events_parse_v2(const char *events, const char *local,
			    struct cgroup_events *ret_events);
void cgroup_events_parse_v1(const char *oom_control, struct cgroup_events *ret_events);

/*
 * PSI: hundredths of a percent of the last ten seconds in which all tasks of LEVEL waited for
 * memory (memory.pressure, "full avg10"). Returns 0 or a negative errno.
 */
int cgroup_pressure_read(const struct root *root, const struct cgroup_level *level,
			 unsigned *ret_permyriad);

/* PSI: for how long tasks have waited for memory so far, in microseconds. */
struct cgroup_stall {
	uint64_t some, full;	/* one at least, or all that could have run */
};

/* Pure: parses the text of memory.pressure. Returns 0 or -EINVAL. */
int cgroup_stall_parse(const char *text, struct cgroup_stall *ret_stall);

/*
 * Bytes; CGROUP_UNLIMITED: not known. The kernel charges in batches of 64 pages for each CPU, so
 * the sum may lag behind by that.
 */
struct cgroup_usage {
	uint64_t total;		/* v2 memory.current, v1 memory.usage_in_bytes */
	uint64_t anon;		/* memory.stat: v2 anon, v1 rss */
	uint64_t file;		/* page cache without shmem: v2 file, v1 cache, less shmem */
	uint64_t shmem;		/* shmem: shared memory, memfds, tmpfs */
	uint64_t pte;		/* v2 pagetables; v1 all of the kernel: kmem.usage_in_bytes */
	uint64_t swpin, swpout;	/* v2 pswpin, pswpout (6.12 and later): since it was made */
};

/* Reads the total of the cgroup of VERSION in DIRECTORY. Returns 0 or a negative errno. */
int cgroup_usage_read_total(const struct root *directory, int version, uint64_t *ret_total);

/* Reads the kinds and leaves the total alone. Returns 0 or a negative errno. */
int cgroup_usage_read_kinds(const struct root *directory, int version, struct cgroup_usage *usage);

/* Pure: the kinds that the TEXT of memory.stat holds; pte is left alone in version 1. */
void cgroup_usage_parse(const char *text, int version, struct cgroup_usage *usage);

#endif
