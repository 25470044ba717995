/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.h - the mapping that is going to be touched */
#ifndef PT_REGION_H
#define PT_REGION_H

#include <stdbool.h>
#include <stdint.h>

enum region_backing {
	REGION_PRIVATE,		/* MAP_PRIVATE | MAP_ANONYMOUS: counted as RssAnon */
	REGION_SHARED,		/* MAP_SHARED | MAP_ANONYMOUS: counted as RssShmem */
};

/* Transparent huge pages on the region, madvise(2). */
enum region_thp {
	REGION_THP_NEVER,	/* MADV_NOHUGEPAGE: one touch is one page */
	REGION_THP_ALWAYS,	/* MADV_HUGEPAGE */
	REGION_THP_SYSTEM,	/* as /sys/kernel/mm/transparent_hugepage/enabled says */
};

struct region_spec {
	uint64_t bytes;			/* a multiple of the page size, above 0 */
	enum region_backing backing;
	enum region_thp thp;
	bool reserve;			/* false: MAP_NORESERVE, mmap(2), if that is needed */
};

struct region {
	unsigned char *address;		/* NULL: nothing is mapped */
	uint64_t bytes;
};

/*
 * Maps memory as SPEC says (without a reservation shared memory gets one where it is granted,
 * since touching is faster with it), touches none of it and keeps it out of core dumps.
 * A kernel without transparent huge pages has none to turn off, so EINVAL is no
 * error for REGION_THP_NEVER. Returns 0, or the negative errno of mmap(2) or
 * madvise(2) with nothing mapped and *ret_region untouched.
 */
int region_map(const struct region_spec *spec, struct region *ret_region);

/* Gives the mapping back; REGION holds nothing afterwards. */
void region_unmap(struct region *region);

/* "private" or "shared", as in the plan record. */
const char *region_backing_name(enum region_backing backing);

#endif
