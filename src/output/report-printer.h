/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-printer.h - one interface to all forms in which oomwhy shows a report */
#ifndef PT_REPORT_PRINTER_H
#define PT_REPORT_PRINTER_H

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analysis/explanation.h"
#include "analysis/rank.h"
#include "analysis/summary.h"
#include "lib/error.h"
#include "lib/option-table.h"
#include "lib/size.h"
#include "oomreport/report.h"

/* The columns of `oomwhy --tasks`. */

#define WHY_COLUMNS_MAX 32
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

/* Columns of a table, in order: indices of what can be chosen. */
struct why_columns {
	unsigned char index[WHY_COLUMNS_MAX];
	size_t count;
};

/*
 * Parses LIST of names from TABLE into *choice, which must hold a choice already: that is what "+"
 * appends to. Returns 0, or -EINVAL with *err set (an unknown name lists the known ones) and
 * *choice untouched.
 */
int why_columns_parse(const struct name_table *table, const char *list,
		      struct why_columns *choice, struct error *err);

struct why_columns task_column_default(void);

/* As why_columns_parse(): "pid,rss", "+swap". */
int task_column_parse(const char *list, struct why_columns *choice, struct error *err);

/* The columns of `oomwhy --summary`. */

/* Their names, ended by NULL: KEY is shown as what it is, UNIT, HOST, ... */
extern const char *const summary_columns[];

struct why_columns summary_column_default(void);

int summary_column_parse(const char *list, struct why_columns *choice, struct error *err);

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

/* How the user of oomwhy wants to see the reports. */
struct why_output {
	enum why_form form;
	bool verbose;			/* --verbose: all of the explanation */
	enum size_unit unit;		/* of the tables: SIZE_HUMAN by default */
	bool headings;
	enum why_colour colour;
	bool summary;			/* --summary: no report, but all of them added up */
	enum summary_by by;
	struct why_columns summary_columns;
	size_t tasks;			/* --tasks=N: how many, the worst first; 0: all */
	struct why_columns columns;	/* of --tasks */
};

/* A report with all that was made of it. */
struct why_case {
	size_t number;			/* of the report among those shown, from 1 */
	const char *source;		/* the file's name, "standard input", "/dev/kmsg", ... */
	const struct oom_report *report;
	const struct oom_ranking *ranking;
	const struct oom_explanation *explanation;
};

struct why_printer {
	const struct why_output *output;
	FILE *stream;
	bool colour;			/* escape sequences may be written */
	int width;			/* columns to wrap text at; 0: no wrapping */
	bool begun;			/* something has been printed */
};

/*
 * Prepares *printer; finds out colour and width: $COLUMNS or the terminal's; for text, which is
 * wrapped wherever it goes, else 80, and at most 100.
 */
void why_open(struct why_printer *printer, const struct why_output *output, FILE *stream);

/* Shows one report and flushes. Returns 0 or a negative errno of writing. */
int why_show(struct why_printer *printer, const struct why_case *shown);

/* Shows all rows of SUMMARY, which is sorted. Returns as why_show(). */
int why_summary(struct why_printer *printer, const struct summary *summary);

/* The forms: each shows one report. */
int why_text(struct why_printer *printer, const struct why_case *shown);
int why_list(struct why_printer *printer, const struct why_case *shown);
int why_json(struct why_printer *printer, const struct why_case *shown);
int why_tasks(struct why_printer *printer, const struct why_case *shown);

/* What the forms for people share. */

#define WHY_BOLD "\033[1m"
#define WHY_PLAIN "\033[0m"

/* RAW, a text of the log, fit for a terminal. The caller frees it; NULL: out of memory. */
char *why_safe(const char *raw);

/*
 * Writes TEXT, which is safe already, wrapped: the first line goes on at column INDENT, the others
 * are indented to HANGING. BOLD: where there is colour. Returns the number of lines, or -ENOMEM.
 */
int why_wrap(struct why_printer *printer, const char *text, int indent, int hanging, bool bold);

/* The lines that the first LENGTH bytes of TEXT take, all indented by INDENT; 0: no memory. */
int why_count_lines(const struct why_printer *printer, const char *text, size_t length,
		    int indent);

/*
 * Writes "Report 2: [ 7283.481043], host web1, from kern.log". Returns the number of lines, or
 * -ENOMEM.
 */
int why_title(struct why_printer *printer, const struct why_case *shown);

static inline void why_table_unref(struct libscols_table **table)
{
	scols_unref_table(*table);
}

#define CLEANUP_TABLE __attribute__((cleanup(why_table_unref)))

/* A table on the printer's stream, still without columns; cells are safe. NULL: no memory. */
struct libscols_table *why_table_new(const struct why_printer *printer);

/*
 * The text of COLUMN, one of task_columns, for TASK, which has been ranked; "" when the report
 * does not say. Names are made safe for a terminal. Returns cell.
 */
const char *task_cell(const struct task_column *column, const struct oom_task *task,
		      const struct oom_ranking *ranking, uint64_t page_size, enum size_unit unit,
		      char cell[static TASK_CELL_MAX]);

/* Some tasks of a report, in columns. */
struct task_table {
	const struct why_columns *choice;
	const size_t *tasks;		/* their indices */
	size_t count;
	const bool *killed;		/* of each: a '*' in front of it; NULL: no such column */
	size_t name_width;		/* columns after which a name is cut; 0: never */
	/*
	 * Columns to leave out, in this order and ended by NULL, until the printer's width is
	 * kept; before them those without a cell that is filled. NULL: none is left out.
	 */
	const char *const *least;
};

/* Writes the table. Returns 0 or a negative errno. */
int why_task_table(const struct why_printer *printer, const struct why_case *shown,
		   const struct task_table *table);

#endif
