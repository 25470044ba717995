/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart-limit.c - the limit of the sandbox in a picture, which steps may change */
#include <config.h>

#include <math.h>
#include <string.h>

#include "observe/step.h"
#include "plot/chart.h"
#include "system/sandbox-limit.h"

static void add_limit(struct chart *chart, double x, double y)
{
	if (chart->limit_count < CHART_LIMITS_MAX)
		chart->limits[chart->limit_count++] = (struct chart_limit){ x, y, false };
}

/* Adds the limit that the step NAME sets, if it sets one. Its share of the room is not recorded. */
static void add_limit_of(struct chart *chart, const char *name, double x)
{
	uint64_t page_size = chart->recording->plan.page_size;
	struct trouble trouble;
	struct step step;

	if (step_parse(name, &step, &trouble) < 0 || step.rule->verb != VERB_BOUND ||
	    step.rule->what != SANDBOX_LIMIT)
		return;
	/* As the kernel takes it. */
	if (page_size)
		step.part.bytes -= step.part.bytes % page_size;
	add_limit(chart, x, step.part.permyriad ? NAN : (double)step.part.bytes);
}

void chart_find_limits(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	const struct recorded_end *end = &recording->end;
	const struct recorded_row *before = NULL;
	const char *name, *last = "";

	if (recording->plan.limit != SAMPLE_MISSING)
		add_limit(chart, 0, (double)recording->plan.limit);
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		if (row->sample.of_child)
			continue;
		name = sample_step_name(&row->sample);
		if (before && strcmp(name, last) != 0)
			add_limit_of(chart, name, chart_place(chart, before));
		last = name;
		before = row;
	}
	/* A step that was the end has no row. Where nobody was killed it changed nothing. */
	if (before && end->signal && strcmp(end->step, last) != 0)
		add_limit_of(chart, end->step, chart_place(chart, before));
}

double chart_last_limit(const struct chart *chart)
{
	return chart->limit_count ? chart->limits[chart->limit_count - 1].y : NAN;
}

double chart_show_limits(struct chart *chart, double most)
{
	double highest = 0;

	for (size_t i = 0; i < chart->limit_count; i++) {
		chart->limits[i].shown = chart->limits[i].y <= most;
		if (chart->limits[i].shown)
			highest = chart_greater(highest, chart->limits[i].y);
	}
	return highest;
}

double chart_limit_until(const struct chart *chart, size_t index)
{
	return index + 1 < chart->limit_count ? chart->limits[index + 1].x : chart->x_end;
}
