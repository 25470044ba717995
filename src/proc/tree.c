/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.c - find the processes that are followed together */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "proc/tree.h"

/* A stat file is one line of 52 numbers and a name. */
#define STAT_MAX 2048

int tree_parse_stat(const char *text, struct tree_process *ret_process)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	struct tree_process process = { 0 };
	uint64_t minflt, cminflt, majflt, cmajflt, utime, stime, cutime, cstime;
	char comm[TREE_COMM_MAX], state;
	int pid;

	/* The name may hold blanks and parentheses, the rest does not. */
	if (!open || !close || close < open || sscanf(text, "%d", &pid) != 1 ||
	    sscanf(close + 1,
		   " %c %*d %*d %*d %*d %*d %*u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %*d %*d %*d %*d %" SCNu64,
		   &state, &minflt, &cminflt, &majflt, &cmajflt, &utime, &stime, &cutime,
		   &cstime, &process.start) != 10)
		return -EINVAL;
	snprintf(comm, sizeof(comm), "%.*s", (int)(close - open - 1), open + 1);
	error_escape(process.comm, sizeof(process.comm), comm);
	process.pid = pid;
	process.zombie = state == 'Z' || state == 'X';
	process.minflt = minflt + cminflt;
	process.majflt = majflt + cmajflt;
	process.ticks = utime + stime + cutime + cstime;
	process.own_ticks = utime + stime;
	*ret_process = process;
	return 0;
}

int tree_read_stat(const struct root *root, pid_t pid, struct tree_process *ret_process)
{
	char path[48], text[STAT_MAX];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	r = root_read(root, path, text, sizeof(text));
	return r < 0 ? r : tree_parse_stat(text, ret_process);
}

const struct tree_process *tree_find(const struct process_tree *tree, pid_t pid)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->processes[i].pid == pid)
			return &tree->processes[i];
	return NULL;
}

static bool has_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

/* Adds process PID, unless it is there already or has gone. Returns 0 or a negative errno. */
static int tree_add(const struct root *root, struct process_tree *tree, pid_t pid)
{
	struct tree_process process;
	int r = tree_find(tree, pid) ? -ESRCH : tree_read_stat(root, pid, &process);

	if (r < 0)
		return has_gone(r) ? 0 : r;
	if (tree->count == tree->room) {
		size_t room = tree->room ? 2 * tree->room : 16;
		struct tree_process *grown =
			reallocarray(tree->processes, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		tree->processes = grown;
		tree->room = room;
	}
	tree->processes[tree->count++] = process;
	return 0;
}

/* Reads those again that were found before, and forgets who has gone. */
static int tree_refresh(const struct root *root, struct process_tree *tree)
{
	size_t kept = 0;

	for (size_t i = 0; i < tree->count; i++) {
		struct tree_process now;
		int r = tree_read_stat(root, tree->processes[i].pid, &now);

		if (r < 0 && !has_gone(r))
			return r;
		if (r == 0 && now.start == tree->processes[i].start)
			tree->processes[kept++] = now;
	}
	tree->count = kept;
	return 0;
}

/* Adds the pids that TEXT lists, with white space between them. */
static int tree_add_list(const struct root *root, struct process_tree *tree, const char *text)
{
	char *rest;
	int r = 0;

	for (long pid = strtol(text, &rest, 10); r == 0 && rest != text;
	     pid = strtol(text, &rest, 10)) {
		r = tree_add(root, tree, (pid_t)pid);
		text = rest;
	}
	return r;
}

/* Opens the directory PATH below ROOT; NULL with errno set. */
static DIR *tree_open_directory(const struct root *root, const char *path)
{
	int fd = openat(root->fd, path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		cleanup_close_fd(&fd);
	return directory;
}

/* Each thread has the children that it has forked itself; one that ends meanwhile has none. */
static int tree_add_children(const struct root *root, struct process_tree *tree, pid_t parent)
{
	char path[64], children[sizeof(path) + NAME_MAX + 16];
	const struct dirent *entry;
	DIR *directory;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)parent);
	directory = tree_open_directory(root, path);
	if (!directory)
		return has_gone(-errno) ? 0 : -errno;
	while (r == 0 && (entry = readdir(directory)) != NULL) {
		CLEANUP_FREE char *text = NULL;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(children, sizeof(children), "%s/%s/children", path, entry->d_name);
		r = root_read_all(root, children, &text);
		r = r < 0 ? r : tree_add_list(root, tree, text);
		r = has_gone(r) ? 0 : r;
	}
	closedir(directory);
	return r;
}

int tree_read_process(const struct root *root, pid_t pid, struct process_tree *tree)
{
	tree->count = 0;
	return tree_add(root, tree, pid);
}

int tree_read_descendants(const struct root *root, pid_t top, bool with_top,
			  struct process_tree *tree)
{
	int r;

	r = tree_refresh(root, tree);
	if (r == 0)
		r = with_top ? tree_add(root, tree, top) : tree_add_children(root, tree, top);
	/* The list grows at its end by what is found. */
	for (size_t i = 0; r == 0 && i < tree->count; i++)
		r = tree_add_children(root, tree, tree->processes[i].pid);
	return r;
}

static int tree_add_cgroup(const struct root *root, const char *directory,
			   struct process_tree *tree)
{
	CLEANUP_FREE char *path = NULL, *text = NULL;
	const struct dirent *entry;
	DIR *below;
	int r;

	if (asprintf(&path, "%s/cgroup.procs", directory) < 0)
		return -ENOMEM;
	r = root_read_all(root, path, &text);
	/* EOPNOTSUPP: a threaded cgroup, whose processes are listed above it. */
	if (r < 0 && r != -EOPNOTSUPP)
		return r;
	r = text ? tree_add_list(root, tree, text) : 0;
	below = tree_open_directory(root, directory);
	while (r == 0 && below && (entry = readdir(below)) != NULL) {
		CLEANUP_FREE char *child = NULL;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (asprintf(&child, "%s/%s", directory, entry->d_name) < 0)
			r = -ENOMEM;
		else
			r = tree_add_cgroup(root, child, tree);
		/* It has just been removed. */
		r = r == -ENOENT || r == -ENODEV ? 0 : r;
	}
	if (below)
		closedir(below);
	return r;
}

/* Who has left the cgroup is not followed any more. */
int tree_read_cgroup(const struct root *root, const struct cgroup_level *level,
		     struct process_tree *tree)
{
	tree->count = 0;
	return tree_add_cgroup(root, level->directory, tree);
}

int tree_copy(const struct process_tree *tree, struct process_tree *copy)
{
	if (copy->room < tree->count) {
		struct tree_process *grown =
			reallocarray(copy->processes, tree->room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		copy->processes = grown;
		copy->room = tree->room;
	}
	copy->count = tree->count;
	if (tree->count)
		memcpy(copy->processes, tree->processes, tree->count * sizeof(*tree->processes));
	return 0;
}

void tree_free(struct process_tree *tree)
{
	free(tree->processes);
	*tree = (struct process_tree){ 0 };
}
