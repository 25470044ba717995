/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - what the machine has and how it commits it: proc(5), kernel vm.rst */
#ifndef PT_MACHINE_H
#define PT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "proc/root.h"

#define BOOT_ID_MAX 40

/* All sizes in bytes. */
struct machine {
	uint64_t mem_total;		/* /proc/meminfo MemTotal */
	uint64_t mem_available;		/* MemAvailable */
	uint64_t swap_total;		/* SwapTotal */
	uint64_t commit_limit;		/* CommitLimit */
	uint64_t committed_as;		/* Committed_AS */
	uint64_t overcommit_memory;	/* /proc/sys/vm/overcommit_memory: 0, 1 or 2 */
	uint64_t panic_on_oom;		/* /proc/sys/vm/panic_on_oom: 0, 1 or 2 */
	uint64_t huge_page;		/* /proc/meminfo Hugepagesize; 0: no hugetlb pages here */
	uint64_t thp_size;		/* of a transparent huge page; 0: the kernel has none */
	uint64_t max_map_count;		/* /proc/sys/vm/max_map_count; 0: unknown */
	char boot_id[BOOT_ID_MAX];	/* /proc/sys/kernel/random/boot_id; "": unknown */
};

/*
 * Reads the machine below ROOT. The sysctl files may be missing (they count as 0);
 * MemTotal and MemAvailable may not. Returns 0 or a negative errno.
 */
int machine_read(const struct root *root, struct machine *ret_machine);

/* Parses the text of /proc/meminfo into the fields that it holds. Returns 0 or -EINVAL. */
int machine_parse_meminfo(const char *text, struct machine *ret_machine);

/* Reads the line KEY of /proc/meminfo, in bytes. Returns 0 or a negative errno. */
int machine_read_meminfo(const struct root *root, const char *key, uint64_t *ret_bytes);

/* The pool of hugetlb pages of one size: kernel, Documentation/admin-guide/mm/hugetlbpage. */
struct hugetlb_pool {
	bool known;		/* the kernel has a pool of this size */
	uint64_t total;		/* nr_hugepages */
	uint64_t free;		/* free_hugepages */
	uint64_t reserved;	/* resv_hugepages: free, but promised to a mapping */
	uint64_t more;		/* nr_overcommit_hugepages less surplus_hugepages: may be taken */
};

/* Reads the pool of pages of PAGE bytes below ROOT; what cannot be read is 0. */
void hugetlb_pool_read(const struct root *root, uint64_t page, struct hugetlb_pool *ret_pool);

/* Pages that a new mapping may still have. */
uint64_t hugetlb_pool_left(const struct hugetlb_pool *pool);

#endif
