/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of oomwhy, from the query to the exit status */
#ifndef PT_OOMWHY_RUN_H
#define PT_OOMWHY_RUN_H

#include "oomwhy/options.h"

/* Exit statuses, as in oomwhy(1). */
enum why_status {
	WHY_FOUND = 0,
	WHY_NONE = 1,
	WHY_USAGE = 2,
	WHY_FAILED = 125,	/* something could not be read or written */
};

/*
 * Carries QUERY out, prints everything, and returns the exit status. *ret_died_of is the signal
 * that this process is to die of instead; 0: none.
 */
int oomwhy_run(const struct query *query, int *ret_died_of);

#endif
