/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.h - the smallest limit that a command lives with, found by trying */
#ifndef PT_FIT_H
#define PT_FIT_H

#include "pagewatch/options.h"

/*
 * Runs the command of REQUEST again and again, each time in a sandbox of another limit, until the
 * smallest one that it lives with is known to within request->fit_step; prints a line for each
 * try, and what follows from them. Returns the exit status: 0 if there is such a limit.
 */
int fit_run(const struct watch_request *request);

#endif
