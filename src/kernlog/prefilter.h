/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefilter.h - the fast look for text that an OOM report may have: everything else is skipped */
#ifndef PT_PREFILTER_H
#define PT_PREFILTER_H

#include <stddef.h>

/*
 * Finds the first place in the LENGTH bytes of DATA at or behind FROM where one of these begins
 * (# is a digit), and returns its offset, or LENGTH if there is none:
 *
 *   "voked oom-killer", "oom-killer: "	"invoked oom-killer: ", also wrapped at its first blank
 *   "oom-kill:constraint"
 *   "oom_reaper: ", "reaped process #"	also wrapped at any of its blanks
 *   "oom_score_adj", "oom_adj name"	the task table's header
 *   "Killed process #", "Kill process #", "kill process #"
 *   "ut of memory and no", "ut of memory: OOM vic", "ut of memory: syst", "ut of memory: comp"
 *   "ult of limit of"			"killed as a result of limit of"
 *
 * So a line that a mailer wrapped inside "Killed process 1", "Out of memory and", "oom_adj name",
 * "result of limit of" or "oom_reaper: unable" is not seen, but others of its report are. And
 * lines of other programs may be.
 *
 * One that is torn by the end of DATA is not seen: let the next call begin OOM_PREFILTER_OVERLAP
 * bytes earlier. Each call takes half a microsecond for itself: give it a buffer, not a line.
 */
size_t oom_prefilter(const char *data, size_t length, size_t from);

#define OOM_PREFILTER_OVERLAP 32

#endif
