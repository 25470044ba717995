/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c - a table for people, row by row, through libsmartcols */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "output/where.h"

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

struct table_state {
	struct libscols_table *table;
	struct libscols_line *line;	/* the one line: each row overwrites the last */
	int bar_width;			/* cells; 0: no bar */
	bool utf8;
};

/*
 * The width that no later cell of the column will pass: libsmartcols sets widths by the
 * rows that it has, and we have none but the first.
 */
static size_t table_column_width(const struct printer *printer, const struct column *column,
				 const struct sample *first)
{
	/* A sandbox may be charged for a page twice, as cache and as a copy, and for its table. */
	uint64_t largest = MAX(first->vsz, printer->plan.size) *
			   (column->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT) ? 3 : 1);
	size_t name = strlen(column->name) + 1, width;
	char text[SIZE_TEXT_MAX];

	if (column->kind == COLUMN_TIME)
		width = sizeof("10000000.000000") - 1;
	else if (column->kind == COLUMN_PERCENT)
		width = sizeof("10000.0") - 1;
	else if (column->kind == COLUMN_COUNT)
		width = (size_t)snprintf(NULL, 0, "%" PRIu64,
					 first->minflt + printer->plan.touches + 1000);
	else if (column->kind == COLUMN_TEXT)
		width = printer->plan.step_width;
	else if (column->kind == COLUMN_NAME)
		width = sizeof("fifteen letters") - 1;
	else if (column->kind == COLUMN_ID)
		width = sizeof("4194304") - 1;
	else if (printer->output->unit == SIZE_HUMAN)
		width = sizeof("99.9G") - 1;
	else
		width = strlen(size_format(text, largest, printer->output->unit));
	/* A growth may be negative. */
	width += column->kind == COLUMN_GROWTH;
	return MAX(width, name);
}

/* The bar is drawn on a terminal that has room left beside the columns that were chosen. */
static int table_make_columns(struct printer *printer, const struct sample *first)
{
	const struct column_choice *choice = &printer->output->columns;
	struct table_state *state = printer->state;
	size_t terminal = scols_table_get_termwidth(state->table), used = 1;
	struct libscols_column *bar;

	for (size_t i = 0; i < choice->count; i++) {
		const struct column *column = &columns[choice->index[i]];
		size_t width = table_column_width(printer, column, first);
		int flags = SCOLS_FL_STRICTWIDTH |
			    (column->kind == COLUMN_TEXT || column->kind == COLUMN_NAME
			     ? 0 : SCOLS_FL_RIGHT);

		if (!scols_table_new_column(state->table, column->name, (double)width, flags))
			return -ENOMEM;
		used += width + 1;
	}
	if (!printer->output->tree && isatty(terminal_of(printer->stream)) &&
	    terminal >= used + BAR_WIDTH_MIN) {
		state->bar_width = (int)MIN(terminal - used, BAR_WIDTH_MAX);
		bar = scols_table_new_column(state->table, "RESIDENT", state->bar_width, 0);
		if (!bar)
			return -ENOMEM;
		if (terminal_wants_colour()) {
			scols_table_enable_colors(state->table, 1);
			scols_column_set_color(bar, "green");
		}
	}
	state->line = scols_table_new_line(state->table, NULL);
	return state->line ? 0 : -ENOMEM;
}

static void table_close(struct printer *printer)
{
	struct table_state *state = printer->state;

	if (!state)
		return;
	scols_unref_table(state->table);
	free(state);
	printer->state = NULL;
}

static int table_open(struct printer *printer)
{
	struct table_state *state = printer->state = calloc(1, sizeof(*state));

	if (state)
		state->table = scols_new_table();
	if (!state || !state->table)
		return -ENOMEM;
	state->utf8 = terminal_has_utf8();
	scols_table_set_stream(state->table, printer->stream);
	/* Cells are safe: the library would escape their escapes. */
	scols_table_enable_noencoding(state->table, 1);
	scols_table_enable_noheadings(state->table, !printer->output->headings);
	return 0;
}

static int table_sample(struct printer *printer, const struct sample *sample)
{
	const struct column_choice *choice = &printer->output->columns;
	struct table_state *state = printer->state;
	char raw[PRINTER_CELL_MAX], bar[BAR_TEXT_MAX(BAR_WIDTH_MAX)];
	int r = state->line ? 0 : table_make_columns(printer, sample);

	for (size_t i = 0; r == 0 && i < choice->count; i++) {
		const struct column *column = &columns[choice->index[i]];
		CLEANUP_FREE char *cell = terminal_fit(printer_cell(column, sample,
								    printer->output->unit, raw));

		r = cell ? scols_line_set_data(state->line, i, cell) : -ENOMEM;
	}
	if (r == 0 && state->bar_width)
		r = scols_line_set_data(state->line, choice->count,
					bar_draw(sample->grew, printer->plan.size,
						 state->bar_width, state->utf8, bar));
	/* The terminal's width was spent above; the library need not fit the row again. */
	if (r == 0)
		r = scols_table_set_termforce(state->table, SCOLS_TERMFORCE_NEVER);
	if (r == 0)
		r = scols_table_print_range(state->table, state->line, state->line);
	if (r < 0)
		return r;
	fputc('\n', printer->stream);
	return stream_flush(printer->stream);
}

const struct printer_format printer_table = {
	.open = table_open,
	.sample = table_sample,
	.process = table_sample,
	.where = where_table_print,
	.close = table_close,
};
