/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enter.c - start a process in a cgroup, and as the OOM killer's choice */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "sandbox/enter.h"

pid_t cgroup_fork(int cgroup, bool *ret_born)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};
	long pid = -1;

	if (cgroup >= 0)
		pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	*ret_born = cgroup < 0 || pid >= 0;
	return pid >= 0 ? (pid_t)pid : fork();
}

int cgroup_move(int cgroup, pid_t pid)
{
	CLEANUP_FD int fd = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", (int)pid);

	if (fd < 0 || write(fd, text, (size_t)length) != length)
		return -errno;
	return 0;
}

/*
 * Raising one's own oom_score_adj needs no privilege, lowering it does (proc(5)): the caller has
 * tried it before, so that it does not fail here.
 */
void oom_score_adj_set(int value)
{
	CLEANUP_FD int fd = -1;
	char text[16];
	int length;

	if (value == OOM_SCORE_ADJ_KEEP)
		return;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	length = snprintf(text, sizeof(text), "%d", value);
	if (fd >= 0 && write(fd, text, (size_t)length) != length)
		return;
}

int oom_score_adj_try(int value)
{
	CLEANUP_FD int fd = -1;
	char before[16], text[16];
	ssize_t length;
	int r = 0;

	if (value == OOM_SCORE_ADJ_KEEP)
		return 0;
	fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, before, sizeof(before));
	snprintf(text, sizeof(text), "%d", value);
	if (length <= 0 || pwrite(fd, text, strlen(text), 0) < 0)
		r = -errno;
	else if (pwrite(fd, before, (size_t)length, 0) < 0)
		r = -errno;
	return r;
}

int option_oom_score_adj(const struct option_row *row, const char *text, void *filled,
			 struct error *err)
{
	int *adj = option_field(filled, row);
	char escaped[64], *rest;
	long value;

	if (!strcmp(text, "keep")) {
		*adj = OOM_SCORE_ADJ_KEEP;
		return 0;
	}
	errno = 0;
	value = strtol(text, &rest, 10);
	if (!*text || isspace((unsigned char)*text) || *rest || errno || value < -1000 ||
	    value > 1000) {
		error_set(err, "--oom-score-adj '%s' is not a number from -1000 to 1000",
			  error_escape(escaped, sizeof(escaped), text));
		error_hint(err,
			   "1000 makes it the OOM killer's first choice; 'keep' leaves it as it is");
		return -EINVAL;
	}
	*adj = (int)value;
	return 0;
}
