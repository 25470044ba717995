/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-output.h - how the user of oomwhy wants to see the reports */
#ifndef PT_REPORT_OUTPUT_H
#define PT_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/task-columns.h"
#include "lib/size.h"

enum why_form {
	WHY_TEXT,		/* each report explained, for people */
	WHY_LIST,		/* --list: a line per report */
	WHY_JSON,		/* --json: an object per line */
	WHY_TASKS,		/* --tasks: the task table of each report */
	WHY_QUIET,		/* --quiet: the exit status alone */
};

enum why_colour {
	WHY_COLOUR_AUTO,	/* on a terminal, unless NO_COLOR or TERM=dumb say otherwise */
	WHY_COLOUR_ALWAYS,
	WHY_COLOUR_NEVER,
};

struct why_output {
	enum why_form form;
	bool verbose;			/* --verbose: all of the explanation */
	enum size_unit unit;		/* of the tables: SIZE_HUMAN by default */
	bool headings;
	enum why_colour colour;
	size_t tasks;			/* --tasks=N: how many, the worst first; 0: all */
	struct task_column_choice columns;	/* of --tasks */
};

#endif
