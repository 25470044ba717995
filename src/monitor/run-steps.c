/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run-steps.c - carry out what follows the touching, one step after the other, each with its row
 */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/duration.h"
#include "monitor/loop.h"
#include "workload/memory-advice.h"

/* How long a process that was killed may take to die. */
#define VICTIM_NS (10 * NS_PER_SECOND)

/*
 * To collapse is one call, and may need as much memory as the range has holes; what is resident is
 * moved. The guard is asked first, and its reserve is more than a huge page.
 */
static int guard_collapse(struct run *run, const struct step *step)
{
	struct guard *guard = run->tools->guard;
	int64_t grew = run->result->last.grew;
	uint64_t there = grew > 0 ? (uint64_t)grew : 0;
	uint64_t needed = step->bytes > there ? step->bytes - there : 0;
	int r;

	if (!guard->enabled || step->rule->what != ADVICE_COLLAPSE)
		return 0;
	r = available_memory_read(&guard->source, true, &run->result->available);
	if (r < 0)
		return run_fail_room(run, r, &run->result->available);
	return available_headroom(&run->result->available) < needed ? run_stop(run, STOP_GUARD)
	       : 0;
}

static int steps_advise(struct run *run, const struct step *step)
{
	struct subject_request request = {
		.type = SUBJECT_ADVISE, .what = step->rule->what, .to = step->bytes,
		.every = step->every.bytes,
	};
	struct subject_answer answer;
	int r = guard_collapse(run, step);

	if (r == 0)
		r = run_ask(run, &request, &answer);
	return r < 0 || answer.error == 0 ? r : run_refused(run, answer.error);
}

/* Has the subject, or its child, visit the pages of the step's range. */
static int steps_visit(struct run *run, const struct step *step, uint32_t child)
{
	struct subject_request request = { .type = SUBJECT_TOUCH, .child = child };
	const struct observe_plan *plan = run->plan;
	uint64_t end =
		(step->bytes / plan->stride + (step->bytes % plan->stride != 0)) * plan->unit;
	int r = run_begin(run, (enum touch_access)step->rule->what, child, step->bytes);

	return r < 0 ? r : run_request(run, request, NULL, end);
}

static int steps_fork_child(struct run *run, const struct step *step)
{
	struct subject_answer answer;
	uint32_t number = run->subject->child_count + 1;
	int r = run_call(run, SUBJECT_FORK, &answer);

	if (r < 0)
		return r;
	if (answer.error < 0)
		return run_refused(run, answer.error);
	r = run_adopt(run, (pid_t)answer.value);
	if (r < 0 || step->rule->verb == VERB_FORK)
		return r;
	r = steps_visit(run, step, number);
	if (r == 0)
		run->child_touched[number - 1] = subject_touched(run->subject);
	return r;
}

/* Whom the kernel has killed for it may still be dying: no row is to show what is left of him. */
static int wait_for_victim(struct run *run, uint64_t kills)
{
	uint64_t deadline = duration_now() + VICTIM_NS;
	enum event event;
	int r = 0;

	while (r == 0 && sandbox_kills(run->tools->sandbox) > kills && duration_now() < deadline)
		r = run_wait(run, deadline, &event);
	return r;
}

static int change_bound(struct run *run, const struct step *step)
{
	const struct sandbox *sandbox = run->tools->sandbox;
	uint64_t kills = sandbox_kills(sandbox);
	enum event event = EVENT_TIME;
	struct limit_change change;
	enum sandbox_bound bound = (enum sandbox_bound)step->rule->what;
	int r = sandbox_limit_begin(sandbox, bound, step->bytes, &change), error;

	if (r < 0)
		return run_fail(run, r, "cannot change the limit of the sandbox");
	run->change = &change;
	while (r == 0 && event != EVENT_CHANGED)
		r = run_wait(run, DURATION_INFINITE, &event);
	run->change = NULL;
	error = sandbox_limit_end(&change);
	if (bound == SANDBOX_LIMIT)
		run->result->limit = sandbox_limit_read(sandbox);
	if (r == 0 && error < 0)
		return run_refused(run, error);
	return r < 0 ? r : wait_for_victim(run, kills);
}

static int steps_carry_out(struct run *run, const struct step *step)
{
	switch (step->rule->verb) {
	case VERB_ADVISE:
		return steps_advise(run, step);
	case VERB_TOUCH:
		return steps_visit(run, step, 0);
	case VERB_FORK:
	case VERB_FORK_TOUCH:
		return steps_fork_child(run, step);
	case VERB_BOUND:
		return change_bound(run, step);
	case VERB_HOLD:
		return run_hold(run, step->time);
	}
	return 0;
}

int run_steps(struct run *run)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->plan->step_count; i++) {
		const struct step *step = &run->plan->steps[i];

		run->result->stepped = true;
		run->step = STEP_THEN;
		memcpy(run->step_name, step->name, sizeof(run->step_name));
		r = steps_carry_out(run, step);
		/* To hold shows rows of its own. */
		if (r == 0 && step->rule->verb != VERB_HOLD)
			r = run_row(run, true);
	}
	return r;
}
