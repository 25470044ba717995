/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.c - keep the rows of a run, and draw them at its end */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/stream.h"
#include "pagetouch/run.h"
#include "plot/plot.h"

void pagetouch_keep_row(struct pagetouch_run *run, const struct sample *sample)
{
	if (run->plan.plot.file && !run->unkept)
		run->unkept = recording_add(&run->recording, sample);
}

/* A picture that is text goes below the rows. */
static int print_text(struct pagetouch_run *run, const char *text, struct error *err)
{
	int r = run->stalled ? -EINTR
				 : signals_wait_writable(&run->signals, STDOUT_FILENO);

	if (r < 0)
		return r;
	errno = 0;
	fputs(text, stdout);
	r = stream_flush(stdout);
	if (r == -EPIPE && !run->signals.pipe_ignored)
		run->died_of = SIGPIPE;
	if (r < 0)
		error_set_errno(err, r, "cannot write to standard output");
	return r;
}

/*
 * A signal while gnuplot is at work ends it and us. But one that has ended the run may come twice
 * (timeout(1)), and then the picture is owed as the summary is.
 */
static int pagetouch_draw_chart(struct pagetouch_run *run, struct error *err)
{
	const struct plan *plan = &run->plan;
	int cancel = run->died_of ? -1 : run->signals.fd;
	char *text = NULL;
	int r = plot_draw(&plan->plot, &run->recording, &plan->output.columns, cancel, &text,
			  err);

	if (r == 0 && text)
		r = print_text(run, text, err);
	free(text);
	/* Of a reader that stalls after a signal there is no other signal to read. */
	if (r == -EINTR && !run->died_of)
		run->died_of = signals_read(&run->signals);
	return r;
}

int pagetouch_draw(struct pagetouch_run *run, int status)
{
	struct error err;
	int r = run->unkept;

	if (!run->plan.plot.file)
		return status;
	/* No row, no picture: the verdict has said why. */
	if (r == 0 && !run->recording.count)
		return status;
	subject_end(&run->subject);
	if (r < 0)
		error_set_errno(&err, r, "--plot");
	else
		r = pagetouch_draw_chart(run, &err);
	if (r == 0)
		return status;
	if (r != -EINTR && r != -EPIPE)
		error_print(&err);
	return EXIT_FAILED;
}
