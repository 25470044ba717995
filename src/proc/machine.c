/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - read /proc/meminfo, the vm sysctls, and /sys/kernel/mm/hugepages */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "proc/machine.h"
#include "proc/root.h"

int machine_parse_meminfo(const char *text, struct machine *ret_machine)
{
	struct machine machine = *ret_machine;

	if (keyed_u64(text, "MemTotal", &machine.mem_total) < 0 ||
	    keyed_u64(text, "MemAvailable", &machine.mem_available) < 0)
		return -EINVAL;
	keyed_u64(text, "SwapTotal", &machine.swap_total);
	keyed_u64(text, "CommitLimit", &machine.commit_limit);
	keyed_u64(text, "Committed_AS", &machine.committed_as);
	keyed_u64(text, "Hugepagesize", &machine.huge_page);
	*ret_machine = machine;
	return 0;
}

int machine_read(const struct root *root, struct machine *ret_machine)
{
	struct machine machine = { 0 };
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(root, "/proc/meminfo", &text), length;

	if (r < 0)
		return r;
	r = machine_parse_meminfo(text, &machine);
	if (r < 0)
		return r;
	root_read_u64(root, "/proc/sys/vm/overcommit_memory", &machine.overcommit_memory);
	root_read_u64(root, "/proc/sys/vm/panic_on_oom", &machine.panic_on_oom);
	root_read_u64(root, "/proc/sys/vm/max_map_count", &machine.max_map_count);
	root_read_u64(root, "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
		      &machine.thp_size);
	length = root_read(root, "/proc/sys/kernel/random/boot_id", machine.boot_id,
			   sizeof(machine.boot_id));
	machine.boot_id[length < 0 ? 0 : strcspn(machine.boot_id, "\n")] = '\0';
	*ret_machine = machine;
	return 0;
}

int machine_read_meminfo(const struct root *root, const char *key, uint64_t *ret_bytes)
{
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(root, "/proc/meminfo", &text);

	return r < 0 ? r : keyed_u64(text, key, ret_bytes);
}

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
