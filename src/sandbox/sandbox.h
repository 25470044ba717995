/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h - a memory cgroup of our own for the subject to die in: cgroups(7) */
#ifndef PT_SANDBOX_H
#define PT_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "proc/cgroup.h"

/* What we make is named so, followed by a random number of 16 hexadecimal digits. */
#define SANDBOX_PREFIX "pagetouch-"
#define SANDBOX_OBSERVER "observer-"
#define SANDBOX_NAME_MAX 64

/* The least limit: less cannot hold even a process that has touched nothing. */
#define SANDBOX_LEAST (UINT64_C(2) << 20)

struct sandbox_spec {
	uint64_t limit;		/* bytes of memory */
	uint64_t swap;		/* bytes of swap beside it */
	uint64_t high;		/* v2 memory.high, bytes; CGROUP_UNLIMITED: none */
	bool no_guard;		/* for hints: the program has --no-guard */
};

/* How the sandbox was made, in the order in which the ways are tried. */
enum sandbox_way {
	SANDBOX_DELEGATED,	/* in a v2 subtree that was delegated to us */
	SANDBOX_SCOPE,		/* in a systemd scope made for us, v2 */
	SANDBOX_ROOT_V2,	/* below our own v2 cgroup or its ancestors, as root */
	SANDBOX_V1,		/* below our own v1 memory cgroup */
};

struct sandbox {
	bool made;
	enum sandbox_way way;
	int version;			/* 1 or 2 */
	int parent;			/* the directory that it was made in */
	int fd;				/* its own directory; flock(2)ed while we live */
	uint64_t swap;			/* bytes that it may swap beside its limit */
	char name[SANDBOX_NAME_MAX];	/* its last path component */
	char *path;			/* as in the subject's /proc/PID/cgroup; owned */
	unsigned stale;			/* left by earlier runs, not removed: processes are in */
	int leaf_fd;			/* where this process went to make room for it, or -1 */
	char leaf[SANDBOX_NAME_MAX];	/* its name, beside the sandbox; or "" */
};

enum sandbox_bound {
	SANDBOX_LIMIT,		/* memory.limit_in_bytes, with memory.memsw; v2 memory.max */
	SANDBOX_HIGH,		/* v2 memory.high */
};

/*
 * A change that is under way. The kernel reclaims memory within the write of the limit, however
 * long that takes: so a process of its own writes it, which can be killed.
 */
struct limit_change {
	pid_t writer;
	int pidfd;		/* readable when the writer has ended */
};

/*
 * Makes a sandbox with the limits of SPEC in the first way that the system allows, and removes
 * those that earlier runs left behind, if no process is in them. It may move this process to
 * another cgroup (SANDBOX_SCOPE). What is made never escapes a limit of our own cgroups.
 * Returns 0, or a negative errno with *err saying what would work, and leaves nothing behind.
 */
int sandbox_make(const struct sandbox_spec *spec, struct sandbox *ret_sandbox,
		 struct error *err);

/* Kills what lives in the sandbox; a process must not be outside of our pid namespace. */
void sandbox_kill(const struct sandbox *sandbox);

/*
 * Kills what we started in the sandbox and removes it; may be called on an all-zero one.
 * Returns 0, or a negative errno (-EBUSY: it stays, since it holds a process that is not ours).
 */
int sandbox_remove(struct sandbox *sandbox);

/* Sets the limits of SPEC in a SANDBOX that is new and empty. Returns 0 or a negative errno. */
int sandbox_limits_set(const struct sandbox *sandbox, const struct sandbox_spec *spec);

/*
 * Begins to make BYTES the BOUND of SANDBOX; the swap that it may use beside it stays the same.
 * If too little can be reclaimed, version 2 kills, and version 1 keeps the old limit and returns
 * -EBUSY. Returns 0, or a negative errno with nothing begun.
 */
int sandbox_limit_begin(const struct sandbox *sandbox, enum sandbox_bound bound, uint64_t bytes,
			struct limit_change *ret_change);

/* Ends the change, finished or not. Returns 0, or a negative errno (-EINTR: not finished). */
int sandbox_limit_end(struct limit_change *change);

/* The limit in force, bytes; CGROUP_UNLIMITED: none, or it cannot be read. */
uint64_t sandbox_limit_read(const struct sandbox *sandbox);

/* How many processes the kernel has killed in SANDBOX for lack of memory; 0 if it does not say. */
uint64_t sandbox_kills(const struct sandbox *sandbox);

/* "delegated v2 subtree", "systemd scope", ... for sentences. */
const char *sandbox_way_name(enum sandbox_way way);

/* What follows is of the directories that sandboxes are made of: sandbox-dir.c. */

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

/*
 * Kills the processes in the cgroup at FD but ourselves: all that are in our pid namespace, or
 * those alone that are CHILDREN of ours.
 */
void sandbox_dir_kill(int fd, bool children);

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
