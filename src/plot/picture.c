/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture.c - check and write the file of a picture */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/ascii.h"
#include "lib/cleanup.h"
#include "plot/plot.h"

#define MODE_ALL 0666

int picture_kind_of(const char *file, enum picture_kind *ret_kind, struct error *err)
{
	static const char *const suffixes[] = {
		[PICTURE_SVG] = ".svg", [PICTURE_PNG] = ".png", [PICTURE_PDF] = ".pdf",
	};
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const char *result = strrchr(name, '.');
	char escaped[256];

	if (!strcmp(file, "-")) {
		*ret_kind = PICTURE_TEXT;
		return 0;
	}
	/* ".png" is a name without a suffix. */
	for (int kind = PICTURE_SVG; result && result != name && kind <= PICTURE_PDF; kind++) {
		if (!ascii_same(result, suffixes[kind]))
			continue;
		*ret_kind = (enum picture_kind)kind;
		return 0;
	}
	error_set(err, "--plot '%s': the name does not say what kind of picture it is to be",
		  error_escape(escaped, sizeof(escaped), file));
	error_hint(err, "end it in .svg, .png or .pdf, or write --plot - to see it here");
	return -EINVAL;
}

static int picture_set_error(const char *file, int error, struct error *err)
{
	char escaped[256];

	error_set(err, "--plot: cannot write '%s': %s",
		  error_escape(escaped, sizeof(escaped), file), strerror(-error));
	error_hint_errno(err, error);
	return error;
}

/*
 * Opens a new file beside the one that FILE leads to, which it is to replace, with the names of
 * both for the caller to free. A file that is there is not replaced if that is not what its owner
 * would want. Returns the descriptor, or a negative errno.
 */
static int picture_open(const char *file, char **ret_target, char **ret_name)
{
	CLEANUP_FREE char *target = realpath(file, NULL), *name = NULL;
	struct stat status;
	const char *slash;
	int fd;

	if (target) {
		if (stat(target, &status) < 0)
			return -errno;
		if (!S_ISREG(status.st_mode))
			return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
		if (access(target, W_OK) < 0)
			return -errno;
	} else {
		if (errno != ENOENT)
			return -errno;
		/* A link that leads nowhere is not replaced by a picture. */
		if (lstat(file, &status) == 0)
			return -ENOENT;
		target = strdup(file);
		if (!target)
			return -ENOMEM;
	}
	slash = strrchr(target, '/');
	if (asprintf(&name, "%.*s.pagetouch-XXXXXX", slash ? (int)(slash - target) + 1 : 0,
		     target) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_target = target;
	*ret_name = name;
	target = name = NULL;
	return fd;
}

int picture_check(const char *file, struct error *err)
{
	CLEANUP_FREE char *target = NULL, *name = NULL;
	int r = picture_open(file, &target, &name);

	if (r < 0) {
		picture_set_error(file, r, err);
		if (r == -EINVAL)
			error_hint(err, "it is there and is no regular file");
		return r;
	}
	close(r);
	unlink(name);
	return 0;
}

int picture_write(const char *file, const char *bytes, size_t length, struct error *err)
{
	CLEANUP_FREE char *target = NULL, *name = NULL;
	int fd = picture_open(file, &target, &name), r = 0;
	struct stat status;
	mode_t mask;
	FILE *stream;

	if (fd < 0)
		return picture_set_error(file, fd, err);
	stream = fdopen(fd, "w");
	/* As open(2) would make it, or as it was. */
	mask = umask(0);
	umask(mask);
	status.st_mode = MODE_ALL & ~mask;
	(void)stat(target, &status);
	/* What a network file system could not write, it says when the file is closed. */
	if (!stream || fwrite(bytes, 1, length, stream) < length || fflush(stream) < 0 ||
	    fchmod(fd, status.st_mode & 0777) < 0)
		r = -errno;
	if (!stream)
		close(fd);
	else if (fclose(stream) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(name, target) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(name);
	return picture_set_error(file, r, err);
}
