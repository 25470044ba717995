/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bar.c - draw a bar of the resident share */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "output/bar.h"

/* Cells behind the bar: " 100%". */
#define PERCENT_CELLS 5

const char *bar_draw(int64_t part, uint64_t whole, int width, bool utf8, char *text)
{
	static const char *const eighths[] = { "·", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
	uint64_t cells = (uint64_t)(width - PERCENT_CELLS);
	uint64_t resident = part < 0 ? 0 : MIN((uint64_t)part, whole);
	uint64_t filled = whole ? number_portion(resident, cells * 8, whole) : 0;
	char *at = text;

	for (uint64_t i = 0; i < cells; i++) {
		uint64_t left = filled > i * 8 ? MIN(filled - i * 8, 8) : 0;

		at = stpcpy(at, utf8 ? eighths[left] : left == 8 ? "#" : ".");
	}
	snprintf(at, PERCENT_CELLS + 1, " %3u%%",
		 whole ? (unsigned)number_portion(resident, 100, whole) : 0);
	return text;
}
