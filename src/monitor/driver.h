/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.h - where the events of a run come from, and who is followed */
#ifndef PT_DRIVER_H
#define PT_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "monitor/sample.h"

struct monitor;

/* So many processes may be followed beside the first. */
#define DRIVER_CHILDREN_MAX 8

struct followed {
	pid_t pid;
	int pidfd;		/* readable when it has died */
};

/*
 * What the monitor knows of a run besides the figures of processes. The first member of each
 * driver's own struct, whose functions get it back. Of the functions, those that may be NULL say
 * so. PROCESS is 0 for the subject, else the number of a child, from 1.
 */
struct driver {
	struct followed subject;
	const struct followed *children;	/* that the subject has forked: the driver's */
	unsigned child_count;		/* up to DRIVER_CHILDREN_MAX */
	int event_fd;			/* readable when the driver has something to do;
					 * -1: never */

	bool looks;			/* the reading under way is no row: it has the figures of
					 * processes alone */

	/*
	 * Leads MONITOR through the run: waits, takes rows. Returns 0 when all is done, or the
	 * -ECANCELED of a function of the monitor.
	 */
	int (*lead)(struct driver *driver, struct monitor *monitor);

	/*
	 * Fills in what only the driver knows of a reading: step and name, touched, covered, and
	 * of an EXACT one region_rss. Returns 0 or a negative errno (-ESRCH: it is dead). NULL:
	 * nothing.
	 */
	int (*describe)(struct driver *driver, unsigned process, bool exact,
			struct sample *sample);

	/*
	 * Takes the reading of a row itself, of more than one process; NEEDS is of the chosen
	 * columns. Returns as sampler_read(). NULL: the monitor reads the subject. Such a row is
	 * never exact.
	 */
	int (*read)(struct driver *driver, struct sampler *sampler, unsigned needs,
		    struct sample *sample);

	/* Takes a signal to the monitor. Returns whether the run goes on. NULL: it ends. */
	bool (*pass_on)(struct driver *driver, const struct signalfd_siginfo *signal);

	/* The bytes that the subject has touched by its own count. NULL: it does not count. */
	uint64_t (*touched)(const struct driver *driver);

	/*
	 * Waits for PROCESS, which has died, and returns its wait status; for a child the subject
	 * is ended, too.
	 */
	int (*reap)(struct driver *driver, unsigned process);

	/*
	 * The run, of which LAST is the last row, is cut short: brings the subject to rest, so
	 * that it can be read once more. Returns whether a row of that would tell more. NULL: it
	 * would.
	 */
	bool (*halt)(struct driver *driver, const struct sample *last);
};

#endif
