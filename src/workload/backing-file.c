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
#include "workload/workload.h"

#ifndef HUGETLBFS_MAGIC
#define HUGETLBFS_MAGIC 0x958458f6
#endif

static int backing_file_error(const char *path, int error, const char *why, const char *hint,
			      struct error *err)
{
	char escaped[256];

	return error_return(err, error,
			    "--file '%s': %s\n"
			    "%s", error_escape(escaped, sizeof(escaped), path), why, hint);
}

/*
 * Makes the new file. It never has the name that it is asked for: two runs may do so at once. It
 * has none or, where the file system knows no such files (open(2), O_TMPFILE), one of its own,
 * which it loses at once.
 */
static int make_file(const char *path, uint64_t bytes, struct error *err)
{
	CLEANUP_FREE char *copy = strdup(path), *name = NULL;
	const char *directory = copy ? dirname(copy) : "";
	CLEANUP_FD int fd = -1;
	struct stat status;

	if (lstat(path, &status) == 0)
		return backing_file_error(path, -EEXIST, "there is a link that leads nowhere",
					  "name the file itself", err);
	if (path[strlen(path) - 1] == '/')
		return backing_file_error(path, -EISDIR, strerror(EISDIR), "name a file", err);
	fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		if (asprintf(&name, "%s/.pagetouch-XXXXXX", directory) < 0)
			name = NULL;
		fd = name ? mkostemp(name, O_CLOEXEC) : -1;
		if (fd >= 0 && unlink(name) < 0) {
			cleanup_close_fd(&fd);
			fd = -1;
		}
	}
	if (fd < 0)
		return backing_file_error(path, -errno, strerror(errno),
					  "there is no such file, and none can be made there",
					  err);
	if (bytes > INT64_MAX || ftruncate(fd, (off_t)bytes) < 0)
		return backing_file_error(path, -EFBIG,
					  "a file of this SIZE cannot be made there",
					  "ask for a smaller SIZE, or use another file system",
					  err);
	return take_fd(&fd);
}

/* The last page may be a part of one. */
static int check_existing(const struct workload *workload, const struct stat *status,
			  struct error *err)
{
	const struct region_spec *region = &workload->region;
	uint64_t size = (uint64_t)status->st_size, page_size = workload->page_size;

	if (!S_ISREG(status->st_mode))
		return backing_file_error(workload->file, -EDOM,
					  "it is there, and is no regular file",
					  "only regular files are mapped", err);
	if (workload->touch_params.access == TOUCH_PWRITE ||
	    (region->backing == REGION_FILE_SHARED && !region->read_only))
		return backing_file_error(workload->file, -EDOM,
					  "it is there, and would be written to",
					  "leave --shared and pwrite out, so that it is only copied from, or use --access read or pread without steps that write",
					  err);
	if (region->bytes / page_size <= size / page_size + (size % page_size != 0))
		return 0;
	return error_return(err, -EDOM,
			    "--file: SIZE is %llu bytes, but the file has only %llu\n"
			    "make SIZE smaller: a file that is there does not grow",
			    (unsigned long long)region->bytes, (unsigned long long)size);
}

int backing_file_open(struct workload *workload, struct error *err)
{
	const char *path = workload->file;
	CLEANUP_FD int fd = -1;
	struct statfs system;
	struct stat status;
	uint32_t type;
	int r;

	if (stat(path, &status) == 0) {
		/* What is no regular file is not even opened: to open some has effects. */
		r = check_existing(workload, &status, err);
		if (r < 0)
			return r;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd < 0 || fstat(fd, &status) < 0)
			return backing_file_error(path, -errno, strerror(errno),
						  "it is there, but cannot be read", err);
		r = check_existing(workload, &status, err);
	} else if (errno == ENOENT) {
		r = fd = make_file(path, workload->region.bytes, err);
	} else {
		return backing_file_error(path, -errno, strerror(errno),
					  "name a file that can be reached", err);
	}
	if (r < 0)
		return r;
	if (fstatfs(fd, &system) < 0)
		return backing_file_error(path, -errno, strerror(errno),
					  "its file system cannot be asked", err);
	/* On 32-bit machines a negative number, where the magic ones are not. */
	type = (uint32_t)system.f_type;
	if (type == HUGETLBFS_MAGIC)
		return backing_file_error(path, -EDOM, "it is on a hugetlbfs",
					  "use --hugetlb, which needs no file", err);
	workload->region.on_tmpfs = type == TMPFS_MAGIC || type == RAMFS_MAGIC;
	workload->region.fd = take_fd(&fd);
	return 0;
}
