/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-table.c - fill a table with tasks, and make it fit */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/terminal.h"
#include "lib/wrap.h"
#include "output/task-table.h"

static const struct task_column *task_table_column_of(const struct task_table *table, size_t index)
{
	return &task_columns[table->choice->index[index]];
}

/* The column of the library that shows column INDEX of the choice. */
static struct libscols_column *shown_column(const struct task_table *table, size_t index)
{
	return scols_table_get_column(table->table, index + table->marks);
}

int task_table_open(struct task_table *table, const struct why_printer *printer)
{
	table->table = scols_new_table();
	if (!table->table)
		return -ENOMEM;
	scols_table_set_stream(table->table, printer->stream);
	scols_table_enable_noheadings(table->table, !printer->output->headings);
	scols_table_enable_colors(table->table, printer->colour);
	/* The cells are safe; the library would escape the escapes, and cut what is too wide. */
	scols_table_enable_noencoding(table->table, 1);
	scols_table_set_termforce(table->table, SCOLS_TERMFORCE_NEVER);
	if (table->marks && !scols_table_new_column(table->table, "", 1, SCOLS_FL_STRICTWIDTH))
		return -ENOMEM;
	for (size_t i = 0; i < table->choice->count; i++) {
		const struct task_column *column = task_table_column_of(table, i);
		int flags = column->kind == TASK_COLUMN_TEXT ? 0 : SCOLS_FL_RIGHT;

		if (!scols_table_new_column(table->table, column->name, 0, flags))
			return -ENOMEM;
	}
	return 0;
}

/* Hands a copy of the name in CELL, cut if need be, to the library. */
static int set_name(const struct task_table *table, struct libscols_line *line, size_t index,
		    const char *cell, size_t *ret_width)
{
	char *name = terminal_fit(cell);
	int r;

	if (!name)
		return -ENOMEM;
	if (table->name_width)
		name[wrap_head(name, table->name_width)] = '\0';
	*ret_width = wrap_width(name);
	r = scols_line_refer_data(line, index, name);
	if (r < 0)
		free(name);
	return r;
}

int task_table_add(struct task_table *table, const struct oom_task *task, bool marked)
{
	struct libscols_line *line = scols_table_new_line(table->table, NULL);
	const struct why_case *shown = table->shown;
	char cell[TASK_CELL_MAX];
	int r = line ? 0 : -ENOMEM;

	if (r == 0 && marked) {
		r = scols_line_set_color(line, WHY_BOLD);
		if (r == 0)
			r = scols_line_set_data(line, 0, "*");
	}
	for (size_t i = 0; r == 0 && i < table->choice->count; i++) {
		const struct task_column *column = task_table_column_of(table, i);
		size_t width;

		task_cell(column, task, shown->ranking, shown->report->page_size, table->unit,
			  cell);
		width = strlen(cell);
		if (column->kind == TASK_COLUMN_TEXT)
			r = set_name(table, line, i + table->marks, cell, &width);
		else
			r = scols_line_set_data(line, i + table->marks, cell);
		table->width[i] = width > table->width[i] ? width : table->width[i];
	}
	return r;
}

static bool is_hidden(const struct task_table *table, size_t index)
{
	return scols_column_get_flags(shown_column(table, index)) & SCOLS_FL_HIDDEN;
}

static void hide(struct task_table *table, size_t index)
{
	struct libscols_column *column = shown_column(table, index);

	scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_HIDDEN);
}

static size_t table_width(const struct task_table *table)
{
	/* A mark and the blank behind it, and one column less between columns than there are. */
	size_t columns = table->marks ? 2 : 0, blanks = 0;

	for (size_t i = 0; i < table->choice->count; i++) {
		size_t heading = strlen(task_table_column_of(table, i)->name);

		if (is_hidden(table, i))
			continue;
		columns += heading > table->width[i] ? heading : table->width[i];
		columns += blanks++ ? 1 : 0;
	}
	return columns;
}

void task_table_fit(struct task_table *table, size_t width, const char *const *names)
{
	for (size_t i = 0; i < table->choice->count; i++)
		if (!table->width[i])
			hide(table, i);
	for (; *names && table_width(table) > width; names++)
		for (size_t i = 0; i < table->choice->count; i++)
			if (!strcmp(task_table_column_of(table, i)->name, *names))
				hide(table, i);
}

int task_table_print(struct task_table *table)
{
	return scols_print_table(table->table);
}

void task_table_close(struct task_table *table)
{
	scols_unref_table(table->table);
	table->table = NULL;
}
