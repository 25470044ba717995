/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-tasks.c - the task table of a report, the worst first */
#include <config.h>

#include "output/task-table.h"

int why_tasks(struct why_printer *printer, const struct why_case *shown)
{
	const struct why_output *output = printer->output;
	const struct oom_report *report = shown->report;
	struct task_table table = {
		.choice = &output->columns, .shown = shown, .unit = output->unit,
	};
	size_t count = report->task_count;
	int r = 0;

	if (output->headings) {
		if (printer->begun)
			fputc('\n', printer->stream);
		r = why_title(printer, shown);
		if (r >= 0 && !count)
			fputs("This report has no task table.\n", printer->stream);
	}
	if (r < 0 || !count)
		return r < 0 ? r : 0;
	if (output->tasks && count > output->tasks)
		count = output->tasks;
	r = task_table_open(&table, printer);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = task_table_add(&table, &report->tasks[shown->ranking->order[i]], false);
	if (r == 0)
		r = task_table_print(&table);
	task_table_close(&table);
	return r;
}
