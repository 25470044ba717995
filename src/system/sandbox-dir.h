/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-dir.h - the cgroup directories that sandboxes are made of */
#ifndef PT_SANDBOX_DIR_H
#define PT_SANDBOX_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All directories that we make are named so, with a pid behind it: a stale one is known by it. */
#define SANDBOX_PREFIX "pagetouch-"
#define SANDBOX_OBSERVER "observer-"

/*
 * Makes a directory NAME in PARENT and locks it, so that no other run takes it for a
 * stale one: the lock ends with this process, however that ends. Returns its descriptor
 * or a negative errno.
 */
int sandbox_dir_make(int parent, const char *name);

/* Removes the directory, waiting up to a second for the last process to leave. */
int sandbox_dir_remove(int parent, const char *name);

/* Kills the processes in the cgroup at FD. */
void sandbox_dir_kill(int fd);

/*
 * Removes every directory in PARENT that has a name of ours and that no living run has locked,
 * together with the processes that are left in it.
 */
void sandbox_dir_sweep(int parent);

/* Writes TEXT to FILE in the directory. Returns 0 or a negative errno. */
int sandbox_dir_write(int fd, const char *file, const char *text);

/* The same with a number. */
int sandbox_dir_write_u64(int fd, const char *file, uint64_t value);

/* Reads FILE in the directory; ends it with a NUL. Returns the length or a negative errno. */
int sandbox_dir_read(int fd, const char *file, char *text, size_t size);

/* Whether WORD is one of the words in FILE (cgroup.controllers, cgroup.subtree_control). */
bool sandbox_dir_has_word(int fd, const char *file, const char *word);

#endif
