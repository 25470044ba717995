/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.c - map, advise, lock and unmap the region */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workload/region.h"

/* linux/mman.h: the logarithm of a hugetlb page's size lies in these bits of mmap's flags. */
#define HUGE_SHIFT 26

bool region_is_shared(enum region_backing backing)
{
	return backing == REGION_SHARED || backing == REGION_MEMFD ||
	       backing == REGION_FILE_SHARED || backing == REGION_HUGETLB_SHARED;
}

bool region_is_file(enum region_backing backing)
{
	return backing == REGION_FILE_PRIVATE || backing == REGION_FILE_SHARED;
}

bool region_is_hugetlb(enum region_backing backing)
{
	return backing == REGION_HUGETLB || backing == REGION_HUGETLB_SHARED;
}

bool region_lock_fills(enum region_backing backing, enum region_lock lock)
{
	return lock == REGION_LOCKED ||
	       (lock == REGION_LOCKED_ONFAULT && region_is_hugetlb(backing));
}

bool region_is_anonymous(enum region_backing backing)
{
	return backing == REGION_PRIVATE || region_grows(backing);
}

bool region_grows(enum region_backing backing)
{
	return backing == REGION_HEAP || backing == REGION_STACK;
}

static int advise_thp(const struct region *region, const struct region_spec *spec)
{
	int advice = spec->thp == REGION_THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (spec->thp == REGION_THP_SYSTEM || region_is_hugetlb(spec->backing))
		return 0;
	if (madvise(region->address, region->bytes, advice) == 0)
		return 0;
	return errno == EINVAL && spec->thp == REGION_THP_NEVER ? 0 : -errno;
}

static int flags_of(const struct region_spec *spec)
{
	int flags = region_is_shared(spec->backing) ? MAP_SHARED : MAP_PRIVATE;

	if (spec->backing != REGION_MEMFD && !region_is_file(spec->backing))
		flags |= MAP_ANONYMOUS;
	if (region_is_hugetlb(spec->backing))
		flags |= MAP_HUGETLB |
			 (int)((unsigned)__builtin_ctzll(spec->huge_page) << HUGE_SHIFT);
	return flags;
}

/*
 * An address where the region could lie aligned, so that it consists of whole huge pages: kernels
 * before 6.7 do not see to that. NULL: anywhere.
 */
static void *find_place(const struct region_spec *spec)
{
	uint64_t length, ineligible;
	void *wide;

	if (!spec->alignment || spec->bytes < spec->alignment ||
	    __builtin_add_overflow(spec->bytes, spec->alignment, &length))
		return NULL;
	wide = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (wide == MAP_FAILED)
		return NULL;
	munmap(wide, length);
	ineligible = (uint64_t)(uintptr_t)wide % spec->alignment;
	return (unsigned char *)wide + (ineligible ? spec->alignment - ineligible : 0);
}

/*
 * Shared memory that is not reserved as a whole is accounted page by page as it is touched
 * (mm/shmem.c, shmem_acct_blocks()), which makes each touch about a tenth slower. So the
 * reservation is tried first.
 */
static void *map(const struct region_spec *spec, int fd)
{
	int protection = spec->read_only ? PROT_READ : PROT_READ | PROT_WRITE;
	bool hugetlb = region_is_hugetlb(spec->backing);
	int flags = flags_of(spec);
	void *address = MAP_FAILED, *place = find_place(spec);

	if (spec->reserve || spec->backing == REGION_SHARED || hugetlb)
		address = mmap(place, spec->bytes, protection, flags, fd, 0);
	if (address == MAP_FAILED && !spec->reserve && !hugetlb)
		address = mmap(place, spec->bytes, protection, flags | MAP_NORESERVE, fd, 0);
	return address;
}

/* A file that has no name, of BYTES. Returns its descriptor or a negative errno. */
static int make_memfd(uint64_t bytes)
{
	CLEANUP_FD int fd = memfd_create("pagetouch", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	return ftruncate(fd, (off_t)bytes) < 0 ? -errno : take_fd(&fd);
}

int region_map(const struct region_spec *spec, struct region *ret_region)
{
	struct region region = { .bytes = spec->bytes, .fd = -1 };
	int fd = region_is_file(spec->backing) ? spec->fd : -1, r;
	void *address;

	if (spec->bytes > PTRDIFF_MAX)
		return -ENOMEM;
	if (spec->backing == REGION_MEMFD) {
		region.fd = make_memfd(spec->bytes);
		if (region.fd < 0)
			return region.fd;
		fd = region.fd;
	}
	address = map(spec, fd);
	if (address == MAP_FAILED) {
		r = -errno;
		cleanup_close_fd(&region.fd);
		return r;
	}
	region.address = address;
	r = advise_thp(&region, spec);
	if (r < 0) {
		region_unmap(&region);
		return r;
	}
	madvise(region.address, region.bytes, MADV_DONTDUMP);
	*ret_region = region;
	return 0;
}

int region_lock(const struct region *region, uint64_t from, uint64_t to, enum region_lock lock)
{
	/* Without flags it is mlock(2), which the address sanitizer leaves undone. */
	unsigned flags = lock == REGION_LOCKED_ONFAULT ? MLOCK_ONFAULT : 0;

	return mlock2(region->address + from, to - from, flags) < 0 ? -errno : 0;
}

void region_unmap(struct region *region)
{
	if (region->address)
		munmap(region->address, region->bytes);
	cleanup_close_fd(&region->fd);
	*region = (struct region){ .fd = -1 };
}

const char *region_backing_name(enum region_backing backing)
{
	static const char *const names[] = {
		[REGION_PRIVATE] = "private",
		[REGION_SHARED] = "shared",
		[REGION_MEMFD] = "memfd",
		[REGION_FILE_PRIVATE] = "file-private",
		[REGION_FILE_SHARED] = "file-shared",
		[REGION_HUGETLB] = "hugetlb",
		[REGION_HUGETLB_SHARED] = "hugetlb",
		[REGION_HEAP] = "heap",
		[REGION_STACK] = "stack",
	};

	return names[backing];
}
