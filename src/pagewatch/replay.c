/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - a run that is over, from its records */
#include <config.h>

#include <errno.h>
#include <inttypes.h>

#include "output/printer.h"
#include "pagewatch/print-result.h"
#include "pagewatch/run.h"
#include "plot/replay.h"

/* A replay at work. */
struct watch_replay {
	const struct watch_request *request;
	struct replay_file file;
	struct printer printer;
	struct record record;		/* the last one that was read */
	struct recording recording;
	bool printing;
};

static void watch_replay_note(const struct watch_replay *replay, const char *sentence)
{
	if (replay->request->output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

static void watch_replay_end(struct watch_replay *replay)
{
	struct record_verdict *end = &replay->record.verdict;

	end->verdict.peaks = &end->peaks;
	replay->recording.verdict = &end->verdict;
	replay->recording.outcome = end->outcome;
	replay->recording.victim = end->victim[0] ? end->victim : NULL;
	if (replay->printing)
		watch_print_result(&end->verdict, replay->request->output.format, true);
}

/* A file that breaks off has lost its end, and is shown as far as it goes. */
static int watch_replay_records(struct watch_replay *replay, struct error *err)
{
	const struct watch_request *request = replay->request;
	const struct record_plan *plan = &replay->file.plan;
	struct plan_record record = {
		.host = &plan->host, .machine = &plan->machine, .pid = plan->pid,
		.size = plan->machine.mem_total, .touches = UINT32_MAX,
	};
	int r = 0;

	replay->recording.workload = &plan->workload;
	replay->recording.followed = plan->name;
	replay->recording.host = &plan->host;
	replay->recording.limit = plan->limit;
	if (replay->printing)
		r = printer_open(&replay->printer, &request->output, stdout);
	if (r == 0 && replay->printing)
		r = printer_plan(&replay->printer, &record);
	while (r == 0) {
		r = replay_next(&replay->file, &replay->record, err);
		if (r == 0 || r == -EAGAIN) {
			watch_replay_note(replay, r == 0
					  ? "the run's end is missing: there is no verdict"
					  : "the file breaks off within a record: the run's end is missing");
			return 0;
		}
		if (r < 0)
			return r;
		if (replay->record.kind == RECORD_VERDICT) {
			watch_replay_end(replay);
			return 0;
		}
		r = 0;
		if (replay->printing)
			r = printer_sample(&replay->printer, &replay->record.sample);
		if (r == 0 && request->plot.file)
			r = recording_add(&replay->recording, &replay->record.sample);
	}
	error_set_errno(err, r, r == -ENOMEM ? "--replay" : "cannot write to standard output");
	return r;
}

int watch_replay(const struct watch_request *request)
{
	/* Too large for the stack that some limit leaves. */
	static struct watch_replay replay;
	const struct plot_request *plot = &request->plot;
	char sentence[128];
	struct error err;
	int r;

	replay.request = request;
	/* Who asks for a picture wants the rows too only if their format was asked for. */
	replay.printing = !plot->file || request->output.format == OUTPUT_CSV;
	r = plot->file ? plot_check(plot, &err) : 0;
	if (r == 0)
		r = replay_open(&replay.file, request->replay, true, request->run, &err);
	if (r == 0 && replay.file.runs > 1 && !request->run) {
		snprintf(sentence, sizeof(sentence),
			 "of %" PRIu64 " runs this is the last; --run 1 is the first",
			 replay.file.runs);
		watch_replay_note(&replay, sentence);
	}
	if (r == 0)
		r = watch_replay_records(&replay, &err);
	if (r == 0 && plot->file)
		r = draw_followed(plot, &replay.recording, &request->output.columns, stdout, &err);
	printer_close(&replay.printer);
	recording_free(&replay.recording);
	replay_close(&replay.file);
	if (r < 0)
		error_print(&err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
