/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h - the last row as one line of a terminal's standard error, which the next one overwrites */
#ifndef PT_LIVE_H
#define PT_LIVE_H

#include <stdbool.h>

#include "output/printer.h"

struct live {
	const struct output *output;	/* its columns and unit; NULL: there is no such line */
	bool shown;			/* it is there, to be wiped */
};

/* Whether standard error can show it: a terminal that is not dumb. */
bool live_is_possible(void);

void live_show(struct live *live, const struct sample *sample);

/* Wipes the line, so that something else can be printed in its place. */
void live_wipe(struct live *live);

#endif
