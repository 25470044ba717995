/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.c - the kinds of memory, and the system calls on it */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "workload/region.h"

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
/* Kernels before 4.17 take the address for a hint. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* linux/mman.h: the logarithm of a hugetlb page's size lies in these bits of mmap's flags. */
#define HUGE_SHIFT 26

/* Bytes that are locked by one mlock(2): a stop waits for it. */
#define LOCK_CHUNK (UINT64_C(4) << 20)

/* MADV_COLLAPSE gives up on a page that others use at the moment, with EAGAIN. */
#define COLLAPSE_ATTEMPTS 5

/* What the calls still to come may need of the stack: no less than this is left to them. */
#define OWN_BYTES (UINT64_C(64) << 10)

/* The pages that the kernel keeps free below a stack, unless it was told otherwise. */
#define GUARD_PAGES 256

/* Of an entry of /proc/self/pagemap. */
#define PAGEMAP_EXCLUSIVE (UINT64_C(1) << 56)
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)

static const struct {
	const char *name;
	unsigned is;
} backings[] = {
	[REGION_PRIVATE] = { "private", REGION_IS_ANONYMOUS },
	[REGION_SHARED] = { "shared", REGION_IS_SHARED },
	[REGION_MEMFD] = { "memfd", REGION_IS_SHARED },
	[REGION_FILE_PRIVATE] = { "file-private", REGION_IS_FILE },
	[REGION_FILE_SHARED] = { "file-shared", REGION_IS_FILE | REGION_IS_SHARED },
	[REGION_HUGETLB] = { "hugetlb", REGION_IS_HUGETLB },
	[REGION_HUGETLB_SHARED] = { "hugetlb", REGION_IS_HUGETLB | REGION_IS_SHARED },
	[REGION_HEAP] = { "heap", REGION_IS_ANONYMOUS | REGION_IS_GROWING },
	[REGION_STACK] = { "stack", REGION_IS_ANONYMOUS | REGION_IS_GROWING },
};

bool region_is(enum region_backing backing, enum region_is what)
{
	return backings[backing].is & what;
}

const char *region_backing_name(enum region_backing backing)
{
	return backings[backing].name;
}

bool region_lock_fills(enum region_backing backing, enum region_lock lock)
{
	return lock == REGION_LOCKED ||
	       (lock == REGION_LOCKED_ONFAULT && region_is(backing, REGION_IS_HUGETLB));
}

static bool stack_is_mapped(uintptr_t page, uint64_t page_size)
{
	unsigned char in_memory;

	return mincore((void *)page, page_size, &in_memory) == 0;
}

/* The soft limit counts all of the stack: its top less its lowest address. */
static int raise_stack_limit(uint64_t needed)
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

static int region_find_stack(uint64_t bytes, struct region *ret_region)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t wanted = bytes + GUARD_PAGES * page_size;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	uintptr_t end = (here - OWN_BYTES) / page_size * page_size;
	uintptr_t top = here / page_size * page_size;
	void *got;
	int r;

	while (stack_is_mapped(top, page_size))
		top += page_size;
	r = raise_stack_limit(top - end);
	if (r < 0)
		return r;
	/* From here on the mapping ends where the region begins. */
	*(volatile unsigned char *)end = 0;
	while (stack_is_mapped(end - page_size, page_size))
		end -= page_size;
	r = raise_stack_limit(top - end + bytes);
	if (r < 0)
		return r;
	if (wanted >= end)
		return -ENOMEM;
	got = mmap((void *)(end - (uintptr_t)wanted), wanted, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		return -errno;
	munmap(got, wanted);
	if ((uintptr_t)got != end - (uintptr_t)wanted)
		return -EEXIST;
	*ret_region = (struct region){ .address = (unsigned char *)(end - (uintptr_t)bytes),
				       .bytes = bytes, .fd = -1 };
	return 0;
}

/*
 * Shared memory that is not reserved as a whole is accounted page by page as it is touched
 * (mm/shmem.c, shmem_acct_blocks()), which makes each touch about a tenth slower. So the
 * reservation is tried first.
 */
static void *region_call_mmap(const struct region_spec *spec, int fd)
{
	int protection = spec->read_only ? PROT_READ : PROT_READ | PROT_WRITE;
	int flags = region_is(spec->backing, REGION_IS_SHARED) ? MAP_SHARED : MAP_PRIVATE;
	bool hugetlb = region_is(spec->backing, REGION_IS_HUGETLB);
	void *address = MAP_FAILED, *place = NULL;
	uint64_t length;

	/*
	 * Where it could lie aligned, so that it consists of whole huge pages: kernels before 6.7
	 * do not see to that.
	 */
	if (spec->alignment && spec->bytes >= spec->alignment &&
	    !__builtin_add_overflow(spec->bytes, spec->alignment, &length)) {
		place = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			     -1, 0);
		if (place != MAP_FAILED)
			munmap(place, length);
		place = place == MAP_FAILED ? NULL
		      : (unsigned char *)place + -(uintptr_t)place % spec->alignment;
	}
	if (fd < 0)
		flags |= MAP_ANONYMOUS;
	if (hugetlb)
		flags |= MAP_HUGETLB |
			 (int)((unsigned)__builtin_ctzll(spec->huge_page) << HUGE_SHIFT);
	if (spec->reserve || spec->backing == REGION_SHARED || hugetlb)
		address = mmap(place, spec->bytes, protection, flags, fd, 0);
	if (address == MAP_FAILED && !spec->reserve && !hugetlb)
		address = mmap(place, spec->bytes, protection, flags | MAP_NORESERVE, fd, 0);
	return address;
}

int region_map(const struct region_spec *spec, struct region *ret_region)
{
	struct region region = { .bytes = spec->bytes, .fd = -1 };
	int advice = spec->thp == REGION_THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
	bool advised = spec->thp != REGION_THP_SYSTEM &&
		       !region_is(spec->backing, REGION_IS_HUGETLB);
	int fd, r = 0;
	void *address;

	if (spec->backing == REGION_STACK)
		return region_find_stack(spec->bytes, ret_region);
	if (spec->bytes > PTRDIFF_MAX)
		return -ENOMEM;
	if (spec->backing == REGION_MEMFD) {
		region.fd = memfd_create("pagetouch", MFD_CLOEXEC);
		if (region.fd < 0 || ftruncate(region.fd, (off_t)spec->bytes) < 0)
			r = -errno;
	}
	fd = region_is(spec->backing, REGION_IS_FILE) ? spec->fd : region.fd;
	if (r == 0) {
		address = region_call_mmap(spec, fd);
		r = address == MAP_FAILED ? -errno : 0;
		region.address = r == 0 ? address : NULL;
	}
	if (r == 0 && advised && madvise(region.address, region.bytes, advice) < 0 &&
	    (errno != EINVAL || advice != MADV_NOHUGEPAGE))
		r = -errno;
	if (r < 0) {
		region_unmap(&region);
		return r;
	}
	madvise(region.address, region.bytes, MADV_DONTDUMP);
	*ret_region = region;
	return 0;
}

int region_lock(const struct region *region, enum region_lock lock, uint64_t to, uint64_t unit,
		_Atomic uint64_t *done, _Atomic uint32_t *stop)
{
	/* With MLOCK_ONFAULT nothing becomes resident, so that one call does. */
	bool onfault = lock == REGION_LOCKED_ONFAULT;
	uint64_t most = onfault ? UINT64_MAX : MAX(unit, LOCK_CHUNK);
	uint64_t end, at = atomic_load(done);

	for (; at < to && !atomic_load(stop); at = end) {
		end = at + MIN(most, to - at);
		/* Without flags it is mlock(2), which the address sanitizer leaves undone. */
		if (mlock2(region->address + at, end - at, onfault ? MLOCK_ONFAULT : 0) < 0)
			return -errno;
		atomic_store(done, end);
	}
	return 0;
}

int region_advise(struct region *region, enum memory_advice advice, uint64_t bytes, uint64_t every,
		  _Atomic uint32_t *stop)
{
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
	uint64_t end = every ? region->bytes : bytes;
	int r = 0, attempts = 0;

	for (uint64_t at = 0; r == 0 && at < end && !atomic_load(stop);
	     at += every ? every : bytes) {
		uint64_t length = MIN(bytes, region->bytes - at);
		unsigned char *start = region->address + at;

		switch (advice) {
		case ADVICE_PROTECT_NONE:
			r = mprotect(start, length, PROT_NONE);
			break;
		case ADVICE_PROTECT_WRITE:
			r = mprotect(start, length, PROT_READ | PROT_WRITE);
			break;
		case ADVICE_UNMAP:
			r = munmap(start, length);
			break;
		case ADVICE_COLLAPSE:
			/* It may have been mapped with MADV_NOHUGEPAGE, which forbids that. */
			r = madvise(start, length, MADV_HUGEPAGE);
			if (r == 0)
				do
					r = madvise(start, length, MADV_COLLAPSE);
				while (r < 0 && errno == EAGAIN && ++attempts < COLLAPSE_ATTEMPTS);
			break;
		default:
			r = madvise(start, length, advices[advice]);
		}
	}
	if (r < 0)
		return -errno;
	if (advice == ADVICE_UNMAP) {
		region->bytes -= bytes;
		region->address = region->bytes ? region->address + bytes : NULL;
	}
	return 0;
}

void region_unmap(struct region *region)
{
	if (region->address)
		munmap(region->address, region->bytes);
	cleanup_close_fd(&region->fd);
	*region = (struct region){ .fd = -1 };
}

bool zero_page_shared(void)
{
	const uint64_t own = PAGEMAP_EXCLUSIVE | PAGEMAP_PRESENT;
	CLEANUP_FD int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const volatile unsigned char *address;
	uint64_t entry = 0;
	bool shared;
	void *mapping = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);

	if (mapping == MAP_FAILED)
		return true;
	address = mapping;
	/*
	 * The zero is used, lest something that translates programs (valgrind) leaves the reading
	 * out.
	 */
	shared = *address != 0 ||
		 pread(fd, &entry, sizeof(entry),
		       (off_t)((uintptr_t)address / page * sizeof(entry))) !=
			 (ssize_t)sizeof(entry) || (entry & own) != own;
	munmap(mapping, page);
	return shared;
}
