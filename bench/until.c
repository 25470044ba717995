/* SPDX-License-Identifier: GPL-2.0-or-later */
/* until.c - run a command and time when its memory is resident, its last message, and its end */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "place.h"
#include "tree.h"

/*
 * How often the command's processes are looked at: seldom until seven eighths are there, because a
 * look costs up to 40 us, more for more processes, and may have to be waited for by one of them.
 * What is small comes and goes between two such looks.
 */
#define LOOK_NS 1000000L
#define FAR_LOOK_NS 10000000L
#define SMALL_BYTES (1LL << 30)
/* A command that is placed is looked at each time while it starts, because then it forks. */
#define STARTING_SECONDS 0.1

/* Seconds since the start; negative: not seen. */
struct times {
	double resident;	/* the memory is there */
	double cpu;		/* CPU seconds of the whole tree up to then */
	double line;		/* the last message on standard error */
	double end;		/* the command has been waited for */
	long long kept;		/* bytes resident when that message came */
};

struct watched {
	pid_t pid;
	int pidfd, messages, record;
	double start;
	long long bytes;
	bool endless;		/* it does not end on its own */
	bool near;		/* seven eighths are there, or soon will be */
	struct placement placement;
	struct times times;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static long long resident(pid_t pid)
{
	char path[32], text[128];
	long long pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	if (read_text(path, text, sizeof(text)) <= 0 || sscanf(text, "%*s %lld", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

/* Of the process that has most. */
static long long most_resident(const struct tree *tree)
{
	long long most = 0;

	for (int i = 0; i < tree->count; i++) {
		long long bytes = resident(tree->pids[i]);

		most = bytes > most ? bytes : most;
	}
	return most;
}

static double cpu_seconds(const struct tree *tree)
{
	double seconds = 0;

	for (int i = 0; i < tree->count; i++) {
		struct timespec time;
		clockid_t clock;

		if (clock_getcpuclockid(tree->pids[i], &clock) == 0 &&
		    clock_gettime(clock, &time) == 0)
			seconds += (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
	}
	return seconds;
}

/* MESSAGES is the end of the pipe that becomes standard error, NICE what it was before. */
static _Noreturn void be_command(char **command, int messages, int nice,
				 const struct placement *placement)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, nice);
	place_command(placement);
	dup2(messages, STDERR_FILENO);
	execvp(command[0], command);
	fprintf(stderr, "until: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

/* What outlives the command is killed: nothing is left of it when this returns. */
static void end_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		struct tree tree = { .pids = { getpid() }, .count = 1 };

		grow_tree(&tree);
		for (int i = 1; i < tree.count; i++)
			kill(tree.pids[i], SIGKILL);
		usleep(1000);
	}
}

/* Copies messages to RECORD. Returns false at their end. */
static bool take_message(struct watched *watched)
{
	char text[4096];
	ssize_t bytes = read(watched->messages, text, sizeof(text));
	double when = now() - watched->start;
	struct tree tree;

	if (bytes <= 0)
		return false;
	tree = tree_of(watched->pid);
	watched->times.line = when;
	watched->times.kept = most_resident(&tree);
	if (write(watched->record, text, (size_t)bytes) != bytes)
		return false;
	return true;
}

static void look(struct watched *watched)
{
	struct tree tree = tree_of(watched->pid);
	long long most = most_resident(&tree);
	bool starting = watched->placement.active && now() - watched->start < STARTING_SECONDS;

	if (!starting || tree.count > 1)
		place_tree(&watched->placement, &tree);
	watched->near = starting || watched->bytes < SMALL_BYTES ||
			most >= watched->bytes - watched->bytes / 8;
	/* A little less than all: what the kernel counts may lag behind by some pages. */
	if (most < watched->bytes - watched->bytes / 512)
		return;
	watched->times.resident = now() - watched->start;
	watched->times.cpu = cpu_seconds(&tree);
	if (watched->endless)
		kill(watched->pid, SIGKILL);
}

static void watch(struct watched *watched)
{
	struct pollfd fds[] = {
		{ .fd = watched->pidfd, .events = POLLIN },
		{ .fd = watched->messages, .events = POLLIN },
	};

	for (;;) {
		const struct timespec pause = { .tv_nsec = watched->near ? LOOK_NS : FAR_LOOK_NS };
		bool there = watched->times.resident >= 0;
		int r = ppoll(fds, 2, there ? NULL : &pause, NULL);

		if (r < 0 && errno != EINTR)
			return;
		if (!there)
			look(watched);
		if (fds[1].revents && !take_message(watched))
			fds[1].fd = -1;
		if (fds[0].revents)
			return;
	}
}

/* Where it is allowed, no look waits; the command does not inherit that, nor niceness below 0. */
static void be_punctual(void)
{
	const struct sched_param least = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &least);
}

/* Returns the exit status as a shell has it. */
static int run(struct watched *watched, char **command)
{
	int status, pipes[2], nice = getpriority(PRIO_PROCESS, 0);

	if (pipe2(pipes, O_CLOEXEC) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return 125;
	be_punctual();
	place_watcher(&watched->placement);
	watched->start = now();
	watched->pid = fork();
	if (watched->pid == 0)
		be_command(command, pipes[1], nice, &watched->placement);
	close(pipes[1]);
	watched->messages = pipes[0];
	watched->pidfd = watched->pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, watched->pid, 0);
	if (watched->pidfd < 0)
		return 125;
	watch(watched);
	if (waitpid(watched->pid, &status, 0) < 0)
		return 125;
	watched->times.end = now() - watched->start;
	end_orphans();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* LABEL, seconds until resident, CPU until then, last message, bytes at it, end. */
static int append(const char *path, const char *label, const struct times *times)
{
	FILE *file = fopen(path, "ae");

	if (!file)
		return -errno;
	fprintf(file, "%s\t%.6f\t%.6f\t%.6f\t%lld\t%.6f\n", label, times->resident, times->cpu,
		times->line, times->kept, times->end);
	return fclose(file) ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct watched watched = {
		.record = STDERR_FILENO,
		.times = { .resident = -1, .cpu = -1, .line = -1, .end = -1 },
	};
	int status;

	if (argc < 7 || (strcmp(argv[3], "ends") && strcmp(argv[3], "endless"))) {
		fprintf(stderr,
			"usage: until FILE LABEL ends|endless BYTES CPU|- COMMAND [ARG]...\n");
		return 2;
	}
	watched.endless = !strcmp(argv[3], "endless");
	watched.bytes = strtoll(argv[4], NULL, 0);
	if (strcmp(argv[5], "-") && placement_begin(&watched.placement, atoi(argv[5])) < 0) {
		fprintf(stderr, "until: no processor %s and another one\n", argv[5]);
		return 2;
	}
	watched.near = watched.placement.active || watched.bytes < SMALL_BYTES;
	status = run(&watched, argv + 6);
	if (watched.endless ? watched.times.resident < 0 : status)
		return status ? status : 1;
	/* It came and went without a look in between: the machine had no time for one. */
	if (watched.times.resident < 0)
		return 75;
	if (append(argv[1], argv[2], &watched.times) < 0) {
		fprintf(stderr, "until: cannot write to %s\n", argv[1]);
		return 125;
	}
	return 0;
}
