/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart-limit.c - the limit of the sandbox in a picture, which steps may change */
#include <config.h>

#include <math.h>

#include "monitor/step.h"
#include "plot/chart.h"
#include "sandbox/sandbox-limit.h"

static void add_limit(struct chart *chart, double x, double y)
{
	if (chart->limit_count < CHART_LIMITS_MAX)
		chart->limits[chart->limit_count++] = (struct chart_limit){ x, y, false };
}

/* Whether NAME is a step that changes the limit. */
static bool parse_limit(const char *name, struct step *ret_step)
{
	struct error err;

	return step_parse(name, ret_step, &err) == 0 && ret_step->rule->verb == VERB_BOUND &&
	       ret_step->rule->what == SANDBOX_LIMIT;
}

/*
 * Adds the limit that the step NAME sets, if it does.
 * What a share of the room is, is not known.
 */
static void add_limit_of(struct chart *chart, const char *name, double x)
{
	uint64_t page_size = chart->recording->plan.page_size;
	struct step step;

	if (!parse_limit(name, &step))
		return;
	/* As the kernel takes it. */
	if (page_size)
		step.part.bytes -= step.part.bytes % page_size;
	add_limit(chart, x, step.part.permyriad ? NAN : (double)step.part.bytes);
}

/*
 * The limit at the end was read. A step that was the end, which WALK is at then, may have changed
 * the limit before it was cut short, or not.
 */
static void add_last_limit(struct chart *chart, const struct chart_walk *walk)
{
	const struct recorded_end *end = &chart->recording->end;
	struct step step;

	if (!end->known || end->limit == SAMPLE_MISSING)
		return;
	if (walk->cut && parse_limit(walk->name, &step)) {
		if ((double)end->limit != chart_last_limit(chart))
			add_limit(chart, walk->x, (double)end->limit);
	} else if (chart->limit_count) {
		chart->limits[chart->limit_count - 1].y = (double)end->limit;
	}
}

void chart_find_limits(struct chart *chart)
{
	const struct plan_record *plan = &chart->recording->plan;
	struct chart_walk walk = { 0 };

	if (plan->limit != SAMPLE_MISSING)
		add_limit(chart, 0, (double)plan->limit);
	while (chart_next_step(chart, &walk))
		if (!walk.cut)
			add_limit_of(chart, walk.name, walk.x);
	add_last_limit(chart, &walk);
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
			highest = chart_max(highest, chart->limits[i].y);
	}
	return highest;
}

double chart_limit_until(const struct chart *chart, size_t index)
{
	return index + 1 < chart->limit_count ? chart->limits[index + 1].x : chart->x_end;
}
