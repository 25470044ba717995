/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare-touch.c - the least programs that make memory resident, and what the memory itself
 * allows
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23	/* Linux 5.14 */
#endif

#define CHUNK ((size_t)2 << 20)
#define THREADS_MAX 64

struct part {
	unsigned char *base;
	size_t bytes;
	bool populate;
	int error;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int complain(const char *what)
{
	fprintf(stderr, "bare-touch: %s: %s\n", what, strerror(errno));
	return 1;
}

/* What the whole benchmark is measured against: nothing but this loop. */
static void touch(volatile unsigned char *base, size_t bytes, size_t page)
{
	for (size_t at = 0; at < bytes; at += page)
		base[at] = 1;
}

/* In chunks, as a program has to that wants to look up now and then. */
static int populate(unsigned char *base, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += CHUNK) {
		size_t length = bytes - at < CHUNK ? bytes - at : CHUNK;

		if (madvise(base + at, length, MADV_POPULATE_WRITE) < 0)
			return errno;
	}
	return 0;
}

static void *run_part(void *argument)
{
	struct part *part = argument;

	if (part->populate)
		part->error = populate(part->base, part->bytes);
	else
		touch(part->base, part->bytes, (size_t)sysconf(_SC_PAGESIZE));
	return NULL;
}

/* Each thread takes one piece of the whole, in whole pages. */
static int run_threads(unsigned char *base, size_t bytes, bool by_call, unsigned threads)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t share = (bytes / threads + page - 1) / page * page;
	struct part parts[THREADS_MAX];
	pthread_t ids[THREADS_MAX];

	for (unsigned i = 0; i < threads; i++) {
		size_t from = i * share < bytes ? i * share : bytes;

		parts[i] = (struct part){
			.base = base + from,
			.bytes = bytes - from < share ? bytes - from : share,
			.populate = by_call,
		};
		if (i && (errno = pthread_create(&ids[i], NULL, run_part, &parts[i])) != 0)
			return errno;
	}
	run_part(&parts[0]);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	for (unsigned i = 0; i < threads; i++)
		if (parts[i].error)
			return parts[i].error;
	return 0;
}

/* BACKING is private, shared, or a file to be made, which has no name any more on return. */
static unsigned char *map(const char *backing, size_t bytes)
{
	bool file = backing[0] == '/';
	int flags = strcmp(backing, "private") ? MAP_SHARED : MAP_PRIVATE;
	int fd = file ? open(backing, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	void *base;

	if (file && (fd < 0 || unlink(backing) < 0 || ftruncate(fd, (off_t)bytes) < 0))
		return MAP_FAILED;
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    file ? flags : flags | MAP_ANONYMOUS, fd, 0);
	if (fd >= 0)
		close(fd);
	return base;
}

/* Gigabytes a second that memory, which is mapped already, can be written with. */
static void measure_limit(unsigned char *base, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	double start = now();

	memset(base, 1, bytes);
	printf("memset\t%.9f\n", now() - start);
	/* A kernel clears page by page; volatile keeps it from becoming one call. */
	start = now();
	for (volatile size_t at = 0; at < bytes; at += page)
		memset(base + at, 0, page);
	printf("clear\t%.9f\n", now() - start);
	start = now();
	touch(base, bytes, page);
	printf("retouch\t%.9f\n", now() - start);
}

/* Seconds go to standard output, "touched" to standard error while the memory is still there. */
int main(int argc, char **argv)
{
	bool limit = argc == 7 && !strcmp(argv[6], "limit");
	unsigned threads = argc < 5 ? 0 : (unsigned)strtoul(argv[4], NULL, 0);
	size_t bytes = argc < 6 ? 0 : strtoull(argv[5], NULL, 0);
	unsigned char *base;
	double start;

	if (!bytes || !threads || threads > THREADS_MAX) {
		fprintf(stderr, "usage: bare-touch private|shared|/FILE small|huge byte|populate "
			"THREADS BYTES [limit]\n");
		return 2;
	}
	base = map(argv[1], bytes);
	if (base == MAP_FAILED)
		return complain("mapping");
	/* Where there are no huge pages there are none to be kept away. */
	if (madvise(base, bytes, strcmp(argv[2], "huge") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE) < 0 &&
	    !strcmp(argv[2], "huge"))
		return complain("MADV_HUGEPAGE");
	start = now();
	if ((errno = run_threads(base, bytes, !strcmp(argv[3], "populate"), threads)) != 0)
		return complain("touching");
	printf("touch\t%.9f\n", now() - start);
	if (limit)
		measure_limit(base, bytes);
	fflush(stdout);
	fprintf(stderr, "touched\n");
	start = now();
	munmap(base, bytes);
	printf("munmap\t%.9f\n", now() - start);
	return 0;
}
