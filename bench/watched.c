/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watched.c - what is watched: processes that hold memory in known ways, for a known time */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static void rest(long ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* Has SIZE bytes resident, in small pages. */
static char *hold(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("watched: mmap");
		exit(1);
	}
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += page)
		memory[at] = 1;
	return memory;
}

/* A child that holds SIZE bytes of its own (0: what its parent has) for MS. */
static void child(size_t size, long ms)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("watched: fork");
		exit(1);
	}
	if (pid > 0)
		return;
	if (size)
		hold(size);
	rest(ms);
	_exit(0);
}

static void wait_for_all(void)
{
	while (wait(NULL) > 0)
		;
}

/* watched KIND MIB COUNT MS */
int main(int argc, char **argv)
{
	size_t size = argc > 4 ? strtoul(argv[2], NULL, 10) * MIB : 0;
	unsigned long count = argc > 4 ? strtoul(argv[3], NULL, 10) : 0;
	long ms = argc > 4 ? strtol(argv[4], NULL, 10) : 0;

	if (!size) {
		fprintf(stderr, "usage: watched faults|spike|together|in-turn|shared MIB COUNT MS\n");
		return 2;
	}
	if (!strcmp(argv[1], "shared"))
		hold(size);
	for (unsigned long i = 0; i < count; i++) {
		if (!strcmp(argv[1], "faults")) {
			munmap(hold(size), size);
		} else if (!strcmp(argv[1], "spike")) {
			char *memory = hold(size);

			rest(ms);
			munmap(memory, size);
			rest(10 * ms);
		} else if (!strcmp(argv[1], "shared")) {
			child(0, ms);
		} else {
			child(size, ms);
			if (!strcmp(argv[1], "in-turn"))
				wait_for_all();
		}
	}
	wait_for_all();
	return 0;
}
