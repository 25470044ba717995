/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tasks.c - rank the processes by oom_score */
#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "proc/tasks.h"

int tasks_by_oom_score(const struct root *root, struct task_score *scores, size_t count)
{
	int fd = openat(root->fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t used = 0;

	if (!directory) {
		cleanup_close_fd(&fd);
		return -errno;
	}
	while ((entry = readdir(directory)) != NULL) {
		struct task_score task = { .pid = strtol(entry->d_name, NULL, 10) };
		char path[64], comm[32];
		size_t place = used;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/oom_score", task.pid);
		if (root_read_u64(root, path, &task.score) < 0)
			continue;
		while (place > 0 && scores[place - 1].score < task.score)
			place--;
		if (place == count)
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/comm", task.pid);
		if (root_read(root, path, comm, sizeof(comm)) >= 0) {
			comm[strcspn(comm, "\n")] = '\0';
			error_escape(task.comm, sizeof(task.comm), comm);
		}
		/* If the list is full the last one is dropped. */
		used -= used == count;
		memmove(scores + place + 1, scores + place, (used - place) * sizeof(*scores));
		scores[place] = task;
		used++;
	}
	closedir(directory);
	return (int)used;
}
