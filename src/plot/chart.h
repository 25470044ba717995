/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.h - what a picture of a run shows, before anything is drawn: pure functions */
#ifndef PT_CHART_H
#define PT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/columns.h"
#include "workload/step.h"
#include "plot/recording.h"

#define CHART_SERIES_MAX 32
#define CHART_STEPS_MAX 128
#define CHART_LIMITS_MAX (STEPS_MAX + 1)

/* What lies along the horizontal axis. */
enum chart_x {
	CHART_X_AUTO,		/* time if something follows the touching, else touched */
	CHART_X_TOUCHED,	/* bytes */
	CHART_X_TIME,		/* since the baseline, ns */
	CHART_X_ROW,		/* the number of the row, from 0; a child's has its parent's */
};

/* What is wanted. */
struct chart_params {
	enum chart_x x;
	const struct column_choice *columns;	/* of the table; chart_make() chooses */
	unsigned width, height;			/* of the plot's inside, in characters */
};

/* One curve. */
struct chart_series {
	char title[64];
	size_t process;		/* 0: the subject; else a child, by their first rows */
	size_t column;		/* index in columns[] */
	bool right;		/* counts, on the axis at the right */
};

/* One step's beginning, and where its name stands. */
struct chart_step {
	char name[SAMPLE_STEP_MAX];
	double x;
	unsigned level;		/* lines from the top; 0 is the first */
	bool before;		/* the name ends at x instead of beginning there */
};

/* A limit of the sandbox, from x on. */
struct chart_limit {
	double x, y;		/* y NAN: not known */
	bool shown;		/* it is known, and not far above all that happened */
};

/* Where the run ended. */
struct chart_end {
	double x, y;
	double last_x, last_y;	/* the subject's last reading */
	char name[64];		/* for the legend */
	char label[128];	/* for the point; "" when the name says it all */
	bool before;		/* the label ends at the point */
	bool below;		/* it stands below the point */
	bool killed;
	bool estimated;		/* y is no reading: of what was touched since the last row */
};

/* What is drawn. x is in bytes, nanoseconds or rows, y in bytes. */
struct chart {
	const struct recording *recording;
	enum chart_x x;			/* not AUTO */
	double x_end;			/* above 0 */
	double low, high;		/* what the left axis reaches, below its break */
	bool broken;			/* VSZ is far above all else, and drawn above a break */
	double high_from, high_to;	/* what is above it */
	double right;			/* what the counts reach; 0: there are none */
	unsigned step_lines;		/* for the names of the steps, above the curves */
	size_t limit_count;		/* 0: there was none */
	struct chart_limit limits[CHART_LIMITS_MAX];
	size_t processes;
	uint64_t pids[RECORDING_PROCESSES];
	size_t series_count;
	struct chart_series series[CHART_SERIES_MAX];
	size_t step_count;
	struct chart_step steps[CHART_STEPS_MAX];
	struct chart_end end;
};

/*
 * Makes the chart of RECORDING, which must outlive it. Drawn are VSZ, RSS, and of PARAMS's columns
 * those that the user has named and that are sizes or counts; of children not what they share with
 * the subject. Returns 0, or -ENODATA: there is no row.
 */
int chart_make(const struct recording *recording, const struct chart_params *params,
	       struct chart *ret_chart);

/* Where ROW stands on the horizontal axis. */
double chart_place(const struct chart *chart, const struct recorded_row *row);

/* Which process ROW is of, an index into pids; `processes`: one too many. */
size_t chart_process(const struct chart *chart, const struct recorded_row *row);

/* What COLUMN is in ROW, in bytes or counted; NAN: it was not read. */
double chart_figure(size_t column, const struct recorded_row *row);

/* Whether COLUMN has NAME. */
bool chart_column_is(size_t column, const char *name);

#endif
