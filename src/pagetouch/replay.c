/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - wire records, printer and picture together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/signals.h"
#include "output/printer.h"
#include "pagetouch/run.h"
#include "plot/plot.h"
#include "plot/replay.h"

/* A replay at work. */
struct replay {
	const struct plan *request;
	struct replay_file file;
	struct output output;
	struct printer printer;
	struct record record;		/* the last one that was read */
	struct recording recording;
	bool printing;
};

static void replay_note(const struct replay *replay, const char *sentence)
{
	if (replay->request->output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

/* A file that breaks off has lost its end, and is shown as far as it goes. */
static int replay_records(struct replay *replay, struct error *err)
{
	const struct record_plan *plan = &replay->file.plan;
	const struct record_verdict *verdict = &replay->record.verdict;
	struct plan_record record = plan_record_of(&plan->workload, &plan->host, &plan->machine,
						   plan->pid, plan->limit);
	const char *failed = "cannot write to standard output";
	int r = 0;

	replay->recording.workload = &plan->workload;
	replay->recording.host = &plan->host;
	replay->recording.limit = plan->limit;
	plan_lead_columns(&plan->workload, &replay->output.columns);
	if (replay->printing)
		r = printer_open(&replay->printer, &replay->output, stdout);
	if (r == 0 && replay->printing)
		r = printer_plan(&replay->printer, &record);
	while (r == 0) {
		r = replay_next(&replay->file, &replay->record, err);
		if (r == 0 || r == -EAGAIN) {
			replay_note(replay, r == 0
				    ? "the run's end is missing: there is no verdict" :
				    "the file breaks off within a record: the run's end is missing");
			return 0;
		}
		if (r < 0)
			return r;
		if (replay->record.kind == RECORD_VERDICT) {
			replay->recording.verdict = &verdict->verdict;
			replay->recording.outcome = verdict->outcome;
			if (replay->printing)
				print_result(&verdict->verdict, replay->output.format, true);
			return 0;
		}
		r = 0;
		if (replay->printing)
			r = printer_sample(&replay->printer, &replay->record.sample);
		if (r == 0 && replay->request->plot.file) {
			r = recording_add(&replay->recording, &replay->record.sample);
			failed = r < 0 ? "--replay" : failed;
		}
	}
	error_set_errno(err, r, failed);
	return r;
}

int replay_run(const struct plan *request, int *ret_signal)
{
	/* Too large for the stack that some limit leaves. */
	static struct replay replay;
	const struct plot_request *plot = &request->plot;
	struct signals signals = { .fd = -1 };
	char sentence[128];
	struct error err;
	int r = plot->file ? plot_check(plot, &err) : 0;

	*ret_signal = 0;
	replay.request = request;
	replay.output = request->output;
	/* Who asks for a picture wants the rows too only if their format was asked for. */
	replay.printing = !plot->file || request->output.format == OUTPUT_CSV;
	if (r == 0)
		r = replay_open(&replay.file, request->replay, false, request->run, &err);
	if (r == 0 && replay.file.runs > 1 && !request->run) {
		snprintf(sentence, sizeof(sentence),
			 "of %" PRIu64 " runs this is the last; --run 1 is the first",
			 replay.file.runs);
		replay_note(&replay, sentence);
	}
	if (r == 0)
		r = replay_records(&replay, &err);
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
	printer_close(&replay.printer);
	recording_free(&replay.recording);
	replay_close(&replay.file);
	if (r < 0 && !*ret_signal)
		error_print(&err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
