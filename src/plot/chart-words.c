/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart-words.c - where a run ended in its picture, and what is written there and above it */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/size.h"
#include "plot/chart.h"
#include "workload/touch.h"

/* So many points of a line are looked at, and one more. */
#define LOOKS 16

static const struct recorded_row *subject_row(const struct recording *recording, bool last)
{
	const struct recorded_row *found = NULL;

	for (size_t i = 0; i < recording->count; i++)
		if (!recording->rows[i].sample.of_child && (last || !found))
			found = &recording->rows[i];
	return found ? found : recording->rows;
}

/* How much RSS grew for a byte that was touched: reading may add nothing. Unknown: 1. */
static double growth_per_byte(const struct sample *first, const struct sample *last)
{
	double touched = (double)last->touched - (double)first->touched;
	double grew = (double)last->rss - (double)first->rss;

	if (touched <= 0)
		return 1;
	return chart_max(0, chart_min(1, grew / touched));
}

static bool is_outcome(const struct recording *recording, const char *outcome)
{
	return recording->end.known && !strcmp(recording->end.outcome, outcome);
}

/* What has been touched after LAST, the last row; how much of it in a step, is not known. */
static double touched_since(const struct recorded_end *end, const struct sample *last)
{
	if (!end->known || last->step != STEP_TOUCH || end->touched <= last->touched)
		return 0;
	return (double)(end->touched - last->touched);
}

static bool is_killed(const struct recorded_end *end)
{
	return end->known && end->signal && strcmp(end->outcome, "interrupted") != 0;
}

/* RSS at the end: as it was last read, and what has been touched since, as far as that counts. */
void chart_find_end(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	const struct recorded_end *ended = &recording->end;
	const struct recorded_row *row = subject_row(recording, true);
	const struct sample *last = &row->sample, *first = &subject_row(recording, false)->sample;
	double since = touched_since(ended, last), most = INFINITY;
	struct chart_end *end = &chart->end;

	end->killed = is_killed(ended);
	end->y = (double)last->rss + since * growth_per_byte(first, last);
	if (is_outcome(recording, "oom-sandbox") && !isnan(chart_last_limit(chart)))
		most = chart_max(chart_last_limit(chart), (double)last->rss);
	end->y = chart_min(end->y, most);
	if (chart->x == CHART_X_TOUCHED)
		end->x = (double)last->touched + since;
	else if (chart->x == CHART_X_ROW)
		end->x = (double)row->moment;
	else
		end->x = (double)(end->killed && ended->elapsed_ns > last->elapsed_ns
					  ? ended->elapsed_ns : last->elapsed_ns);
	end->estimated = since > 0 || end->x > chart_place(chart, row);
}

static void chart_text_append(char text[static CHART_TEXT_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void chart_text_append(char text[static CHART_TEXT_MAX], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, CHART_TEXT_MAX - used, format, arguments);
	va_end(arguments);
}

/* A part of the plot's inside. */
struct area {
	double left, right, bottom, top;
};

/* How much of the line from (ax, ay) to (bx, by) is in AREA: a look at some of its points. */
static int hits(const struct area *area, double ax, double ay, double bx, double by)
{
	int inside = 0;

	for (int i = 0; i <= LOOKS; i++) {
		double x = ax + (bx - ax) * i / LOOKS, y = ay + (by - ay) * i / LOOKS;

		inside += x >= area->left && x <= area->right && y >= area->bottom &&
			  y <= area->top;
	}
	return inside;
}

/* In units of the left axis: at the right the counts are drawn as high. */
static double height_at_left(const struct chart *chart, const struct chart_series *series,
			     const struct recorded_row *row)
{
	double height = chart_height(chart, series, row);

	return series->right ? height / chart->right_top * chart->low : height;
}

/* How much of the limit's line is in AREA. */
static int limit_hits(const struct chart *chart, const struct area *area)
{
	int inside = 0;

	for (size_t i = 0; i < chart->limit_count; i++)
		if (chart->limits[i].shown)
			inside += hits(area, chart->limits[i].x, chart->limits[i].y,
				       chart_limit_until(chart, i), chart->limits[i].y);
	return inside;
}

/* How much of the curves is in AREA. */
static int crowd(const struct chart *chart, const struct area *area)
{
	const struct recording *recording = chart->recording;
	int inside = limit_hits(chart, area);

	for (size_t s = 0; s < chart->series_count; s++) {
		const struct chart_series *series = &chart->series[s];
		const struct recorded_row *before = NULL;

		for (size_t i = 0; i < recording->count; i++) {
			const struct recorded_row *row = &recording->rows[i];

			if (chart_process(chart, row) != series->process ||
			    isnan(chart_height(chart, series, row)))
				continue;
			if (before)
				inside += hits(area, chart_place(chart, before),
					       height_at_left(chart, series, before),
					       chart_place(chart, row),
					       height_at_left(chart, series, row));
			before = row;
		}
	}
	return inside;
}

/* The label stands above its point unless there is more room below. */
static bool is_better_below(const struct chart *chart, const struct chart_params *params)
{
	const struct chart_end *end = &chart->end;
	double line = (chart->y_top - chart->y_bottom) / (1 - chart->band) / params->height;
	double width = (double)strlen(end->label) / params->width * chart->x_end;
	struct area above = {
		.left = end->before ? end->x - width : end->x,
		.right = end->before ? end->x : end->x + width,
		.bottom = end->y + 0.4 * line,
		.top = end->y + 1.45 * line,
	};
	struct area below = above;

	below.bottom = end->y - 1.45 * line;
	below.top = end->y - 0.4 * line;
	return below.bottom > chart->y_bottom && crowd(chart, &below) < crowd(chart, &above);
}

static void name_end(struct chart_end *end, const struct recorded_end *ended)
{
	if (!ended->known)
		snprintf(end->name, sizeof(end->name), "the record ends here");
	else if (!strcmp(ended->outcome, "guard"))
		snprintf(end->name, sizeof(end->name), "stopped by the guard");
	else if (end->killed)
		snprintf(end->name, sizeof(end->name), "killed (%s)", ended->outcome);
	else
		snprintf(end->name, sizeof(end->name), "%s", ended->outcome);
}

void chart_mark_end(struct chart *chart, const struct chart_params *params)
{
	const struct recorded_end *ended = &chart->recording->end;
	struct chart_end *end = &chart->end;
	char size[SIZE_TEXT_MAX];

	end->x /= chart->x_unit.size;
	end->y /= chart->y_unit.size;
	end->before = end->x > chart->x_end / 2;
	name_end(end, ended);
	if (!ended->known || !strcmp(ended->outcome, "completed"))
		return;
	chart_text_append(end->label, "%s", end->name);
	if (*ended->step)
		chart_text_append(end->label, " in %s", ended->step);
	else
		chart_text_append(end->label, " at %s",
				  size_text(size, ended->touched, SIZE_HUMAN));
	end->below = is_better_below(chart, params);
}

/* What is not as usual. */
static void append_touch_params(char text[static CHART_TEXT_MAX], const struct plan_record *plan)
{
	if (plan->touch_params && plan->touch_params->access != TOUCH_WRITE)
		chart_text_append(text, ", %s", touch_access_name(plan->touch_params->access));
	if (plan->touch_params && plan->touch_params->order != ORDER_FORWARD)
		chart_text_append(text, ", %s", order_name(plan->touch_params->order));
	if (plan->observe && plan->observe->passes > 1)
		chart_text_append(text, ", %" PRIu64 " passes", plan->observe->passes);
	if (plan->observe && plan->observe->threads > 1)
		chart_text_append(text, ", %u threads", plan->observe->threads);
}

/* What is known of where and when. */
static void append_scene(char text[static CHART_TEXT_MAX], const struct host *host)
{
	chart_text_append(text, "%s", host->name);
	if (host->kernel[0])
		chart_text_append(text, "%sLinux %s", *text ? ", " : "", host->kernel);
	if (host->time[0])
		chart_text_append(text, "%s%s", *text ? ", " : "", host->time);
}

void chart_name(struct chart *chart)
{
	const struct plan_record *plan = &chart->recording->plan;
	char size[SIZE_TEXT_MAX];

	chart_text_append(chart->title, "pagetouch: %s %s",
			  size_text(size, plan->region->bytes, SIZE_HUMAN),
			  region_backing_name(plan->region->backing));
	append_touch_params(chart->title, plan);
	if (plan->limit != SAMPLE_MISSING)
		chart_text_append(chart->title, ", limit %s",
				  size_text(size, plan->limit, SIZE_HUMAN));
	append_scene(chart->subtitle, plan->host);
}
