/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.h - the smallest limit that a command lives with, found by trying */
#ifndef PT_FIT_H
#define PT_FIT_H

#include <stdint.h>

#include "pagewatch/options.h"

/*
 * The next limit to be tried: a multiple of STEP between LOW, with which it did not live, and
 * HIGH, with which it did; 0: they are no more than STEP apart. Bytes.
 */
uint64_t fit_next(uint64_t low, uint64_t high, uint64_t step);

/* A limit with a tenth more than LIMIT, in whole MiB; bytes. */
uint64_t fit_suggest(uint64_t limit);

/*
 * Runs the command of REQUEST again and again, each time in a sandbox of another limit, until the
 * smallest one that it lives with is known to within request->fit_step; prints a line for each
 * try, and what follows from them. Returns the exit status: 0 if there is such a limit.
 */
int fit_run(const struct watch_request *request);

#endif
