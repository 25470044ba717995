/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h - a run that is over, printed or drawn once more from its records */
#ifndef PT_REPLAY_H
#define PT_REPLAY_H

#include "pagetouch/plan.h"

/*
 * Reads what request->replay names; prints it in the format, unit and columns of REQUEST, or with
 * request->plot draws it. Prints what goes wrong. Returns the exit status: 0, whatever the end of
 * the run, or EXIT_FAILED; *ret_signal is the signal that this process is to die of, 0: none.
 */
int replay_run(const struct plan *request, int *ret_signal);

#endif
