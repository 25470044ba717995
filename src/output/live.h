/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h - one line of a terminal's standard error, which the next one overwrites */
#ifndef PT_LIVE_H
#define PT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "output/printer.h"

/* The last row. */
struct live {
	const struct output *output;	/* its columns and unit; NULL: there is no such line */
	bool shown;			/* it is there, to be wiped */
};

/* Whether standard error can show it: a terminal that is not dumb. */
bool live_is_possible(void);

void live_show(struct live *live, const struct sample *sample);

/* Wipes the line, so that something else can be printed in its place. */
void live_wipe(struct live *live);

/* How far the run is. */
struct progress {
	struct live live;
	bool enabled;		/* standard error is a terminal and standard output is not */
	uint64_t touch;		/* bytes in all */
	uint64_t shown_ns;	/* elapsed when last shown */
};

/* Prepares progress for a run that touches TOUCH bytes. */
struct progress progress_begin(uint64_t touch, bool quiet);

/* Shows or renews the line, at most five times a second and not in the first second. */
void progress_tick(struct progress *progress, uint64_t touched, uint64_t elapsed_ns);

#endif
