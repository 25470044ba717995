/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - wire records, printer and picture together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/signals.h"
#include "output/printer.h"
#include "pagetouch/draw.h"
#include "pagetouch/print-result.h"
#include "pagetouch/replay.h"
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

static int replay_output_error(int error, struct error *err)
{
	error_set_errno(err, error, "cannot write to standard output");
	return error;
}

static int take_plan(struct replay *replay, struct error *err)
{
	const struct record_plan *plan = &replay->file.plan;
	const struct workload *workload = &plan->workload;
	struct plan_record record = plan_record_of(workload, &plan->host, &plan->machine,
						   plan->pid, plan->limit);
	bool forks = false;
	int r;

	replay->recording.workload = workload;
	replay->recording.host = &plan->host;
	replay->recording.limit = plan->limit;
	/* Rows of several kinds say of which they are, as when they were first printed. */
	for (size_t i = 0; i < workload->step_count; i++)
		forks = forks || (workload->steps[i].rule && step_forks(&workload->steps[i]));
	if (forks)
		column_choice_lead(&replay->output.columns, "STEP,PID");
	else if (workload->step_count || workload->passes > 1 || workload->lock != REGION_UNLOCKED)
		column_choice_lead(&replay->output.columns, "STEP");
	if (!replay->printing)
		return 0;
	r = printer_open(&replay->printer, &replay->output);
	if (r == 0)
		r = printer_plan(&replay->printer, &record);
	return r < 0 ? replay_output_error(r, err) : 0;
}

static int take_sample(struct replay *replay, struct error *err)
{
	const struct sample *sample = &replay->record.sample;
	int r = replay->printing ? printer_sample(&replay->printer, sample) : 0;

	if (r < 0)
		return replay_output_error(r, err);
	r = replay->request->plot.file ? recording_add(&replay->recording, sample) : 0;
	if (r < 0)
		error_set_errno(err, r, "--replay");
	return r;
}

/* A file that breaks off has lost its end, and is shown as far as it goes. */
static int take_records(struct replay *replay, struct error *err)
{
	const struct record_verdict *verdict = &replay->record.verdict;
	int r;

	while ((r = replay_next(&replay->file, &replay->record, err)) > 0) {
		if (replay->record.kind == RECORD_PLAN)
			r = take_plan(replay, err);
		else if (replay->record.kind == RECORD_SAMPLE)
			r = take_sample(replay, err);
		if (r < 0)
			return r;
		if (replay->record.kind != RECORD_VERDICT)
			continue;
		replay->recording.verdict = &verdict->verdict;
		replay->recording.outcome = verdict->outcome;
		if (replay->printing)
			print_result(&verdict->verdict, replay->output.format, true);
		return 0;
	}
	if (r < 0 && r != -EAGAIN)
		return r;
	replay_note(replay, r == -EAGAIN
		    ? "the file breaks off within a record: the run's end is missing"
		    : "the run's end is missing: there is no verdict");
	return 0;
}

static int replay_carry_out(struct replay *replay, int *ret_signal, struct error *err)
{
	const struct plan *request = replay->request;
	int r = request->plot.file ? plot_check(&request->plot, err) : 0;
	struct signals signals = { .fd = -1 };
	char sentence[128];

	if (r == 0)
		r = replay_open(&replay->file, request->replay, request->run, err);
	if (r < 0)
		return r;
	snprintf(sentence, sizeof(sentence),
		 "of %" PRIu64 " runs this is the last; --run 1 is the first", replay->file.runs);
	if (replay->file.runs > 1 && !request->run)
		replay_note(replay, sentence);
	r = take_records(replay, err);
	if (r < 0 || !request->plot.file)
		return r;
	/* Until here signals end this process at once. A picture is to be whole, or not to be. */
	r = signals_take(&signals);
	if (r < 0) {
		error_set_errno(err, r, "--plot");
		return r;
	}
	r = draw_recording(&request->plot, &replay->recording, &request->output.columns, &signals,
			   ret_signal, err);
	close(signals.fd);
	return r;
}

int replay_run(const struct plan *request, int *ret_signal)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	struct error err;
	int r = replay ? 0 : -ENOMEM;

	*ret_signal = 0;
	if (replay) {
		replay->request = request;
		replay->output = request->output;
		/* Who asks for a picture wants the rows too only if their format was asked for. */
		replay->printing = !request->plot.file || request->output.format == OUTPUT_CSV;
		r = replay_carry_out(replay, ret_signal, &err);
		printer_close(&replay->printer);
		recording_free(&replay->recording);
		replay_close(&replay->file);
		free(replay);
	} else {
		error_set_errno(&err, -ENOMEM, "--replay");
	}
	if (r < 0 && !*ret_signal)
		error_print(&err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
