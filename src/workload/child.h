/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h - the processes that the subject forks when it is asked to */
#ifndef PT_CHILD_H
#define PT_CHILD_H

#include <sys/types.h>

#include "workload/protocol.h"

/* A child's comm(5), at most 15 bytes. */
#define CHILD_NAME "pagetouch-child"

/* As its parent holds it. */
struct child {
	pid_t pid;
	int requests;		/* write end */
	int answers;		/* read end */
};

/*
 * Forks. Returns in the child with *ret_child holding its own ends (requests to read, answers to
 * write) and pid 0; it dies with its parent. Returns 0 or a negative errno.
 */
int child_fork(struct child *ret_child);

/* Has CHILD carry REQUEST out. Returns the answer's error, or -EPIPE when it is dead. */
int child_ask(const struct child *child, const struct subject_request *request);

#endif
