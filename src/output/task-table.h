/* SPDX-License-Identifier: GPL-2.0-or-later */
/* task-table.h - the columns of `oomwhy --tasks`, in one table of descriptions */
#ifndef PT_TASK_TABLE_H
#define PT_TASK_TABLE_H

#include <stddef.h>

#include "analysis/rank.h"
#include "lib/error.h"
#include "lib/size.h"
#include "oomreport/report.h"

#define TASK_COLUMNS_MAX 32
#define TASK_CELL_MAX 300	/* a name of OOM_COMM_MAX bytes, made safe */

enum task_column_kind {
	TASK_COLUMN_NUMBER,	/* also a share, as "12.3%" */
	TASK_COLUMN_SIZE,	/* in the chosen unit */
	TASK_COLUMN_TEXT,
};

struct task_column {
	const char *name;	/* header and -o name, upper case: RANK PID NAME RSS SWAP ... */
	enum task_column_kind kind;
	const char *help;
	const char *source;	/* the kernel's column ("swapents, since 3.6"), or "computed" */
	size_t field;		/* where it is in struct oom_task, or how it is computed */
};

extern const struct task_column task_columns[];
extern const size_t task_column_count;

struct task_column_choice {
	unsigned char index[TASK_COLUMNS_MAX];
	size_t count;
};

struct task_column_choice task_column_default(void);

/*
 * Parses LIST (names separated by commas, in any case: "pid,rss", "+swap") into *choice, which
 * must hold a choice already: that is what "+" appends to. Returns 0, or -EINVAL with *err
 * set (an unknown name lists the known ones) and *choice untouched.
 */
int task_column_parse(const char *list, struct task_column_choice *choice,
		      struct error *err);

/*
 * The text of COLUMN, one of task_columns, for TASK, which has been ranked; "" when the report
 * does not say. Names are made safe for a terminal. Returns cell.
 */
const char *task_cell(const struct task_column *column, const struct oom_task *task,
		      const struct oom_ranking *ranking, uint64_t page_size, enum size_unit unit,
		      char cell[static TASK_CELL_MAX]);

#endif
