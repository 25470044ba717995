/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of pagetouch, from the plan to the exit status */
#ifndef PT_PAGETOUCH_RUN_H
#define PT_PAGETOUCH_RUN_H

#include "lib/signals.h"
#include "monitor/oom-evidence.h"
#include "monitor/standstill.h"
#include "output/live.h"
#include "output/printer.h"
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
	enum standstill standstill;	/* last found */
	uint64_t looked_ns, looked_at;	/* elapsed, and touched, when it was looked for either */
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
 * Prints summary, error and evidence of VERDICT to standard error, as FORMAT leaves room for: its
 * first line, or VERBOSE: all lines. A terminal gets lines of its own width.
 */
void print_result(const struct verdict *verdict, enum output_format format, bool verbose);

/*
 * Draws RECORDING with the columns of CHOICE, and prints it if it is text. A signal in SIGNALS
 * while gnuplot is at work, or while a reader of the text stalls, ends that, and is put into
 * *died_of. But one that is there already may come twice (timeout(1)), and then the picture is
 * owed as the summary is. Returns 0; -EINTR or -EPIPE; or another negative errno with *err set.
 */
int draw_recording(const struct plot_request *request, const struct recording *recording,
		   const struct column_choice *choice, struct signals *signals, int *died_of,
		   struct error *err);

/*
 * A run that is over, once more: reads what request->replay names; prints it in the format, unit
 * and columns of REQUEST, or with request->plot draws it. Prints what goes wrong. Returns the exit
 * status: 0, whatever the end of the run, or EXIT_FAILED; *ret_signal is the signal that this
 * process is to die of, 0: none.
 */
int replay_run(const struct plan *request, int *ret_signal);

#endif
