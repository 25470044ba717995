/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.h - a picture of a recorded run: from what was asked for to the file, or the text */
#ifndef PT_PLOT_H
#define PT_PLOT_H

#include <stddef.h>

#include "lib/error.h"
#include "plot/chart.h"
#include "plot/picture.h"
#include "plot/recording.h"

/* What --plot asks for. */
struct plot_request {
	const char *file;		/* NULL: no picture; "-": text on standard output */
	enum picture_kind kind;
	enum chart_x x;
};

/*
 * Tries whether the picture will be possible: gnuplot is there, and the file can be written.
 * Returns 0, or a negative errno with *err set.
 */
int plot_check(const struct plot_request *request, struct error *err);

/*
 * Draws RECORDING with the columns of CHOICE, and writes the file. A picture that is text goes
 * into *ret_text instead, which is the caller's to free and to print; else that is NULL. CANCEL
 * (-1: none), when it becomes readable, ends it. Returns 0, or a negative errno with *err set and
 * nothing written.
 */
int plot_draw(const struct plot_request *request, const struct recording *recording,
	      const struct column_choice *choice, int cancel, char **ret_text,
	      struct error *err);

#endif
