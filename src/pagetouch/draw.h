/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.h - the picture of a run of now, or of one that is over */
#ifndef PT_DRAW_H
#define PT_DRAW_H

#include "lib/signals.h"
#include "plot/plot.h"

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
