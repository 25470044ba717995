/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.c - print the end of a run in words */
#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "pagetouch/print-result.h"

/* Whether the subject lived to the end of the run, so that its growth is what matters. */
static bool outcome_is_ours(enum outcome outcome)
{
	return outcome < OUTCOME_OOM_SANDBOX || outcome > OUTCOME_KILLED;
}

void print_result(const struct verdict *verdict, enum output_format format)
{
	if (verdict->summary[0] && (format == OUTPUT_TABLE || format == OUTPUT_CSV) &&
	    (verdict->outcome == OUTCOME_COMPLETED || verdict->outcome == OUTCOME_GUARD ||
	     verdict->outcome == OUTCOME_INTERRUPTED) && verdict->exit_status != EXIT_UNMET)
		fprintf(stderr, "%s\n", verdict->summary);
	/* With --quiet an end that was expected is no error. */
	if (verdict->err.message[0] &&
	    (format != OUTPUT_NONE || verdict->exit_status != EXIT_DONE))
		error_print(&verdict->err);
	if (!outcome_is_ours(verdict->outcome) && format != OUTPUT_NONE && format != OUTPUT_JSON)
		for (int i = 0; i < verdict->evidence_count; i++)
			fprintf(stderr, "%s: evidence: %s\n", program_invocation_short_name,
				verdict->evidence_line[i]);
}
