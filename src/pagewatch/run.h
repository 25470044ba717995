/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of pagewatch, from the request to the exit status */
#ifndef PT_PAGEWATCH_RUN_H
#define PT_PAGEWATCH_RUN_H

#include "pagewatch/options.h"

/* A command that could not be run, as in env(1) and timeout(1). */
enum {
	WATCH_CANNOT_EXECUTE = 126,
	WATCH_NOT_FOUND = 127,
};

/* Follows what REQUEST says, prints everything, and returns the exit status. */
int watch_run(const struct watch_request *request);

/*
 * A run that is over, once more: prints what request->replay has of it, or with request->plot draws
 * it. Returns the exit status: 0, however the run ended, or EXIT_FAILED.
 */
int watch_replay(const struct watch_request *request);

#endif
