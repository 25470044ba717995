/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of pagewatch, from the request to the exit status */
#ifndef PT_PAGEWATCH_RUN_H
#define PT_PAGEWATCH_RUN_H

#include "pagewatch/options.h"
#include "verdict/run-set.h"

/* What one of several runs has shown. */
struct watched_run {
	bool followed;			/* the command was run; else all else is zero */
	int status;			/* the exit status that it gives */
	enum outcome outcome;
	bool unmet;			/* a demand was not; then the status is not its own */
	int ended_by;			/* the last signal that asks for an end; 0: none came */
	struct run_figures figures;
};

/*
 * Follows what REQUEST says, prints everything, and returns the exit status; RET_WATCHED, if it is
 * not NULL, is what the run has shown.
 */
int watch_run_once(const struct watch_request *request, struct watched_run *ret_watched);

/*
 * A run that is over, once more: prints what request->replay has of it, or with request->plot
 * draws it. Returns the exit status: 0, however the run ended, or EXIT_FAILED.
 */
int watch_replay(const struct watch_request *request);

#endif
