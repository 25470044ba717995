/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare-turn.c - two processes take turns: one touches a page, and the other reads nothing */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Both look at it, so that a turn wakes nobody up; so it is with pagetouch's rows of a page. */
struct turns {
	_Alignas(128) _Atomic size_t asked;	/* pages so far */
	_Alignas(128) _Atomic size_t touched;	/* the same, plus 1; SIZE_MAX: no memory */
};

/* Waits until COUNTER is at least COUNT. */
static void wait_for(_Atomic size_t *counter, size_t count)
{
	for (size_t i = 1; atomic_load(counter) < count; i++)
		if (i % 4096 == 0)
			sched_yield();
}

static _Noreturn void be_toucher(size_t pages, struct turns *turns)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile unsigned char *base = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (base == MAP_FAILED) {
		atomic_store(&turns->touched, SIZE_MAX);
		_exit(1);
	}
	madvise((void *)base, pages * page, MADV_NOHUGEPAGE);
	atomic_store(&turns->touched, 1);
	for (size_t i = 0; i < pages; i++) {
		wait_for(&turns->asked, i + 1);
		base[i * page] = 1;
		atomic_store(&turns->touched, i + 2);
	}
	_exit(0);
}

/* Returns the seconds of one turn with its touch; negative: it failed. */
static double take_turns(size_t pages)
{
	struct turns *turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double start;
	pid_t pid;

	if (turns == MAP_FAILED || (pid = fork()) < 0)
		return -1;
	if (pid == 0)
		be_toucher(pages, turns);
	wait_for(&turns->touched, 1);
	start = now();
	for (size_t i = 0; i < pages; i++) {
		atomic_store(&turns->asked, i + 1);
		wait_for(&turns->touched, i + 2);
	}
	start = (now() - start) / (double)pages;
	waitpid(pid, NULL, 0);
	return atomic_load(&turns->touched) == SIZE_MAX ? -1 : start;
}

/* Prints the seconds of one turn. */
int main(int argc, char **argv)
{
	size_t pages = argc == 2 ? strtoull(argv[1], NULL, 0) : 0;
	double seconds;

	if (!pages) {
		fprintf(stderr, "usage: bare-turn PAGES\n");
		return 2;
	}
	seconds = take_turns(pages);
	if (seconds < 0) {
		perror("bare-turn");
		return 1;
	}
	printf("%.9f\n", seconds);
	return 0;
}
