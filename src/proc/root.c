/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root.c - read files below a root directory, and find what a key has in them */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/number.h"
#include "proc/root.h"

/* No file that is read whole (the longest: /proc/PID/maps) is longer than this. */
#define WHOLE_FILE_MAX ((size_t)64 << 20)

int root_open(const char *path, struct root *ret_root)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret_root->fd = fd;
	return 0;
}

void root_close(struct root *root)
{
	cleanup_close_fd(&root->fd);
	root->fd = -1;
}

int root_open_file(const struct root *root, const char *path)
{
	struct stat status = { 0 };
	int fd;

	while (*path == '/')
		path++;
	/* A recorded tree may hold FIFOs and devices, which never end. */
	fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	}
	return fd;
}

/*
 * Fills BUFFER from FD until the file ends, and ends it with a NUL. Returns the bytes, or a
 * negative errno (-EFBIG: SIZE bytes have been read, and there is no room for a NUL).
 */
static int root_read_rest(int fd, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size && (got = read(fd, buffer + used, size - used)) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		used += got < 0 ? 0 : (size_t)got;
	}
	if (used == size)
		return -EFBIG;
	buffer[used] = '\0';
	return (int)used;
}

int root_read(const struct root *root, const char *path, char *buffer, size_t size)
{
	CLEANUP_FD int fd = root_open_file(root, path);

	return fd < 0 ? fd : root_read_rest(fd, buffer, size);
}

int root_read_all(const struct root *root, const char *path, char **ret_text)
{
	CLEANUP_FD int fd = root_open_file(root, path);
	CLEANUP_FREE char *text = NULL;
	size_t used = 0;
	int r = fd < 0 ? fd : -EFBIG;

	for (size_t size = 16384; r == -EFBIG && size <= WHOLE_FILE_MAX; size *= 2) {
		char *grown = realloc(text, size);

		if (!grown)
			return -ENOMEM;
		text = grown;
		r = root_read_rest(fd, text + used, size - used);
		used = size;
	}
	if (r < 0 && r != -EFBIG)
		return r;
	text[used - 1] = '\0';
	*ret_text = text;
	text = NULL;
	return 0;
}

int root_reread(int fd, char *buffer, size_t size)
{
	ssize_t got;

	do
		got = pread(fd, buffer, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if ((size_t)got == size)
		return -EFBIG;
	buffer[got] = '\0';
	return (int)got;
}

int root_read_u64(const struct root *root, const char *path, uint64_t *ret_value)
{
	char buffer[64];
	int r = root_read(root, path, buffer, sizeof(buffer));

	return r < 0 ? r : number_parse_u64(buffer, ret_value);
}

const char *keyed_next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line != '\0');
}

const char *keyed_find(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (*text && (strncmp(text, key, length) || !text[length] ||
			 !strchr(": \t", text[length])))
		text = keyed_next_line(text);
	if (!*text)
		return NULL;
	text += length + (text[length] == ':');
	return text + strspn(text, " \t");
}

int keyed_u64(const char *text, const char *key, uint64_t *ret_value)
{
	const char *value = keyed_find(text, key);
	unsigned long long number;
	char *rest;

	if (!value)
		return -ENOENT;
	if (*value < '0' || *value > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(value, &rest, 10);
	if (errno)
		return -EINVAL;
	if (!strncmp(rest, " kB", 3) && __builtin_mul_overflow(number, 1024ULL, &number))
		return -EINVAL;
	*ret_value = number;
	return 0;
}
