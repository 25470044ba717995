/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-table.c - tasks of a report in columns, the worst first, through libsmartcols */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "lib/wrap.h"
#include "output/report-printer.h"

/* Hides what has no cell filled, and of the least what is too wide for the printer. */
static void task_table_fit(const struct task_table *table, int most,
			   struct libscols_table *lines, const size_t width[])
{
	/* The mark and the blank behind it; and a blank behind each column but the last. */
	size_t all = table->killed ? 2 : 0, needed[TASK_COLUMNS_MAX];
	size_t count = table->choice->count;

	for (size_t i = 0; i < count; i++) {
		size_t heading = strlen(task_columns[table->choice->index[i]].name);

		needed[i] = width[i] ? MAX(heading, width[i]) + 1 : 0;
		all += needed[i];
	}
	for (const char *const *least = table->least; *least && most; least++)
		for (size_t i = 0; i < count && all - 1 > (size_t)most; i++)
			if (!strcmp(task_columns[table->choice->index[i]].name, *least)) {
				all -= needed[i];
				needed[i] = 0;
			}
	for (size_t i = 0; i < count; i++) {
		struct libscols_column *column =
			scols_table_get_column(lines, i + (table->killed ? 1 : 0));

		if (!needed[i])
			scols_column_set_flags(column, scols_column_get_flags(column) |
						       SCOLS_FL_HIDDEN);
	}
}

int why_task_table(const struct why_printer *printer, const struct why_case *shown,
		   const struct task_table *table)
{
	CLEANUP_TABLE struct libscols_table *lines = why_table_new(printer);
	size_t width[TASK_COLUMNS_MAX] = { 0 }, count = table->choice->count;
	const struct oom_report *report = shown->report;
	int r = 0;

	if (!lines || (table->killed && !scols_table_new_column(lines, "", 1,
								SCOLS_FL_STRICTWIDTH)))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct task_column *column = &task_columns[table->choice->index[i]];

		if (!scols_table_new_column(lines, column->name, 0,
					    column->kind == TASK_COLUMN_TEXT ? 0 : SCOLS_FL_RIGHT))
			return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < table->count; i++) {
		struct libscols_line *line = scols_table_new_line(lines, NULL);
		bool marked = table->killed && table->killed[i];

		if (!line || (marked && (scols_line_set_color(line, WHY_BOLD) < 0 ||
					 scols_line_set_data(line, 0, "*") < 0)))
			return -ENOMEM;
		for (size_t j = 0; r == 0 && j < count; j++) {
			const struct task_column *column = &task_columns[table->choice->index[j]];
			bool name = column->kind == TASK_COLUMN_TEXT;
			char cell[TASK_CELL_MAX];
			CLEANUP_FREE char *fit = NULL;

			task_cell(column, &report->tasks[table->tasks[i]], shown->ranking,
				  report->page_size, printer->output->unit, cell);
			fit = name ? terminal_fit(cell) : NULL;
			if (name && !fit)
				return -ENOMEM;
			if (name && table->name_width)
				fit[wrap_head(fit, table->name_width)] = '\0';
			width[j] = MAX(width[j], wrap_width(name ? fit : cell));
			r = scols_line_set_data(line, j + (table->killed ? 1 : 0),
						name ? fit : cell);
		}
	}
	if (r == 0 && table->least)
		task_table_fit(table, printer->width, lines, width);
	return r < 0 ? r : scols_print_table(lines);
}

int why_tasks(struct why_printer *printer, const struct why_case *shown)
{
	const struct why_output *output = printer->output;
	struct task_table table = {
		.choice = &output->columns, .tasks = shown->ranking->order,
		.count = shown->report->task_count,
	};
	int r = 0;

	if (output->headings) {
		if (printer->begun)
			fputc('\n', printer->stream);
		r = why_title(printer, shown);
		if (r >= 0 && !table.count)
			fputs("This report has no task table.\n", printer->stream);
	}
	if (r < 0 || !table.count)
		return r < 0 ? r : 0;
	if (output->tasks)
		table.count = MIN(table.count, output->tasks);
	return why_task_table(printer, shown, &table);
}
