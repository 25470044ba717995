/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bar.h - a share drawn as a bar */
#ifndef PT_BAR_H
#define PT_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a bar of WIDTH character cells with its percentage, with the NUL. */
#define BAR_TEXT_MAX(width) ((size_t)(width) * 3 + 1)

/* Narrower than this a bar shows nothing; wider adds nothing. */
#define BAR_WIDTH_MIN 10
#define BAR_WIDTH_MAX 40

/*
 * Draws PART of WHOLE, in WIDTH cells (BAR_WIDTH_MIN or more) of which the last five are
 * the percentage: in eighths of a block with UTF-8, else with '#' and '.'. PART is taken
 * as at least 0 and at most WHOLE. TEXT has BAR_TEXT_MAX(WIDTH) bytes. Returns text.
 */
const char *bar_draw(int64_t part, uint64_t whole, int width, bool utf8, char *text);

#endif
