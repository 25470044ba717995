/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.c - choose curves, axes and units for the picture of a run */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "plot/chart.h"

/* VSZ that is so many times all else would press all else to the ground: the axis is broken. */
#define FAR_ABOVE 4.0

/* Above the highest point, as a share of its height. */
#define HEADROOM 0.05

/* How high the mark of a break, what is above it, and the end are, by the height below. */
#define BREAK_AT 1.06
#define BREAK_MIDDLE 1.16
#define BREAK_SPREAD 0.04
#define BREAK_TOP 1.24

/* Between the tics of an axis lies a power of two of its unit: so many of them at most. */
#define TICS_MAX 9.0

static size_t chart_column_of(const char *name)
{
	size_t i = 0;

	while (strcmp(columns[i].name, name) != 0)
		i++;
	return i;
}

static bool chart_is_named(size_t column, const char *name)
{
	return !strcmp(columns[column].name, name);
}

/* The figure as it is, in bytes or counted; NAN: not read. */
static double chart_figure(size_t column, const struct sample *sample)
{
	uint64_t value = column_value(&columns[column], sample);

	if (columns[column].kind == COLUMN_GROWTH)
		return (int64_t)value == SAMPLE_NO_GROWTH ? NAN : (double)(int64_t)value;
	return value == SAMPLE_MISSING ? NAN : (double)value;
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

static void find_processes(struct chart *chart)
{
	const struct recording *recording = chart->recording;

	chart->processes = 1;
	for (size_t i = 0; i < recording->count; i++)
		if (chart_process(chart, &recording->rows[i]) == chart->processes &&
		    chart->processes < RECORDING_PROCESSES)
			chart->pids[chart->processes++] = recording->rows[i].sample.pid;
}

static enum chart_x choose_x(const struct recording *recording, enum chart_x wanted)
{
	if (wanted != CHART_X_AUTO)
		return wanted;
	for (size_t i = 0; i < recording->count; i++)
		if (strcmp(sample_step_name(&recording->rows[i].sample), "touch") != 0)
			return CHART_X_TIME;
	return CHART_X_TOUCHED;
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

static bool is_drawn(const struct chart *chart, const struct chart_params *params, size_t column)
{
	enum column_kind kind = columns[column].kind;

	if (chart_is_named(column, "VSZ") || chart_is_named(column, "RSS"))
		return true;
	if (kind == COLUMN_TEXT || kind == COLUMN_TIME || chart_is_named(column, "PID") ||
	    (chart_is_named(column, "TOUCHED") && chart->x == CHART_X_TOUCHED))
		return false;
	return is_asked_for(params->columns, column);
}

/* VSZ and GREW of a child say nothing new; what is around both processes is one. */
static bool is_own(size_t process, size_t column)
{
	if (!process)
		return true;
	return !chart_is_named(column, "VSZ") && !chart_is_named(column, "GREW") &&
	       !(columns[column].needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT | NEED_COMMITTED));
}

static bool was_read(const struct chart *chart, size_t process, size_t column)
{
	const struct recording *recording = chart->recording;

	for (size_t i = 0; i < recording->count; i++)
		if (chart_process(chart, &recording->rows[i]) == process &&
		    !isnan(chart_figure(column, &recording->rows[i].sample)))
			return true;
	return false;
}

static void add_series(struct chart *chart, size_t process, size_t column)
{
	struct chart_series *series = &chart->series[chart->series_count];

	if (chart->series_count == CHART_SERIES_MAX || !is_own(process, column) ||
	    !was_read(chart, process, column))
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
static void choose_series(struct chart *chart, const struct chart_params *params)
{
	add_series(chart, 0, chart_column_of("RSS"));
	add_series(chart, 0, chart_column_of("VSZ"));
	for (size_t process = 0; process < chart->processes; process++)
		for (size_t column = 0; column < column_count; column++)
			if (is_drawn(chart, params, column) &&
			    (process ||
			     (!chart_is_named(column, "VSZ") && !chart_is_named(column, "RSS"))))
				add_series(chart, process, column);
}

static double power_of_1024(size_t power)
{
	return (double)(UINT64_C(1) << (10 * power));
}

static struct chart_unit size_unit(double largest)
{
	static const char *const names[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t power = 0;

	while (power + 1 < sizeof(names) / sizeof(names[0]) && largest >= power_of_1024(power + 1))
		power++;
	return (struct chart_unit){ names[power], power_of_1024(power) };
}

static struct chart_unit time_unit(double largest)
{
	static const struct chart_unit units[] = {
		{ "h", 3600e9 }, { "min", 60e9 }, { "s", 1e9 }, { "ms", 1e6 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (largest >= 2 * units[i].size)
			return units[i];
	return (struct chart_unit){ "us", 1e3 };
}

/* The distance of tics of which no more than MOST fit into SPAN. */
static double tic_step(double span, double most)
{
	double step = 1;

	while (span / step > most)
		step *= 2;
	while (span > 0 && span / step * 2 <= most)
		step /= 2;
	return step;
}

static double place(const struct chart *chart, const struct recorded_row *row)
{
	if (chart->x == CHART_X_TIME)
		return (double)row->sample.elapsed_ns;
	return chart->x == CHART_X_ROW ? (double)row->moment : (double)row->sample.touched;
}

double chart_place(const struct chart *chart, const struct recorded_row *row)
{
	return place(chart, row) / chart->x_unit.size;
}

/* Where the run would have gone, if that is not so far that what was is small beside it. */
static double planned_end(const struct chart *chart, double end)
{
	double planned = (double)chart->recording->plan.touch;

	if (strcmp(chart->recording->end.outcome, "completed") != 0 && planned <= 2.5 * end)
		return planned > end ? planned : end;
	return end;
}

static void lay_x(struct chart *chart)
{
	const struct recording *recording = chart->recording;
	double end = 0;

	for (size_t i = 0; i < recording->count; i++)
		end = chart_max(end, place(chart, &recording->rows[i]));
	end = chart_max(end, chart->end.x);
	if (chart->x == CHART_X_TOUCHED)
		end = planned_end(chart, end);
	chart->x_unit = (struct chart_unit){ "", 1 };
	if (chart->x != CHART_X_ROW)
		chart->x_unit = chart->x == CHART_X_TIME ? time_unit(end) : size_unit(end);
	for (size_t i = 0; i < chart->limit_count; i++)
		chart->limits[i].x /= chart->x_unit.size;
	chart->x_end = end > 0 ? end / chart->x_unit.size : 1;
	chart->x_step = chart->x == CHART_X_TOUCHED ? tic_step(chart->x_end, TICS_MAX) : 0;
}

/* What the values of the left axis reach; VSZ apart. */
struct chart_extent {
	double low, high;		/* of all but VSZ, bytes */
	double vsz_low, vsz_high;	/* of VSZ; no VSZ: both 0 */
	double right;			/* of counts */
};

static struct chart_extent find_extent(const struct chart *chart)
{
	struct chart_extent extent = { .vsz_low = INFINITY };

	for (size_t s = 0; s < chart->series_count; s++) {
		const struct chart_series *series = &chart->series[s];
		bool is_vsz = chart_is_named(series->column, "VSZ");

		for (size_t i = 0; i < chart->recording->count; i++) {
			const struct recorded_row *row = &chart->recording->rows[i];
			double value = chart_figure(series->column, &row->sample);

			if (isnan(value) || chart_process(chart, row) != series->process)
				continue;
			if (series->right) {
				extent.right = chart_max(extent.right, value);
			} else if (is_vsz) {
				extent.vsz_low = chart_min(extent.vsz_low, value);
				extent.vsz_high = chart_max(extent.vsz_high, value);
			} else {
				extent.low = chart_min(extent.low, value);
				extent.high = chart_max(extent.high, value);
			}
		}
	}
	return extent;
}

/* A limit is drawn if it is not far from what happened. */
static void choose_limits(struct chart *chart, struct chart_extent *extent)
{
	double near = chart_max(extent->high, chart_min(extent->vsz_high, 4 * extent->high));

	extent->high = chart_max(extent->high, chart_show_limits(chart, 2 * near));
}

/* VSZ may fall (unmap): what of it is near all else belongs to all else. */
static void break_axis(struct chart *chart, struct chart_extent *extent)
{
	double high_low = INFINITY, low_high = extent->high;
	const struct recording *recording = chart->recording;

	for (size_t i = 0; i < recording->count; i++) {
		double vsz = (double)recording->rows[i].sample.vsz;

		if (recording->rows[i].sample.of_child)
			continue;
		if (vsz > FAR_ABOVE * extent->high)
			high_low = chart_min(high_low, vsz);
		else
			low_high = chart_max(low_high, vsz);
	}
	chart->broken = isfinite(high_low) && high_low > 2 * low_high;
	chart->high_from = high_low;
	chart->high_to = extent->vsz_high;
	extent->high = chart->broken ? low_high : chart_max(extent->high, extent->vsz_high);
}

static void lay_y(struct chart *chart, unsigned height)
{
	struct chart_extent extent = find_extent(chart);
	double most = height / 3.0;

	extent.high = chart_max(extent.high, chart->end.y);
	choose_limits(chart, &extent);
	break_axis(chart, &extent);
	chart->y_unit = size_unit(extent.high);
	chart->low = extent.high * (1 + HEADROOM) / chart->y_unit.size;
	if (chart->low <= 0)
		chart->low = 1;
	for (size_t i = 0; i < chart->limit_count; i++)
		chart->limits[i].y /= chart->y_unit.size;
	chart->y_bottom = extent.low * (1 + HEADROOM) / chart->y_unit.size;
	chart->y_top = chart->broken ? chart->low * BREAK_TOP : chart->low;
	chart->break_at = chart->low * BREAK_AT;
	chart->break_middle = chart->low * BREAK_MIDDLE;
	chart->y_step = tic_step(chart->low - chart->y_bottom,
				 chart_max(chart_min(most, TICS_MAX), 2));
	chart->right_top = extent.right * (1 + HEADROOM);
	for (size_t s = 0; s < chart->series_count && chart->right_top <= 0; s++)
		chart->right_top = chart->series[s].right;
}

double chart_height(const struct chart *chart, const struct chart_series *series,
		    const struct recorded_row *row)
{
	double value = chart_figure(series->column, &row->sample);
	double middle = (chart->high_from + chart->high_to) / 2, spread;

	if (series->right)
		return value;
	if (!chart->broken || isnan(value) || value < chart->high_from ||
	    !chart_is_named(series->column, "VSZ"))
		return value / chart->y_unit.size;
	/* A change of some per cent is to look like one. */
	spread = chart_max((chart->high_to - chart->high_from) / 2, middle / 10);
	return chart->break_middle + (value - middle) / spread * BREAK_SPREAD * chart->low;
}

int chart_make(const struct recording *recording, const struct chart_params *params,
	       struct chart *ret_chart)
{
	if (!recording->count)
		return -ENODATA;
	memset(ret_chart, 0, sizeof(*ret_chart));
	ret_chart->recording = recording;
	ret_chart->x_unit = (struct chart_unit){ "", 1 };
	ret_chart->x = choose_x(recording, params->x);
	find_processes(ret_chart);
	choose_series(ret_chart, params);
	chart_find_limits(ret_chart);
	chart_find_end(ret_chart);
	lay_x(ret_chart);
	lay_y(ret_chart, params->height);
	chart_mark_steps(ret_chart, params);
	chart_mark_end(ret_chart, params);
	chart_name(ret_chart);
	return 0;
}
