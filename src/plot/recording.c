/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.c - keep rows, and let go of those that no picture could show */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "plot/recording.h"

/*
 * Begins a moment with SAMPLE, and makes room for it: one moment in `every` is kept, the last one,
 * and the edges. Where passes begin need not be kept, since they are shorter than a dot when there
 * are thousands of them; of edges there are no more than a run can have.
 */
static bool recording_begin_moment(struct recording *recording, const struct sample *sample)
{
	const struct recorded_row *last = &recording->rows[recording->tail];
	size_t most = RECORDING_ROWS - RECORDING_PROCESSES;
	bool edge = (sample->step == STEP_THEN || last->sample.step == STEP_THEN) &&
		    (sample->step != last->sample.step ||
		     sample->step_number != last->sample.step_number) &&
		    recording->edges++ <= STEPS_MAX;

	/* The last moment was kept for being the last: is there another reason? */
	if (!edge && !last->edge && last->moment % recording->every)
		recording->count = recording->tail;
	for (size_t i = recording->tail; i < recording->count; i++)
		recording->rows[i].edge |= edge;
	for (; recording->count > most; most = RECORDING_ROWS / 4 * 3) {
		size_t kept = 0;

		recording->every *= 2;
		for (size_t i = 0; i < recording->count; i++) {
			const struct recorded_row *row = &recording->rows[i];

			if (row->edge || row->moment % recording->every == 0)
				recording->rows[kept++] = *row;
		}
		recording->count = kept;
	}
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
