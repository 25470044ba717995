/* SPDX-License-Identifier: GPL-2.0-or-later */
/* original.c - the least program that does what the teaching program did: map, touch, end */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Writes one byte into each page and nothing else: no counter, no sample, no output. */
static void touch(volatile unsigned char *base, size_t bytes, size_t page)
{
	for (size_t at = 0; at < bytes; at += page)
		base[at] = 1;
}

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes;
	int flags = MAP_ANONYMOUS;
	void *base;

	if (argc != 3) {
		fprintf(stderr, "usage: original private|shared BYTES\n");
		return 2;
	}
	flags |= strcmp(argv[1], "shared") ? MAP_PRIVATE : MAP_SHARED;
	bytes = strtoull(argv[2], NULL, 0);
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (base == MAP_FAILED) {
		perror("original: mmap");
		return 1;
	}
	/* As pagetouch does; fails only where there are no huge pages to be kept away. */
	madvise(base, bytes, MADV_NOHUGEPAGE);
	touch(base, bytes, page);
	munmap(base, bytes);
	return 0;
}
