/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.c - choose curves, and find steps, limits, the end and what the axes must reach */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/macros.h"
#include "plot/chart.h"
#include "sandbox/sandbox-limit.h"

/* VSZ that is so many times all else would press all else to the ground: the axis is broken. */
#define FAR_ABOVE 4.0

/* Whether COLUMN shows FIELD of struct sample. */
#define SHOWS(column, field) ((column)->offset == offsetof(struct sample, field))

double chart_place(const struct chart *chart, const struct recorded_row *row)
{
	if (chart->x == CHART_X_TIME)
		return (double)row->sample.elapsed_ns;
	return chart->x == CHART_X_ROW ? (double)row->moment : (double)row->sample.touched;
}

/* Which process ROW is of, an index into pids; `processes`: one that is not among them. */
static size_t chart_process(const struct chart *chart, const struct recorded_row *row)
{
	size_t process = 1;

	if (!row->sample.of_child)
		return 0;
	while (process < chart->processes && chart->pids[process] != row->sample.pid)
		process++;
	return process;
}

double chart_figure(const struct chart *chart, const struct chart_series *series,
		    const struct recorded_row *row)
{
	uint64_t value = column_value(series->column, &row->sample);

	if (chart_process(chart, row) != series->process ||
	    column_is_missing(series->column, value))
		return NAN;
	return series->column->kind == COLUMN_GROWTH ? (double)(int64_t)value : (double)value;
}

double chart_last_limit(const struct chart *chart)
{
	return chart->limit_count ? chart->limits[chart->limit_count - 1].y : NAN;
}

/* From X on the limit is BYTES, 0: not known, in whole pages as the kernel takes it. */
static void chart_add_limit(struct chart *chart, double x, uint64_t bytes)
{
	uint64_t page_size = chart->recording->workload->page_size;

	if (page_size)
		bytes -= bytes % page_size;
	if (chart->limit_count < CHART_LIMITS_MAX)
		chart->limits[chart->limit_count++] =
			(struct chart_limit){ x, bytes ? (double)bytes : NAN, false };
}

/* The step of --then that SAMPLE is of, if that changes the limit; else NULL. */
static const struct step *chart_limit_step(const struct chart *chart, const struct sample *sample)
{
	const struct workload *workload = chart->recording->workload;
	const struct step *step = workload->steps;

	if (sample->step != STEP_THEN || sample->step_number >= workload->step_count)
		return NULL;
	step += sample->step_number;
	return step->rule && step->rule->verb == VERB_BOUND && step->rule->what == SANDBOX_LIMIT
		? step : NULL;
}

/*
 * Finds the processes, the subject's steps and the limits that they set. A step begins where the
 * last row of the one before is: its own first is at its end.
 */
static void chart_find_steps(struct chart *chart, const struct sample **ret_first,
		       const struct sample **ret_last)
{
	const struct recording *recording = chart->recording;
	const struct sample *before = NULL;

	*ret_first = *ret_last = &recording->rows[0].sample;
	chart->processes = 1;
	if (recording->limit != SAMPLE_MISSING)
		chart_add_limit(chart, 0, recording->limit);
	for (size_t i = 0; i < recording->count; i++) {
		const struct recorded_row *row = &recording->rows[i];
		const struct sample *sample = &row->sample;
		double x = before ? chart->last_x : chart_place(chart, row);

		if (chart_process(chart, row) == chart->processes &&
		    chart->processes < RECORDING_PROCESSES)
			chart->pids[chart->processes++] = sample->pid;
		if (sample->of_child)
			continue;
		if (!before)
			*ret_first = sample;
		if ((!before || sample->step != before->step ||
		     sample->step_number != before->step_number) &&
		    chart->step_count < CHART_STEPS_MAX) {
			chart->steps[chart->step_count++] =
				(struct chart_step){ sample_step_name(sample), x };
			if (chart_limit_step(chart, sample))
				chart_add_limit(chart, x, chart_limit_step(chart, sample)->bytes);
		}
		*ret_last = before = sample;
		chart->last_x = chart_place(chart, row);
		chart->last_y = (double)sample->rss;
	}
}

/*
 * A step that was the end has no row, and may have changed the limit before it was cut short, or
 * not; but the limit at the end was read. A replay does not know what a share of memory was.
 */
static void chart_find_last_step(struct chart *chart, const struct sample *last)
{
	const struct verdict *verdict = chart->recording->verdict;
	bool cut = *verdict->step && strcmp(verdict->step, sample_step_name(last)) != 0;

	if (cut && chart->step_count < CHART_STEPS_MAX)
		chart->steps[chart->step_count++] =
			(struct chart_step){ verdict->step, chart->last_x };
	if (verdict->limit == SAMPLE_MISSING)
		return;
	if (!cut && chart->limit_count && isnan(chart_last_limit(chart)))
		chart->limits[chart->limit_count - 1].y = (double)verdict->limit;
	else if ((double)verdict->limit != chart_last_limit(chart))
		chart_add_limit(chart, chart->last_x, verdict->limit);
}

/* RSS at the end: as it was last read, and what has been touched since, as far as that counts. */
static void chart_find_end(struct chart *chart, const struct sample *first,
			   const struct sample *last)
{
	const struct recording *recording = chart->recording;
	const struct verdict *verdict = recording->verdict;
	double touched = (double)last->touched - (double)first->touched;
	double planned = (double)recording->workload->touch;
	double since = 0, growth = 1;

	/* How much of it was touched in a step, is not known. */
	if (verdict && last->step == STEP_TOUCH && verdict->touched > last->touched)
		since = (double)(verdict->touched - last->touched);
	/* Reading may add nothing. */
	if (touched > 0)
		growth = ((double)last->rss - (double)first->rss) / touched;
	chart->end_y = chart->last_y + since * MAX(0, MIN(1, growth));
	if (verdict && verdict->outcome == OUTCOME_OOM_SANDBOX &&
	    chart->end_y > chart_last_limit(chart))
		chart->end_y = MAX(chart_last_limit(chart), chart->last_y);
	chart->killed = verdict && verdict->signal && verdict->outcome != OUTCOME_INTERRUPTED;
	chart->end_x = chart->last_x;
	if (chart->x == CHART_X_TOUCHED)
		chart->end_x += since;
	else if (chart->x == CHART_X_TIME && chart->killed)
		chart->end_x = MAX(chart->end_x, (double)verdict->elapsed_ns);
	/* As far as there is anything, or as the run was to go if that is not far beyond. */
	chart->x_end = chart->end_x;
	for (size_t i = 0; i < recording->count; i++)
		chart->x_end = MAX(chart->x_end, chart_place(chart, &recording->rows[i]));
	if (chart->x == CHART_X_TOUCHED && planned <= 2.5 * chart->x_end &&
	    !(verdict && verdict->outcome == OUTCOME_COMPLETED))
		chart->x_end = MAX(chart->x_end, planned);
	if (chart->x_end <= 0)
		chart->x_end = 1;
}

/*
 * Adds a curve of COLUMN for PROCESS, unless there is one, or none of its figures was read. VSZ
 * and GREW of a child say nothing new; what is around both processes is one.
 */
static void chart_add_series(struct chart *chart, size_t process, const struct column *column)
{
	const struct recording *recording = chart->recording;
	struct chart_series series = { process, column };

	if (column->kind == COLUMN_TEXT || column->kind == COLUMN_TIME ||
	    column->kind == COLUMN_ID || chart->series_count == CHART_SERIES_MAX ||
	    (SHOWS(column, touched) && chart->x == CHART_X_TOUCHED))
		return;
	if (process && (SHOWS(column, vsz) || SHOWS(column, grew) ||
			column->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT | NEED_COMMITTED)))
		return;
	for (size_t s = 0; s < chart->series_count; s++)
		if (chart->series[s].process == process && chart->series[s].column == column)
			return;
	for (size_t i = 0; i < recording->count; i++)
		if (!isnan(chart_figure(chart, &series, &recording->rows[i]))) {
			chart->series[chart->series_count++] = series;
			return;
		}
}

/* RSS first and VSZ second, which look the same in every picture; then what was asked for. */
static void chart_choose_series(struct chart *chart, const struct column_choice *choice)
{
	struct column_choice usual = column_choice_default();
	const struct column *rss = columns, *vsz = columns;
	size_t asked = 0;

	while (!SHOWS(rss, rss))
		rss++;
	while (!SHOWS(vsz, vsz))
		vsz++;
	/* What the table has anyway is not asked for: columns that lead, and the usual ones. */
	while (!choice->by_name && choice->index[asked] != usual.index[0])
		asked++;
	if (!choice->by_name)
		asked += usual.count;
	for (size_t process = 0; process < chart->processes; process++) {
		chart_add_series(chart, process, rss);
		chart_add_series(chart, process, vsz);
		for (size_t i = asked; i < choice->count; i++)
			chart_add_series(chart, process, &columns[choice->index[i]]);
	}
}

/*
 * As high as all but VSZ, and as the limits that are not far above; then VSZ, or what of it is not
 * far above: it may fall (unmap).
 */
static void chart_reach_y(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	double vsz_high = 0, vsz_near = 0, near;

	chart->high = chart->end_y;
	for (size_t s = 0; s < chart->series_count; s++)
		for (size_t i = 0; i < recording->count; i++) {
			const struct chart_series *series = &chart->series[s];
			double value = chart_figure(chart, series, &recording->rows[i]);

			if (isnan(value))
				continue;
			if (series->column->kind == COLUMN_COUNT) {
				/* Counts that are all 0 have an axis, too. */
				chart->right = MAX(chart->right, MAX(value, 1));
			} else if (SHOWS(series->column, vsz)) {
				vsz_high = MAX(vsz_high, value);
			} else {
				chart->low = MIN(chart->low, value);
				chart->high = MAX(chart->high, value);
			}
		}
	near = 2 * MAX(chart->high, MIN(vsz_high, FAR_ABOVE * chart->high));
	for (size_t i = 0; i < chart->limit_count; i++) {
		chart->limits[i].shown = chart->limits[i].y <= near;
		if (chart->limits[i].shown)
			chart->high = MAX(chart->high, chart->limits[i].y);
	}
	chart->far_low = chart->far_high = vsz_high;
	for (size_t i = 0; i < recording->count; i++) {
		double vsz = (double)recording->rows[i].sample.vsz;

		if (recording->rows[i].sample.of_child)
			continue;
		if (vsz > FAR_ABOVE * chart->high)
			chart->far_low = MIN(chart->far_low, vsz);
		else
			vsz_near = MAX(vsz_near, vsz);
	}
	near = MAX(chart->high, vsz_near);
	if (vsz_high <= FAR_ABOVE * chart->high || chart->far_low <= 2 * near) {
		chart->far_low = chart->far_high = 0;
		near = MAX(chart->high, vsz_high);
	}
	chart->high = near > 0 ? near : 1;
}

int chart_make(const struct recording *recording, enum chart_x x,
	       const struct column_choice *choice, struct chart *ret_chart)
{
	const struct sample *first, *last;

	if (!recording->count)
		return -ENODATA;
	memset(ret_chart, 0, sizeof(*ret_chart));
	ret_chart->recording = recording;
	ret_chart->x = x;
	for (size_t i = 0; ret_chart->x == CHART_X_AUTO && i < recording->count; i++)
		if (recording->rows[i].sample.step != STEP_TOUCH ||
		    recording->rows[i].sample.step_number)
			ret_chart->x = CHART_X_TIME;
	if (ret_chart->x == CHART_X_AUTO)
		ret_chart->x = CHART_X_TOUCHED;
	chart_find_steps(ret_chart, &first, &last);
	if (recording->verdict)
		chart_find_last_step(ret_chart, last);
	/* The baseline alone, before the memory is locked, is no step. */
	if (ret_chart->step_count > 1 && ret_chart->steps[0].x >= ret_chart->steps[1].x) {
		ret_chart->step_count--;
		memmove(ret_chart->steps, ret_chart->steps + 1,
			ret_chart->step_count * sizeof(ret_chart->steps[0]));
	}
	if (ret_chart->step_count == 1)
		ret_chart->step_count = 0;
	chart_find_end(ret_chart, first, last);
	chart_choose_series(ret_chart, choice);
	chart_reach_y(ret_chart);
	return 0;
}
