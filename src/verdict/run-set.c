/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-set.c - least, median and most of several runs, and by how much two sets differ */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "verdict/run-set.h"

const struct run_figure_row run_figure_rows[RUN_FIGURES] = {
	[FIGURE_RSS] = { "RSS", "peak_rss", "peak of RSS", COLUMN_SIZE },
	[FIGURE_PSS] = { "PSS", "peak_pss", "peak of PSS", COLUMN_SIZE },
	[FIGURE_CGROUP] = { "CGROUP", "peak_cgroup", "charge of the sandbox", COLUMN_SIZE },
	[FIGURE_TIME] = { "TIME", "elapsed_ns", "time", COLUMN_TIME },
	[FIGURE_MINFLT] = { "MINFLT", "minflt", "minor faults", COLUMN_COUNT },
	[FIGURE_MAJFLT] = { "MAJFLT", "majflt", "major faults", COLUMN_COUNT },
};

static int compare_values(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

int run_set_of(const struct run_figures *runs, size_t count, struct run_set *ret_set)
{
	CLEANUP_FREE uint64_t *values = malloc((count + !count) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	*ret_set = (struct run_set){ .runs = count };
	for (size_t figure = 0; figure < RUN_FIGURES; figure++) {
		struct run_spread *spread = &ret_set->spread[figure];
		size_t known = 0;

		for (size_t i = 0; i < count; i++)
			if (runs[i].value[figure] != SAMPLE_MISSING)
				values[known++] = runs[i].value[figure];
		spread->count = known;
		spread->min = spread->median = spread->max = SAMPLE_MISSING;
		if (!known)
			continue;
		qsort(values, known, sizeof(*values), compare_values);
		spread->min = values[0];
		spread->max = values[known - 1];
		spread->median = values[known / 2];
		if (known % 2 == 0)
			spread->median -= (values[known / 2] - values[known / 2 - 1]) / 2;
	}
	return 0;
}

double run_set_change(const struct run_set *a, const struct run_set *b, enum run_figure figure)
{
	uint64_t from = a->spread[figure].median, to = b->spread[figure].median;

	if (from == SAMPLE_MISSING || to == SAMPLE_MISSING)
		return NAN;
	if (!from)
		return to ? INFINITY : 0;
	return ((double)to - (double)from) / (double)from * 100;
}
