/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-limit.h - change the limit of a sandbox while a process is in it */
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
 * A change that is under way. The kernel reclaims memory within the write of the limit, however
 * long that takes: so a process of its own writes it, which can be killed.
 */
struct limit_change {
	pid_t writer;
	int pidfd;		/* readable when the writer has ended */
};

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

#endif
