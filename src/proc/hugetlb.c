/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugetlb.c - read /sys/kernel/mm/hugepages */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "lib/macros.h"
#include "proc/hugetlb.h"

void hugetlb_pool_read(const struct root *root, uint64_t page, struct hugetlb_pool *ret_pool)
{
	struct hugetlb_pool pool = { 0 };
	uint64_t allowed = 0, surplus = 0;
	const struct {
		const char *name;
		uint64_t *count;
	} files[] = {
		{ "free_hugepages", &pool.free },
		{ "resv_hugepages", &pool.reserved },
		{ "nr_overcommit_hugepages", &allowed },
		{ "surplus_hugepages", &surplus },
		{ "nr_hugepages", &pool.total },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[96];

		snprintf(path, sizeof(path),
			 "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/%s", page / 1024,
			 files[i].name);
		/* The last one is that of nr_hugepages, which every pool has. */
		pool.known = root_read_u64(root, path, files[i].count) == 0;
	}
	pool.more = allowed > surplus ? allowed - surplus : 0;
	*ret_pool = pool;
}

uint64_t hugetlb_pool_left(const struct hugetlb_pool *pool)
{
	uint64_t free = pool->free > pool->reserved ? pool->free - pool->reserved : 0;

	return free + pool->more;
}
