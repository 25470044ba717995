/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h - a memory cgroup of our own for the subject to die in: cgroups(7) */
#ifndef PT_SANDBOX_H
#define PT_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "proc/cgroup.h"
#include "sandbox/sandbox-dir.h"

/* The least limit: less cannot hold even a process that has touched nothing. */
#define SANDBOX_LEAST (UINT64_C(2) << 20)

struct sandbox_spec {
	uint64_t limit;		/* bytes of memory */
	uint64_t swap;		/* bytes of swap beside it */
	uint64_t high;		/* v2 memory.high, bytes; CGROUP_UNLIMITED: none */
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
	int leaf_fd;			/* the cgroup that this process has left for it, or -1 */
	char leaf[SANDBOX_NAME_MAX];	/* where this process went instead: beside the sandbox */
};

/*
 * Makes a sandbox with the limits of SPEC in the first way that the system allows, and removes
 * those that earlier runs left behind, if no process is in them. It may move this process to
 * another cgroup (SANDBOX_SCOPE). What is made never escapes a limit of our own cgroups.
 * Returns 0, or a negative errno with *err saying what would work, and leaves nothing behind.
 */
int sandbox_make(const struct sandbox_spec *spec, struct sandbox *ret_sandbox,
		 struct error *err);

/*
 * Kills what we started in the sandbox and removes it; may be called on an all-zero one.
 * Returns 0, or a negative errno (-EBUSY: it stays, since it holds a process that is not ours).
 */
int sandbox_remove(struct sandbox *sandbox);

/* "delegated v2 subtree", "systemd scope", ... for sentences. */
const char *sandbox_way_name(enum sandbox_way way);

#endif
