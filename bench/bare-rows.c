/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare-rows.c - the library's own call after touched pages, for the figures of a row: the least */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int complain(const char *what)
{
	fprintf(stderr, "bare-rows: %s\n", what);
	return 1;
}

/* Returns the seconds that the readings took, the touching not counted; negative: not read. */
static double read_after(volatile unsigned char *base, size_t bytes, size_t interval)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	double spent = 0;

	for (size_t at = 0; at < bytes; at += page) {
		double start;

		base[at] = 1;
		if ((at + page) % interval)
			continue;
		start = now();
		if (!bare_read(false))
			return -1;
		spent += now() - start;
	}
	return spent;
}

/* Prints the seconds of one reading. */
int main(int argc, char **argv)
{
	size_t bytes = argc == 3 ? strtoull(argv[1], NULL, 0) : 0;
	size_t interval = argc == 3 ? strtoull(argv[2], NULL, 0) : 0;
	double spent;
	void *base;

	if (!interval || bytes < interval)
		return complain("usage: bare-rows BYTES INTERVAL");
	if (bare_open(getpid()) < 0)
		return complain("no readings with this library");
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return complain("cannot map memory");
	madvise(base, bytes, MADV_NOHUGEPAGE);
	spent = read_after(base, bytes, interval);
	if (spent < 0)
		return complain("cannot read this process");
	printf("%.9f\n", spent / (double)(bytes / interval));
	bare_close();
	return 0;
}
