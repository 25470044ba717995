/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - what was followed, from its records */
#include <config.h>

#include "pagewatch/print-result.h"
#include "pagewatch/run.h"
#include "plot/replay.h"

int watch_replay(const struct watch_request *request)
{
	const struct plot_request *plot = &request->plot;
	static struct replay replay;
	struct error err;
	int r;

	replay = (struct replay){
		.output = request->output, .plot = plot, .print_end = watch_print_result,
	};
	r = replay_begin(&replay, request->replay, true, request->run, &err);
	if (r == 0)
		r = replay_show(&replay, &err);
	if (r == 0 && plot->file)
		r = draw_followed(plot, &replay.recording, &request->output.columns, stdout, &err);
	replay_end(&replay);
	if (r < 0)
		error_print(&err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
