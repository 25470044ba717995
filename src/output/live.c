/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c - a row, or how far the run is, as a line that is overwritten */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/number.h"
#include "lib/terminal.h"
#include "output/live.h"

#define PROGRESS_FIRST_NS NS_PER_SECOND
#define PROGRESS_RENEW_NS (200 * NS_PER_MS)

bool live_is_possible(void)
{
	const char *type = getenv("TERM");

	return isatty(STDERR_FILENO) && type && *type && strcmp(type, "dumb") != 0;
}

static void live_write(struct live *live, const char *line)
{
	int width = terminal_width(STDERR_FILENO);

	/* A line that is wrapped could not be overwritten. */
	fprintf(stderr, "\r%.*s\033[K", (width ? width : 80) - 1, line);
	live->shown = true;
}

void live_show(struct live *live, const struct sample *sample)
{
	char line[COLUMN_CHOICE_MAX * (PRINTER_CELL_MAX + 16)] = "", cell[PRINTER_CELL_MAX];
	const struct column_choice *choice;
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
	live_write(live, line);
}

void live_wipe(struct live *live)
{
	if (live->shown)
		fputs("\r\033[K", stderr);
	live->shown = false;
}

struct progress progress_begin(uint64_t touch, bool quiet)
{
	return (struct progress){
		.enabled = !quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
		.touch = touch,
	};
}

void progress_tick(struct progress *progress, uint64_t touched, uint64_t elapsed_ns)
{
	char done[SIZE_TEXT_MAX], all[SIZE_TEXT_MAX], line[128];

	if (!progress->enabled || elapsed_ns < PROGRESS_FIRST_NS ||
	    (progress->live.shown && elapsed_ns - progress->shown_ns < PROGRESS_RENEW_NS))
		return;
	snprintf(line, sizeof(line), "%s of %s touched (%u%%), %" PRIu64 " s",
		 size_text(done, touched, SIZE_HUMAN), size_text(all, progress->touch, SIZE_HUMAN),
		 progress->touch ? (unsigned)number_portion(touched, 100, progress->touch)
				 : 100,
		 elapsed_ns / NS_PER_SECOND);
	live_write(&progress->live, line);
	progress->shown_ns = elapsed_ns;
}
