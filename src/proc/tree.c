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
#include "proc/process.h"
#include "proc/tree.h"

/* A stat file is one line of 52 numbers and a name. */
#define STAT_MAX 2048

/* Most status files are shorter; it is read in one call. */
#define STATUS_MAX 4096

/*
 * Of so many processes at the most the files are kept open, which makes reading them again several
 * times cheaper, and of no more than take a quarter of the files that may be open at once.
 */
#define TREE_KEPT_MAX 64

/* Of the flags in stat: forked, and nothing executed since (include/linux/sched.h). */
#define STAT_FORKNOEXEC 0x40

int tree_parse_stat(const char *text, struct tree_process *ret_process)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	struct tree_process process = { 0 };
	uint64_t minflt, cminflt, majflt, cmajflt, utime, stime, cutime, cstime;
	char state;
	unsigned flags;
	int pid;

	/* The name may hold blanks and parentheses, the rest does not. */
	if (!open || !close || close < open || sscanf(text, "%d", &pid) != 1 ||
	    sscanf(close + 1,
		   " %c %*d %*d %*d %*d %*d %u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %*d %*d %" SCNu64
		   " %*d %" SCNu64,
		   &state, &flags, &minflt, &cminflt, &majflt, &cmajflt, &utime, &stime, &cutime,
		   &cstime, &process.threads, &process.start) != 12)
		return -EINVAL;
	snprintf(process.comm, sizeof(process.comm), "%.*s", (int)(close - open - 1), open + 1);
	process.pid = pid;
	process.unexecuted = flags & STAT_FORKNOEXEC;
	process.zombie = state == 'Z' || state == 'X';
	process.minflt = minflt + cminflt;
	process.majflt = majflt + cmajflt;
	process.ticks = utime + stime + cutime + cstime;
	process.own_ticks = utime + stime;
	process.stat_fd = process.children_fd = process.status_fd = -1;
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
	bool left_out = pid == tree->left_out || tree_find(tree, pid);
	int r = left_out ? -ESRCH : tree_read_stat(root, pid, &process);

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

static void tree_close_top(struct process_tree *tree)
{
	if (tree->top.pid)
		cleanup_close_fd(&tree->top.children_fd);
}

static void tree_close_files(struct process_tree *tree, struct tree_process *process)
{
	if (process->stat_fd < 0)
		return;
	close(process->stat_fd);
	cleanup_close_fd(&process->children_fd);
	cleanup_close_fd(&process->status_fd);
	process->stat_fd = process->children_fd = process->status_fd = -1;
	tree->kept--;
}

/* Who is still there at a second reading may be there at many more. */
static void tree_keep_files(const struct root *root, struct process_tree *tree,
			    struct tree_process *process)
{
	int pid = (int)process->pid;
	char path[64];

	if (process->stat_fd >= 0 || tree->kept >= TREE_KEPT_MAX ||
	    tree->kept >= (size_t)sysconf(_SC_OPEN_MAX) / 12)
		return;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	process->stat_fd = root_open_file(root, path);
	if (process->stat_fd < 0) {
		process->stat_fd = -1;
		return;
	}
	tree->kept++;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	process->children_fd = root_open_file(root, path);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	process->status_fd = root_open_file(root, path);
}

int tree_read_resident(const struct root *root, const struct tree_process *process,
		       uint64_t *ret_rss, uint64_t *ret_peak)
{
	char text[STATUS_MAX];
	int r = process->status_fd < 0 ? -EBADF
				       : root_reread(process->status_fd, text, sizeof(text));

	/* It may be longer: of a process in many groups. */
	if (r == -EBADF || r == -EFBIG)
		return process_resident_read(root, process->pid, ret_rss, ret_peak);
	return r < 0 ? r : process_parse_resident(text, ret_rss, ret_peak);
}

/* Reads PROCESS again. Returns 0 or a negative errno; one with its pid may be another. */
static int tree_reread_stat(const struct root *root, struct process_tree *tree,
			    struct tree_process *process, struct tree_process *ret_process)
{
	char text[STAT_MAX];
	int r;

	tree_keep_files(root, tree, process);
	if (process->stat_fd < 0)
		return tree_read_stat(root, process->pid, ret_process);
	r = root_reread(process->stat_fd, text, sizeof(text));
	r = r < 0 ? r : tree_parse_stat(text, ret_process);
	if (r == 0) {
		ret_process->stat_fd = process->stat_fd;
		ret_process->children_fd = process->children_fd;
		ret_process->status_fd = process->status_fd;
	}
	return r;
}

/* Reads those again that were found before, and forgets who has gone. */
static int tree_refresh(const struct root *root, struct process_tree *tree)
{
	size_t alive = 0;
	int failure = 0;

	for (size_t i = 0; i < tree->count; i++) {
		struct tree_process *process = &tree->processes[i], now;
		int r = tree_reread_stat(root, tree, process, &now);

		if (r == 0 && now.start == process->start)
			tree->processes[alive++] = now;
		else
			tree_close_files(tree, process);
		if (r < 0 && !has_gone(r))
			failure = r;
	}
	tree->count = alive;
	return failure;
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

/* A thread has the children that it has forked itself; one that ends meanwhile has none. */
static int tree_add_children_of_thread(const struct root *root, struct process_tree *tree,
				       pid_t parent, const char *thread)
{
	CLEANUP_FREE char *text = NULL;
	char path[64 + NAME_MAX];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)parent, thread);
	r = root_read_all(root, path, &text);
	r = r < 0 ? r : tree_add_list(root, tree, text);
	return has_gone(r) ? 0 : r;
}

static int tree_add_children_of_first_thread(const struct root *root, struct process_tree *tree,
					     pid_t parent)
{
	char thread[16];

	snprintf(thread, sizeof(thread), "%d", (int)parent);
	return tree_add_children_of_thread(root, tree, parent, thread);
}

static int tree_add_children(const struct root *root, struct process_tree *tree,
			     const struct tree_process *process)
{
	pid_t parent = process->pid;
	char path[64], text[1024];
	const struct dirent *entry;
	DIR *directory;
	int r = -EBADF;

	/* Most have one thread, whose name is known: to list it would cost more than the rest. */
	if (process->threads == 1) {
		if (process->children_fd >= 0)
			r = root_reread(process->children_fd, text, sizeof(text));
		if (has_gone(r))
			return 0;
		return r < 0 ? tree_add_children_of_first_thread(root, tree, parent)
			     : tree_add_list(root, tree, text);
	}
	r = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)parent);
	directory = tree_open_directory(root, path);
	if (!directory)
		return has_gone(-errno) ? 0 : -errno;
	while (r == 0 && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			r = tree_add_children_of_thread(root, tree, parent, entry->d_name);
	closedir(directory);
	return r;
}

int tree_read_process(const struct root *root, pid_t pid, struct process_tree *tree)
{
	tree->count = 0;
	return tree_add(root, tree, pid);
}

/* Adds the children of TOP, which has one thread, and whose file of them is kept open. */
static int tree_add_children_of_top(const struct root *root, struct process_tree *tree, pid_t top)
{
	struct tree_process process;
	char path[64];

	if (tree->top.pid != top) {
		tree_close_top(tree);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)top, (int)top);
		tree->top = (struct tree_process){
			.pid = top, .threads = 1, .children_fd = root_open_file(root, path),
		};
	}
	process = tree->top;
	return tree_add_children(root, tree, &process);
}

int tree_read_descendants(const struct root *root, pid_t top, bool with_top,
			  struct process_tree *tree)
{
	int r;

	r = tree_refresh(root, tree);
	if (r == 0)
		r = with_top ? tree_add(root, tree, top)
			     : tree_add_children_of_top(root, tree, top);
	/* The list grows at its end by what is found. */
	for (size_t i = 0; r == 0 && i < tree->count; i++) {
		struct tree_process process = tree->processes[i];

		r = tree_add_children(root, tree, &process);
	}
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
	for (size_t i = 0; i < copy->count; i++)
		copy->processes[i].stat_fd = copy->processes[i].children_fd =
			copy->processes[i].status_fd = -1;
	return 0;
}

void tree_free(struct process_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		tree_close_files(tree, &tree->processes[i]);
	tree_close_top(tree);
	free(tree->processes);
	*tree = (struct process_tree){ 0 };
}
