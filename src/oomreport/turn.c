/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.c - know by a report's own order and by the times which way a log runs, and turn it */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oomreport/turn.h"

/* Undecided after so many lines, a log is taken as it comes. */
#define LINES_UNDECIDED 16384

/* So many steps back through a report are no chance, where times run back too or are missing. */
#define STEPS_SURE 3
#define STEPS_UNTIMED 4

/* CPUs do not write in the order of their times: one in so many lines may be out of order. */
#define DISORDERED 8

static void forget_lines(struct turn *turn)
{
	for (size_t i = 0; i < turn->count; i++)
		free((char *)(uintptr_t)turn->lines[i].message.at);
	turn->count = turn->bytes = 0;
	turn->timed = false;
}

void turn_free(struct turn *turn)
{
	forget_lines(turn);
	free(turn->lines);
	*turn = (struct turn){ .order = TURN_UNKNOWN };
}

/* A copy of *text at *end, which is moved behind it. */
static struct strview copy_text(struct strview text, char **end)
{
	struct strview copy = { *end, text.length };

	if (text.length)
		memcpy(*end, text.at, text.length);
	*end += text.length;
	return copy;
}

static int keep_line(struct turn *turn, const struct log_prefix *line)
{
	size_t length = line->message.length + line->host.length + line->caller.length;
	struct log_prefix kept = *line;
	char *end;

	if (turn->bytes + length > TURN_BYTES_MAX)
		return TURN_REFUSED;
	if (turn->count == turn->capacity) {
		size_t room = turn->capacity ? 2 * turn->capacity : 64;
		struct log_prefix *lines = reallocarray(turn->lines, room, sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		turn->lines = lines;
		turn->capacity = room;
	}
	end = malloc(length + 1);
	if (!end)
		return -ENOMEM;
	kept.message = copy_text(line->message, &end);
	kept.host = copy_text(line->host, &end);
	kept.caller = copy_text(line->caller, &end);
	turn->lines[turn->count++] = kept;
	turn->bytes += length + sizeof(kept);
	turn->timed |= line->timed;
	return 0;
}

/* By which TIME differs from the one before, 0: it does not, or nobody knows. */
static int64_t step_of_time(const struct oom_time *before, const struct oom_time *time)
{
	int64_t step = 0;

	if (before->has_wall && time->has_wall &&
	    __builtin_sub_overflow(time->wall_ns, before->wall_ns, &step))
		return 0;
	if (!step && before->has_monotonic && time->has_monotonic &&
	    __builtin_sub_overflow(time->monotonic_ns, before->monotonic_ns, &step))
		return 0;
	return step;
}

/* Whether lines of TYPE have their place in a report. */
static bool has_place(enum oom_line_type type)
{
	return oom_line_kinds[type].flags & OOM_LINE_PLACED;
}

/* Counts what a line says of the order. */
static void look_at(struct turn *turn, const struct log_prefix *line, enum oom_line_type type)
{
	const struct oom_time *time = &line->time;

	if (time->has_wall || time->has_monotonic) {
		int64_t step = step_of_time(&turn->last_time, time);

		turn->earlier += step < 0;
		turn->later += step > 0;
		turn->last_time = *time;
	}
	if (has_place(type) && has_place(turn->last))
		turn->steps += (type < turn->last) - (type > turn->last);
	turn->last = type;
}

/* Decides, if what has come up to a line of TYPE allows it. Returns 0 or TURN_REFUSED. */
static int decide(struct turn *turn, enum oom_line_type type)
{
	bool back = turn->later * DISORDERED <= turn->earlier;
	/* With the first line of a report a log begins that runs forward. */
	bool begun = type == OOM_LINE_INVOKED && !turn->placed;

	turn->placed |= has_place(type);

	if (turn->steps >= STEPS_UNTIMED && !back)
		return TURN_REFUSED;
	if (turn->steps >= (turn->earlier ? STEPS_SURE : STEPS_UNTIMED) && back)
		turn->order = TURN_BACKWARD;
	else if (begun || turn->steps <= -2 ||
		 (turn->later > 2 && !turn->earlier && turn->steps <= 0) ||
		 turn->count == LINES_UNDECIDED)
		turn->order = TURN_FORWARD;
	return 0;
}

/* Gives out what waits in the order in which it came. */
static int give_forward(struct turn *turn, turn_fn *sink, void *context)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < turn->count; i++)
		r = sink(context, &turn->lines[i]);
	forget_lines(turn);
	return r;
}

/* Gives out what waits, the last first. Lines that have no time of their own stay together. */
static int give_backward(struct turn *turn, turn_fn *sink, void *context)
{
	int r = 0;

	for (size_t end = turn->count, from; r == 0 && end; end = from) {
		from = end - 1;
		while (from && turn->timed && !turn->lines[from].timed)
			from--;
		for (size_t i = from; r == 0 && i < end; i++)
			r = sink(context, &turn->lines[i]);
	}
	forget_lines(turn);
	return r;
}

int turn_take(struct turn *turn, const struct log_prefix *line, enum oom_line_type type,
	      turn_fn *sink, void *context)
{
	int r;

	if (turn->order == TURN_FORWARD)
		return 0;
	r = keep_line(turn, line);
	if (r == 0 && turn->order == TURN_UNKNOWN) {
		look_at(turn, line, type);
		r = decide(turn, type);
	}
	if (r == 0 && turn->order == TURN_FORWARD)
		r = give_forward(turn, sink, context);
	if (r == TURN_REFUSED)
		forget_lines(turn);
	return r < 0 ? r : 1;
}

int turn_pause(struct turn *turn, turn_fn *sink, void *context)
{
	if (turn->order == TURN_BACKWARD || !turn->count)
		return 0;
	/* Few lines, of kills alone: all that there is says the same. */
	if (turn->steps > 0 && turn->earlier && !turn->later) {
		turn->order = TURN_BACKWARD;
		return 0;
	}
	return give_forward(turn, sink, context);
}

int turn_end(struct turn *turn, turn_fn *sink, void *context)
{
	int r = turn_pause(turn, sink, context);

	if (r == 0)
		r = give_backward(turn, sink, context);
	turn_free(turn);
	return r;
}
