/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw.c - draw what was followed */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/signals.h"
#include "lib/program.h"
#include "pagewatch/draw.h"

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
	/* What ended the run may be there once more (timeout(1)): the picture is owed all the same. */
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
