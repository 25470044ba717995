/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow.c - rows while processes run, signals passed on, peaks kept */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "monitor/columns.h"
#include "pagewatch/follow.h"

/*
 * Between rows it is looked again after a twentieth of the time that has passed, so that the last
 * look at a short run is near its end; but looking takes no more than a 200th of the time, and so
 * does reading PSS, unless RSS is a quarter above where PSS was read so far.
 */
#define LOOK_SHARE 20
#define LOOK_LEAST NS_PER_MS
#define LOOK_COST 200

/* For a step it is looked oftener, but that takes no more than a twentieth of the time. */
#define STEP_COST 20

/* How often it is looked for a step at least where faults say when, and where they do not. */
#define STEP_LOOK_WITH_FAULTS (20 * NS_PER_MS)
#define STEP_LOOK_ALONE NS_PER_MS

static int follow_read(struct driver *base, struct sampler *sampler, unsigned needs,
		       struct sample *sample)
{
	struct follow_driver *driver = (struct follow_driver *)base;
	struct tree_sampler *tree = &driver->tree;
	int r;

	if (driver->command) {
		command_reap_ended(driver->command);
		tree->dead_minflt = driver->command->minflt;
		tree->dead_majflt = driver->command->majflt;
		tree->dead_ticks = driver->command->ticks;
	}
	r = tree_sampler_read(tree, sampler, needs | NEED_PEAK, driver->reading, sample);
	if (r == -ENOENT && tree->scope == TREE_CGROUP) {
		driver->gone = true;
		*sample = sample_blank(0);
		sample->pid = SAMPLE_MISSING;
		tree->each_count = 0;
		r = 0;
	}
	return r;
}

/* A row, whose PEAK is also that of the looks before it. */
static int follow_describe(struct driver *base, unsigned process, bool exact,
			   struct sample *sample)
{
	struct follow_driver *driver = (struct follow_driver *)base;

	(void)process, (void)exact;
	if (sample->peak != SAMPLE_MISSING) {
		driver->row_peak = MAX(driver->row_peak, sample->peak);
		sample->peak = driver->row_peak;
	}
	return 0;
}

/* Reads once and notes what that cost. */
static int follow_read_once(struct follow_driver *driver, struct monitor *monitor,
			    enum tree_reading reading, struct sample *ret_sample)
{
	/* Where others keep the processors busy, that costs nobody but us. */
	uint64_t began = duration_of_thread();
	int r;

	driver->reading = reading;
	driver->driver.looks = true;
	r = monitor_read(monitor, 0, false, ret_sample);
	driver->reading = TREE_ROW;
	driver->driver.looks = false;
	if (r < 0)
		return r;
	driver->rss = ret_sample->rss;
	watch_peaks_add(&driver->peaks, ret_sample, &driver->tree.largest);
	if (reading == TREE_RESIDENT) {
		driver->look_cost = duration_of_thread() - began;
	} else {
		driver->pss_cost = duration_of_thread() - began;
		driver->pss_ns = duration_now();
		driver->pss_rss = MAX(driver->pss_rss, ret_sample->rss);
	}
	return 0;
}

static int follow_look(struct follow_driver *driver, struct monitor *monitor)
{
	bool pss_is_due = duration_now() - driver->pss_ns >= LOOK_COST * driver->pss_cost;
	struct sample sample;
	int r = 0;

	if (!pss_is_due) {
		r = follow_read_once(driver, monitor, TREE_RESIDENT, &sample);
		pss_is_due = r == 0 && sample.rss > driver->pss_rss + driver->pss_rss / 4;
	}
	return pss_is_due ? follow_read_once(driver, monitor, TREE_FIGURES, &sample) : r;
}

/* What has just been read was a row. */
static int follow_mark_row(struct follow_driver *driver, const struct sample *row)
{
	watch_peaks_add(&driver->peaks, row, &driver->tree.largest);
	driver->row_peak = 0;
	driver->rss = driver->row_rss = row->rss;
	if (row->pss != SAMPLE_MISSING)
		driver->pss_rss = MAX(driver->pss_rss, row->rss);
	return tree_sampler_mark_row(&driver->tree);
}

static int follow_row(struct follow_driver *driver, struct monitor *monitor)
{
	int r = monitor_row(monitor, false);

	return r < 0 ? r : follow_mark_row(driver, &monitor->result->last);
}

void follow_prepare_step(struct follow_driver *driver, const struct root *root, bool verbose)
{
	uint64_t pages = driver->step / (uint64_t)sysconf(_SC_PAGESIZE);
	const char *program = program_invocation_short_name;
	int alone_ms = (int)(STEP_LOOK_ALONE / NS_PER_MS), r = 0;
	char paranoid[32] = "not to be read";

	if (!driver->step)
		return;
	/* A quarter of a step is near enough, since the kernel takes some faults unseen. */
	if (driver->command)
		r = fault_events_open(driver->command->pid, MIN(MAX(pages / 4, 16), 1024),
				      &driver->faults);
	if (!verbose)
		return;
	if (root_read(root, "/proc/sys/kernel/perf_event_paranoid", paranoid, sizeof(paranoid)) > 0)
		paranoid[strcspn(paranoid, "\n")] = '\0';
	if (!driver->command)
		fprintf(stderr, "%s: a step is looked for at most every %d ms: the kernel tells of page faults only for a command\n",
			program, alone_ms);
	else if (r < 0)
		fprintf(stderr, "%s: a step is looked for at most every %d ms: the kernel does not tell of page faults (%s; perf_event_paranoid is %s)\n",
			program, alone_ms, strerror(-r), paranoid);
	else
		fprintf(stderr, "%s: a step is looked for when the kernel tells of page faults, and about every %d ms\n",
			program, (int)(STEP_LOOK_WITH_FAULTS / NS_PER_MS));
}

/* Waits until it is time for a look, or the next row is due. */
static int follow_wait(struct follow_driver *driver, struct monitor *monitor, uint64_t next_row)
{
	uint64_t now = duration_now(), look, least;
	enum event event;
	int r;

	look = MAX((now - monitor->started_ns) / LOOK_SHARE, LOOK_LEAST);
	look = MAX(look, LOOK_COST * driver->look_cost);
	if (!driver->step)
		return monitor_sleep(monitor, MIN(now + look, next_row));
	least = MAX(STEP_LOOK_ALONE, STEP_COST * driver->look_cost);
	r = monitor_sleep(monitor, MIN(now + least, next_row));
	if (r < 0 || !driver->faults.count)
		return r;
	driver->driver.event_fd = driver->faults.fd;
	look = MIN(MAX(look, least), MAX(STEP_LOOK_WITH_FAULTS, least));
	r = monitor_wait(monitor, MIN(now + look, next_row), &event);
	driver->driver.event_fd = -1;
	fault_events_take(&driver->faults);
	return r;
}

static bool follow_has_stepped(const struct follow_driver *driver)
{
	uint64_t most = MAX(driver->rss, driver->row_rss);

	return driver->step && most - MIN(driver->rss, driver->row_rss) >= driver->step;
}

/* What was read last may be a reason to look into the mappings. */
static int follow_read_where(struct follow_driver *driver, struct monitor *monitor)
{
	uint64_t elapsed = duration_now() - monitor->started_ns;
	int r;

	if (!driver->wants_where || !where_is_due(&driver->where, driver->rss))
		return 0;
	r = where_read(&driver->where, &driver->tree.tree, driver->rss, elapsed);
	return r < 0 ? monitor_fail(monitor, r, "cannot read smaps") : 0;
}

static int follow_lead(struct driver *base, struct monitor *monitor)
{
	struct follow_driver *driver = (struct follow_driver *)base;
	uint64_t next_row;
	int r = monitor_row(monitor, true);

	if (r == 0)
		r = follow_mark_row(driver, &monitor->result->last);
	next_row = monitor->started_ns + MIN(driver->every, UINT64_MAX - monitor->started_ns);
	while (r == 0 && !driver->gone) {
		r = follow_read_where(driver, monitor);
		if (r == 0)
			r = follow_wait(driver, monitor, next_row);
		if (r < 0)
			break;
		if (duration_now() < next_row) {
			r = follow_look(driver, monitor);
			if (r == 0 && follow_has_stepped(driver))
				r = follow_row(driver, monitor);
			continue;
		}
		r = follow_row(driver, monitor);
		/* Rows that were due while we were stopped are not made up for. */
		next_row += ((duration_now() - next_row) / driver->every + 1) * driver->every;
	}
	return r;
}

static bool follow_pass_on(struct driver *base, const struct signalfd_siginfo *info)
{
	struct follow_driver *driver = (struct follow_driver *)base;
	int number = (int)info->ssi_signo;
	bool ends = command_ends_by(number);

	if (!driver->command)
		return !ends;
	if (ends)
		driver->ended_by = number;
	command_pass_on(driver->command, info);
	return true;
}

static int follow_reap(struct driver *base, unsigned process)
{
	struct follow_driver *driver = (struct follow_driver *)base;

	(void)process;
	return driver->command ? command_reap(driver->command) : 0;
}

void follow_outlast(struct follow_driver *driver, struct signals *signals)
{
	struct pollfd fds[] = {
		{ .fd = driver->command->pidfd, .events = POLLIN },
		{ .fd = signals->fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	while (poll(fds, 2, -1) < 0 || !fds[0].revents)
		if (signals_read_info(signals, &info))
			follow_pass_on(&driver->driver, &info);
	command_reap(driver->command);
}

void follow_prepare(struct follow_driver *driver)
{
	driver->driver.event_fd = -1;
	driver->reading = TREE_ROW;
	driver->driver.lead = follow_lead;
	driver->driver.read = follow_read;
	driver->driver.describe = follow_describe;
	driver->driver.pass_on = follow_pass_on;
	driver->driver.reap = follow_reap;
}
