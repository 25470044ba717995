/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zero-page.c - read a page, and see whose it is */
#include <config.h>

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workload/zero-page.h"

#define PAGEMAP_EXCLUSIVE (UINT64_C(1) << 56)
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)

/* Of the page at ADDRESS; 0: not known. */
static uint64_t pagemap_entry(const volatile unsigned char *address, size_t page)
{
	CLEANUP_FD int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (off_t)((uintptr_t)address / page * sizeof(uint64_t));
	uint64_t entry;

	if (fd < 0 || pread(fd, &entry, sizeof(entry), at) != (ssize_t)sizeof(entry))
		return 0;
	return entry;
}

bool zero_page_shared(void)
{
	const uint64_t own = PAGEMAP_EXCLUSIVE | PAGEMAP_PRESENT;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *mapping = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
	const volatile unsigned char *address = mapping;
	bool shared;

	if (mapping == MAP_FAILED)
		return true;
	/*
	 * The zero is used, lest something that translates programs (valgrind)
	 * leaves the reading out.
	 */
	shared = *address != 0 || (pagemap_entry(address, page) & own) != own;
	munmap(mapping, page);
	return shared;
}
