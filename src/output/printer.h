/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printer.h - one interface to all output formats */
#ifndef PT_PRINTER_H
#define PT_PRINTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/size.h"
#include "monitor/columns.h"
#include "proc/host.h"
#include "proc/machine.h"
#include "verdict/verdict.h"

enum output_format {
	OUTPUT_TABLE,
	OUTPUT_JSON,
	OUTPUT_CSV,
	OUTPUT_NONE,		/* --quiet */
};

/* How the user wants to see the samples. */
struct output {
	enum output_format format;
	enum size_unit unit;		/* of table and csv; JSON is in bytes */
	bool headings;
	bool tree;			/* rows are of a tree of processes */
	bool each;			/* or of each process in it; JSON has both */
	struct column_choice columns;
};

struct json_object;

/* What a run begins with: its plan record. What is pointed to is not owned. */
struct plan_record {
	const char *program;	/* NULL: pagetouch, whose records do not name it */
	const struct host *host;
	const struct machine *machine;
	int pid;		/* of what is followed; 0: a cgroup */
	uint64_t limit;		/* the sandbox's; SAMPLE_MISSING: none */
	uint64_t size;		/* that RSS is not expected to pass, bytes */
	uint64_t touches;	/* pages that are touched in all passes and steps */
	size_t step_width;	/* of the longest name that STEP may have; 0: not known */
	/* Adds to the record what this program's runs alone have, pid and limit among it. */
	void (*describe)(const struct plan_record *record, struct json_object *object);
	const void *described;
};

struct printer;
struct where;

/*
 * A format. Each function returns 0 or a negative errno of writing, and what it has
 * written is flushed when it returns. A function may be NULL: nothing to say.
 */
struct printer_format {
	int (*open)(struct printer *printer);
	int (*plan)(struct printer *printer, const struct plan_record *record);
	int (*sample)(struct printer *printer, const struct sample *sample);
	int (*process)(struct printer *printer, const struct sample *sample);
	int (*where)(struct printer *printer, const struct where *where);
	int (*verdict)(struct printer *printer, const struct verdict *verdict);
	void (*close)(struct printer *printer);
};

struct printer {
	const struct printer_format *format;
	const struct output *output;
	FILE *stream;
	struct plan_record plan;	/* set by printer_plan() */
	void *state;			/* the format's own */
};

/*
 * Prepares a printer that writes OUTPUT to STREAM; both must outlive it. Returns 0 or a negative
 * errno.
 */
int printer_open(struct printer *printer, const struct output *output, FILE *stream);

/* What the record points to must outlive the printer. */
int printer_plan(struct printer *printer, const struct plan_record *record);
int printer_sample(struct printer *printer, const struct sample *sample);

/* SAMPLE is of one process of a tree. */
int printer_process(struct printer *printer, const struct sample *sample);

int printer_where(struct printer *printer, const struct where *where);
int printer_verdict(struct printer *printer, const struct verdict *verdict);
void printer_close(struct printer *printer);

/* The text of COLUMN in SAMPLE, "" when it is missing; sizes in UNIT. Returns text. */
#define PRINTER_CELL_MAX SAMPLE_COMM_MAX
const char *printer_cell(const struct column *column, const struct sample *sample,
			 enum size_unit unit, char text[static PRINTER_CELL_MAX]);

/* Narrower than this a bar shows nothing; wider adds nothing. */
#define BAR_WIDTH_MIN 10
#define BAR_WIDTH_MAX 40

/* Room for a bar of WIDTH character cells with its percentage, with the NUL. */
#define BAR_TEXT_MAX(width) ((size_t)(width) * 3 + 1)

/*
 * Draws PART of WHOLE, in WIDTH cells (BAR_WIDTH_MIN or more) of which the last five are
 * the percentage: in eighths of a block with UTF-8, else with '#' and '.'. PART is taken
 * as at least 0 and at most WHOLE. TEXT has BAR_TEXT_MAX(WIDTH) bytes. Returns text.
 */
const char *bar_draw(int64_t part, uint64_t whole, int width, bool utf8, char *text);

extern const struct printer_format printer_table, printer_json, printer_csv;

#endif
