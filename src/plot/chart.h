/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.h - what a picture of a run shows, and the program that draws it: pure functions */
#ifndef PT_CHART_H
#define PT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plot/plot.h"

#define CHART_SERIES_MAX 32
#define CHART_STEPS_MAX 128
#define CHART_LIMITS_MAX (STEPS_MAX + 2)

/* What is drawn. x is in bytes, nanoseconds or rows, y in bytes. */
struct chart {
	const struct recording *recording;
	enum chart_x x;			/* not AUTO */
	double x_end;			/* above 0 */
	double low, high;		/* what the left axis reaches, below its break */
	double far_low, far_high;	/* VSZ far above all else, beyond a break; or 0 */
	double right;			/* what the counts reach; 0: there are none */
	size_t processes;
	uint64_t pids[RECORDING_PROCESSES];
	size_t series_count;
	struct chart_series {
		size_t process;		/* 0: the subject; else a child, by their first rows */
		const struct column *column;
	} series[CHART_SERIES_MAX];
	size_t step_count;		/* not 1 */
	struct chart_step {
		const char *name;
		double x;		/* where it begins */
	} steps[CHART_STEPS_MAX];
	size_t limit_count;		/* 0: there was none */
	struct chart_limit {
		double x, y;		/* from x on; y NAN: not known */
		bool shown;		/* it is known, and not far above all that happened */
	} limits[CHART_LIMITS_MAX];
	double last_x, last_y;		/* the subject's last reading */
	double end_x, end_y;		/* the end; not that: with what was touched since */
	bool killed;
};

/*
 * Makes the chart of RECORDING, which must outlive it, over X. Drawn are VSZ, RSS, and of CHOICE,
 * the table's columns, those that the user has named and that are sizes or counts; of children not
 * what they share with the subject. Returns 0, or -ENODATA: there is no row.
 */
int chart_make(const struct recording *recording, enum chart_x x,
	       const struct column_choice *choice, struct chart *ret_chart);

/* Where ROW stands on the horizontal axis. */
double chart_place(const struct chart *chart, const struct recorded_row *row);

/* What SERIES is in ROW, in bytes or counted; NAN: the row is another process's, or has none. */
double chart_figure(const struct chart *chart, const struct chart_series *series,
		    const struct recorded_row *row);

/* The limit at the end, in bytes; NAN: there was none, or it is not known. */
double chart_last_limit(const struct chart *chart);

/*
 * Writes the program that draws CHART as KIND to gnuplot's standard output, for gnuplot 5.0 and
 * later. WIDTH and HEIGHT are those of PICTURE_TEXT as a whole, in characters. No text of CHART,
 * wherever it is from, is anything but text to gnuplot.
 */
void script_write(FILE *stream, const struct chart *chart, enum picture_kind kind, unsigned width,
		  unsigned height);

#endif
