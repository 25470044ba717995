/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.c - print the end of a run in words, and draw it */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/stream.h"
#include "lib/terminal.h"
#include "pagetouch/print-result.h"

void print_result(const struct verdict *verdict, enum output_format format, bool verbose)
{
	int shown = verbose ? verdict->evidence_count : MIN(verdict->evidence_count, 1);

	if (verdict->summary[0] && (format == OUTPUT_TABLE || format == OUTPUT_CSV) &&
	    (verdict->outcome == OUTCOME_COMPLETED || verdict->outcome == OUTCOME_GUARD ||
	     verdict->outcome == OUTCOME_INTERRUPTED) && verdict->exit_status != EXIT_UNMET)
		terminal_print(stderr, verdict->summary);
	/* With --quiet an end that was expected is no error. */
	if (format != OUTPUT_NONE || verdict->exit_status != EXIT_DONE) {
		if (verdict->err.message[0])
			terminal_say("", verdict->err.message);
		if (verdict->err.message[0] && verdict->err.hint[0])
			terminal_say("", verdict->err.hint);
	}
	/* Where the subject lived to the end of the run, its growth is what matters. */
	if (verdict->outcome < OUTCOME_OOM_SANDBOX || verdict->outcome > OUTCOME_KILLED ||
	    format == OUTPUT_NONE || format == OUTPUT_JSON)
		return;
	for (int i = 0; i < shown; i++)
		terminal_say("evidence: ", verdict->evidence_line[i]);
}

int draw_recording(const struct plot_request *request, const struct recording *recording,
		   const struct column_choice *choice, struct signals *signals, int *died_of,
		   struct error *err)
{
	int cancel = *died_of ? -1 : signals->fd;
	char *text = NULL;
	int r = plot_draw(request, recording, choice, cancel, &text, err);

	/* A picture that is text goes below the rows. */
	if (r == 0 && text)
		r = signals_wait_writable(signals, STDOUT_FILENO);
	if (r == 0 && text) {
		errno = 0;
		fputs(text, stdout);
		r = stream_flush(stdout);
		if (r == -EPIPE && !signals->pipe_ignored)
			*died_of = SIGPIPE;
		if (r < 0)
			error_set_errno(err, r, "cannot write to standard output");
	}
	free(text);
	if (r == -EINTR && !*died_of)
		*died_of = signals_read(signals);
	return r;
}
