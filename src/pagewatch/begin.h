/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin.h - what a run holds, and how it begins */
#ifndef PT_WATCH_BEGIN_H
#define PT_WATCH_BEGIN_H

#include <stdio.h>

#include "output/live.h"
#include "output/printer.h"
#include "pagewatch/follow.h"
#include "pagewatch/options.h"
#include "pagewatch/sandbox-end.h"

/* All that a run holds. */
struct watch_run {
	const struct watch_request *request;
	struct root root;
	struct machine machine;
	struct host host;
	struct signals signals;
	struct sandbox sandbox;
	struct sandbox_end sandbox_end;
	struct sandbox_spec sandbox_spec;
	bool sandboxed;
	struct oom_monitor oom_monitor;
	struct kill_tracer kill_tracer;
	struct context_counters counters;
	struct cgroup_level level;	/* that is followed */
	struct command command;
	bool unexecuted;		/* it died before it was executed */
	uint64_t start;			/* of process -p, as tree_process has it */
	struct follow_driver driver;
	struct printer printer;
	struct live live;
	struct run_result result;
	struct verdict verdict;
	uint64_t began_ns, ended_ns;	/* when following began and ended */
	struct recording recording;	/* for the picture; nothing without --plot */
	int unkept;			/* negative errno: a row is missing in it */
	int log;			/* where the rows go */
	int unwritten;			/* negative errno: some of them could not be written */
	FILE *rows;
	char followed[128];		/* what is followed: its name as it is, */
	char name[128];			/* and escaped, for sentences */
};

/* Says a SENTENCE beside the rows; CONTEXT is the run: a monitor_sink has it. */
void watch_note(void *context, const char *sentence);

/* Opens what any run needs. Returns 0, or a negative errno with *err set. */
int watch_open(struct watch_run *run, struct error *err);

/* Starts the command, in its sandbox. Returns EXIT_DONE, or the exit status with *err set. */
int watch_start_command(struct watch_run *run, struct error *err);

/* Follows what runs already. Returns as watch_start_command(). */
int watch_attach(struct watch_run *run, struct error *err);

#endif
