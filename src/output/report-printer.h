/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-printer.h - one interface to all forms in which oomwhy shows a report */
#ifndef PT_REPORT_PRINTER_H
#define PT_REPORT_PRINTER_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/explanation.h"
#include "analysis/rank.h"
#include "oomreport/report.h"
#include "output/report-output.h"

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
	void *state;			/* the form's own */
};

/*
 * Prepares *printer; finds out colour and width: $COLUMNS or the terminal's; for text, which is
 * wrapped wherever it goes, else 80, and at most 100. Returns 0 or a negative errno.
 */
int why_open(struct why_printer *printer, const struct why_output *output, FILE *stream);

/* Shows one report and flushes. Returns 0 or a negative errno of writing. */
int why_show(struct why_printer *printer, const struct why_case *shown);

void why_close(struct why_printer *printer);

/* The forms: each shows one report. */
int why_text(struct why_printer *printer, const struct why_case *shown);
int why_list(struct why_printer *printer, const struct why_case *shown);
int why_json(struct why_printer *printer, const struct why_case *shown);
int why_tasks(struct why_printer *printer, const struct why_case *shown);

/* Releases the state of the list. */
void why_list_close(struct why_printer *printer);

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

#endif
