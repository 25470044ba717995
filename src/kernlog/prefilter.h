/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefilter.h - the fast look for text that an OOM report may have: everything else is skipped */
#ifndef PT_PREFILTER_H
#define PT_PREFILTER_H

#include <stddef.h>

/*
 * Finds the first place in the LENGTH bytes of DATA at or behind FROM where one of the needles in
 * prefilter.c begins, and returns its offset, or LENGTH if there is none. They also find the words
 * of a report that a mailer wrapped at a blank, but in "Killed process 1", "Out of memory and",
 * "oom_adj name", "result of limit of" and "oom_reaper: unable": others of its lines are seen. And
 * lines of other programs may be.
 *
 * One that is torn by the end of DATA is not seen: let the next call begin OOM_PREFILTER_OVERLAP
 * bytes earlier. Each call takes half a microsecond for itself: give it a buffer, not a line.
 */
size_t oom_prefilter(const char *data, size_t length, size_t from);

#define OOM_PREFILTER_OVERLAP 32

#endif
