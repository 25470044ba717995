/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root.h - small files below a root directory, this machine's or a recorded one; their texts */
#ifndef PT_ROOT_H
#define PT_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A directory that stands for "/". */
struct root {
	int fd;		/* O_PATH */
};

/* Opens PATH as a root. Returns 0 or a negative errno. */
int root_open(const char *path, struct root *ret_root);

void root_close(struct root *root);

/*
 * Reads the file at PATH (absolute, seen from ROOT) up to SIZE - 1 bytes and ends it
 * with a NUL. Returns the number of bytes, or a negative errno (-EFBIG: it has more).
 */
int root_read(const struct root *root, const char *path, char *buffer, size_t size);

/*
 * Reads a whole file into fresh memory, which the caller frees; ends it with a NUL.
 * Returns 0 or a negative errno.
 */
int root_read_all(const struct root *root, const char *path, char **ret_text);

/* Opens a file to be read again and again. Returns a file descriptor or a negative errno. */
int root_open_file(const struct root *root, const char *path);

/*
 * Reads such a file from its beginning, as root_read(); in one call, so that SIZE may be no more
 * than a page: of so much the kernel leaves nothing for a second one.
 */
int root_reread(int fd, char *buffer, size_t size);

/* Reads a file that holds one unsigned decimal number. Returns 0 or a negative errno. */
int root_read_u64(const struct root *root, const char *path, uint64_t *ret_value);

/* The "key value" files of /proc and of cgroups. */

/* The line behind LINE, or the end of the text. */
const char *keyed_next_line(const char *line);

/*
 * Finds the line of TEXT that begins with KEY and then ':' or white space. Returns what stands
 * behind these, or NULL.
 */
const char *keyed_find(const char *text, const char *key);

/*
 * The same, and parses the unsigned number that stands there; a unit "kB" makes it KiB times 1024
 * (meminfo, status, smaps_rollup), else it is taken as it stands (memory.stat).
 * Returns 0, -ENOENT (no such line) or -EINVAL (no number there).
 */
int keyed_u64(const char *text, const char *key, uint64_t *ret_value);

#endif
