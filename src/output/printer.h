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
	struct column_choice columns;
};

/* So many steps may follow the touching. */
#define PLAN_RECORD_STEPS_MAX 64

/* What the plan record says. Sizes in bytes; texts and what else is pointed to are not owned. */
struct plan_record {
	const struct host *host;
	const struct machine *machine;
	int pid;		/* the subject's */
	uint64_t limit;		/* the sandbox's; SAMPLE_MISSING: none */
	uint64_t size;		/* of the region */
	uint64_t page_size, interval, touch;
	const char *backing;
	uint64_t piece;		/* of a heap; SAMPLE_MISSING: it is none */
	const char *access, *order;
	uint64_t seed;		/* SAMPLE_MISSING: the order is not random */
	uint64_t unit, stride, passes, threads;
	const char *lock;	/* NULL: it is not locked */
	const char *file;	/* NULL: none */
	bool shared;
	const char *steps[PLAN_RECORD_STEPS_MAX];
	size_t step_count;
	size_t step_width;	/* of the longest name that STEP may have; 0: not known */
};

/* What a run of pagewatch follows, and how. What is pointed to is not owned. */
struct watch_record {
	const struct host *host;
	const struct machine *machine;
	char *const *command;	/* ended by NULL; NULL: none was run */
	int pid;		/* of the command, or of what is followed; 0: a cgroup */
	const char *cgroup;	/* that is followed; NULL: none */
	const char *unit;	/* the same */
	uint64_t every_ns;
	uint64_t limit;		/* the sandbox's; SAMPLE_MISSING: none */
};

struct printer;

/*
 * A format. Each function returns 0 or a negative errno of writing, and what it has
 * written is flushed when it returns. A function may be NULL: nothing to say.
 */
struct printer_format {
	int (*open)(struct printer *printer);
	int (*plan)(struct printer *printer, const struct plan_record *record);
	int (*watch)(struct printer *printer, const struct watch_record *record);
	int (*sample)(struct printer *printer, const struct sample *sample);
	int (*verdict)(struct printer *printer, const struct verdict *verdict);
	void (*close)(struct printer *printer);
};

struct printer {
	const struct printer_format *format;
	const struct output *output;
	FILE *stream;
	uint64_t size;			/* of the region, bytes; set by printer_plan() */
	size_t step_width;		/* of the longest name that STEP may have */
	const struct host *host;	/* of the run, and */
	int pid;			/* the subject's; set by printer_plan() */
	uint64_t touches;		/* pages that are touched in all passes and steps */
	void *state;			/* the format's own */
};

/*
 * Prepares a printer that writes OUTPUT to STREAM; both must outlive it. Returns 0 or a negative
 * errno.
 */
int printer_open(struct printer *printer, const struct output *output, FILE *stream);

/* The record's host must outlive the printer. */
int printer_plan(struct printer *printer, const struct plan_record *record);
int printer_watch(struct printer *printer, const struct watch_record *record);
int printer_sample(struct printer *printer, const struct sample *sample);
int printer_verdict(struct printer *printer, const struct verdict *verdict);
void printer_close(struct printer *printer);

/* The text of COLUMN in SAMPLE, "" when it is missing; sizes in UNIT. Returns text. */
#define PRINTER_CELL_MAX 48
const char *printer_cell(const struct column *column, const struct sample *sample,
			 enum size_unit unit, char text[static PRINTER_CELL_MAX]);

extern const struct printer_format printer_table, printer_json, printer_csv, printer_none;

#endif
