/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial-line.h - what a line of a known type is to a report while it is read */
#ifndef PT_PARTIAL_LINE_H
#define PT_PARTIAL_LINE_H

#include "oomreport/line-type.h"
#include "oomreport/reader.h"

/*
 * Whether PARTIAL is of a cgroup and messages of TYPE of the machine's reports only, or the other
 * way round.
 */
bool partial_is_of_another_kind(const struct oom_partial *partial, enum oom_line_type type);

/* Whether PARTIAL has not got yet what the message TEXT of TYPE says. */
bool partial_lacks(const struct oom_partial *partial, enum oom_line_type type,
		   struct strview text);

/* Puts into PARTIAL what TEXT, of TYPE and TIME, says. Returns 0 or -ENOMEM. */
int partial_read(struct oom_partial *partial, enum oom_line_type type, struct strview text,
		 const struct oom_time *time);

#endif
