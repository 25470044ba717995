/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-pattern.h - what lines of a report look like, written as one would print them */
#ifndef PT_LINE_PATTERN_H
#define PT_LINE_PATTERN_H

#include "lib/strview.h"

/*
 * In a pattern all bytes stand for themselves, but for these:
 *
 *   %u %d   digits, with a '-' in front or not        %_     blanks, or none; "% ": one at least
 *   %w      a word                                    %|   the end of a word
 *   %*      anything, up to where the rest fits       %$   the end of the text
 *   %k      what is neither a blank nor a colon       %z   a zone: "DMA32", "Normal:"
 *   %f      a figure: "free:12kB", "slab: 5"
 *   %c      what the kernel puts in front of "Kill process": "Out of memory: ", or nothing
 */

/* Whether TEXT begins with PATTERN. */
bool line_pattern_starts(struct strview text, const char *pattern);

/* Whether TEXT ends inside PATTERN, and enough of it is there to be no chance. */
bool line_pattern_breaks_off(struct strview text, const char *pattern);

/* Whether PATTERN, which begins with bytes, fits at the last place of TEXT that has those. */
bool line_pattern_is_last(struct strview text, const char *pattern);

/* Takes "name:123" or "name: 123" of a figure. ret_unit: "kB" follows the digits. */
bool line_take_figure(struct strview *text, bool *ret_unit);

/* Takes the cause in front of "Kill process" from *text. Returns whether there was one. */
bool line_take_cause(struct strview *text);

#endif
