/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugetlb.c - read /sys/kernel/mm/hugepages */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "proc/hugetlb.h"

static uint64_t hugetlb_read_count(const struct root *root, uint64_t page, const char *name,
				   bool *ret_known)
{
	uint64_t count;
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/%s",
		 page / 1024, name);
	*ret_known = root_read_u64(root, path, &count) == 0;
	return *ret_known ? count : 0;
}

void hugetlb_pool_read(const struct root *root, uint64_t page, struct hugetlb_pool *ret_pool)
{
	struct hugetlb_pool pool;
	uint64_t allowed, surplus;
	bool ignored;

	pool.total = hugetlb_read_count(root, page, "nr_hugepages", &pool.known);
	pool.free = hugetlb_read_count(root, page, "free_hugepages", &ignored);
	pool.reserved = hugetlb_read_count(root, page, "resv_hugepages", &ignored);
	allowed = hugetlb_read_count(root, page, "nr_overcommit_hugepages", &ignored);
	surplus = hugetlb_read_count(root, page, "surplus_hugepages", &ignored);
	pool.more = allowed > surplus ? allowed - surplus : 0;
	*ret_pool = pool;
}

uint64_t hugetlb_pool_left(const struct hugetlb_pool *pool)
{
	uint64_t free = pool->free > pool->reserved ? pool->free - pool->reserved : 0;

	return free + pool->more;
}
