/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.h - the end of a run of now, or of one that is over: its words and its picture */
#ifndef PT_PAGETOUCH_PRINT_RESULT_H
#define PT_PAGETOUCH_PRINT_RESULT_H

#include <stdbool.h>

#include "lib/signals.h"
#include "output/printer.h"
#include "plot/plot.h"
#include "verdict/verdict.h"

/*
 * Prints summary, error and evidence of VERDICT to standard error, as FORMAT leaves room for: its
 * first line, or VERBOSE: all lines. A terminal gets lines of its own width.
 */
void print_result(const struct verdict *verdict, enum output_format format, bool verbose);

/*
 * Draws RECORDING with the columns of CHOICE, and prints it if it is text. A signal in SIGNALS
 * while gnuplot is at work, or while a reader of the text stalls, ends that, and is put into
 * *died_of. But one that is there already may come twice (timeout(1)), and then the picture is
 * owed as the summary is. Returns 0; -EINTR or -EPIPE; or another negative errno with *err set.
 */
int draw_recording(const struct plot_request *request, const struct recording *recording,
		   const struct column_choice *choice, struct signals *signals, int *died_of,
		   struct error *err);

#endif
