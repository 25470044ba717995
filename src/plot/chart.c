/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.c - choose curves, and find steps, limits, the end and what the axes must reach */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/chart.h"
#include "sandbox/sandbox-limit.h"

/* VSZ that is so many times all else would press all else to the ground: the axis is broken. */
#define FAR_ABOVE 4.0

/* Beside a name, in characters: the distance from its line and from the next name. */
#define NAME_GAP 1.5

/* A name that finds no room in so much of the height, or in so many lines, covers another one. */
#define NAMES_HEIGHT 0.4
#define NAMES_LINES 64

/* Without libm, which would add a megabyte to VSZ. */
static double chart_max(double a, double b)
{
	return a > b ? a : b;
}

static double chart_min(double a, double b)
{
	return a < b ? a : b;
}

bool chart_column_is(size_t column, const char *name)
{
	return !strcmp(columns[column].name, name);
}

double chart_figure(size_t column, const struct recorded_row *row)
{
	uint64_t value = column_value(&columns[column], &row->sample);

	if (column_is_missing(&columns[column], value))
		return NAN;
	return columns[column].kind == COLUMN_GROWTH ? (double)(int64_t)value : (double)value;
}

double chart_place(const struct chart *chart, const struct recorded_row *row)
{
	if (chart->x == CHART_X_TIME)
		return (double)row->sample.elapsed_ns;
	return chart->x == CHART_X_ROW ? (double)row->moment : (double)row->sample.touched;
}

size_t chart_process(const struct chart *chart, const struct recorded_row *row)
{
	size_t process = 1;

	if (!row->sample.of_child)
		return 0;
	while (process < chart->processes && chart->pids[process] != row->sample.pid)
		process++;
	return process;
}

/* The processes, and over what they are drawn. */
static void scan_rows(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	bool steps = false;

	chart->processes = 1;
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		steps = steps || strcmp(sample_step_name(&row->sample), "touch") != 0;
		if (chart_process(chart, row) == chart->processes &&
		    chart->processes < RECORDING_PROCESSES)
			chart->pids[chart->processes++] = row->sample.pid;
	}
	if (chart->x == CHART_X_AUTO)
		chart->x = steps ? CHART_X_TIME : CHART_X_TOUCHED;
}

/* Whether the user has asked for COLUMN: more than the table has it anyway. */
static bool is_asked_for(const struct column_choice *choice, size_t column)
{
	struct column_choice usual = column_choice_default();
	int times = 0;

	for (size_t i = 0; i < choice->count; i++)
		times += choice->index[i] == column;
	for (size_t i = 0; i < usual.count && !choice->by_name; i++)
		times -= usual.index[i] == column;
	return times > 0;
}

/*
 * Whether PROCESS has a curve of COLUMN. VSZ and GREW of a child say nothing new; what is around
 * both processes is one.
 */
static bool is_drawn(const struct chart *chart, const struct column_choice *choice,
		     size_t process, size_t column)
{
	const struct column *drawn = &columns[column];
	bool is_vsz = chart_column_is(column, "VSZ"), was_read = false;

	if (process && (is_vsz || chart_column_is(column, "GREW") ||
			drawn->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT | NEED_COMMITTED)))
		return false;
	if (!is_vsz && !chart_column_is(column, "RSS") &&
	    (drawn->kind == COLUMN_TEXT || drawn->kind == COLUMN_TIME ||
	     drawn->kind == COLUMN_ID || !is_asked_for(choice, column) ||
	     (chart_column_is(column, "TOUCHED") && chart->x == CHART_X_TOUCHED)))
		return false;
	for (size_t i = 0; i < chart->recording->count && !was_read; i++) {
		const struct recorded_row *row = &chart->recording->rows[i];

		was_read = chart_process(chart, row) == process &&
			   !isnan(chart_figure(column, row));
	}
	return was_read;
}

static void add_series(struct chart *chart, const struct column_choice *choice, size_t process,
		       size_t column)
{
	struct chart_series *series = &chart->series[chart->series_count];

	if (chart->series_count == CHART_SERIES_MAX ||
	    !is_drawn(chart, choice, process, column))
		return;
	chart->series_count++;
	series->process = process;
	series->column = column;
	series->right = columns[column].kind == COLUMN_COUNT;
	if (process)
		snprintf(series->title, sizeof(series->title), "%s, child %zu",
			 columns[column].name, process);
	else
		snprintf(series->title, sizeof(series->title), "%s%s", columns[column].name,
			 series->right ? " (right)" : "");
}

/* RSS first and VSZ second, which are always there and look the same in every picture. */
static void choose_series(struct chart *chart, const struct column_choice *choice)
{
	static const char *const first[] = { "RSS", "VSZ" };

	for (size_t i = 0; i < 2; i++)
		for (size_t column = 0; column < column_count; column++)
			if (chart_column_is(column, first[i]))
				add_series(chart, choice, 0, column);
	for (size_t process = 0; process < chart->processes; process++)
		for (size_t column = 0; column < column_count; column++)
			if (process || (!chart_column_is(column, "RSS") &&
					!chart_column_is(column, "VSZ")))
				add_series(chart, choice, process, column);
}

static void add_limit(struct chart *chart, double x, double y)
{
	if (chart->limit_count < CHART_LIMITS_MAX)
		chart->limits[chart->limit_count++] = (struct chart_limit){ x, y, false };
}

/* The limit at the end, in bytes; NAN: there was none, or it is not known. */
static double last_limit(const struct chart *chart)
{
	return chart->limit_count ? chart->limits[chart->limit_count - 1].y : NAN;
}

/* Whether the step NAME changes the limit, and to what; NAN: what a share is, is not known. */
static bool is_limit_step(const struct chart *chart, const char *name, double *ret_limit)
{
	uint64_t page_size = chart->recording->plan.page_size;
	struct error err;
	struct step step;

	if (step_parse(name, &step, &err) < 0 || step.rule->verb != VERB_BOUND ||
	    step.rule->what != SANDBOX_LIMIT)
		return false;
	/* As the kernel takes it. */
	if (page_size)
		step.part.bytes -= step.part.bytes % page_size;
	*ret_limit = step.part.permyriad ? NAN : (double)step.part.bytes;
	return true;
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

/*
 * Finds the subject's steps, and the limits that they set. A step begins where the last row of the
 * one before is: its own first row is at its end. One that was the end of the run has no row; it
 * may have changed the limit before it was cut short, or not, but the limit at the end was read.
 */
static void find_steps(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	const struct recorded_end *end = &recording->end;
	const struct recorded_row *before = NULL;
	const char *name = "";
	bool limits_cut = false;
	double limit;

	if (recording->plan.limit != SAMPLE_MISSING)
		add_limit(chart, 0, (double)recording->plan.limit);
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];

		if (row->sample.of_child)
			continue;
		if (strcmp(name, sample_step_name(&row->sample)) != 0) {
			double x = chart_place(chart, before ? before : row);

			name = sample_step_name(&row->sample);
			add_step(chart, name, x);
			if (is_limit_step(chart, name, &limit))
				add_limit(chart, x, limit);
		}
		before = row;
	}
	if (before && *end->step && strcmp(end->step, name) != 0) {
		add_step(chart, end->step, chart_place(chart, before));
		limits_cut = is_limit_step(chart, end->step, &limit);
	}
	if (!end->known || end->limit == SAMPLE_MISSING)
		return;
	if (!limits_cut && chart->limit_count)
		chart->limits[chart->limit_count - 1].y = (double)end->limit;
	else if (limits_cut && (double)end->limit != last_limit(chart))
		add_limit(chart, chart_place(chart, before), (double)end->limit);
}

/* RSS at the end: as it was last read, and what has been touched since, as far as that counts. */
static void find_end(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	const struct recorded_end *ended = &recording->end;
	const struct recorded_row *first = NULL, *last = recording->rows;
	struct chart_end *end = &chart->end;
	double since = 0, touched, growth = 1;

	for (size_t i = 0; i < recording->count; i++) {
		if (recording->rows[i].sample.of_child)
			continue;
		last = &recording->rows[i];
		first = first ? first : last;
	}
	first = first ? first : last;
	/* How much of it was touched in a step, is not known. */
	if (ended->known && last->sample.step == STEP_TOUCH &&
	    ended->touched > last->sample.touched)
		since = (double)(ended->touched - last->sample.touched);
	/* Reading may add nothing. */
	touched = (double)last->sample.touched - (double)first->sample.touched;
	if (touched > 0)
		growth = ((double)last->sample.rss - (double)first->sample.rss) / touched;
	end->last_x = chart_place(chart, last);
	end->last_y = (double)last->sample.rss;
	end->y = end->last_y + since * chart_max(0, chart_min(1, growth));
	if (ended->known && !strcmp(ended->outcome, "oom-sandbox") && !isnan(last_limit(chart)))
		end->y = chart_min(end->y, chart_max(last_limit(chart), end->last_y));
	end->killed = ended->known && ended->signal && strcmp(ended->outcome, "interrupted") != 0;
	end->x = end->last_x;
	if (chart->x == CHART_X_TOUCHED)
		end->x += since;
	else if (chart->x == CHART_X_TIME && end->killed)
		end->x = chart_max(end->x, (double)ended->elapsed_ns);
	end->estimated = since > 0 || end->x > end->last_x;
}

/* As far as there is anything, or as the run was to go if that is not far beyond. */
static void reach_x(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	double planned = (double)recording->plan.touch;

	chart->x_end = chart->end.x;
	for (size_t i = 0; i < recording->count; i++)
		chart->x_end = chart_max(chart->x_end, chart_place(chart, &recording->rows[i]));
	if (chart->x == CHART_X_TOUCHED && strcmp(recording->end.outcome, "completed") != 0 &&
	    planned <= 2.5 * chart->x_end)
		chart->x_end = chart_max(chart->x_end, planned);
	if (chart->x_end <= 0)
		chart->x_end = 1;
}

/*
 * As high as all but VSZ, and as the limits that are not far above; then VSZ, or what of it is not
 * far above: it may fall (unmap).
 */
static void reach_y(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	double vsz_high = 0, near, most;

	chart->high = chart->end.y;
	for (size_t s = 0; s < chart->series_count; s++)
		for (size_t i = 0; i < recording->count; i++) {
			const struct chart_series *series = &chart->series[s];
			double value = chart_figure(series->column, &recording->rows[i]);

			if (chart_process(chart, &recording->rows[i]) != series->process ||
			    isnan(value))
				continue;
			if (series->right) {
				/* Counts that are all 0 have an axis, too. */
				chart->right = chart_max(chart->right, chart_max(value, 1));
			} else if (chart_column_is(series->column, "VSZ")) {
				vsz_high = chart_max(vsz_high, value);
			} else {
				chart->low = chart_min(chart->low, value);
				chart->high = chart_max(chart->high, value);
			}
		}
	near = 2 * chart_max(chart->high, chart_min(vsz_high, FAR_ABOVE * chart->high));
	for (size_t i = 0; i < chart->limit_count; i++) {
		chart->limits[i].shown = chart->limits[i].y <= near;
		if (chart->limits[i].shown)
			chart->high = chart_max(chart->high, chart->limits[i].y);
	}
	chart->high_from = INFINITY;
	chart->high_to = vsz_high;
	most = chart->high;
	for (size_t i = 0; i < recording->count; i++) {
		double vsz = (double)recording->rows[i].sample.vsz;

		if (recording->rows[i].sample.of_child)
			continue;
		if (vsz > FAR_ABOVE * chart->high)
			chart->high_from = chart_min(chart->high_from, vsz);
		else
			most = chart_max(most, vsz);
	}
	chart->broken = isfinite(chart->high_from) && chart->high_from > 2 * most;
	chart->high = chart->broken ? most : chart_max(chart->high, vsz_high);
	if (chart->high <= 0)
		chart->high = 1;
}

/* Names of steps that would cover each other stand on lines of their own. */
static void place_step_names(struct chart *chart, const struct chart_params *params)
{
	double taken[NAMES_LINES] = { 0 };	/* each line's names reach so far */
	unsigned most = (unsigned)chart_min(NAMES_HEIGHT * params->height, NAMES_LINES);

	/* The baseline alone, before the memory is locked, is no step. */
	if (chart->step_count > 1 && chart->steps[0].x >= chart->steps[1].x) {
		chart->step_count--;
		memmove(chart->steps, chart->steps + 1,
			chart->step_count * sizeof(chart->steps[0]));
	}
	if (chart->step_count < 2)
		chart->step_count = 0;
	for (size_t i = 0; i < chart->step_count; i++) {
		struct chart_step *step = &chart->steps[i];
		double width = ((double)strlen(step->name) + NAME_GAP) / params->width *
			       chart->x_end, from;

		step->before = step->x + width > chart->x_end && step->x >= width;
		from = step->before ? step->x - width : step->x;
		while (step->level + 1 < most && from < taken[step->level])
			step->level++;
		taken[step->level] = from + width;
		if (step->level >= chart->step_lines)
			chart->step_lines = step->level + 1;
	}
}

/* Names the end. The label is not to lie on the line of the limit. */
static void name_end(struct chart *chart, const struct chart_params *params)
{
	const struct recorded_end *ended = &chart->recording->end;
	struct chart_end *end = &chart->end;
	double label_top = end->y + 2 * (chart->high - chart->low) / params->height;
	char size[SIZE_TEXT_MAX];

	end->before = end->x > chart->x_end / 2;
	if (!ended->known)
		snprintf(end->name, sizeof(end->name), "the record ends here");
	else if (!strcmp(ended->outcome, "guard"))
		snprintf(end->name, sizeof(end->name), "stopped by the guard");
	else if (end->killed)
		snprintf(end->name, sizeof(end->name), "killed (%s)", ended->outcome);
	else
		snprintf(end->name, sizeof(end->name), "%s", ended->outcome);
	if (!ended->known || !strcmp(ended->outcome, "completed"))
		return;
	if (*ended->step)
		snprintf(end->label, sizeof(end->label), "%s in %s", end->name, ended->step);
	else
		snprintf(end->label, sizeof(end->label), "%s at %s", end->name,
			 size_text(size, ended->touched, SIZE_HUMAN));
	end->below = last_limit(chart) > end->y && last_limit(chart) < label_top;
}

int chart_make(const struct recording *recording, const struct chart_params *params,
	       struct chart *ret_chart)
{
	if (!recording->count)
		return -ENODATA;
	memset(ret_chart, 0, sizeof(*ret_chart));
	ret_chart->recording = recording;
	ret_chart->x = params->x;
	scan_rows(ret_chart);
	choose_series(ret_chart, params->columns);
	find_steps(ret_chart);
	find_end(ret_chart);
	reach_x(ret_chart);
	reach_y(ret_chart);
	place_step_names(ret_chart, params);
	name_end(ret_chart, params);
	return 0;
}
