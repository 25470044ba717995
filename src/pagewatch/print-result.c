/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.c - print the end of what was followed in words, and draw it */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/signals.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "pagewatch/print-result.h"

void watch_print_result(const struct verdict *verdict, enum output_format format, bool verbose)
{
	bool quiet = format == OUTPUT_NONE;
	int shown = verbose ? verdict->evidence_count : 1;

	/* That a command fails by itself is for its user to know, not for us to tell. */
	if (verdict->err.message[0] &&
	    !(quiet && verdict->outcome == OUTCOME_EXITED && !verdict->unmet)) {
		terminal_say("", verdict->err.message);
		if (verdict->err.hint[0])
			terminal_say("", verdict->err.hint);
	}
	if (quiet || format == OUTPUT_JSON)
		return;
	terminal_say("", verdict->summary);
	for (int i = 0; i < verdict->evidence_count && i < shown; i++)
		terminal_say("evidence: ", verdict->evidence_line[i]);
}

int draw_followed(const struct plot_request *request, const struct recording *recording,
		  const struct column_choice *choice, FILE *stream, struct error *err)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FD int cancel = -1;
	struct signals signals;
	int r = signals_take(&signals);

	if (r < 0) {
		error_set_errno(err, r, "--plot");
		return r;
	}
	cancel = signals.fd;
	/* What ended the run may be there once more (timeout(1)), and does not end this, too. */
	while (signals_read(&signals))
		;
	r = plot_draw(request, recording, choice, cancel, &text, err);
	if (r < 0 || !text)
		return r;
	errno = 0;
	fputs(text, stream);
	r = stream_flush(stream);
	if (r < 0)
		error_set_errno(err, r, "cannot write the picture");
	return r;
}
