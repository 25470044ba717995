/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-dir.h - the cgroup directories that sandboxes are made of */
#ifndef PT_SANDBOX_DIR_H
#define PT_SANDBOX_DIR_H

#include <stdbool.h>
#include <stdint.h>

/* The directories that we make are named so, with a random number of 16 hex digits behind it. */
#define SANDBOX_PREFIX "pagetouch-"
#define SANDBOX_OBSERVER "observer-"
#define SANDBOX_NAME_MAX 64

/* Puts PREFIX and a random number into NAME. */
void sandbox_dir_random_name(const char *prefix, char name[static SANDBOX_NAME_MAX]);

/*
 * Makes a new directory in PARENT, named PREFIX and a random number. Where it can be, it is locked
 * as long as this process lives, however that ends, and marked as ours with an extended attribute:
 * that tells a later run what may be swept. Returns its descriptor, or a negative errno with
 * nothing left.
 */
int sandbox_dir_make(int parent, const char *prefix, char ret_name[static SANDBOX_NAME_MAX]);

/*
 * Removes the directory, waiting up to a second for the last process to leave.
 * Returns 0 or a negative errno.
 */
int sandbox_dir_remove(int parent, const char *name);

/* Kills those of the processes in the cgroup at FD that are children of ours. */
void sandbox_dir_kill(int fd);

/*
 * Removes every directory in PARENT that has a name and the mark of ours, that no living run has
 * locked, and that nobody is in. Returns how many stay because somebody is.
 */
unsigned sandbox_dir_sweep(int parent);

/* Writes TEXT to FILE in the directory. Returns 0 or a negative errno. */
int sandbox_dir_write(int fd, const char *file, const char *text);

/* The same with a number. */
int sandbox_dir_write_u64(int fd, const char *file, uint64_t value);

/* Whether WORD is one of the words in FILE (cgroup.controllers, cgroup.subtree_control). */
bool sandbox_dir_has_word(int fd, const char *file, const char *word);

#endif
