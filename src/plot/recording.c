/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.c - keep rows, and let go of those that no picture could show */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/recording.h"

/* Which rows at the edges of steps are kept, whatever their moment is. */
enum edges { EDGES_NONE, EDGES_THEN, EDGES_ALL };

/* Keeps one moment in `every`, the last one, and the EDGES. */
static void thin(struct recording *recording, enum edges edges)
{
	uint64_t last = recording->rows[recording->tail].moment;
	size_t kept = 0;

	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		if (i == recording->tail)
			recording->tail = kept;
		if (row->moment == last || row->moment % recording->every == 0 ||
		    (row->edge && (edges == EDGES_ALL ||
				   (edges == EDGES_THEN && row->sample.step == STEP_THEN))))
			recording->rows[kept++] = *row;
	}
	recording->count = kept;
}

/*
 * Some steps are shorter than a dot when there are thousands of them: passes, and in a record that
 * nobody's run has written, any.
 */
static void recording_make_room(struct recording *recording)
{
	if (recording->count < RECORDING_ROWS)
		return;
	while (recording->count > RECORDING_ROWS / 4 * 3) {
		recording->every *= 2;
		thin(recording, EDGES_ALL);
		if (recording->count > RECORDING_ROWS / 4 * 3)
			thin(recording, EDGES_THEN);
		if (recording->count > RECORDING_ROWS / 4 * 3)
			thin(recording, EDGES_NONE);
	}
}

static int recording_append(struct recording *recording, const struct sample *sample, bool edge)
{
	if (recording->count == recording->capacity) {
		size_t room = recording->capacity ? recording->capacity * 2 : 64;
		struct recorded_row *rows = realloc(recording->rows, room * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		recording->rows = rows;
		recording->capacity = room;
	}
	recording->rows[recording->count++] = (struct recorded_row){
		.moment = recording->moments - 1, .edge = edge, .sample = *sample,
	};
	return 0;
}

int recording_add(struct recording *recording, const struct sample *sample)
{
	struct recorded_row *tail;
	bool edge;

	if (sample->of_child && recording->count - recording->tail >= RECORDING_PROCESSES)
		return 0;
	if (sample->of_child && recording->count)
		return recording_append(recording, sample, recording->rows[recording->tail].edge);
	edge = !recording->count ||
	       strcmp(sample_step_name(&recording->rows[recording->tail].sample),
		      sample_step_name(sample)) != 0;
	if (recording->count) {
		recording_make_room(recording);
		/* The last moment was kept for being the last: is there another reason? */
		tail = &recording->rows[recording->tail];
		if (!edge && !tail->edge && tail->moment % recording->every)
			recording->count = recording->tail;
		for (size_t i = recording->tail; i < recording->count; i++)
			recording->rows[i].edge |= edge;
	} else {
		recording->every = 1;
	}
	recording->moments++;
	recording->tail = recording->count;
	return recording_append(recording, sample, edge);
}

struct recorded_end recorded_end_of(const struct verdict *verdict)
{
	struct recorded_end end = {
		.known = true,
		.signal = verdict->signal,
		.elapsed_ns = verdict->elapsed_ns,
		.touched = verdict->touched,
		.limit = verdict->limit,
	};

	snprintf(end.step, sizeof(end.step), "%s", verdict->step);
	snprintf(end.outcome, sizeof(end.outcome), "%s", verdict_outcome_name(verdict->outcome));
	return end;
}

void recording_free(struct recording *recording)
{
	free(recording->rows);
	recording->rows = NULL;
	recording->count = recording->capacity = 0;
}
