/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.c - carry out what follows the touching, one step after the other, each with its row */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/duration.h"
#include "memory/advice.h"
#include "observe/run.h"

/* To collapse may need as much memory as the range has; it is one call, so the guard is asked first. */
static int guard_collapse(struct run *run, const struct step *step)
{
	struct guard *guard = run->tools->guard;
	int r;

	if (!guard->enabled || step->rule->what != ADVICE_COLLAPSE)
		return 0;
	r = room_read(&guard->source, true, &run->ending->room);
	if (r < 0)
		return run_fail(run, r, "cannot read how much memory is left");
	return room_headroom(&run->ending->room) < step->bytes ? run_stop(run, STOP_GUARD) : 0;
}

static int advise(struct run *run, const struct step *step)
{
	struct subject_request request = {
		.order = SUBJECT_ADVISE, .what = step->rule->what, .to = step->bytes,
		.every = step->every.bytes,
	};
	struct subject_answer answer;
	int r = guard_collapse(run, step);

	if (r == 0)
		r = run_ask(run, &request, &answer);
	return r < 0 || answer.error == 0 ? r : run_refused(run, answer.error);
}

/* Has the subject, or its child, visit the pages of the step's range. */
static int visit(struct run *run, const struct step *step, uint32_t child)
{
	struct subject_request request = { .order = SUBJECT_TOUCH, .child = child };
	const struct observe_plan *plan = run->plan;
	uint64_t end =
		(step->bytes / plan->stride + (step->bytes % plan->stride != 0)) * plan->unit;
	int r = run_begin(run, (enum touch_access)step->rule->what, child, step->bytes);

	return r < 0 ? r : run_errand(run, request, NULL, end);
}

static int fork_child(struct run *run, const struct step *step)
{
	struct subject_answer answer;
	uint32_t number = run->subject->child_count + 1;
	int r = run_order(run, SUBJECT_FORK, &answer);

	if (r < 0)
		return r;
	if (answer.error < 0)
		return run_refused(run, answer.error);
	r = run_adopt(run, (pid_t)answer.value);
	if (r < 0 || step->rule->verb == VERB_FORK)
		return r;
	r = visit(run, step, number);
	if (r == 0)
		run->child_touched[number - 1] = subject_touched(run->subject);
	return r;
}

static int carry_out(struct run *run, const struct step *step)
{
	switch (step->rule->verb) {
	case VERB_ADVISE:
		return advise(run, step);
	case VERB_TOUCH:
		return visit(run, step, 0);
	case VERB_FORK:
	case VERB_FORK_TOUCH:
		return fork_child(run, step);
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

		run->ending->stepped = true;
		run->step = STEP_THEN;
		memcpy(run->step_name, step->name, sizeof(run->step_name));
		r = carry_out(run, step);
		/* To hold shows rows of its own. */
		if (r == 0 && step->rule->verb != VERB_HOLD)
			r = run_row(run, true);
	}
	return r;
}
