/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - a run that is over, from its records */
#include <config.h>

#include <unistd.h>

#include "lib/signals.h"
#include "pagetouch/run.h"
#include "plot/replay.h"

int replay_run(const struct plan *request, int *ret_signal)
{
	const struct plot_request *plot = &request->plot;
	struct signals signals = { .fd = -1 };
	static struct replay replay;
	struct error err;
	int r;

	*ret_signal = 0;
	replay = (struct replay){
		.output = request->output, .plot = plot, .print_end = print_result,
	};
	r = replay_begin(&replay, request->replay, false, request->run, &err);
	if (r == 0) {
		plan_lead_columns(&replay.file.plan.workload, &replay.output.columns);
		r = replay_show(&replay, &err);
	}
	if (r == 0 && plot->file) {
		/* Until here signals end us at once. A picture is to be whole, or not to be. */
		r = signals_take(&signals);
		if (r < 0)
			error_set_errno(&err, r, "--plot");
		else
			r = draw_recording(plot, &replay.recording, &request->output.columns,
					   &signals, ret_signal, &err);
		if (signals.fd >= 0)
			close(signals.fd);
	}
	replay_end(&replay);
	if (r < 0 && !*ret_signal)
		error_print(&err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
