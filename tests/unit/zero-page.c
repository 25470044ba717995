/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zero-page.c - what is found of one page agrees with what smaps says of many */
#include <config.h>

#include <sys/mman.h>
#include <unistd.h>

#include "../tap.h"
#include "workload/region.h"

#define PAGES 256

/* Rss of the mapping that begins at ADDRESS, KiB; -1: not found. */
static long smaps_rss(const void *address)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	char line[512];
	long kib = -1;
	bool found = false;

	while (file && kib < 0 && fgets(line, sizeof(line), file)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			found = from == (unsigned long)address;
		else if (found)
			sscanf(line, "Rss: %ld kB", &kib);
	}
	if (file)
		fclose(file);
	return kib;
}

/* A mapping between others, so that it is one of its own in smaps. */
static volatile unsigned char *map_pages(size_t page)
{
	unsigned char *base = mmap(NULL, (PAGES + 2) * page, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED || mprotect(base + page, PAGES * page, PROT_READ | PROT_WRITE) < 0)
		return NULL;
	madvise(base + page, PAGES * page, MADV_NOHUGEPAGE);
	return base + page;
}

int main(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile unsigned char *base = map_pages(page);
	long before, read, written, all = (long)(PAGES * page / 1024);
	bool shared = zero_page_shared();

	if (!base)
		tap_skip_all("no memory to map");
	before = smaps_rss((const void *)base);
	if (before < 0)
		tap_skip_all("no /proc/self/smaps");
	tap_is(before, 0, "nothing is resident at first");
	for (size_t i = 0; i < PAGES; i++)
		(void)base[i * page];
	read = smaps_rss((const void *)base);
	tap_is(read, shared ? 0 : all,
	       shared ? "there is a page of zeros: what is read is not resident"
		      : "there is none: what is read is resident");
	for (size_t i = 0; i < PAGES; i++)
		base[i * page] = 1;
	written = smaps_rss((const void *)base);
	tap_is(written, all, "what is written is resident");
	tap_is(zero_page_shared(), shared, "found again, it is the same");
	return tap_done();
}
