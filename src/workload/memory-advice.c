/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory-advice.c - advise, protect and unmap */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "workload/memory-advice.h"

/* linux/mman.h; older headers lack them, and older kernels say EINVAL. */
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* MADV_COLLAPSE gives up on a page that others use at the moment, with EAGAIN. */
#define COLLAPSE_ATTEMPTS 5

static const int advices[] = {
	[ADVICE_DONTNEED] = MADV_DONTNEED,
	[ADVICE_FREE] = MADV_FREE,
	[ADVICE_COLD] = MADV_COLD,
	[ADVICE_PAGEOUT] = MADV_PAGEOUT,
	[ADVICE_REMOVE] = MADV_REMOVE,
	[ADVICE_MERGE] = MADV_MERGEABLE,
	[ADVICE_RANDOM] = MADV_RANDOM,
	[ADVICE_GUARD] = MADV_GUARD_INSTALL,
};

/* The region may have been mapped with MADV_NOHUGEPAGE, which forbids to collapse it. */
static int collapse(const struct region *region, uint64_t bytes)
{
	if (madvise(region->address, bytes, MADV_HUGEPAGE) < 0)
		return -errno;
	for (int attempt = 0; attempt < COLLAPSE_ATTEMPTS; attempt++) {
		if (madvise(region->address, bytes, MADV_COLLAPSE) == 0)
			return 0;
		if (errno != EAGAIN)
			break;
	}
	return -errno;
}

static int unmap(struct region *region, uint64_t bytes)
{
	if (munmap(region->address, bytes) < 0)
		return -errno;
	region->bytes -= bytes;
	region->address = region->bytes ? region->address + bytes : NULL;
	return 0;
}

int advice_apply(struct region *region, enum memory_advice advice, uint64_t bytes)
{
	int protection = advice == ADVICE_PROTECT_NONE ? PROT_NONE : PROT_READ | PROT_WRITE;

	switch (advice) {
	case ADVICE_COLLAPSE:
		return collapse(region, bytes);
	case ADVICE_PROTECT_NONE:
	case ADVICE_PROTECT_WRITE:
		return mprotect(region->address, bytes, protection) < 0 ? -errno : 0;
	case ADVICE_UNMAP:
		return unmap(region, bytes);
	default:
		return madvise(region->address, bytes, advices[advice]) < 0 ? -errno : 0;
	}
}

int advice_apply_each(const struct region *region, enum memory_advice advice, uint64_t bytes,
		      uint64_t every, _Atomic uint32_t *stop)
{
	uint64_t left = region->bytes, piece;
	struct region rest = { .address = region->address, .fd = -1 };
	int r = 0;

	while (r == 0 && left && !atomic_load(stop)) {
		piece = bytes < left ? bytes : left;
		r = advice_apply(&rest, advice, piece);
		piece = every < left ? every : left;
		rest.address += piece;
		left -= piece;
	}
	return r;
}
