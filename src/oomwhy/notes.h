/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.h - what is said beside the reports: silence is no answer */
#ifndef PT_NOTES_H
#define PT_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/filter.h"
#include "oomreport/parser.h"

struct run_notes {
	uint64_t reports[OOM_MATCH_COUNT];	/* by enum oom_match */
	uint64_t lost;		/* records of the kernel's that were overwritten unread */
};

/*
 * Says on standard error what was left out, or, when the reading is COMPLETE, that nothing was
 * found. LABEL is the one log's; NULL: there were several.
 */
void run_notes_print(const struct run_notes *notes, const struct seen *seen, const char *label,
		     bool complete);

#endif
