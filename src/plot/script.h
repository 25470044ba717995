/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.h - a recording as a program for gnuplot(1): a pure function */
#ifndef PT_SCRIPT_H
#define PT_SCRIPT_H

#include <stdio.h>

#include "monitor/columns.h"
#include "plot/recording.h"

enum picture_kind {
	PICTURE_TEXT,		/* for a terminal; no file */
	PICTURE_SVG,
	PICTURE_PNG,
	PICTURE_PDF,
};

/* What lies along the horizontal axis. */
enum plot_x {
	PLOT_X_AUTO,		/* time if something follows the touching, else touched */
	PLOT_X_TOUCHED,		/* bytes */
	PLOT_X_TIME,		/* since the baseline, ns */
	PLOT_X_ROW,		/* the number of the row, from 0; a child's has its parent's */
};

/* What --plot asks for. */
struct plot_request {
	const char *file;		/* NULL: no picture; "-": text on standard output */
	enum picture_kind kind;
	enum plot_x x;
	int terminal;			/* descriptor whose size text has; 0: standard output */
};

/*
 * Writes the program with which gnuplot 5.0 or later draws RECORDING to its standard output, as
 * REQUEST says. Drawn are VSZ, RSS, and of CHOICE, the table's columns, those that the user has
 * named and that are sizes or counts; of children not what they share with the subject. WIDTH and
 * HEIGHT are those of PICTURE_TEXT as a whole, in characters. No text of RECORDING, wherever it is
 * from, is anything but text to gnuplot. Returns 0; -ENODATA: there is no row; or -ENOMEM.
 */
int script_write(FILE *stream, const struct recording *recording,
		 const struct plot_request *request, const struct column_choice *choice,
		 unsigned width, unsigned height);

/* What is run, and what of it is not as usual, for the title of its picture (plan-record.c). */
void workload_print_title(FILE *stream, const struct workload *workload);

/* What is the same in all of them (layout.c). */
extern const char script_layout[];

#endif
