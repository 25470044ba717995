/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - one run of oomwhy, from the query to the exit status */
#ifndef PT_OOMWHY_RUN_H
#define PT_OOMWHY_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernlog/source.h"
#include "oomreport/parser.h"
#include "oomwhy/options.h"
#include "oomwhy/print-result.h"

/* Exit statuses, as in oomwhy(1). */
enum why_status {
	WHY_FOUND = 0,
	WHY_NONE = 1,
	WHY_USAGE = 2,
	WHY_FAILED = 125,	/* something could not be read or written */
};

/* All that a run holds; all zero before oomwhy_run(). */
struct oomwhy_run {
	const struct query *query;
	struct oom_parser *parser;
	struct oom_source source;	/* the one that is being read */
	char path[PATH_MAX];		/* of the kernel's log or the journal, below
					 * $PAGETOUCH_ROOT */
	struct why_results results;
	uint64_t lost;			/* records of the kernel's that were overwritten unread */
	bool failed;			/* something could not be read */
};

/* Carries QUERY out, prints everything, and returns the exit status. */
int oomwhy_run(struct oomwhy_run *run, const struct query *query);

/* Releases everything. Returns the signal that this process is to die of; 0: none. */
int oomwhy_close(struct oomwhy_run *run);

#endif
