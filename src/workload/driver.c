/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workload/driver.c - the phases of a run: warm up, map, lock, touch, hold, steps */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "proc/root.h"
#include "workload/driver-request.h"
#include "workload/driver.h"

/* Touches of single pages by which the status counters are tried. */
#define PROBES 4

/* How long a subject that was told to halt may take to answer. */
#define HALT_NS (2 * NS_PER_SECOND)

/* Has TYPE carried out, which the subject needs for the run; WHAT says what failed. */
static int prepare_subject(struct workload_driver *driver, enum subject_request_type type,
			   const char *what)
{
	struct subject_request request = { .type = type };
	enum touch_access access = driver->workload->touch_params.access;
	struct error *err = &driver->monitor->result->err;
	struct subject_answer answer;
	int r = workload_ask(driver, &request, &answer);

	if (r < 0 || answer.error == 0)
		return r;
	r = monitor_fail(driver->monitor, answer.error, what);
	if (type == SUBJECT_POOL)
		error_hint(err, "ask for fewer threads, or see ulimit -u, "
			   "ulimit -v and pids.max of the cgroup");
	if (type != SUBJECT_TRY)
		return r;
	error_set(err, "--access %s: this kernel cannot populate memory: %s",
		  touch_access_name(access), strerror(-answer.error));
	error_hint(err, "Linux 5.14 or later is needed; use --access %s",
		   touch_writes(access) ? "write" : "read");
	return r;
}

/* Whether one touched page moves VmRSS by exactly one page, PROBES times in a row. */
static int probe_counters(struct workload_driver *driver)
{
	uint64_t page_size = driver->workload->page_size;
	struct monitor *monitor = driver->monitor;
	struct sample before, after;
	bool lagging = false;
	int r = monitor_read(monitor, false, &before);

	for (int i = 0; r == 0 && i < PROBES; i++) {
		r = prepare_subject(driver, SUBJECT_PROBE,
				    "the subject cannot touch its scratch page");
		if (r == 0)
			r = monitor_read(monitor, false, &after);
		if (r < 0)
			break;
		if (after.rss_status - before.rss_status != page_size)
			lagging = true;
		before = after;
	}
	if (r < 0)
		return r;
	driver->result->vsz_before = before.vsz - SUBJECT_SCRATCH_PAGES * page_size;
	if (!lagging)
		return 0;
	monitor->exact = true;
	monitor->sink->note(monitor->sink->context,
			    "this kernel's RSS counters lag behind (a touched page did not show "
			    "in VmRSS): RSS and GREW are read from smaps_rollup");
	return 0;
}

/* A kernel that does not know the access says so now, before anything is mapped. */
static int warm_up(struct workload_driver *driver)
{
	struct sample discarded;
	int r = prepare_subject(driver, SUBJECT_POOL, "the subject cannot start its threads");

	if (r == 0)
		r = prepare_subject(driver, SUBJECT_SCRATCH,
				    "the subject cannot map a scratch page");
	if (r == 0)
		r = prepare_subject(driver, SUBJECT_TRY, "this kernel cannot populate memory");
	if (r == 0)
		r = monitor_read(driver->monitor, true, &discarded);
	if (r == 0)
		r = probe_counters(driver);
	if (r == 0)
		r = prepare_subject(driver, SUBJECT_RELEASE,
				    "the subject cannot give its scratch page back");
	return r;
}

static int map_region(struct workload_driver *driver)
{
	struct subject_request request = { .type = SUBJECT_MAP };
	struct monitor *monitor = driver->monitor;
	struct root live;
	struct subject_answer answer;
	int r = context_counters_begin(monitor->counters, monitor->needs);

	if (r < 0)
		return monitor_fail(monitor, r, "cannot read Committed_AS");
	r = workload_ask(driver, &request, &answer);
	if (r < 0)
		return r;
	driver->address = answer.value;
	if (answer.error == 0)
		return 0;
	monitor->result->error = answer.error;
	if (root_open("/", &live) == 0) {
		process_space_read(&live, driver->subject->pid, &driver->result->space);
		root_close(&live);
	}
	return monitor_stop(monitor, STOP_UNSTARTED);
}

static int lock_region(struct workload_driver *driver)
{
	struct subject_request request = {
		.type = SUBJECT_LOCK, .to = driver->workload->region.bytes,
	};
	enum region_lock lock = driver->workload->lock;
	struct subject_answer answer = { 0 };
	int r;

	if (lock == REGION_UNLOCKED)
		return 0;
	driver->step = STEP_LOCK;
	snprintf(driver->step_name, sizeof(driver->step_name), "%s",
		 lock == REGION_LOCKED ? "" : "lock:onfault");
	/* Without populating nothing is spent, and the whole is one call. */
	if (lock == REGION_LOCKED)
		r = workload_request(driver, request, NULL, request.to);
	else
		r = workload_ask(driver, &request, &answer);
	if (r == 0 && answer.error < 0)
		r = workload_refused(driver, answer.error);
	return r < 0 ? r : monitor_row(driver->monitor, true);
}

/* Touches all once, with a row after every interval. */
static int take_pass(struct workload_driver *driver, uint64_t pass)
{
	const struct workload *workload = driver->workload;
	struct subject_request request = { .type = SUBJECT_TOUCH };
	struct rate_limiter limiter;
	uint64_t at = 0;
	int r = workload_begin(driver, workload->touch_params.access, 0, workload->span);

	if (r < 0)
		return r;
	driver->step = STEP_TOUCH;
	driver->step_name[0] = '\0';
	driver->pass = driver->result->passes = pass;
	if (pass > 1)
		snprintf(driver->step_name, sizeof(driver->step_name), "pass:%" PRIu64, pass);
	limiter = rate_limiter_begin(workload->rate, workload->touch_params.unit, duration_now());
	while (r == 0 && at < workload->touch) {
		at += workload->touch - at > workload->interval ? workload->interval
								: workload->touch - at;
		r = workload_request(driver, request, workload->rate ? &limiter : NULL, at);
		if (r == 0)
			r = monitor_row(driver->monitor,
					pass == workload->passes && at == workload->touch);
	}
	if (r == 0)
		driver->covered = driver->touched = subject_touched(driver->subject);
	return r;
}

static int workload_lead(struct driver *base, struct monitor *monitor)
{
	struct workload_driver *driver = (struct workload_driver *)base;
	int r = warm_up(driver);

	if (r == 0)
		r = map_region(driver);
	if (r == 0)
		r = monitor_baseline(monitor);
	if (r == 0)
		r = lock_region(driver);
	for (uint64_t pass = 1; r == 0 && pass <= driver->workload->passes; pass++)
		r = take_pass(driver, pass);
	if (r == 0 && driver->workload->hold) {
		driver->step = STEP_HOLD;
		driver->step_name[0] = '\0';
		r = monitor_hold(monitor, driver->workload->hold);
	}
	return r < 0 ? r : workload_steps(driver);
}

static uint64_t workload_touched(const struct driver *base)
{
	const struct workload_driver *driver = (const struct workload_driver *)base;

	return driver->step == STEP_TOUCH && driver->pass ? subject_touched(driver->subject)
							  : driver->touched;
}

/* Of a file the region's own share is known from smaps alone: the program has files mapped too. */
static int read_region(const struct workload_driver *driver, struct sample *sample)
{
	const struct region_spec *region = &driver->workload->region;
	struct root live;
	int r = root_open("/", &live);

	if (r < 0)
		return r;
	r = process_region_rss(&live, driver->subject->pid, driver->address, region->bytes,
			       &sample->region_rss);
	root_close(&live);
	return r == -ENOENT ? -ESRCH : r;
}

static int workload_describe(struct driver *base, unsigned process, bool exact,
			     struct sample *sample)
{
	const struct workload_driver *driver = (const struct workload_driver *)base;

	sample->step = driver->step;
	if (driver->step == STEP_THEN)
		sample->step_number = (uint64_t)(driver->then - driver->workload->steps);
	else if (driver->step == STEP_TOUCH && driver->pass)
		sample->step_number = driver->pass - 1;
	memcpy(sample->name, driver->step_name, sizeof(sample->name));
	if (process) {
		sample->touched = sample->covered = driver->child_touched[process - 1];
		return 0;
	}
	sample->touched = sample->covered = workload_touched(base);
	if (driver->covered > sample->covered)
		sample->covered = driver->covered;
	if (!exact || !driver->address || driver->step == STEP_THEN ||
	    !region_is_file(driver->workload->region.backing))
		return 0;
	return read_region(driver, sample);
}

static int workload_reap(struct driver *base, unsigned process)
{
	struct subject *subject = ((struct workload_driver *)base)->subject;

	if (process)
		return subject_reap_child(subject, process - 1);
	subject_reap(subject);
	return subject->wait_status;
}

/* What was refused has not been done; else a step other than the touching is always news. */
static bool workload_halt(struct driver *base, const struct sample *last)
{
	struct workload_driver *driver = (struct workload_driver *)base;
	bool refused = driver->monitor->result->reason == STOP_REFUSED;
	uint64_t deadline = duration_now() + HALT_NS;
	struct subject_answer answer;
	enum event event = EVENT_TIME;

	if (driver->asked)
		subject_halt(driver->subject);
	while (driver->asked && duration_now() < deadline) {
		if (monitor_wait(driver->monitor, deadline, &event) < 0)
			break;
		if (event == EVENT_DRIVER)
			driver->asked = false;
	}
	if (event == EVENT_DRIVER)
		subject_answered(driver->subject, &answer);
	if (driver->step != STEP_TOUCH)
		return !refused;
	return workload_touched(base) != last->touched;
}

void workload_follow(const struct workload *workload, struct subject *subject,
		     struct monitor *monitor, struct run_result *ret_result,
		     struct workload_result *ret_workload_result)
{
	struct workload_driver driver = {
		.driver = {
			.subject = { subject->pid, subject->pidfd },
			.children = subject->children,
			.event_fd = subject->answers,
			.lead = workload_lead,
			.describe = workload_describe,
			.touched = workload_touched,
			.reap = workload_reap,
			.halt = workload_halt,
		},
		.monitor = monitor,
		.workload = workload,
		.subject = subject,
		.result = ret_workload_result,
	};

	memset(ret_workload_result, 0, sizeof(*ret_workload_result));
	monitor->driver = &driver.driver;
	monitor_run(monitor, ret_result);
	monitor->driver = NULL;
	if (!ret_workload_result->stepped)
		ret_workload_result->filled = ret_result->last;
	/* True also when the subject is dead. */
	ret_result->touched = workload_touched(&driver.driver);
	ret_result->step_done = subject_touched(subject);
	ret_result->child_counts = driver.child_counts;
	ret_workload_result->step = driver.step;
	ret_workload_result->then = driver.then;
	if (driver.step != STEP_TOUCH || driver.pass > 1) {
		struct sample sample = { .step = driver.step };

		memcpy(sample.name, driver.step_name, sizeof(sample.name));
		snprintf(ret_result->step, sizeof(ret_result->step), "%s",
			 sample_step_name(&sample));
	}
}
