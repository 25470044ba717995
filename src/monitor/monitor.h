/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor.h - follow a process from outside: wait, read, give rows, and note how it ends */
#ifndef PT_MONITOR_H
#define PT_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/signals.h"
#include "monitor/driver.h"
#include "monitor/oom-evidence.h"
#include "monitor/sample.h"
#include "proc/available.h"
#include "sandbox/sandbox.h"

/* Stops a run before the machine or a memory cgroup runs out of memory. */
struct guard {
	bool enabled;
	struct available_memory_source source;
	struct available_memory available;	/* as last read */
	/* Of who asks how far to go, as the workload's driver does: */
	uint64_t granted;	/* bytes that may be touched until that is read again */
	uint64_t checked_ns;	/* when it was last read */
};

/* Who is told of what happens, in order. The functions may not be NULL. */
struct monitor_sink {
	void *context;
	/* A sample has been taken. Returns 0, or a negative errno to end the run. */
	int (*sample)(void *context, const struct sample *sample);
	/* One sentence that the user should know, once. */
	void (*note)(void *context, const char *sentence);
	/* Called now and then while nothing else happens. */
	void (*tick)(void *context, uint64_t touched, uint64_t elapsed_ns);
};

enum stop_reason {
	STOP_DONE,		/* the driver is through */
	STOP_GUARD,		/* result.available says whose memory ran out */
	STOP_SIGNAL,		/* result.signal reached the monitor */
	STOP_DIED,		/* result.wait_status of the subject */
	STOP_UNSTARTED,		/* result.error: the driver could not begin */
	STOP_REFUSED,		/* result.error: what was under way was refused by the kernel */
	STOP_OUTPUT,		/* result.error from the sink */
	STOP_FAILED,		/* result.err: a reading failed */
};

/* How the run ended: facts only, the verdict is made of them elsewhere. */
struct run_result {
	enum stop_reason reason;
	int signal;			/* STOP_SIGNAL; of STOP_DIED: what reached the monitor
					 * at the same time, or 0 */
	int wait_status;		/* STOP_DIED, wait(2) */
	pid_t child;			/* STOP_DIED: not the subject, but this child; or 0 */
	int error;			/* STOP_UNSTARTED, STOP_REFUSED, STOP_OUTPUT: negative */
	struct error err;		/* STOP_FAILED */
	struct available_memory available;		/* STOP_GUARD */
	uint64_t elapsed_ns;		/* at the end, since the baseline; 0: there was none */
	uint64_t limit;			/* of the sandbox, if it was changed; else 0 */
	bool measured;			/* baseline and last are valid */
	struct sample baseline;		/* always with rollup figures */
	struct sample last;		/* exact, unless the subject has died */

	/* By the driver; true also after a kill. */
	uint64_t touched;		/* bytes, by the subject's own count */
	char step[SAMPLE_STEP_MAX];	/* what was under way, if it was not the touching; or "" */
	uint64_t step_done;		/* of that, bytes: as far as the subject counts it */
	bool child_counts;		/* step_done is what a child has done itself */
};

/* What can happen next, when it does not end the run. */
enum event {
	EVENT_TIME,		/* the deadline has come */
	EVENT_DRIVER,		/* the driver's event_fd is readable */
	EVENT_CHANGED,		/* the change of the limit is through */
};

/* One run. The first half is the caller's to fill, and used in place. */
struct monitor {
	struct driver *driver;
	struct guard *guard;
	struct signals *signals;
	struct context_counters *counters;
	const struct sandbox *sandbox;	/* the subject's; for monitor_change_limit() only */
	const struct oom_monitor *oom_monitor;	/* of the subject's death; NULL: none */
	const struct monitor_sink *sink;
	bool exact;			/* every row from smaps_rollup */
	unsigned needs;			/* of the chosen columns, enum sample_need */
	uint64_t every;			/* ns between two rows in monitor_hold(), above 0 */

	struct run_result *result;
	struct sampler sampler;
	const struct limit_change *change;	/* under way; NULL: none */
	uint64_t started_ns;		/* when the baseline was taken; 0: not yet */
	uint64_t ticked_ns;		/* when the sink was last ticked */
	uint64_t guarded_ns;		/* when the guard last looked while the subject rested */
	uint64_t seq;			/* of the next row */
};

/*
 * Has the driver lead through the run, stops early for the guard, a signal or a death, and takes
 * one exact reading at the end while the memory is still there. Fills *ret_result on every way
 * out, but for what is the driver's.
 */
void monitor_run(struct monitor *monitor, struct run_result *ret_result);

/*
 * For drivers. The functions below return 0 to go on, or -ECANCELED when the run is over and
 * monitor->result says why.
 */

/* Ends the run for REASON. Always returns -ECANCELED. */
int monitor_stop(struct monitor *monitor, enum stop_reason reason);

/* Ends the run because something failed that is needed to go on. Always returns -ECANCELED. */
int monitor_fail(struct monitor *monitor, int error, const char *what);

/*
 * Waits for an event until DEADLINE (monotonic ns). A death (the process is then reaped) and a
 * signal to us end the run; what the driver has to do comes before the death that followed it.
 */
int monitor_wait(struct monitor *monitor, uint64_t deadline_ns, enum event *ret_event);

/* Sleeps until WHEN, looking at the guard; the driver has nothing to do meanwhile. */
int monitor_sleep(struct monitor *monitor, uint64_t when);

/* Stays for TIME ns, with a row every monitor->every, and one at the end. */
int monitor_hold(struct monitor *monitor, uint64_t time);

/* Stops the run unless NEEDED bytes (1: any) may still be used, if there is a guard. */
int monitor_guard(struct monitor *monitor, uint64_t needed);

/*
 * Takes a reading of PROCESS: 0 is the subject, else a child's number, read right after the
 * subject's row. EXACT adds smaps_rollup and takes RSS from it.
 */
int monitor_read(struct monitor *monitor, unsigned process, bool exact, struct sample *ret_sample);

/*
 * Takes a reading of the subject, and of its children, and gives them to the sink as rows. The
 * first one is what growth is measured from.
 */
int monitor_row(struct monitor *monitor, bool exact);

/* Changes BOUND of the sandbox; *ret_error is the negative errno of a refusal, or 0. */
int monitor_change_limit(struct monitor *monitor, enum sandbox_bound bound, uint64_t bytes,
			 int *ret_error);

#endif
