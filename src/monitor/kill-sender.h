/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kill-sender.h - who sent a SIGKILL: the tracepoint signal:signal_generate, in a tracing instance
 * of our own; Documentation/trace/ftrace.rst and events.rst
 */
#ifndef PT_KILL_SENDER_H
#define PT_KILL_SENDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "proc/root.h"

#define KILL_SENDER_COMM_MAX 64

/* Who sent the SIGKILL that a process died of. */
struct kill_sender {
	bool known;
	bool kernel;	/* the kernel did (SI_KERNEL), while this process ran on its processor */
	bool self;	/* the process that died */
	pid_t pid;
	char comm[KILL_SENDER_COMM_MAX];	/* as it is; "": not known */
};

/* From here on the kernel writes down each SIGKILL. */
struct kill_tracer {
	const struct root *root;
	char instance[96];	/* its directory; "": there is none */
	int use;		/* a file of it, open: nobody else can remove it then */
	int error;		/* negative errno: why it was not opened */
};

/*
 * Makes an instance and arms it, and removes those that were left behind by a run that was killed.
 * That needs root, tracefs, and the initial pid namespace, of which the trace speaks; else *tracer
 * holds the error, and nothing is known. Needs kill_tracer_close() either way.
 */
void kill_tracer_open(const struct root *root, struct kill_tracer *tracer);

/* Who sent the SIGKILL that process PID died of, as far as is known. */
struct kill_sender kill_tracer_find(const struct kill_tracer *tracer, pid_t pid);

void kill_tracer_close(struct kill_tracer *tracer);

/* Pure: finds in the TEXT of a trace who sent the first SIGKILL to PID that was delivered. */
struct kill_sender kill_trace_parse(const char *text, pid_t pid);

#endif
