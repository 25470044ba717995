/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare-turn.c - two processes take turns: one touches a page, and the other reads nothing */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
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

/* On one processor, where a turn wakes nobody up: so are pagetouch's rows of a page. */
static void stay(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static _Noreturn void be_toucher(size_t pages, int orders, int answers)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile unsigned char *base = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (base == MAP_FAILED)
		_exit(1);
	madvise((void *)base, pages * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages && read(orders, &order, 1) == 1; i++) {
		base[i * page] = 1;
		if (write(answers, &order, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

/* Returns the seconds of one turn with its touch; negative: it failed. */
static double take_turns(size_t pages)
{
	int orders[2], answers[2];
	char order = 0;
	double start;
	pid_t pid;

	if (pipe(orders) < 0 || pipe(answers) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0)
		be_toucher(pages, orders[0], answers[1]);
	start = now();
	for (size_t i = 0; i < pages; i++)
		if (write(orders[1], &order, 1) != 1 || read(answers[0], &order, 1) != 1)
			return -1;
	start = (now() - start) / (double)pages;
	waitpid(pid, NULL, 0);
	return start;
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
	stay();
	seconds = take_turns(pages);
	if (seconds < 0) {
		perror("bare-turn");
		return 1;
	}
	printf("%.9f\n", seconds);
	return 0;
}
