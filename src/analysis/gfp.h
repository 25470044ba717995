/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gfp.h - what kind of memory was asked for: a gfp mask by its kernel's flag names */
#ifndef PT_GFP_H
#define PT_GFP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OOM_GFP_FLAGS_MAX 32
#define OOM_GFP_NAME_MAX 32

/*
 * Where a request may find memory free, or not: zones from below, of which it may use its own and
 * those before it, and parts of them.
 */
enum oom_place {
	OOM_PLACE_DMA, OOM_PLACE_DMA32, OOM_PLACE_NORMAL, OOM_PLACE_HIGHMEM, OOM_PLACE_MOVABLE,
	OOM_PLACE_CMA,
	OOM_PLACE_RESERVED,	/* HighAtomic, for requests that do not wait */
	OOM_PLACES,
};

struct oom_gfp {
	/* "GFP_KERNEL", "__GFP_ZERO", ... */
	char flags[OOM_GFP_FLAGS_MAX][OOM_GFP_NAME_MAX];
	size_t count;
	bool decoded;		/* by us, from the number: kernels before 4.6 print no names */
	bool movable;		/* the pages may be moved, and so come from CMA */
	enum oom_place highest_zone;	/* gfp_zone() in include/linux/gfp.h */
	const char *kind;	/* "memory for the kernel itself", ...: static; "": not known */

	/*
	 * The kind in a report of a memory cgroup, static: a page fault charges its page to the
	 * cgroup with GFP_KERNEL alone, whoever the page is for (mm/memcontrol.c).
	 */
	const char *charged;
};

/*
 * Decodes the mask as printed: "0x6200ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO)", or "0x201da" alone (or
 * with names that were cut off), which is read as VALUE by the flag values of KERNEL
 * (oom_kernel_number()): include/linux/gfp.h (gfp_types.h since 6.0) of 2.6.32 to 7.0. Where
 * KERNEL is not known (0), or cannot have written it, it stays a number, without flags, unless its
 * form and its bits prove one of those before 4.6. Bits without a name stay a number, "0x800000".
 * MASK may be NULL, VALUE OOM_UNKNOWN. Names are letters, digits and underscores; other text
 * between the bars is left out.
 */
void oom_gfp_decode(const char *mask, uint64_t value, unsigned kernel, struct oom_gfp *ret_gfp);

/*
 * What *gfp asked for in 2^ORDER pages, of the machine or CHARGED to a cgroup: an example that is
 * one page is not given for several. Static; "": not known.
 */
const char *oom_gfp_kind(const struct oom_gfp *gfp, bool charged, int64_t order);

#endif
