/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugetlb.h - the machine's pool of hugetlb pages:
 * kernel, Documentation/admin-guide/mm/hugetlbpage
 */
#ifndef PT_HUGETLB_H
#define PT_HUGETLB_H

#include <stdbool.h>
#include <stdint.h>

#include "proc/root.h"

/* Pages of one size. */
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
