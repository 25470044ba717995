/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c - a row as a line that is overwritten */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/macros.h"
#include "lib/terminal.h"
#include "output/live.h"

bool live_is_possible(void)
{
	const char *type = getenv("TERM");

	return isatty(STDERR_FILENO) && type && *type && strcmp(type, "dumb") != 0;
}

void live_show(struct live *live, const struct sample *sample)
{
	char line[COLUMN_CHOICE_MAX * (PRINTER_CELL_MAX + 16)], cell[PRINTER_CELL_MAX];
	const struct column_choice *choice;
	int width = terminal_width(STDERR_FILENO);
	size_t used = 0;

	if (!live->output)
		return;
	choice = &live->output->columns;
	for (size_t i = 0; i < choice->count; i++) {
		const struct column *column = &columns[choice->index[i]];

		printer_cell(column, sample, live->output->unit, cell);
		if (*cell)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s %s",
						 used ? "  " : "", column->name, cell);
	}
	/* A line that is wrapped could not be overwritten. */
	used = MIN(used, (size_t)(width ? width : 80) - 1);
	fprintf(stderr, "\r%.*s\033[K", (int)used, line);
	live->shown = true;
}

void live_wipe(struct live *live)
{
	if (live->shown)
		fputs("\r\033[K", stderr);
	live->shown = false;
}
