/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.c - keep rows, and let go of those that no picture could show */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "plot/recording.h"

int recording_add(struct recording *recording, const struct sample *sample)
{
	size_t most = RECORDING_ROWS - RECORDING_PROCESSES;
	const struct recorded_row *last;
	bool edge = false;

	if (!recording->rows) {
		recording->rows = malloc(RECORDING_ROWS * sizeof(*recording->rows));
		if (!recording->rows)
			return -ENOMEM;
		recording->every = 1;
	}
	last = &recording->rows[recording->tail];
	if (sample->of_child && recording->count) {
		if (recording->count - recording->tail == RECORDING_PROCESSES)
			return 0;
		edge = last->edge;
	} else if (recording->moments++) {
		/*
		 * Where passes begin need not be kept, since they are shorter than a dot when
		 * there are thousands of them; of edges there are no more than a run can have.
		 */
		edge = (sample->step == STEP_THEN || last->sample.step == STEP_THEN) &&
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
