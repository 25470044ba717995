/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-tasks.c - the task table of a report, the worst first */
#include <config.h>

#include "output/task-table.h"

static int report_tasks_fill(struct task_table *table, size_t most)
{
	const struct oom_report *report = table->shown->report;
	size_t count = report->task_count;
	int r = 0;

	if (most && count > most)
		count = most;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = task_table_add(table, &report->tasks[table->shown->ranking->order[i]], false);
	return r;
}

static int print_tasks(struct why_printer *printer, const struct why_case *shown)
{
	struct task_table table = {
		.choice = &printer->output->columns,
		.shown = shown,
		.unit = printer->output->unit,
	};
	int r = task_table_open(&table, printer);

	if (r == 0)
		r = report_tasks_fill(&table, printer->output->tasks);
	if (r == 0)
		r = task_table_print(&table);
	task_table_close(&table);
	return r;
}

int why_tasks(struct why_printer *printer, const struct why_case *shown)
{
	int r = 0;

	if (printer->output->headings) {
		if (printer->begun)
			fputc('\n', printer->stream);
		r = why_title(printer, shown);
		if (r >= 0 && !shown->report->task_count)
			fputs("This report has no task table.\n", printer->stream);
	}
	if (r >= 0 && shown->report->task_count)
		r = print_tasks(printer, shown);
	return r < 0 ? r : 0;
}
