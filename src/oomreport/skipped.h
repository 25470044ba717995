/* SPDX-License-Identifier: GPL-2.0-or-later */
/* skipped.h - what lies between reports: only certain words are looked for there */
#ifndef PT_SKIPPED_H
#define PT_SKIPPED_H

#include "lib/strview.h"

/* What was skipped last. Zero is nothing, and not made. */
struct skipped {
	char *bytes;		/* owned */
	size_t length;
};

/* Returns 0 or -ENOMEM. */
int skipped_init(struct skipped *skipped);

/*
 * Looks in DATA, the next piece of a log, for a word of a report (oom_prefilter()). Returns where
 * it is; ret_before are the lines in front of it, some from the pieces before and some from DATA,
 * because the beginning of a report may be missing. Returns the length of DATA, which is kept,
 * where there is none.
 */
size_t skipped_look(struct skipped *skipped, struct strview data, struct strview ret_before[2]);

void skipped_free(struct skipped *skipped);

#endif
