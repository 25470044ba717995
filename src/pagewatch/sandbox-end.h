/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-end.h - a process that ends a sandbox when this one is killed */
#ifndef PT_SANDBOX_END_H
#define PT_SANDBOX_END_H

#include <sys/types.h>

#include "sandbox/sandbox.h"

struct sandbox_end {
	pid_t pid;		/* our child, which is not to be followed; 0: there is none */
	int alive;		/* a pipe to it, which is closed when we end; or -1 */
};

#define SANDBOX_END_NONE (struct sandbox_end){ .alive = -1 }

/*
 * Starts the process, before there is a command. It is in a session of its own, and lives in the
 * cgroup that we live in now: where we were moved for SANDBOX. Returns 0 or a negative errno.
 */
int sandbox_end_prepare(const struct sandbox *sandbox, struct sandbox_end *ret_end);

/* Has it end without doing anything, and waits for that: before all children are waited for. */
void sandbox_end_release(struct sandbox_end *end);

#endif
