/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-end.h - a process that ends a sandbox when this one is killed */
#ifndef PT_SANDBOX_END_H
#define PT_SANDBOX_END_H

#include "sandbox/sandbox.h"

/* Two pipes to it, which are both closed when either process ends. */
struct sandbox_end {
	int alive;		/* -1: there is no such process */
	int ended;
};

/*
 * Starts the process, before there is a command. It is none of our descendants, is in a session of
 * its own, and lives in the cgroup that we live in now: where we were moved for SANDBOX.
 * Returns 0 or a negative errno.
 */
int sandbox_end_prepare(const struct sandbox *sandbox, struct sandbox_end *ret_end);

/* Has it end without doing anything, and waits for that. */
void sandbox_end_release(struct sandbox_end *end);

#endif
