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
#include "sandbox/sandbox.h"

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
	return sandbox_dir_write_u64(cgroup, "cgroup.procs", (uint64_t)pid);
}

int oom_score_adj_set(int value, bool undo)
{
	CLEANUP_FD int fd = -1;
	char before[16], text[16];
	ssize_t length;

	if (value == OOM_SCORE_ADJ_KEEP)
		return 0;
	fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, before, sizeof(before));
	snprintf(text, sizeof(text), "%d", value);
	return length <= 0 || pwrite(fd, text, strlen(text), 0) < 0 ||
	       (undo && pwrite(fd, before, (size_t)length, 0) < 0) ? -errno : 0;
}

int oom_score_adj_try(int value, struct error *err)
{
	int r = oom_score_adj_set(value, true);

	return r < 0 ? error_return(err, r,
				    "cannot set oom_score_adj to %d: %s\n"
				    "lowering it needs CAP_SYS_RESOURCE; --oom-score-adj=keep leaves it",
				    value, strerror(-r)) : 0;
}

int option_oom_score_adj(const struct option_row *row, const char *text, void *filled,
			 struct error *err)
{
	int *adj = option_field(filled, row);
	char *rest;
	long value;

	if (!strcmp(text, "keep")) {
		*adj = OOM_SCORE_ADJ_KEEP;
		return 0;
	}
	errno = 0;
	value = strtol(text, &rest, 10);
	if (!*text || isspace((unsigned char)*text) || *rest || errno || value < -1000 ||
	    value > 1000)
		return error_set_value(err, -EINVAL, "--oom-score-adj", text,
				       "is not a number from -1000 to 1000",
				       "1000 makes it the OOM killer's first choice; 'keep' leaves it as it is");
	*adj = (int)value;
	return 0;
}
