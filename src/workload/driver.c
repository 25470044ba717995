/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workload/driver.c - the phases of a run: warm up, map, lock, touch, hold, steps */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "proc/root.h"
#include "workload/driver.h"
#include "workload/touch-limit.h"

/* Touches of single pages by which the status counters are tried. */
#define PROBES 4

/* How often the guard looks while a request is under way. */
#define TOUCH_GUARD_NS (50 * NS_PER_MS)

/* How long a subject that was told to halt may take to answer. */
#define HALT_NS (2 * NS_PER_SECOND)

struct workload_driver {
	struct driver driver;
	struct monitor *monitor;
	const struct workload *workload;
	struct subject *subject;
	struct workload_result *result;	/* as far as the run has come */
	struct sample under_way;	/* step, step_number and name of what is going on */
	struct rate_limiter limiter;
	uint64_t touched;	/* by the last pass that is over */
	uint64_t child_touched[DRIVER_CHILDREN_MAX];
	bool child_counts;	/* the step is a child's touching */
	uint64_t spent;		/* bytes of all requests before the current one, for the guard */
	uint64_t address;	/* of the region, in the subject */
	bool asked;		/* a request has not been answered yet */
	struct subject_answer answer;	/* the last one */
};

static void driver_enter_step(struct workload_driver *driver, enum sample_step step,
			      uint64_t number, const char *name)
{
	driver->result->step = driver->under_way.step = step;
	driver->under_way.step_number = number;
	snprintf(driver->under_way.name, sizeof(driver->under_way.name), "%s", name);
}

/* The functions below return 0, or -ECANCELED when the run is over. */

/* Up to which byte of the current request the guard lets the subject go. */
static int driver_ask_guard(struct workload_driver *driver, uint64_t *ret_allowed)
{
	struct guard *guard = driver->monitor->guard;
	uint64_t allowed;
	int r = guard_allows(guard, driver->spent + subject_touched(driver->subject),
			     driver->workload->touch_params.unit, duration_now(), &allowed);

	if (r < 0) {
		available_memory_error(&guard->available, r, &driver->monitor->result->err);
		return monitor_stop(driver->monitor, STOP_FAILED);
	}
	*ret_allowed = allowed - driver->spent;
	return 0;
}

/*
 * Ends the run because what is going on was refused by the kernel. A child that does not answer
 * has died, or is about to: then its death is why the run ends.
 */
static int driver_refused(struct workload_driver *driver, int error)
{
	uint64_t deadline = duration_now() + NS_PER_SECOND;
	enum event event;
	int r = 0;

	while (r == 0 && error == -EPIPE && duration_now() < deadline)
		r = monitor_wait(driver->monitor, deadline, &event);
	if (r < 0)
		return r;
	driver->monitor->result->error = error;
	return monitor_stop(driver->monitor, STOP_REFUSED);
}

/*
 * Asks for what REQUEST says and waits for the answer. An error in it ends the run, unless it is
 * CHECKED by the caller. If memory is needed for the request, the guard looks meanwhile, and halts
 * the subject before it comes to byte REQUEST.to.
 */
static int driver_ask(struct workload_driver *driver, const struct subject_request *request,
		      bool checked)
{
	bool guarded = request->type == SUBJECT_TOUCH ||
		       (request->type == SUBJECT_LOCK && driver->workload->lock == REGION_LOCKED);
	uint64_t allowed, deadline = DURATION_INFINITE;
	struct monitor *monitor = driver->monitor;
	enum event event = EVENT_TIME;
	int r = 0;

	/* If it is dead, its pidfd says so when the answer is waited for. */
	subject_ask(driver->subject, request);
	driver->asked = true;
	while (r == 0 && event != EVENT_DRIVER) {
		if (guarded)
			deadline = duration_now() + TOUCH_GUARD_NS;
		r = monitor_wait(monitor, deadline, &event);
		if (r < 0 || !guarded || event != EVENT_TIME)
			continue;
		r = driver_ask_guard(driver, &allowed);
		if (r == 0 && allowed < request->to)
			subject_halt(driver->subject);
	}
	if (r < 0)
		return r;
	driver->asked = false;
	if (subject_answered(driver->subject, &driver->answer) < 0)
		return monitor_fail(monitor, -EPIPE, "the subject does not answer");
	return checked || driver->answer.error == 0
		? 0 : driver_refused(driver, driver->answer.error);
}

/*
 * Has TYPE carried out by the subject, or its CHILD, until END bytes have been counted: no faster
 * than the limiter and no further than the guard allows.
 */
static int driver_ask_up_to(struct workload_driver *driver, enum subject_request_type type,
			    uint32_t child, uint64_t end)
{
	struct subject_request request = { .type = type, .child = child };
	struct rate_limiter *limiter = &driver->limiter;
	struct monitor *monitor = driver->monitor;
	uint64_t done, allowed, limited;
	int r = 0;

	while (r == 0 && (done = subject_touched(driver->subject)) < end) {
		r = driver_ask_guard(driver, &allowed);
		if (r < 0)
			return r;
		if (allowed <= done) {
			monitor->result->available = monitor->guard->available;
			return monitor_stop(monitor, STOP_GUARD);
		}
		limited = rate_limiter_allows(limiter, done, duration_now());
		request.to = MIN(end, MIN(allowed, limited));
		if (limited <= done)
			r = monitor_sleep(monitor, rate_limiter_due(limiter, done, end));
		else
			r = driver_ask(driver, &request, false);
	}
	return r;
}

/*
 * Has the subject (or its child, numbered from 1) begin to visit the first SPAN bytes: what was
 * counted before is the guard's to remember.
 */
static int driver_begin(struct workload_driver *driver, enum touch_access access, uint32_t child,
			uint64_t span)
{
	struct subject_request request = { .type = SUBJECT_BEGIN, .what = access, .child = child,
					   .to = span };

	driver->spent += subject_touched(driver->subject);
	return driver_ask(driver, &request, false);
}

/* Has TYPE carried out, without which there can be no run. */
static int driver_prepare(struct workload_driver *driver, enum subject_request_type type)
{
	static const char *const lacks[] = {
		[SUBJECT_NO_THREADS] = "the subject cannot start its threads",
		[SUBJECT_NO_SCRATCH] = "the subject cannot map a scratch page",
		[SUBJECT_NO_PROBE] = "the subject cannot touch its scratch page",
		[SUBJECT_NO_ACCESS] = "this kernel cannot populate memory",
	};
	struct subject_request request = { .type = type };
	enum touch_access access = driver->workload->touch_params.access;
	struct error *err = &driver->monitor->result->err;
	int r = driver_ask(driver, &request, true);

	if (r < 0 || driver->answer.error == 0)
		return r;
	r = monitor_fail(driver->monitor, driver->answer.error, lacks[driver->answer.value]);
	if (driver->answer.value == SUBJECT_NO_THREADS)
		error_hint(err, "ask for fewer threads, or see ulimit -u, ulimit -v and pids.max of the cgroup");
	if (driver->answer.value != SUBJECT_NO_ACCESS)
		return r;
	return error_return(err, r,
			    "--access %s: this kernel cannot populate memory: %s\n"
			    "Linux 5.14 or later is needed; use --access %s",
			    touch_access_name(access), strerror(-driver->answer.error),
			    touch_writes(access) ? "write" : "read");
}

/*
 * Has all done once that will be done later, so that it is no growth then, and tries the counters:
 * whether one touched page moves VmRSS by exactly one page, PROBES times in a row.
 */
static int driver_warm_up(struct workload_driver *driver)
{
	uint64_t page_size = driver->workload->page_size;
	struct monitor *monitor = driver->monitor;
	struct sample before, after;
	bool lagging = false;
	/* A kernel that does not know the access says so now, before anything is mapped. */
	int r = driver_prepare(driver, SUBJECT_PREPARE);

	if (r == 0)
		r = monitor_read(monitor, 0, true, &before);
	if (r == 0)
		r = monitor_read(monitor, 0, false, &before);
	for (int i = 0; r == 0 && i < PROBES; i++) {
		r = driver_prepare(driver, SUBJECT_PROBE);
		if (r == 0)
			r = monitor_read(monitor, 0, false, &after);
		if (r < 0)
			return r;
		if (after.rss_status - before.rss_status != page_size)
			lagging = true;
		before = after;
	}
	if (r < 0)
		return r;
	driver->result->vsz_before = before.vsz - SUBJECT_SCRATCH_PAGES * page_size;
	monitor->exact = monitor->exact || lagging;
	if (lagging)
		monitor->sink->note(monitor->sink->context,
				    "this kernel's RSS counters lag behind (a touched page did not show in VmRSS): RSS and GREW are read from smaps_rollup");
	return driver_prepare(driver, SUBJECT_RELEASE);
}

/* Touches all once, with a row after every interval. */
static int driver_take_pass(struct workload_driver *driver, uint64_t pass)
{
	const struct workload *workload = driver->workload;
	char name[SAMPLE_STEP_MAX] = "";
	uint64_t at = 0;
	int r = driver_begin(driver, workload->touch_params.access, 0, workload->span);

	if (r < 0)
		return r;
	if (pass > 1)
		snprintf(name, sizeof(name), "pass:%" PRIu64, pass);
	driver_enter_step(driver, STEP_TOUCH, pass - 1, name);
	driver->result->passes = pass;
	driver->limiter = (struct rate_limiter){
		.rate = workload->rate, .page_size = workload->touch_params.unit,
		.start_ns = duration_now(),
	};
	while (r == 0 && at < workload->touch) {
		at += MIN(workload->touch - at, workload->interval);
		r = driver_ask_up_to(driver, SUBJECT_TOUCH, 0, at);
		if (r == 0)
			r = monitor_row(driver->monitor,
					pass == workload->passes && at == workload->touch);
	}
	if (r == 0)
		driver->touched = subject_touched(driver->subject);
	return r;
}

/* Has the subject, or its child, visit the pages of the step's range, as fast as it can. */
static int driver_visit(struct workload_driver *driver, const struct step *step, uint32_t child)
{
	const struct touch_params *touch_params = &driver->workload->touch_params;
	uint64_t end = touch_count(touch_params, step->bytes) * touch_params->unit;
	int r = driver_begin(driver, (enum touch_access)step->rule->what, child, step->bytes);

	driver->limiter.rate = 0;
	return r < 0 ? r : driver_ask_up_to(driver, SUBJECT_TOUCH, child, end);
}

static int driver_fork(struct workload_driver *driver, const struct step *step)
{
	struct subject_request request = { .type = SUBJECT_FORK };
	struct subject *subject = driver->subject;
	int r = driver_ask(driver, &request, false);
	struct followed child = { .pid = (pid_t)driver->answer.value };

	if (r < 0)
		return r;
	child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
	if (child.pidfd < 0)
		return monitor_fail(driver->monitor, -errno, "cannot watch the subject's child");
	subject->children[subject->child_count++] = child;
	driver->driver.child_count = subject->child_count;
	if (step->rule->verb == VERB_FORK)
		return 0;
	driver->child_counts = true;
	r = driver_visit(driver, step, subject->child_count);
	if (r == 0)
		driver->child_touched[subject->child_count - 1] = subject_touched(subject);
	return r;
}

static int driver_take_step(struct workload_driver *driver, const struct step *step)
{
	struct subject_request request = {
		.type = SUBJECT_ADVISE, .what = step->rule->what, .to = step->bytes,
		.every = step->every.bytes,
	};
	struct monitor *monitor = driver->monitor;
	uint64_t there = (uint64_t)MAX(monitor->result->last.grew, 0);
	int error = 0, r = 0;

	driver->result->stepped = true;
	driver->result->then = step;
	driver->child_counts = false;
	driver_enter_step(driver, STEP_THEN, (uint64_t)(step - driver->workload->steps),
			  step->name);
	switch (step->rule->verb) {
	case VERB_HOLD:
		return monitor_hold(monitor, step->time);	/* shows rows of its own */
	case VERB_ADVISE:
		/*
		 * To collapse is one call, and may need as much memory as the range has holes;
		 * what is resident is moved. The guard's reserve is more than a huge page.
		 */
		if (step->rule->what == ADVICE_COLLAPSE)
			r = monitor_guard(monitor, step->bytes > there ? step->bytes - there : 0);
		if (r == 0)
			r = driver_ask(driver, &request, false);
		break;
	case VERB_TOUCH:
		r = driver_visit(driver, step, 0);
		break;
	case VERB_FORK:
	case VERB_FORK_TOUCH:
		r = driver_fork(driver, step);
		break;
	case VERB_BOUND:
		r = monitor_change_limit(monitor, (enum sandbox_bound)step->rule->what,
					 step->bytes, &error);
		if (r == 0 && error < 0)
			r = driver_refused(driver, error);
		break;
	}
	return r < 0 ? r : monitor_row(monitor, true);
}

static int workload_lead(struct driver *base, struct monitor *monitor)
{
	struct workload_driver *driver = (struct workload_driver *)base;
	const struct workload *workload = driver->workload;
	struct subject_request map = { .type = SUBJECT_MAP };
	struct subject_request lock = { .type = SUBJECT_LOCK, .to = workload->region.bytes };
	bool fills = workload->lock == REGION_LOCKED;
	struct root live;
	int r = driver_warm_up(driver);

	if (r < 0)
		return r;
	r = context_counters_begin(monitor->counters, monitor->needs);
	if (r < 0)
		return monitor_fail(monitor, r, "cannot read Committed_AS");
	r = driver_ask(driver, &map, true);
	if (r < 0)
		return r;
	if (driver->answer.error < 0) {
		monitor->result->error = driver->answer.error;
		if (root_open("/", &live) == 0) {
			process_space_read(&live, driver->subject->pid, &driver->result->space);
			root_close(&live);
		}
		return monitor_stop(monitor, STOP_UNSTARTED);
	}
	driver->address = driver->answer.value;
	r = monitor_row(monitor, true);
	if (r == 0 && workload->lock != REGION_UNLOCKED) {
		driver_enter_step(driver, STEP_LOCK, 0, fills ? "" : "lock:onfault");
		/* Without populating nothing is spent, and the whole is one call. */
		r = fills ? driver_ask_up_to(driver, SUBJECT_LOCK, 0, lock.to)
			  : driver_ask(driver, &lock, false);
		if (r == 0)
			r = monitor_row(monitor, true);
	}
	for (uint64_t pass = 1; r == 0 && pass <= workload->passes; pass++)
		r = driver_take_pass(driver, pass);
	if (r == 0 && workload->hold) {
		driver_enter_step(driver, STEP_HOLD, 0, "");
		r = monitor_hold(monitor, workload->hold);
	}
	driver->result->filled = monitor->result->last;
	for (size_t i = 0; r == 0 && i < workload->step_count; i++)
		r = driver_take_step(driver, &workload->steps[i]);
	return r;
}

static uint64_t workload_touched(const struct driver *base)
{
	const struct workload_driver *driver = (const struct workload_driver *)base;

	return driver->result->step == STEP_TOUCH && driver->result->passes
		? subject_touched(driver->subject) : driver->touched;
}

static int workload_describe(struct driver *base, unsigned process, bool exact,
			     struct sample *sample)
{
	const struct workload_driver *driver = (const struct workload_driver *)base;
	const struct region_spec *region = &driver->workload->region;
	struct root live;
	int r;

	sample->step = driver->under_way.step;
	sample->step_number = driver->under_way.step_number;
	memcpy(sample->name, driver->under_way.name, sizeof(sample->name));
	if (process) {
		sample->touched = sample->covered = driver->child_touched[process - 1];
		return 0;
	}
	sample->touched = workload_touched(base);
	sample->covered = MAX(sample->touched, driver->touched);
	if (!exact || !driver->address || driver->result->step == STEP_THEN ||
	    !region_is(region->backing, REGION_IS_FILE))
		return 0;
	/* Its own share is known from smaps alone: the program has files mapped, too. */
	r = root_open("/", &live);
	if (r < 0)
		return r;
	r = process_region_rss(&live, driver->subject->pid, driver->address, region->bytes,
			       &sample->region_rss);
	root_close(&live);
	return r == -ENOENT ? -ESRCH : r;
}

static int workload_reap(struct driver *base, unsigned process)
{
	return subject_reap(((struct workload_driver *)base)->subject, process);
}

/* What was refused has not been done; else a step other than the touching is always news. */
static bool workload_halt(struct driver *base, const struct sample *last)
{
	struct workload_driver *driver = (struct workload_driver *)base;
	uint64_t deadline = duration_now() + HALT_NS;
	enum event event;

	if (driver->asked)
		subject_halt(driver->subject);
	while (driver->asked && duration_now() < deadline &&
	       monitor_wait(driver->monitor, deadline, &event) == 0)
		driver->asked = event != EVENT_DRIVER ||
				subject_answered(driver->subject, &driver->answer) < 0;
	if (driver->result->step != STEP_TOUCH)
		return driver->monitor->result->reason != STOP_REFUSED;
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
		.monitor = monitor, .workload = workload,
		.subject = subject, .result = ret_workload_result,
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
	if (ret_workload_result->step == STEP_TOUCH && ret_workload_result->passes <= 1)
		return;
	snprintf(ret_result->step, sizeof(ret_result->step), "%s",
		 sample_step_name(&driver.under_way));
}
