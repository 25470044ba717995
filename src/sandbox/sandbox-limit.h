/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-limit.h - change the limit of a sandbox while somebody lives in it */
#ifndef PT_SANDBOX_LIMIT_H
#define PT_SANDBOX_LIMIT_H

#include <stdint.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"

enum sandbox_bound {
	SANDBOX_LIMIT,		/* memory.limit_in_bytes, with memory.memsw; v2 memory.max */
	SANDBOX_HIGH,		/* v2 memory.high */
};

/*
 * A change that is under way. The kernel reclaims in the name of who writes the limit, and takes
 * as long as that takes: so a process of its own writes, which can be ended.
 */
struct limit_change {
	pid_t writer;
	int pidfd;		/* readable when the writer is through */
};

/*
 * Begins to make BYTES the BOUND of SANDBOX; the swap that it may use beside stays as it is.
 * What cannot be reclaimed for a limit version 2 kills; version 1 leaves the old one, and says
 * -EBUSY. Returns 0, or a negative errno with nothing begun.
 */
int sandbox_limit_begin(const struct sandbox *sandbox, enum sandbox_bound bound, uint64_t bytes,
			struct limit_change *ret_change);

/* Ends the change, also before it is through. Returns 0, or a negative errno (-EINTR: before). */
int sandbox_limit_end(struct limit_change *change);

/* The limit that is in force, bytes; CGROUP_UNLIMITED: none, or it cannot be read. */
uint64_t sandbox_limit_read(const struct sandbox *sandbox);

/* How many processes the kernel has killed in SANDBOX for lack of memory; 0 if it does not say. */
uint64_t sandbox_kills(const struct sandbox *sandbox);

#endif
