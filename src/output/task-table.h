/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-table.h - tasks of a report in columns, through libsmartcols */
#ifndef PT_TASK_TABLE_H
#define PT_TASK_TABLE_H

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>

#include "analysis/task-columns.h"
#include "output/report-printer.h"

struct task_table {
	/* The caller's, before task_table_open(); they must outlive the table. */
	const struct task_column_choice *choice;
	const struct why_case *shown;
	enum size_unit unit;
	bool marks;			/* a column in front in which a task can have a '*' */
	size_t name_width;		/* columns after which a name is cut; 0: never */

	struct libscols_table *table;	/* owned */
	size_t width[TASK_COLUMNS_MAX];	/* of the widest cell below the heading */
};

/* Prepares a table for PRINTER's stream. Returns 0 or -ENOMEM; close it in either case. */
int task_table_open(struct task_table *table, const struct why_printer *printer);

/* Adds a row. Returns 0 or a negative errno. */
int task_table_add(struct task_table *table, const struct oom_task *task, bool marked);

/*
 * Hides what has no cell filled and then, until the table is at most WIDTH columns wide, the
 * columns that NAMES, which ends with NULL, names, in that order.
 */
void task_table_fit(struct task_table *table, size_t width, const char *const *names);

/* Writes the table. Returns 0 or a negative errno. */
int task_table_print(struct task_table *table);

void task_table_close(struct task_table *table);

#endif
