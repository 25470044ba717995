/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan.c - read a log and skip what is no report: the least that any reader of it has to do */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernlog/prefilter.h"

/* Stays in the processor's second cache. */
#define CHUNK (256 * 1024)

/* Returns the number of places that look like a report, or a negative errno. */
static long count(int fd)
{
	static char buffer[OOM_PREFILTER_OVERLAP + CHUNK];
	size_t kept = 0;
	long hits = 0;

	for (;;) {
		ssize_t bytes = read(fd, buffer + kept, CHUNK);
		size_t length, at = 0;

		if (bytes < 0)
			return -errno;
		if (bytes == 0)
			return hits;
		length = kept + (size_t)bytes;
		while ((at = oom_prefilter(buffer, length, at)) < length) {
			hits++;
			at++;
		}
		kept = length < OOM_PREFILTER_OVERLAP ? length : OOM_PREFILTER_OVERLAP;
		memmove(buffer, buffer + length - kept, kept);
	}
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	long hits = fd < 0 ? -errno : count(fd);

	if (hits < 0) {
		fprintf(stderr, "usage: scan LOG\n");
		return 1;
	}
	printf("%ld\n", hits);
	return 0;
}
