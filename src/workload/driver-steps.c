/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver-steps.c - carry out what follows the touching, step by step, each with its row */
#include <config.h>

#include <string.h>

#include "workload/driver-request.h"
#include "workload/driver.h"
#include "workload/memory-advice.h"

/*
 * To collapse is one call, and may need as much memory as the range has holes; what is resident is
 * moved. The guard is asked first, and its reserve is more than a huge page.
 */
static int steps_advise(struct workload_driver *driver, const struct step *step)
{
	struct subject_request request = {
		.type = SUBJECT_ADVISE, .what = step->rule->what, .to = step->bytes,
		.every = step->every.bytes,
	};
	int64_t grew = driver->monitor->result->last.grew;
	uint64_t there = grew > 0 ? (uint64_t)grew : 0;
	struct subject_answer answer;
	int r = 0;

	if (step->rule->what == ADVICE_COLLAPSE)
		r = monitor_guard(driver->monitor, step->bytes > there ? step->bytes - there : 0);
	if (r == 0)
		r = workload_ask(driver, &request, &answer);
	return r < 0 || answer.error == 0 ? r : workload_refused(driver, answer.error);
}

/* Has the subject, or its child, visit the pages of the step's range. */
static int steps_visit(struct workload_driver *driver, const struct step *step, uint32_t child)
{
	struct subject_request request = { .type = SUBJECT_TOUCH, .child = child };
	const struct touch_params *touch_params = &driver->workload->touch_params;
	int r = workload_begin(driver, (enum touch_access)step->rule->what, child, step->bytes);

	if (r < 0)
		return r;
	return workload_request(driver, request, NULL,
				touch_count(touch_params, step->bytes) * touch_params->unit);
}

static int steps_fork_child(struct workload_driver *driver, const struct step *step)
{
	struct subject_request request = { .type = SUBJECT_FORK };
	struct subject *subject = driver->subject;
	struct subject_answer answer;
	int r = workload_ask(driver, &request, &answer);

	if (r < 0)
		return r;
	if (answer.error < 0)
		return workload_refused(driver, answer.error);
	r = subject_adopt(subject, (pid_t)answer.value);
	if (r < 0)
		return monitor_fail(driver->monitor, r, "cannot watch the subject's child");
	driver->driver.child_count = subject->child_count;
	if (step->rule->verb == VERB_FORK)
		return 0;
	driver->child_counts = true;
	r = steps_visit(driver, step, subject->child_count);
	if (r == 0)
		driver->child_touched[subject->child_count - 1] = subject_touched(subject);
	return r;
}

static int steps_carry_out(struct workload_driver *driver, const struct step *step)
{
	int error = 0, r;

	switch (step->rule->verb) {
	case VERB_ADVISE:
		return steps_advise(driver, step);
	case VERB_TOUCH:
		return steps_visit(driver, step, 0);
	case VERB_FORK:
	case VERB_FORK_TOUCH:
		return steps_fork_child(driver, step);
	case VERB_BOUND:
		r = monitor_change_limit(driver->monitor, (enum sandbox_bound)step->rule->what,
					 step->bytes, &error);
		return r == 0 && error < 0 ? workload_refused(driver, error) : r;
	case VERB_HOLD:
		return monitor_hold(driver->monitor, step->time);
	}
	return 0;
}

int workload_steps(struct workload_driver *driver)
{
	const struct workload *workload = driver->workload;
	int r = 0;

	driver->result->filled = driver->monitor->result->last;
	for (size_t i = 0; r == 0 && i < workload->step_count; i++) {
		const struct step *step = &workload->steps[i];

		driver->result->stepped = true;
		driver->child_counts = false;
		driver->step = STEP_THEN;
		driver->then = step;
		memcpy(driver->step_name, step->name, sizeof(driver->step_name));
		r = steps_carry_out(driver, step);
		/* To hold shows rows of its own. */
		if (r == 0 && step->rule->verb != VERB_HOLD)
			r = monitor_row(driver->monitor, true);
	}
	return r;
}
