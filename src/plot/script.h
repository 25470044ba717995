/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.h - a chart as a program for gnuplot(1): a pure function */
#ifndef PT_SCRIPT_H
#define PT_SCRIPT_H

#include <stdbool.h>
#include <stdio.h>

#include "plot/chart.h"
#include "plot/picture.h"

/* What the picture is drawn on. */
struct script_paper {
	enum picture_kind kind;
	unsigned columns, rows;	/* of PICTURE_TEXT: characters of the whole picture */
	bool ascii;		/* write other characters as \xNN */
};

/* The width and height of the plot's inside on PAPER, in characters. */
void script_inside(const struct script_paper *paper, unsigned *ret_width, unsigned *ret_height);

/*
 * Writes the program that draws CHART on PAPER to gnuplot's standard output, for gnuplot 5.0 and
 * later. No text of CHART, wherever it is from, is anything but text to gnuplot.
 */
void script_write(FILE *stream, const struct chart *chart, const struct script_paper *paper);

#endif
