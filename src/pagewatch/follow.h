/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow.h - a command or existing processes, as a driver of the monitor */
#ifndef PT_FOLLOW_H
#define PT_FOLLOW_H

#include "monitor/fault-events.h"
#include "monitor/monitor.h"
#include "monitor/tree-sampler.h"
#include "monitor/where.h"
#include "pagewatch/command.h"
#include "verdict/watch.h"

/* The first part is the caller's to fill. */
struct follow_driver {
	struct driver driver;		/* the subject: the command, or the process; all zero and
					 * pidfd -1: a cgroup */
	struct command *command;	/* NULL: what is followed was not started here */
	struct tree_sampler tree;
	uint64_t every;			/* ns between two rows */
	uint64_t step;			/* a row, too, when RSS differs by so much; 0: none */
	struct fault_events faults;	/* say when to look for that; all zero: none to be had */

	bool wants_where;

	struct watch_peaks peaks;
	struct where where;
	uint64_t row_peak;		/* of the looks since the last row; bytes */
	uint64_t row_rss, rss;		/* in the last row, in the last reading; bytes */
	/* Times in ns. Reading PSS walks the page tables, and costs more the more is resident. */
	uint64_t look_cost;		/* of the last look without it */
	uint64_t pss_cost;		/* of the last one with it */
	uint64_t pss_ns;		/* when that was */
	uint64_t pss_rss;		/* the highest RSS at which it was read, bytes */
	enum tree_reading reading;	/* that is under way */
	int ended_by;			/* a signal that asks for an end was passed on; 0: none */
	bool gone;			/* the cgroup is not there any more */
};

/*
 * Prepares for driver->step, before a command is executed: has its faults say when to look, if the
 * kernel lets us. If VERBOSE it is said whether it does.
 */
void follow_prepare_step(struct follow_driver *driver, const struct root *root, bool verbose);

/* Sets the functions of *driver. */
void follow_prepare(struct follow_driver *driver);

/* The monitor has failed: waits for the command to end, and passes SIGNALS on to it meanwhile. */
void follow_outlast(struct follow_driver *driver, struct signals *signals);

#endif
