/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart-steps.c - where steps begin in a picture, and where their names find room */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "plot/chart.h"

/* Beside a name, in characters: the distance from its line and from the next name. */
#define NAME_GAP 1.5

/* A name that finds no room in so much of the height covers another one. */
#define BAND_MAX 0.4

static const struct recorded_row *chart_steps_next_row(const struct recording *recording,
						       size_t *index)
{
	while (*index < recording->count && recording->rows[*index].sample.of_child)
		(*index)++;
	return *index < recording->count ? &recording->rows[(*index)++] : NULL;
}

static void add_step(struct chart *chart, const char *name, double x)
{
	struct chart_step *step = &chart->steps[chart->step_count];

	if (chart->step_count == CHART_STEPS_MAX)
		return;
	chart->step_count++;
	snprintf(step->name, sizeof(step->name), "%s", name);
	step->x = x;
}

bool chart_next_step(const struct chart *chart, struct chart_walk *walk)
{
	const char *cut_short = chart->recording->end.step;
	const struct recorded_row *row;

	while ((row = chart_steps_next_row(chart->recording, &walk->index))) {
		const struct recorded_row *before = walk->before;
		const char *name = sample_step_name(&row->sample);

		walk->before = row;
		if (before && !strcmp(name, walk->name))
			continue;
		walk->name = name;
		walk->x = chart_place(chart, before ? before : row);
		return true;
	}
	if (!walk->before || walk->cut || !*cut_short || !strcmp(cut_short, walk->name))
		return false;
	walk->cut = true;
	walk->name = cut_short;
	walk->x = chart_place(chart, walk->before);
	return true;
}

static void find_steps(struct chart *chart)
{
	struct chart_walk walk = { 0 };

	while (chart_next_step(chart, &walk))
		add_step(chart, walk.name, walk.x);
}

/* The baseline alone, before the memory is locked, is no step. */
static void forget_baseline(struct chart *chart)
{
	if (chart->step_count < 2 || chart->steps[0].x < chart->steps[1].x)
		return;
	chart->step_count--;
	memmove(chart->steps, chart->steps + 1, chart->step_count * sizeof(chart->steps[0]));
}

static double name_width(const struct chart *chart, const struct chart_step *step, unsigned width)
{
	return ((double)strlen(step->name) + NAME_GAP) / width * chart->x_end;
}

static bool collide(const struct chart *chart, const struct chart_step *a,
		    const struct chart_step *b, unsigned width)
{
	double a_width = name_width(chart, a, width), b_width = name_width(chart, b, width);
	double a_from = a->before ? a->x - a_width : a->x;
	double b_from = b->before ? b->x - b_width : b->x;

	return a->level == b->level && a_from < b_from + b_width && b_from < a_from + a_width;
}

static bool is_free(const struct chart *chart, size_t index, unsigned width)
{
	for (size_t i = 0; i < index; i++)
		if (collide(chart, &chart->steps[i], &chart->steps[index], width))
			return false;
	return true;
}

void chart_mark_steps(struct chart *chart, const struct chart_params *params)
{
	unsigned most = (unsigned)(BAND_MAX * params->height), levels = 0;

	find_steps(chart);
	forget_baseline(chart);
	if (chart->step_count < 2)
		chart->step_count = 0;
	for (size_t i = 0; i < chart->step_count; i++) {
		struct chart_step *step = &chart->steps[i];
		double width = name_width(chart, step, params->width);

		step->before = step->x + width > chart->x_end && step->x >= width;
		while (!is_free(chart, i, params->width) && step->level + 1 < most)
			step->level++;
		if (step->level >= levels)
			levels = step->level + 1;
	}
	chart->band = levels ? (levels + 0.5) / params->height : 0;
}
