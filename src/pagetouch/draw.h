/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.h - the picture of a session's run */
#ifndef PT_DRAW_H
#define PT_DRAW_H

#include "pagetouch/run.h"

/* Keeps SAMPLE for the picture, if there is to be one. */
void pagetouch_keep_row(struct pagetouch_run *run, const struct sample *sample);

/*
 * Draws what was kept, when all else is over and printed, and ends the subject, whose memory
 * gnuplot may need. Prints what goes wrong. Returns STATUS, or EXIT_FAILED.
 */
int pagetouch_draw(struct pagetouch_run *run, int status);

#endif
