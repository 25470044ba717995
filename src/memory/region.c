/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.c - map, advise and unmap the region */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "memory/region.h"

static int advise_thp(const struct region *region, enum region_thp thp)
{
	int advice = thp == REGION_THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (thp == REGION_THP_SYSTEM)
		return 0;
	if (madvise(region->address, region->bytes, advice) == 0)
		return 0;
	return errno == EINVAL && thp == REGION_THP_NEVER ? 0 : -errno;
}

/*
 * Shared memory that is not reserved as a whole is accounted page by page as it is touched
 * (mm/shmem.c, shmem_acct_blocks()), which makes each touch about a tenth slower. So the
 * reservation is tried first.
 */
static void *map(const struct region_spec *spec, int flags)
{
	void *address = MAP_FAILED;

	if (spec->reserve || spec->backing == REGION_SHARED)
		address = mmap(NULL, spec->bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (address == MAP_FAILED && !spec->reserve)
		address = mmap(NULL, spec->bytes, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, -1, 0);
	return address;
}

int region_map(const struct region_spec *spec, struct region *ret_region)
{
	struct region region = { .bytes = spec->bytes };
	int flags = MAP_ANONYMOUS, r;
	void *address;

	flags |= spec->backing == REGION_SHARED ? MAP_SHARED : MAP_PRIVATE;
	if (spec->bytes > SIZE_MAX)
		return -ENOMEM;
	address = map(spec, flags);
	if (address == MAP_FAILED)
		return -errno;
	region.address = address;
	r = advise_thp(&region, spec->thp);
	if (r < 0) {
		region_unmap(&region);
		return r;
	}
	madvise(region.address, region.bytes, MADV_DONTDUMP);
	*ret_region = region;
	return 0;
}

void region_unmap(struct region *region)
{
	if (region->address)
		munmap(region->address, region->bytes);
	*region = (struct region){ 0 };
}

const char *region_backing_name(enum region_backing backing)
{
	return backing == REGION_SHARED ? "shared" : "private";
}
