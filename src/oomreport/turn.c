/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.c - know by a report's own order and by the times which way a log runs, and turn it */
#include <config.h>

#include <errno.h>

#include "lib/macros.h"
#include "oomreport/list-add.h"
#include "oomreport/stages.h"

/* Undecided after so many lines, a log is taken as it comes. */
#define LINES_UNDECIDED 16384

/* So many steps back through a report are no chance, where times run back too or are missing. */
#define STEPS_SURE 3
#define STEPS_UNTIMED 4

/* CPUs do not write in the order of their times: one in so many lines may be out of order. */
#define DISORDERED 8

static void forget_lines(struct turn *turn)
{
	while (turn->count)
		free((char *)(uintptr_t)turn->lines[--turn->count].stripped.message.at);
	turn->bytes = 0;
	turn->timed = false;
}

void turn_free(struct turn *turn)
{
	forget_lines(turn);
	free(turn->lines);
	*turn = (struct turn){ .order = TURN_UNKNOWN };
}

/* Gives out what waits: as it came or, newest first, from its end. */
static int give_out(struct turn *turn, turn_fn *sink, void *context)
{
	int r = 0;

	for (size_t end = turn->count, from; r == 0 && end; end = from) {
		from = turn->order == TURN_BACKWARD ? end - 1 : 0;
		/* Lines that have no time of their own stay behind the one above them. */
		while (from && turn->timed && !turn->lines[from].stripped.timed)
			from--;
		for (size_t i = from; r == 0 && i < end; i++)
			r = sink(context, &turn->lines[i]);
	}
	forget_lines(turn);
	return r;
}

/* Counts what LINE says of the order, and decides if that is enough. 0 or TURN_REFUSED. */
static int turn_look_at(struct turn *turn, const struct oom_line *line)
{
	const struct oom_time *before = &turn->last_time, *time = &line->stripped.time;
	bool has_place = oom_line_kinds[line->type].flags & OOM_LINE_PLACED, back, begun;
	int64_t step = 0;

	if (time->has_wall || time->has_monotonic) {
		if (before->has_wall && time->has_wall &&
		    __builtin_sub_overflow(time->wall_ns, before->wall_ns, &step))
			step = 0;
		else if (!step && before->has_monotonic && time->has_monotonic &&
			 __builtin_sub_overflow(time->monotonic_ns, before->monotonic_ns, &step))
			step = 0;
		turn->earlier += step < 0;
		turn->later += step > 0;
		turn->last_time = *time;
	}
	if (has_place && oom_line_kinds[turn->last].flags & OOM_LINE_PLACED)
		turn->steps += (line->type < turn->last) - (line->type > turn->last);
	turn->last = line->type;
	back = turn->later * DISORDERED <= turn->earlier;
	/* With the first line of a report a log begins that runs forward. */
	begun = line->type == OOM_LINE_INVOKED && !turn->placed;
	turn->placed |= has_place;

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

int turn_take(struct turn *turn, const struct oom_line *line, turn_fn *sink, void *context)
{
	struct oom_line kept = *line;
	struct strview *const texts[] = {
		&kept.stripped.message, &kept.stripped.host, &kept.stripped.caller,
	};
	size_t length = texts[0]->length + texts[1]->length + texts[2]->length;
	char *text, *end;
	int r;

	if (turn->order == TURN_FORWARD)
		return 0;
	if (turn->bytes + length > TURN_BYTES_MAX) {
		forget_lines(turn);
		return TURN_REFUSED;
	}
	text = end = malloc(length + 1);
	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i]->length)
			memcpy(end, texts[i]->at, texts[i]->length);
		texts[i]->at = end;
		end += texts[i]->length;
	}
	r = LIST_ADD(turn->lines, turn->count, SIZE_MAX, kept);
	if (r < 0) {
		free(text);
		return r;
	}
	turn->bytes += length + sizeof(kept);
	turn->timed |= line->stripped.timed;
	r = turn->order == TURN_UNKNOWN ? turn_look_at(turn, line) : 0;
	if (r < 0)
		forget_lines(turn);
	else if (turn->order == TURN_FORWARD)
		r = give_out(turn, sink, context);
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
	return give_out(turn, sink, context);
}

int turn_end(struct turn *turn, turn_fn *sink, void *context)
{
	int r = turn_pause(turn, sink, context);

	if (r == 0)
		r = give_out(turn, sink, context);
	turn_free(turn);
	return r;
}
