/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session-draw.c - keep the rows of a run, and draw them at its end */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plot/plot.h"
#include "session-draw.h"

void session_keep(struct session *session, const struct sample *sample)
{
	if (session->plan.plot.file && !session->unkept)
		session->unkept = recording_add(&session->recording, sample);
}

/* A picture that is text goes below the rows. */
static int print_text(struct session *session, const char *text, struct trouble *trouble)
{
	int r = session->stalled ? -EINTR
				 : signals_wait_writable(&session->signals, STDOUT_FILENO);

	if (r < 0)
		return r;
	errno = 0;
	fputs(text, stdout);
	r = printer_flush(stdout);
	if (r == -EPIPE && !session->signals.pipe_ignored)
		session->died_of = SIGPIPE;
	if (r < 0)
		trouble_set_errno(trouble, r, "cannot write to standard output");
	return r;
}

/*
 * A signal while gnuplot is at work ends it and us. But one that has ended the run may come twice
 * (timeout(1)), and then the picture is owed as the summary is.
 */
static int draw(struct session *session, struct trouble *trouble)
{
	const struct plan *plan = &session->plan;
	int cancel = session->died_of ? -1 : session->signals.fd;
	char *text = NULL;
	int r = plot_draw(&plan->plot, &session->recording, &plan->output.columns, cancel, &text,
			  trouble);

	if (r == 0 && text)
		r = print_text(session, text, trouble);
	free(text);
	/* Of a reader that stalls after a signal there is no other signal to read. */
	if (r == -EINTR && !session->died_of)
		session->died_of = signals_read(&session->signals);
	return r;
}

int session_draw(struct session *session, int status)
{
	struct trouble trouble;
	int r = session->unkept;

	if (!session->plan.plot.file)
		return status;
	/* No row, no picture: the verdict has said why. */
	if (r == 0 && !session->recording.count)
		return status;
	subject_end(&session->subject);
	if (r < 0)
		trouble_set_errno(&trouble, r, "--plot");
	else
		r = draw(session, &trouble);
	if (r == 0)
		return status;
	if (r != -EINTR && r != -EPIPE)
		trouble_print(&trouble);
	return EXIT_FAILED;
}
