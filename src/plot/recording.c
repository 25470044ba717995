/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.c - keep rows, and let go of those that no picture could show */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "plot/recording.h"

/* Keeps one moment in `every`, the last one, and the edges. */
static void recording_thin(struct recording *recording)
{
	size_t tail = recording->tail, kept = 0;

	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		if (i == tail)
			recording->tail = kept;
		if (i >= tail || row->edge || row->moment % recording->every == 0)
			recording->rows[kept++] = *row;
	}
	recording->count = kept;
}

/*
 * Begins a moment with SAMPLE. Where passes begin need not be kept, since they are shorter than a
 * dot when there are thousands of them; of edges there are no more than a run can have.
 */
static bool recording_begin_moment(struct recording *recording, const struct sample *sample)
{
	const struct recorded_row *last = &recording->rows[recording->tail];
	bool edge = (sample->step == STEP_THEN || last->sample.step == STEP_THEN) &&
		    (sample->step != last->sample.step ||
		     sample->step_number != last->sample.step_number) &&
		    recording->edges++ <= STEPS_MAX;

	/* The last moment was kept for being the last: is there another reason? */
	if (!edge && !last->edge && last->moment % recording->every)
		recording->count = recording->tail;
	for (size_t i = recording->tail; i < recording->count; i++)
		recording->rows[i].edge |= edge;
	if (recording->count + RECORDING_PROCESSES > RECORDING_ROWS)
		do {
			recording->every *= 2;
			recording_thin(recording);
		} while (recording->count > RECORDING_ROWS / 4 * 3);
	recording->tail = recording->count;
	return edge;
}

int recording_add(struct recording *recording, const struct sample *sample)
{
	bool edge = false;

	if (!recording->rows) {
		recording->rows = malloc(RECORDING_ROWS * sizeof(*recording->rows));
		if (!recording->rows)
			return -ENOMEM;
		recording->every = recording->moments = 1;
	} else if (!sample->of_child) {
		edge = recording_begin_moment(recording, sample);
		recording->moments++;
	} else if (recording->count - recording->tail < RECORDING_PROCESSES) {
		edge = recording->rows[recording->tail].edge;
	} else {
		return 0;
	}
	recording->rows[recording->count++] = (struct recorded_row){
		.moment = recording->moments - 1, .edge = edge, .sample = *sample,
	};
	return 0;
}

void recording_free(struct recording *recording)
{
	free(recording->rows);
	recording->rows = NULL;
	recording->count = 0;
}
