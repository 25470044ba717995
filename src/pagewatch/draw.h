/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.h - the picture of what was followed */
#ifndef PT_PAGEWATCH_DRAW_H
#define PT_PAGEWATCH_DRAW_H

#include <stdio.h>

#include "plot/plot.h"

/*
 * Draws RECORDING, which is that of processes, with the columns of CHOICE; what is text goes to
 * STREAM. A signal that ends programs ends gnuplot, and is returned as -EINTR. Returns 0, or a
 * negative errno with *err set.
 */
int draw_followed(const struct plot_request *request, const struct recording *recording,
		  const struct column_choice *choice, FILE *stream, struct error *err);

#endif
