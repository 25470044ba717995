/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bar.c - draw a bar of the resident share */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/number.h"
#include "output/bar.h"

/* Cells behind the bar: " 100%". */
#define PERCENT_CELLS 5

static char *put(char *at, const char *cell)
{
	size_t length = strlen(cell);

	memcpy(at, cell, length);
	return at + length;
}

const char *bar_draw(int64_t part, uint64_t whole, int width, bool utf8, char *text)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	uint64_t cells = (uint64_t)(width - PERCENT_CELLS), resident, filled;
	char *at = text;

	resident = part < 0 ? 0 : (uint64_t)part > whole ? whole : (uint64_t)part;
	filled = whole ? number_portion(resident, cells * 8, whole) : 0;
	for (uint64_t i = 0; i < cells; i++) {
		uint64_t left = filled > i * 8 ? filled - i * 8 : 0;

		if (left >= 8)
			at = put(at, utf8 ? "█" : "#");
		else if (left && utf8)
			at = put(at, eighths[left]);
		else
			at = put(at, utf8 ? "·" : ".");
	}
	snprintf(at, PERCENT_CELLS + 1, " %3u%%",
		 whole ? (unsigned)number_portion(resident, 100, whole) : 0);
	return text;
}
