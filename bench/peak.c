/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peak.c - run a command and write its VmHWM in KiB to a file, read just before it exits */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns KiB, or a negative number. */
static long peak_of(pid_t pid)
{
	char path[64], line[256];
	long peak = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, "VmHWM:", 6))
			peak = strtol(line + 6, NULL, 10);
	fclose(file);
	return peak;
}

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(command[0], command);
		fprintf(stderr, "peak: %s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

/* Lets it run to its end; returns its wait status. */
static int watch(pid_t pid, long *ret_peak)
{
	int status;

	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			*ret_peak = peak_of(pid);
		else if (signal == SIGTRAP)
			ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACEEXIT);
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)(signal == SIGTRAP ? 0 : signal));
	}
	return status;
}

static int write_number(const char *path, long number)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file, "%ld\n", number);
	return fclose(file) ? -errno : 0;
}

int main(int argc, char **argv)
{
	long peak = -1;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: peak FILE COMMAND [ARG]...\n");
		return 2;
	}
	pid = start(argv + 2);
	status = pid < 0 ? 0 : watch(pid, &peak);
	if (peak < 0 || write_number(argv[1], peak) < 0) {
		fprintf(stderr, "peak: cannot watch %s or write to %s\n", argv[2], argv[1]);
		return 125;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
