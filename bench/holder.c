/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holder.c - use BYTES of memory once and give them back, so that a virtual machine has them */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23	/* Linux 5.14 */
#endif

/* Before Linux 5.14 the pages have to be written one by one. */
static void populate(volatile unsigned char *base, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (madvise((void *)base, bytes, MADV_POPULATE_WRITE) == 0)
		return;
	for (size_t at = 0; at < bytes; at += page)
		base[at] = 1;
}

int main(int argc, char **argv)
{
	size_t bytes = argc == 2 ? strtoull(argv[1], NULL, 0) : 0;
	void *base;

	if (!bytes) {
		fprintf(stderr, "usage: holder BYTES\n");
		return 2;
	}
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		perror("holder: mmap");
		return 1;
	}
	madvise(base, bytes, MADV_HUGEPAGE);
	populate(base, bytes);
	return 0;
}
