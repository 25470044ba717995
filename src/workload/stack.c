/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack.c - find the end of the stack, and see whether it may grow */
#include <config.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "workload/stack.h"

/* linux/mman.h of 4.17; older headers lack it. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* What the calls still to come may need of the stack: no less than this is left to them. */
#define OWN_BYTES (UINT64_C(64) << 10)

/* The pages that the kernel keeps free below a stack, unless it was told otherwise. */
#define GUARD_PAGES 256

static bool is_mapped(uintptr_t page, uint64_t page_size)
{
	unsigned char in_memory;

	return mincore((void *)page, page_size, &in_memory) == 0;
}

/* The soft limit counts all of the stack: TOP less its lowest address. */
static int raise_limit(uint64_t needed)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0)
		return -errno;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
		return 0;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed)
		return -EPERM;
	limit.rlim_cur = needed;
	return setrlimit(RLIMIT_STACK, &limit) < 0 ? -errno : 0;
}

static int try_addresses(uintptr_t end, uint64_t bytes)
{
	void *wanted = (void *)(end - (uintptr_t)bytes), *got;

	if (bytes >= end)
		return -ENOMEM;
	got = mmap(wanted, bytes, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		return -errno;
	munmap(got, bytes);
	/* Kernels before 4.17 take the address for a hint. */
	return got == wanted ? 0 : -EEXIST;
}

int stack_find(const struct region_spec *spec, uint64_t page_size, struct region *ret_region)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	uintptr_t end = (here - OWN_BYTES) / page_size * page_size,
		  top = here / page_size * page_size;
	int r;

	while (is_mapped(top, page_size))
		top += page_size;
	r = raise_limit(top - end);
	if (r < 0)
		return r;
	/* From here on the mapping ends where the region begins. */
	*(volatile unsigned char *)end = 0;
	while (is_mapped(end - page_size, page_size))
		end -= page_size;
	r = raise_limit(top - end + spec->bytes);
	if (r == 0)
		r = try_addresses(end, spec->bytes + GUARD_PAGES * page_size);
	if (r < 0)
		return r;
	*ret_region = (struct region){ .address = (unsigned char *)(end - (uintptr_t)spec->bytes),
				       .bytes = spec->bytes, .fd = -1 };
	return 0;
}
