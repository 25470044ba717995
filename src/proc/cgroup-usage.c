/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-usage.c - read memory.current and memory.stat, or what version 1 has instead */
#include <config.h>

#include "lib/cleanup.h"
#include "proc/cgroup-usage.h"
#include "proc/keyed.h"

static uint64_t cgroup_usage_figure(const char *text, const char *key)
{
	uint64_t value;

	return keyed_u64(text, key, &value) < 0 ? CGROUP_UNLIMITED : value;
}

void cgroup_usage_parse(const char *text, int version, struct cgroup_usage *usage)
{
	uint64_t cache = cgroup_usage_figure(text, version == 1 ? "cache" : "file");

	usage->anon = cgroup_usage_figure(text, version == 1 ? "rss" : "anon");
	usage->shmem = cgroup_usage_figure(text, "shmem");
	usage->file = CGROUP_UNLIMITED;
	if (cache != CGROUP_UNLIMITED && usage->shmem != CGROUP_UNLIMITED)
		usage->file = cache > usage->shmem ? cache - usage->shmem : 0;
	if (version != 1)
		usage->pte = cgroup_usage_figure(text, "pagetables");
}

int cgroup_usage_read_total(const struct root *directory, int version, uint64_t *ret_total)
{
	return root_read_u64(directory, version == 1 ? "memory.usage_in_bytes" : "memory.current",
			     ret_total);
}

int cgroup_usage_read_kinds(const struct root *directory, int version, struct cgroup_usage *usage)
{
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(directory, "memory.stat", &text);

	if (r < 0)
		return r;
	cgroup_usage_parse(text, version, usage);
	if (version == 1 &&
	    root_read_u64(directory, "memory.kmem.usage_in_bytes", &usage->pte) < 0)
		usage->pte = CGROUP_UNLIMITED;
	return 0;
}
