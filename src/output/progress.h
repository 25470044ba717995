/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far the run is, on a terminal's standard error */
#ifndef PT_PROGRESS_H
#define PT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/size.h"

struct progress {
	bool enabled;		/* standard error is a terminal and standard output is not */
	bool shown;		/* a line is there to be wiped */
	uint64_t touch;		/* bytes in all */
	uint64_t shown_ns;	/* elapsed when last shown */
};

/* Prepares progress for a run that touches TOUCH bytes. */
struct progress progress_begin(uint64_t touch, bool quiet);

/* Shows or renews the line, at most five times a second and not in the first second. */
void progress_tick(struct progress *progress, uint64_t touched, uint64_t elapsed_ns);

/* Wipes the line, so that something else can be printed in its place. */
void progress_wipe(struct progress *progress);

#endif
