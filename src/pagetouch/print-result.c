/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.c - print the end of a run in words */
#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "lib/cleanup.h"
#include "lib/terminal.h"
#include "pagetouch/print-result.h"

/* Whether the subject lived to the end of the run, so that its growth is what matters. */
static bool outcome_is_ours(enum outcome outcome)
{
	return outcome < OUTCOME_OOM_SANDBOX || outcome > OUTCOME_KILLED;
}

/* Writes "pagetouch: evidence: ...", where WHAT is "evidence: ". */
static void print_fact(const char *what, const char *text)
{
	CLEANUP_FREE char *line = NULL;

	if (asprintf(&line, "%s: %s%s", program_invocation_short_name, what, text) < 0)
		line = NULL;
	terminal_print(stderr, line ? line : text);
}

void print_result(const struct verdict *verdict, enum output_format format, bool verbose)
{
	int shown = verbose ? verdict->evidence_count : 1;

	if (verdict->summary[0] && (format == OUTPUT_TABLE || format == OUTPUT_CSV) &&
	    (verdict->outcome == OUTCOME_COMPLETED || verdict->outcome == OUTCOME_GUARD ||
	     verdict->outcome == OUTCOME_INTERRUPTED) && verdict->exit_status != EXIT_UNMET)
		terminal_print(stderr, verdict->summary);
	/* With --quiet an end that was expected is no error. */
	if (format != OUTPUT_NONE || verdict->exit_status != EXIT_DONE) {
		if (verdict->err.message[0])
			print_fact("", verdict->err.message);
		if (verdict->err.message[0] && verdict->err.hint[0])
			print_fact("", verdict->err.hint);
	}
	if (!outcome_is_ours(verdict->outcome) && format != OUTPUT_NONE && format != OUTPUT_JSON)
		for (int i = 0; i < verdict->evidence_count && i < shown; i++)
			print_fact("evidence: ", verdict->evidence_line[i]);
}
