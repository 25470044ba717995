/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.h - the memory that is going to be touched: mapped, locked, advised, unmapped */
#ifndef PT_REGION_H
#define PT_REGION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum region_backing {
	REGION_PRIVATE,		/* MAP_PRIVATE | MAP_ANONYMOUS: counted as RssAnon */
	REGION_SHARED,		/* MAP_SHARED | MAP_ANONYMOUS: counted as RssShmem */
	REGION_MEMFD,		/* memfd_create(2), MAP_SHARED: counted as RssShmem */
	REGION_FILE_PRIVATE,	/* a file, MAP_PRIVATE: RssFile when read, RssAnon when written */
	REGION_FILE_SHARED,	/* a file, MAP_SHARED: RssFile, on tmpfs RssShmem */
	REGION_HUGETLB,		/* MAP_PRIVATE | MAP_HUGETLB: in no RSS, see HugetlbPages */
	REGION_HUGETLB_SHARED,	/* MAP_SHARED | MAP_HUGETLB: the same */
	REGION_HEAP,		/* malloc(3), heap.h: RssAnon; VSZ grows with the touching */
	REGION_STACK,		/* the main thread's stack: the same */
};

enum region_is {
	REGION_IS_SHARED = 1,		/* all who map it see the same pages */
	REGION_IS_FILE = 2,		/* a file with a path is mapped */
	REGION_IS_HUGETLB = 4,
	REGION_IS_ANONYMOUS = 8,	/* its pages are the process's own */
	REGION_IS_GROWING = 16,		/* not mapped as a whole: VSZ grows as it is touched */
};

/* Transparent huge pages on the region, madvise(2). */
enum region_thp {
	REGION_THP_NEVER,	/* MADV_NOHUGEPAGE: one touch is one page */
	REGION_THP_ALWAYS,	/* MADV_HUGEPAGE */
	REGION_THP_SYSTEM,	/* as /sys/kernel/mm/transparent_hugepage/enabled says */
};

enum region_lock {
	REGION_UNLOCKED,
	REGION_LOCKED,		/* mlock(2): all of it becomes resident, and stays */
	REGION_LOCKED_ONFAULT,	/* mlock2(2), MLOCK_ONFAULT: what becomes resident stays */
};

struct region_spec {
	uint64_t bytes;			/* a multiple of the page size, above 0 */
	enum region_backing backing;
	enum region_thp thp;		/* not looked at for hugetlb */
	bool reserve;			/* false: MAP_NORESERVE, mmap(2), if that is needed */
	bool read_only;			/* PROT_READ: nothing is ever going to be written */
	bool own_zeros;			/* pages that are only read are its own too */
	bool on_tmpfs;			/* of a file: its pages are shared memory to the kernel */
	uint64_t huge_page;		/* hugetlb: bytes of one page, a power of two; 0: none */
	uint64_t piece;			/* of a heap: bytes of one allocation; else 0 */
	uint64_t alignment;		/* of its address, if that can be had; 0: none */
	int fd;				/* of a file backing: open, and of `bytes` at least */
};

struct region {
	unsigned char *address;		/* NULL: nothing is mapped */
	uint64_t bytes;
	int fd;				/* of a memfd, which outlives its mapping; else -1 */
};

/*
 * What can be done to memory that is there: one system call each. In the comments: since which
 * Linux, and what it cannot be done to, as madvise(2) says.
 */
enum memory_advice {
	ADVICE_DONTNEED,	/* MADV_DONTNEED; not locked memory, hugetlb since 5.18 */
	ADVICE_FREE,		/* MADV_FREE, 4.5; private anonymous memory only, not locked */
	ADVICE_COLD,		/* MADV_COLD, 5.4; neither hugetlb nor locked */
	ADVICE_PAGEOUT,		/* MADV_PAGEOUT, 5.4; the same */
	ADVICE_REMOVE,		/* MADV_REMOVE; shared, writable and not locked */
	ADVICE_COLLAPSE,	/* MADV_HUGEPAGE and MADV_COLLAPSE, 6.1; not hugetlb */
	ADVICE_MERGE,		/* MADV_MERGEABLE: for ksmd; private anonymous memory */
	ADVICE_RANDOM,		/* MADV_RANDOM: no readahead and no fault-around */
	ADVICE_GUARD,		/* MADV_GUARD_INSTALL, 6.13 */
	ADVICE_PROTECT_NONE,	/* mprotect(2), PROT_NONE */
	ADVICE_PROTECT_WRITE,	/* mprotect(2), PROT_READ | PROT_WRITE */
	ADVICE_UNMAP,		/* munmap(2), of a heap free(3) */
	ADVICE_TRIM,		/* malloc_trim(3): heap_trim(), not for region_advise() */
};

bool region_is(enum region_backing backing, enum region_is what);

/*
 * Whether LOCK makes all of a region resident. Of hugetlb pages any does, and locks nothing: they
 * are never reclaimed (mlock_fixup() in mm/mlock.c, 4.4 to 6.18).
 */
bool region_lock_fills(enum region_backing backing, enum region_lock lock);

/*
 * Maps memory as SPEC says (without a reservation shared memory gets one where it is granted,
 * since touching is faster with it), touches none of it and keeps it out of core dumps.
 * Hugetlb pages are always reserved, so that the mapping fails and not a touch.
 * A kernel without transparent huge pages has none to turn off, so EINVAL is no
 * error for REGION_THP_NEVER. Returns 0, or the negative errno of mmap(2), memfd_create(2),
 * ftruncate(2) or madvise(2) with nothing mapped and *ret_region untouched.
 *
 * Of a stack, nothing is mapped: the region is what lies right below that which the stack of the
 * calling (main) thread has got so far. It has to be touched from its end downwards, a page at a
 * time. Each fault there is let through only while RLIMIT_STACK allows it (mm/mmap.c,
 * acct_stack_growth()) and the guard gap below stays free: so the soft limit is raised as far as
 * is needed, and the addresses are tried by mapping them for a moment. How far mappings lie below
 * the stack is decided when the program starts, by the soft limit of that moment, 128 MiB at
 * least (mm/util.c, mmap_base()). Returns -EPERM: the hard limit is lower; -EEXIST: something is
 * mapped there; -ENOMEM: no address is so low.
 */
int region_map(const struct region_spec *spec, struct region *ret_region);

/*
 * Locks REGION, of pages of UNIT bytes, from byte *done up to TO, a few of them at a time, and
 * counts in *done; no further once *STOP is set. Returns 0 or the negative errno of mlock(2)
 * (-ENOMEM, -EPERM, -EAGAIN: the limit RLIMIT_MEMLOCK).
 */
int region_lock(const struct region *region, enum region_lock lock, uint64_t to, uint64_t unit,
		_Atomic uint64_t *done, _Atomic uint32_t *stop);

/*
 * Does ADVICE to the first BYTES of REGION, a multiple of its page size and not more than it has;
 * with EVERY, of each EVERY bytes of it, with one call for each and no further once *STOP is set.
 * After ADVICE_UNMAP, which has no EVERY, the region is what is left of it. Returns 0 or a
 * negative errno (-EINVAL: the kernel does not know it, or not for this memory).
 */
int region_advise(struct region *region, enum memory_advice advice, uint64_t bytes, uint64_t every,
		  _Atomic uint32_t *stop);

/* Gives the mapping back; REGION holds nothing afterwards. */
void region_unmap(struct region *region);

/* "private", "shared", "memfd", "file-private", "file-shared", "hugetlb", "heap" or "stack". */
const char *region_backing_name(enum region_backing backing);

/*
 * Whether anonymous memory that is only read stays the kernel's one page of zeros, which is in no
 * RSS. Nearly every kernel has it; where it is forbidden (mm_forbids_zeropage(),
 * include/linux/mm.h; s390 does so for some guests), a read fault brings a page of the process's
 * own, as a write fault does. Found by reading a page: bit 56 of its entry in /proc/self/pagemap
 * (since Linux 4.2, Documentation/admin-guide/mm/pagemap.rst) says that it is mapped by nobody
 * else. True as well when that cannot be found.
 */
bool zero_page_shared(void);

#endif
