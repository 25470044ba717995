/* SPDX-License-Identifier: GPL-2.0-or-later */
/* backing-file.c - open a file without harming it, or make one that leaves nothing behind */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workload/backing-file.h"

#ifndef HUGETLBFS_MAGIC
#define HUGETLBFS_MAGIC 0x958458f6
#endif

static int backing_file_set_error(const struct backing_file_params *params, int error,
				  const char *why,
				  const char *hint, struct error *err)
{
	char escaped[256];

	error_set(err, "--file '%s': %s",
		  error_escape(escaped, sizeof(escaped), params->path), why);
	error_hint(err, "%s", hint);
	return error;
}

/*
 * A file without a name in DIRECTORY, or with one of its own, which it loses at once, where the
 * file system knows no such files (open(2), O_TMPFILE). Returns it or a negative errno.
 */
static int open_nameless(const char *directory)
{
	CLEANUP_FREE char *name = NULL;
	int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd >= 0 ? fd : -errno;
	if (asprintf(&name, "%s/.pagetouch-XXXXXX", directory) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0 && unlink(name) == 0)
		return fd;
	cleanup_close_fd(&fd);
	return -errno;
}

/* Makes the new file. It never has the name that it is asked for: two runs may do so at once. */
static int make_file(const struct backing_file_params *params, struct error *err)
{
	CLEANUP_FREE char *path = strdup(params->path);
	CLEANUP_FD int fd = path ? open_nameless(dirname(path)) : -ENOMEM;
	struct stat status;

	if (lstat(params->path, &status) == 0)
		return backing_file_set_error(params, -EEXIST,
					      "there is a link that leads nowhere",
					      "name the file itself", err);
	if (params->path[strlen(params->path) - 1] == '/')
		return backing_file_set_error(params, -EISDIR, strerror(EISDIR), "name a file",
					      err);
	if (fd < 0)
		return backing_file_set_error(params, fd, strerror(-fd),
				"there is no such file, and none can be made there", err);
	if (params->bytes > INT64_MAX || ftruncate(fd, (off_t)params->bytes) < 0)
		return backing_file_set_error(params, -EFBIG,
					      "a file of this SIZE cannot be made there",
				"ask for a smaller SIZE, or use another file system", err);
	return take_fd(&fd);
}

static bool is_large_enough(const struct backing_file_params *params, uint64_t size)
{
	uint64_t pages = size / params->page_size + (size % params->page_size != 0);

	return params->bytes / params->page_size <= pages;
}

static int check_existing(const struct backing_file_params *params, const struct stat *status,
			  struct error *err)
{
	if (!S_ISREG(status->st_mode))
		return backing_file_set_error(params, -EDOM, "it is there, and is no regular file",
					      "only regular files are mapped", err);
	if (params->writes)
		return backing_file_set_error(params, -EDOM,
					      "it is there, and would be written to",
				"leave --shared and pwrite out, so that it is only copied from, "
				"or use --access read or pread without steps that write", err);
	if (is_large_enough(params, (uint64_t)status->st_size))
		return 0;
	error_set(err, "--file: SIZE is %llu bytes, but the file has only %llu",
		  (unsigned long long)params->bytes, (unsigned long long)status->st_size);
	error_hint(err, "make SIZE smaller: a file that is there does not grow");
	return -EDOM;
}

static int open_existing(const struct backing_file_params *params, struct error *err)
{
	CLEANUP_FD int fd = open(params->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0)
		return backing_file_set_error(params, -errno, strerror(errno),
					      "it is there, but cannot be read",
					      err);
	r = check_existing(params, &status, err);
	return r < 0 ? r : take_fd(&fd);
}

static int look_at_system(const struct backing_file_params *params, int fd, bool *ret_tmpfs,
			  struct error *err)
{
	struct statfs system;
	uint32_t type;

	if (fstatfs(fd, &system) < 0)
		return backing_file_set_error(params, -errno, strerror(errno),
					      "its file system cannot be asked",
					      err);
	/* On 32-bit machines a negative number, where the magic ones are not. */
	type = (uint32_t)system.f_type;
	if (type == HUGETLBFS_MAGIC)
		return backing_file_set_error(params, -EDOM, "it is on a hugetlbfs",
					      "use --hugetlb, which needs no file", err);
	*ret_tmpfs = type == TMPFS_MAGIC || type == RAMFS_MAGIC;
	return 0;
}

int backing_file_open(const struct backing_file_params *params, struct backing_file *ret_file,
		      struct error *err)
{
	struct backing_file file = { .fd = -1 };
	CLEANUP_FD int fd = -1;
	struct stat status;
	int r;

	/* What is no regular file is not even opened: to open some of them has effects. */
	if (stat(params->path, &status) == 0) {
		r = check_existing(params, &status, err);
		fd = r < 0 ? r : open_existing(params, err);
	} else if (errno == ENOENT) {
		file.created = true;
		fd = make_file(params, err);
	} else {
		return backing_file_set_error(params, -errno, strerror(errno),
					      "name a file that can be reached",
					      err);
	}
	if (fd < 0)
		return fd;
	r = look_at_system(params, fd, &file.on_tmpfs, err);
	if (r < 0)
		return r;
	file.fd = take_fd(&fd);
	*ret_file = file;
	return 0;
}
