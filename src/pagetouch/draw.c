/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.c - draw a recording, and print what is drawn as text */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/stream.h"
#include "pagetouch/draw.h"

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
