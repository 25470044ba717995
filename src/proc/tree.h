/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - the processes that are followed together: /proc/PID/task/TID/children, cgroup.procs and
 * /proc/PID/stat, see proc_pid_task(5), proc_pid_stat(5) and cgroups(7)
 */
#ifndef PT_TREE_H
#define PT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/cgroup.h"
#include "proc/root.h"

#define TREE_COMM_MAX 64

/* What stat says of a process. Times in clock ticks (sysconf(_SC_CLK_TCK)). */
struct tree_process {
	pid_t pid;
	uint64_t start;		/* since boot: tells the process from a later one with its pid */
	uint64_t threads;
	bool zombie;		/* it has ended, and nobody has waited for it yet */
	bool unexecuted;	/* it runs what it was forked from: it has called no execve(2) */
	char comm[TREE_COMM_MAX];	/* as it is: may hold anything */
	/* Its own, and those of the children that it has waited for. */
	uint64_t minflt, majflt, ticks;
	uint64_t own_ticks;
	int stat_fd, children_fd, status_fd;	/* kept open by the tree that it is in; else -1 */
};

/* All zero at first; free with tree_free(). */
struct process_tree {
	struct tree_process *processes;
	size_t count, room;
	size_t kept;		/* how many of them have files that are kept open */
	pid_t left_out;		/* a child that is not to be found; 0: none */
	struct tree_process top;	/* of the last reading without it: its children_fd */
};

/* Reads what stat says of process PID. Returns 0 or a negative errno (-ENOENT: there is none). */
int tree_read_stat(const struct root *root, pid_t pid, struct tree_process *ret_process);

/* Reads process PID alone again. Returns 0 or a negative errno. */
int tree_read_process(const struct root *root, pid_t pid, struct process_tree *tree);

/*
 * Reads again which processes live below process TOP, with TOP itself if WITH_TOP; else it is a
 * process with one thread, such as the caller. Who has been
 * found once stays until its end, whoever its parent is then. A process that is born meanwhile may
 * be found by the next reading only, since the kernel's lists change while they are read.
 * Returns 0 or a negative errno.
 */
int tree_read_descendants(const struct root *root, pid_t top, bool with_top,
			  struct process_tree *tree);

/*
 * Reads again which processes live in the cgroup LEVEL and below it. Returns 0 or a negative errno
 * (-ENOENT: there is no such cgroup any more).
 */
int tree_read_cgroup(const struct root *root, const struct cgroup_level *level,
		     struct process_tree *tree);

/* Reads RSS and VmHWM of PROCESS as process_resident_read(). Returns as that. */
int tree_read_resident(const struct root *root, const struct tree_process *process,
		       uint64_t *ret_rss, uint64_t *ret_peak);

/* The process PID of TREE, or NULL. */
const struct tree_process *tree_find(const struct process_tree *tree, pid_t pid);

/* Makes COPY, which may have been one before, a copy of TREE. Returns 0 or -ENOMEM. */
int tree_copy(const struct process_tree *tree, struct process_tree *copy);

void tree_free(struct process_tree *tree);

/* Pure: parses the TEXT of stat. Returns 0 or -EINVAL. */
int tree_parse_stat(const char *text, struct tree_process *ret_process);

#endif
