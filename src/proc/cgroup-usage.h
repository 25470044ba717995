/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-usage.h - what a memory cgroup is charged for, in all and by kind */
#ifndef PT_CGROUP_USAGE_H
#define PT_CGROUP_USAGE_H

#include <stdint.h>

#include "proc/cgroup.h"

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
};

/* Reads the total of the cgroup of VERSION in DIRECTORY. Returns 0 or a negative errno. */
int cgroup_usage_read_total(const struct root *directory, int version, uint64_t *ret_total);

/* Reads the kinds and leaves the total alone. Returns 0 or a negative errno. */
int cgroup_usage_read_kinds(const struct root *directory, int version, struct cgroup_usage *usage);

/* Pure: the kinds that the TEXT of memory.stat holds; pte is left alone in version 1. */
void cgroup_usage_parse(const char *text, int version, struct cgroup_usage *usage);

#endif
