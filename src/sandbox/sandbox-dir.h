/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-dir.h - the cgroup directories that sandboxes are made of */
#ifndef PT_SANDBOX_DIR_H
#define PT_SANDBOX_DIR_H

#include <stdbool.h>
#include <stdint.h>

/* What we make is named so, followed by a random number of 16 hexadecimal digits. */
#define SANDBOX_PREFIX "pagetouch-"
#define SANDBOX_OBSERVER "observer-"
#define SANDBOX_NAME_MAX 64

/* Puts PREFIX and a random number into NAME. */
void sandbox_dir_random_name(const char *prefix, char name[static SANDBOX_NAME_MAX]);

/*
 * Makes a new directory in PARENT, named PREFIX and a random number. Where possible it is locked
 * as long as this process lives, and marked as ours with an extended attribute: so a later run
 * knows what it may remove. Returns its descriptor, or a negative errno and leaves nothing behind.
 */
int sandbox_dir_make(int parent, const char *prefix, char ret_name[static SANDBOX_NAME_MAX]);

/*
 * Removes the directory, waiting up to a second for the last process to leave.
 * Returns 0 or a negative errno.
 */
int sandbox_dir_remove(int parent, const char *name);

/* Kills the processes in the cgroup at FD that are children of ours. */
void sandbox_dir_kill(int fd);

/*
 * Removes every directory in PARENT that has our mark and a name as we give it, that no living
 * run has locked, and that holds no process. Returns how many stay because they hold one.
 */
unsigned sandbox_dir_sweep(int parent);

/* Writes TEXT to FILE in the directory. Returns 0 or a negative errno. */
int sandbox_dir_write(int fd, const char *file, const char *text);

/* The same with a number. */
int sandbox_dir_write_u64(int fd, const char *file, uint64_t value);

/* Whether WORD is one of the words in FILE (cgroup.controllers, cgroup.subtree_control). */
bool sandbox_dir_has_word(int fd, const char *file, const char *word);

#endif
