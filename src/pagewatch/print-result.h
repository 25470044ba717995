/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.h - the end of what was followed, now or in a record: its words and its picture */
#ifndef PT_PAGEWATCH_PRINT_RESULT_H
#define PT_PAGEWATCH_PRINT_RESULT_H

#include <stdbool.h>
#include <stdio.h>

#include "output/printer.h"
#include "plot/plot.h"
#include "verdict/verdict.h"

/*
 * Prints to standard error how it ended, what it held and what is known of the end, as OUTPUT
 * leaves room for: its first line of evidence, or with VERBOSE all.
 */
void watch_print_result(const struct verdict *verdict, enum output_format format, bool verbose);

/*
 * Draws RECORDING, which is that of processes, with the columns of CHOICE; what is text goes to
 * STREAM. A signal that ends programs ends gnuplot, and is returned as -EINTR. Returns 0, or a
 * negative errno with *err set.
 */
int draw_followed(const struct plot_request *request, const struct recording *recording,
		  const struct column_choice *choice, FILE *stream, struct error *err);

#endif
