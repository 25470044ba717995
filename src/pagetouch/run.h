/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of pagetouch, from the plan to the exit status */
#ifndef PT_PAGETOUCH_RUN_H
#define PT_PAGETOUCH_RUN_H

#include "lib/signals.h"
#include "monitor/oom-evidence.h"
#include "monitor/standstill.h"
#include "output/printer.h"
#include "output/progress.h"
#include "pagetouch/plan.h"
#include "plot/recording.h"
#include "proc/cgroup.h"
#include "proc/machine.h"
#include "proc/root.h"
#include "sandbox/sandbox.h"
#include "workload/driver.h"

/* All that a run holds; all but the plan zero before pagetouch_prepare(). */
struct pagetouch_run {
	struct plan plan;
	struct root root;		/* where the machine is read: "/" or $PAGETOUCH_ROOT */
	struct machine machine;
	struct cgroup_chain chain;
	struct host host;
	struct guard guard;
	struct signals signals;
	struct sandbox sandbox;
	struct oom_monitor oom_monitor;
	struct context_counters counters;
	struct subject subject;
	struct printer printer;
	struct progress progress;
	struct run_result result;
	struct workload_result workload_result;
	struct verdict verdict;		/* of the result */
	struct recording recording;	/* for the picture; nothing without --plot */
	int unkept;			/* negative errno: a row is missing in it */
	int file;			/* behind the region; 0: none */
	int died_of;			/* the signal that this process is to die of; 0: none */
	bool opened, monitored;
	bool stalled;			/* standard output blocked when a signal came */
	bool throttled;			/* the note that it is slow has been given */
	uint64_t throttled_ns, throttled_at;	/* elapsed, and touched, when last looked */
	enum standstill standstill;	/* last found */
	uint64_t standstill_ns;		/* elapsed when last looked for */
};

/*
 * Reads the machine and completes the plan. Nothing is mapped or started. What the command line
 * leaves to the machine, or to chance, is filled in. Returns EXIT_DONE, or the exit status with
 * *err set.
 */
int pagetouch_prepare(struct pagetouch_run *run, struct error *err);

/*
 * Prepares the run, carries its plan out, prints everything and releases it. Returns the exit
 * status.
 */
int pagetouch_run(struct pagetouch_run *run);

/*
 * A run that is over, once more: reads what request->replay names; prints it in the format, unit
 * and columns of REQUEST, or with request->plot draws it. Prints what goes wrong. Returns the exit
 * status: 0, whatever the end of the run, or EXIT_FAILED; *ret_signal is the signal that this
 * process is to die of, 0: none.
 */
int replay_run(const struct plan *request, int *ret_signal);

#endif
