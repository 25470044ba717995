/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.c - keep the rows of a run, and draw them at its end */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/stream.h"
#include "pagetouch/draw.h"
#include "pagetouch/run.h"
#include "plot/plot.h"

void pagetouch_keep_row(struct pagetouch_run *run, const struct sample *sample)
{
	if (run->plan.plot.file && !run->unkept)
		run->unkept = recording_add(&run->recording, sample);
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

int pagetouch_draw(struct pagetouch_run *run, int status)
{
	const struct plan *plan = &run->plan;
	struct error err;
	int r = run->unkept;

	/* No row, no picture: the verdict has said why. */
	if (!plan->plot.file || (r == 0 && !run->recording.count))
		return status;
	subject_end(&run->subject);
	if (r < 0)
		error_set_errno(&err, r, "--plot");
	else if (run->stalled && plan->plot.kind == PICTURE_TEXT)
		r = -EINTR;
	else
		r = draw_recording(&plan->plot, &run->recording, &plan->output.columns,
				   &run->signals, &run->died_of, &err);
	if (r == 0)
		return status;
	if (r != -EINTR && r != -EPIPE)
		error_print(&err);
	return EXIT_FAILED;
}
