/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-table.c - tasks of a report in columns, the worst first, through libsmartcols */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "output/report-printer.h"

#define FIELD(name) offsetof(struct oom_task, name)

/* Cells that are not a field of the task. */
enum {
	CELL_RANK = sizeof(struct oom_task), CELL_ADJ, CELL_ADDS, CELL_SCORE, CELL_SHARE,
	CELL_HELD,
};

const struct task_column task_columns[] = {
	{ "RANK", TASK_COLUMN_NUMBER, "place in the kernel's order: 1 is killed first",
	  "computed", CELL_RANK },
	{ "PID", TASK_COLUMN_NUMBER, "process id", "[ pid ]", FIELD(pid) },
	{ "TGID", TASK_COLUMN_NUMBER, "id of the thread group, the process", "tgid", FIELD(tgid) },
	{ "UID", TASK_COLUMN_NUMBER, "user id", "uid", FIELD(uid) },
	{ "NAME", TASK_COLUMN_TEXT, "name of the command", "name", FIELD(comm) },
	{ "ADJ", TASK_COLUMN_NUMBER, "oom_score_adj; -1000 is never killed",
	  "oom_score_adj, oom_adj up to 2.6.35", CELL_ADJ },
	{ "ADDS", TASK_COLUMN_NUMBER, "pages that ADJ adds to BADNESS", "computed", CELL_ADDS },
	{ "BADNESS", TASK_COLUMN_NUMBER, "pages that the kernel ranks by",
	  "computed", FIELD(badness) },
	{ "SCORE", TASK_COLUMN_NUMBER, "BADNESS in thousandths of what ran out",
	  "computed", CELL_SCORE },
	{ "SHARE", TASK_COLUMN_NUMBER, "HELD in percent of what ran out", "computed", CELL_SHARE },
	{ "HELD", TASK_COLUMN_SIZE, "RSS, SWAP and PTE together", "computed", CELL_HELD },
	{ "VSZ", TASK_COLUMN_SIZE, "virtual size", "total_vm", FIELD(total_vm) },
	{ "RSS", TASK_COLUMN_SIZE, "resident set size", "rss", FIELD(rss) },
	{ "ANON", TASK_COLUMN_SIZE, "resident anonymous memory",
	  "rss_anon, since 6.8", FIELD(rss_anon) },
	{ "FILE", TASK_COLUMN_SIZE, "resident file mappings",
	  "rss_file, since 6.8", FIELD(rss_file) },
	{ "SHMEM", TASK_COLUMN_SIZE, "resident shared memory",
	  "rss_shmem, since 6.8", FIELD(rss_shmem) },
	{ "SWAP", TASK_COLUMN_SIZE, "swapped-out memory", "swapents, since 3.6", FIELD(swap) },
	{ "PTE", TASK_COLUMN_SIZE, "page tables",
	  "pgtables_bytes; nr_ptes and nr_pmds before 4.15", FIELD(pgtables) },
};

const size_t task_column_count = ARRAY_SIZE(task_columns);

static const char *task_column_name(size_t index)
{
	return task_columns[index].name;
}

int task_column_parse(const char *list, struct why_columns *choice, struct error *err)
{
	const struct name_table table = { task_column_name, task_column_count, "PID,RSS" };

	return why_columns_parse(&table, list, choice, err);
}

struct why_columns task_column_default(void)
{
	struct why_columns choice = { .count = 0 };
	struct error err;

	task_column_parse("RANK,PID,NAME,RSS,SWAP,PTE,ADJ,BADNESS,SHARE", &choice, &err);
	return choice;
}

const char *task_cell(const struct task_column *column, const struct oom_task *task,
		      const struct oom_ranking *ranking, uint64_t page_size, enum size_unit unit,
		      char cell[static TASK_CELL_MAX])
{
	const void *field = (const char *)task + column->field;
	uint64_t total = ranking->scale.total_pages, bytes = OOM_UNKNOWN;
	int64_t number = OOM_NO_NUMBER;

	cell[0] = '\0';
	switch (column->field) {
	case CELL_RANK:
		number = task->rank ? (int64_t)task->rank : OOM_NO_NUMBER;
		break;
	case CELL_ADJ:
		number = task->adj;
		break;
	case CELL_ADDS:
		if (task->rank && total != OOM_UNKNOWN)
			number = badness_adj_pages(&ranking->scale, task);
		break;
	case CELL_SCORE:
		number = oom_task_score(ranking, task);
		break;
	case CELL_SHARE:
		/* Shared pages count for each user: shares may be over 100 % together. */
		if (total != OOM_UNKNOWN && total)
			snprintf(cell, TASK_CELL_MAX, "%.1f%%", 100 * (double)oom_task_held(task) /
				 ((double)total * (double)page_size));
		break;
	case CELL_HELD:
		bytes = oom_task_held(task);
		break;
	default:
		if (column->kind == TASK_COLUMN_TEXT)
			safe_text(cell, TASK_CELL_MAX, field);
		else if (column->kind == TASK_COLUMN_SIZE)
			bytes = *(const uint64_t *)field;
		else
			number = *(const int64_t *)field;
	}
	if (number != OOM_NO_NUMBER)
		snprintf(cell, TASK_CELL_MAX, "%" PRId64, number);
	if (bytes != OOM_UNKNOWN)
		size_format(cell, bytes, unit);
	return cell;
}

/* Hides what has no cell filled, and of the least what is too wide for the printer. */
static void task_table_fit(const struct task_table *table, int most,
			   struct libscols_table *lines, const size_t width[])
{
	/* The mark and the blank behind it; and a blank behind each column but the last. */
	size_t all = table->killed ? 2 : 0, needed[WHY_COLUMNS_MAX];
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
	size_t width[WHY_COLUMNS_MAX] = { 0 }, count = table->choice->count;
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
