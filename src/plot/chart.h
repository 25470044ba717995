/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.h - what a picture of a run shows and where, before anything is drawn: pure functions */
#ifndef PT_CHART_H
#define PT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/columns.h"
#include "monitor/step.h"
#include "plot/recording.h"

/* Without libm, which would add a megabyte to VSZ. */
static inline double chart_max(double a, double b)
{
	return a > b ? a : b;
}

static inline double chart_min(double a, double b)
{
	return a < b ? a : b;
}

#define CHART_SERIES_MAX 32
#define CHART_STEPS_MAX 128
#define CHART_LIMITS_MAX (STEPS_MAX + 1)
#define CHART_TEXT_MAX 640

/* What lies along the horizontal axis. */
enum chart_x {
	CHART_X_AUTO,		/* time if something follows the touching, else touched */
	CHART_X_TOUCHED,	/* bytes */
	CHART_X_TIME,		/* since the baseline */
	CHART_X_ROW,		/* the number of the row, from 0; a child's has its parent's */
};

/* What is wanted. */
struct chart_params {
	enum chart_x x;
	const struct column_choice *columns;	/* of the table; chart_make() chooses */
	unsigned width, height;			/* of the plot's inside, in characters */
};

/* A unit of an axis. */
struct chart_unit {
	const char *name;
	double size;		/* in bytes or nanoseconds; 1 for rows */
};

/* One curve. */
struct chart_series {
	char title[64];
	size_t process;		/* 0: the subject; else a child, by their first rows */
	size_t column;		/* index in columns[] */
	bool right;		/* counts, on the axis at the right */
};

/* One step's beginning. Where its name stands: x is in units of the axis. */
struct chart_step {
	char name[SAMPLE_STEP_MAX];
	double x;
	unsigned level;		/* lines from the top; 0 is the first */
	bool before;		/* the name ends at x instead of beginning there */
};

/* A limit of the sandbox, from x on; in units of the axes. */
struct chart_limit {
	double x, y;		/* y NAN: not known */
	bool shown;		/* it is known, and not far above all that happened */
};

/* Where the run ended. */
struct chart_end {
	double x, y;		/* in units of the axes */
	char name[64];		/* for the legend */
	char label[CHART_TEXT_MAX];	/* for the point; "" when the name says it all */
	bool before;		/* the label ends at the point */
	bool below;		/* it stands below the point */
	bool killed;
	bool estimated;		/* y is no reading: of what was touched since the last row */
};

/*
 * What is drawn. y positions are in units of the left axis, on which VSZ that is far above all
 * else is drawn above a break (chart_height()).
 */
struct chart {
	const struct recording *recording;
	enum chart_x x;				/* not AUTO */
	struct chart_unit x_unit, y_unit;
	double x_end, x_step;			/* x_step 0: gnuplot's own tics */
	double y_bottom, y_top, y_step;		/* y_top: without the band for steps */
	double band;				/* share of the whole height, for these names */
	bool broken;
	double low;				/* up to here the axis is as usual */
	double break_at, break_middle;		/* where its break is, and the middle above */
	double high_from, high_to;		/* the values there, bytes */
	double right_top;			/* of the right axis; 0: there is none */
	size_t limit_count;			/* 0: there was none */
	struct chart_limit limits[CHART_LIMITS_MAX];
	size_t processes;
	uint64_t pids[RECORDING_PROCESSES];
	size_t series_count;
	struct chart_series series[CHART_SERIES_MAX];
	size_t step_count;
	struct chart_step steps[CHART_STEPS_MAX];
	struct chart_end end;
	char title[CHART_TEXT_MAX], subtitle[CHART_TEXT_MAX];
};

/*
 * Makes the chart of RECORDING, which must outlive it. Drawn are VSZ, RSS, and of PARAMS's columns
 * those that the user has named and that are sizes or counts; of children not what they share with
 * the subject. Returns 0, or -ENODATA: there is no row.
 */
int chart_make(const struct recording *recording, const struct chart_params *params,
	       struct chart *ret_chart);

/* Where ROW stands on the horizontal axis, in units. */
double chart_place(const struct chart *chart, const struct recorded_row *row);

/* Which process ROW is of, an index into pids; `processes`: one too many. */
size_t chart_process(const struct chart *chart, const struct recorded_row *row);

/* How high SERIES is in ROW, in units of its axis; NAN: it was not read. */
double chart_height(const struct chart *chart, const struct chart_series *series,
		    const struct recorded_row *row);

/* A walk over the subject's steps; all zero before the first. */
struct chart_walk {
	size_t index;				/* of the next row */
	const struct recorded_row *before;	/* the last one that was seen; NULL: none */
	const char *name;			/* of the step; the recording's */
	double x;				/* where it begins, in units of the x axis */
	bool cut;				/* it was the end of the run, and has no row */
};

/*
 * Goes to the next step, which begins where the last row of the one before is: its own first row
 * is at its end. Returns false when there is none.
 */
bool chart_next_step(const struct chart *chart, struct chart_walk *walk);

/* The limit at the end, in bytes until the y axis is laid; NAN: there was none, or not known. */
double chart_last_limit(const struct chart *chart);

/* Shows the limits up to MOST bytes, before the y axis is laid. Returns the highest, or 0. */
double chart_show_limits(struct chart *chart, double most);

/* Where the limit INDEX ends to hold, in units of the x axis. */
double chart_limit_until(const struct chart *chart, size_t index);

/*
 * Parts of chart_make(): finds the limits, and where the run ended, in bytes and nanoseconds;
 * brings the end into units and names it; marks the steps and finds room for their names; writes
 * the titles.
 */
void chart_find_limits(struct chart *chart);
void chart_find_end(struct chart *chart);
void chart_mark_end(struct chart *chart, const struct chart_params *params);
void chart_mark_steps(struct chart *chart, const struct chart_params *params);
void chart_name(struct chart *chart);

#endif
