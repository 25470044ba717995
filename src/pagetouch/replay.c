/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - wire records, printer and picture together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/signals.h"
#include "lib/stdio-guard.h"
#include "lib/stream.h"
#include "output/printer.h"
#include "pagetouch/print-result.h"
#include "pagetouch/replay.h"
#include "plot/plot.h"
#include "plot/replay-file.h"

/* A replay at work. */
struct replay {
	const struct request *request;
	struct replay_file file;
	struct output output;
	struct printer printer;
	struct record record;		/* the last one that was read */
	struct record_plan plan;	/* of the run; valid when planned */
	struct recording recording;
	bool planned, printing, ended;
};

static void replay_note(const struct replay *replay, const char *sentence)
{
	if (replay->request->output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

static void replay_note_choice(const struct replay *replay)
{
	char sentence[128];

	if (replay->file.runs < 2 || replay->request->run)
		return;
	snprintf(sentence, sizeof(sentence),
		 "of %" PRIu64 " runs this is the last; --run 1 is the first", replay->file.runs);
	replay_note(replay, sentence);
}

static int replay_output_error(int error, struct error *err)
{
	error_set_errno(err, error, "cannot write to standard output");
	return error;
}

/* Rows of several kinds say of which they are, as they did when they were first printed. */
static void lead_columns(struct replay *replay)
{
	const struct workload *workload = &replay->plan.workload;
	bool forks = false;

	for (size_t i = 0; i < workload->step_count; i++)
		forks = forks || !strncmp(workload->steps[i].name, "fork", 4);
	if (forks)
		column_choice_lead(&replay->output.columns, "STEP,PID");
	else if (workload->step_count || workload->passes > 1 || workload->lock != REGION_UNLOCKED)
		column_choice_lead(&replay->output.columns, "STEP");
}

static int take_plan(struct replay *replay, struct error *err)
{
	int r = 0;

	replay->plan = replay->record.plan;
	replay->planned = true;
	replay->recording.plan = record_plan_view(&replay->plan);
	lead_columns(replay);
	if (!replay->printing)
		return 0;
	r = printer_open(&replay->printer, &replay->output);
	if (r == 0)
		r = printer_plan(&replay->printer, &replay->recording.plan);
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

static void take_verdict(struct replay *replay)
{
	const struct record_verdict *record = &replay->record.verdict;
	struct recorded_end *end = &replay->recording.end;

	replay->ended = true;
	*end = recorded_end_of(&record->verdict);
	memcpy(end->outcome, record->outcome, sizeof(end->outcome));
	if (replay->printing)
		print_result(&record->verdict, replay->output.format, true);
}

static int replay_take_record(struct replay *replay, struct error *err)
{
	switch (replay->record.kind) {
	case RECORD_PLAN:
		return take_plan(replay, err);
	case RECORD_SAMPLE:
		return take_sample(replay, err);
	case RECORD_VERDICT:
		take_verdict(replay);
		return 0;
	case RECORD_OTHER:
		break;
	}
	return 0;
}

/* A file that breaks off has lost its end, and is shown as far as it goes. */
static int take_records(struct replay *replay, struct error *err)
{
	int r = 1;

	while (r > 0 && !replay->ended) {
		r = replay_next(&replay->file, &replay->record, err);
		if (r > 0) {
			r = replay_take_record(replay, err);
			r = r < 0 ? r : 1;
		}
	}
	if (r < 0 && r != -EAGAIN)
		return r;
	if (!replay->ended)
		replay_note(replay,
		     r == -EAGAIN ? "the file breaks off within a record: the run's end is missing"
				  : "the run's end is missing: there is no verdict");
	return 0;
}

/* Until here signals end this process at once. A picture is to be whole, or not to be. */
static int replay_draw(struct replay *replay, int *ret_signal, struct error *err)
{
	struct signals signals = { .fd = -1 };
	char *text = NULL;
	int r = signals_take(&signals);

	if (r < 0) {
		error_set_errno(err, r, "--plot");
		return r;
	}
	r = plot_draw(&replay->request->plot, &replay->recording, &replay->request->output.columns,
		      signals.fd, &text, err);
	if (r == -EINTR)
		*ret_signal = signals_read(&signals);
	if (r == 0 && text) {
		fputs(text, stdout);
		r = stream_flush(stdout);
		if (r == -EPIPE && !signals.pipe_ignored)
			*ret_signal = SIGPIPE;
		if (r < 0)
			replay_output_error(r, err);
	}
	free(text);
	close(signals.fd);
	return r;
}

static int replay_carry_out(struct replay *replay, int *ret_signal, struct error *err)
{
	const struct request *request = replay->request;
	int r = request->plot.file ? plot_check(&request->plot, err) : 0;

	if (r == 0)
		r = replay_open(&replay->file, request->replay, request->run, err);
	if (r < 0)
		return r;
	replay_note_choice(replay);
	r = take_records(replay, err);
	if (r == 0 && request->plot.file)
		r = replay_draw(replay, ret_signal, err);
	return r;
}

int replay_run(const struct request *request, int *ret_signal)
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
