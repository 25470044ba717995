/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-dir.c - make, lock, sweep and remove cgroup directories through descriptors */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "system/sandbox-dir.h"

/* A sweep may take a fresh directory before it is locked: so often it is made again. */
#define MAKE_ATTEMPTS 5

#define REMOVE_ATTEMPTS 200
#define REMOVE_PAUSE_NS 5000000

int sandbox_dir_write(int fd, const char *file, const char *text)
{
	CLEANUP_FD int opened = openat(fd, file, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	if (opened < 0)
		return -errno;
	return write(opened, text, length) == (ssize_t)length ? 0 : -errno;
}

int sandbox_dir_write_u64(int fd, const char *file, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return sandbox_dir_write(fd, file, text);
}

int sandbox_dir_read(int fd, const char *file, char *text, size_t size)
{
	CLEANUP_FD int opened = openat(fd, file, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (opened < 0)
		return -errno;
	length = read(opened, text, size - 1);
	if (length < 0)
		return -errno;
	text[length] = '\0';
	return (int)length;
}

bool sandbox_dir_has_word(int fd, const char *file, const char *word)
{
	char text[1024], *rest = NULL;

	if (sandbox_dir_read(fd, file, text, sizeof(text)) < 0)
		return false;
	for (char *found = strtok_r(text, " \n", &rest); found;
	     found = strtok_r(NULL, " \n", &rest))
		if (!strcmp(found, word))
			return true;
	return false;
}

/* Whether NAME in PARENT is still the directory behind FD. */
static bool is_same(int parent, const char *name, int fd)
{
	struct stat by_name, by_fd;

	return fstatat(parent, name, &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino;
}

int sandbox_dir_make(int parent, const char *name)
{
	for (int attempt = 0; attempt < MAKE_ATTEMPTS; attempt++) {
		CLEANUP_FD int fd = -1;

		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same(parent, name, fd))
			return take_fd(&fd);
	}
	return -EBUSY;
}

int sandbox_dir_remove(int parent, const char *name)
{
	for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
		struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NS };

		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

void sandbox_dir_kill(int fd)
{
	char text[8192], *rest = NULL, *last;

	if (sandbox_dir_read(fd, "cgroup.procs", text, sizeof(text)) <= 0)
		return;
	/* A number that was cut off at the end is somebody else's. */
	last = strrchr(text, '\n');
	if (!last)
		return;
	*last = '\0';
	for (char *word = strtok_r(text, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest)) {
		long pid = strtol(word, NULL, 10);

		/* 0 is a process outside our pid namespace: not ours to kill. */
		if (pid > 1 && pid != getpid())
			kill((pid_t)pid, SIGKILL);
	}
}

/* "pagetouch-PID" or "pagetouch-observer-PID", not "pagetouch.service" or "pagetouch-7.scope". */
static bool is_our_name(const char *name)
{
	static const char observer[] = SANDBOX_OBSERVER;

	if (strncmp(name, SANDBOX_PREFIX, strlen(SANDBOX_PREFIX)) != 0)
		return false;
	name += strlen(SANDBOX_PREFIX);
	if (!strncmp(name, observer, strlen(observer)))
		name += strlen(observer);
	return *name && !name[strspn(name, "0123456789")];
}

static void sweep_one(int parent, const char *name)
{
	CLEANUP_FD int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	sandbox_dir_kill(fd);
	sandbox_dir_remove(parent, name);
}

void sandbox_dir_sweep(int parent)
{
	int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!directory) {
		cleanup_close_fd(&fd);
		return;
	}
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_type == DT_DIR && is_our_name(entry->d_name))
			sweep_one(parent, entry->d_name);
	closedir(directory);
}
