/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timed.c - run a command and append its wall and CPU seconds to a file, as one line of TSV */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

/* Returns the exit status as a shell has it; the usage includes reaped descendants. */
static int run(char **command, struct rusage *ret_usage)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return 125;
	if (pid == 0) {
		execvp(command[0], command);
		fprintf(stderr, "timed: %s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	while (wait4(pid, &status, 0, ret_usage) < 0)
		if (errno != EINTR)
			return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* LABEL, wall seconds, CPU seconds (user and system), exit status. */
static int append(const char *path, const char *label, double wall, double cpu, int status)
{
	FILE *file = fopen(path, "ae");

	if (!file)
		return -errno;
	fprintf(file, "%s\t%.6f\t%.6f\t%d\n", label, wall, cpu, status);
	return fclose(file) ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct rusage usage = { 0 };
	double start;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: timed FILE LABEL COMMAND [ARG]...\n");
		return 2;
	}
	start = now();
	status = run(argv + 3, &usage);
	if (append(argv[1], argv[2], now() - start,
		   seconds(usage.ru_utime) + seconds(usage.ru_stime), status) < 0) {
		fprintf(stderr, "timed: cannot write to %s\n", argv[1]);
		return 125;
	}
	return status;
}
