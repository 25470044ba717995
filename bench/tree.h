/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h - a process and all that descends from it */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define TREE_MAX 64

struct tree {
	pid_t pids[TREE_MAX];
	int count;
};

static inline ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[bytes > 0 ? bytes : 0] = '\0';
	return bytes;
}

/* Adds what the processes of the tree have forked, and what those have. */
static inline void grow_tree(struct tree *tree)
{
	for (int i = 0; i < tree->count; i++) {
		char path[64], text[1024], *at = text, *rest;

		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)tree->pids[i],
			 (int)tree->pids[i]);
		read_text(path, text, sizeof(text));
		for (;; at = rest) {
			long pid = strtol(at, &rest, 10);

			if (rest == at || tree->count == TREE_MAX)
				break;
			tree->pids[tree->count++] = (pid_t)pid;
		}
	}
}

static inline struct tree tree_of(pid_t root)
{
	struct tree tree = { .pids = { root }, .count = 1 };

	grow_tree(&tree);
	return tree;
}

#endif
