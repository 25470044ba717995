/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-show.c - records, printer and recording together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>

#include "plot/replay.h"

static void replay_note(const struct replay *replay, const char *sentence)
{
	if (replay->output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

int replay_begin(struct replay *replay, const char *name, bool followed, uint64_t run,
		 struct error *err)
{
	int r = replay->plot->file ? plot_check(replay->plot, err) : 0;
	char sentence[128];

	/* Who asks for a picture wants the rows too only if their format was asked for. */
	replay->printing = !replay->plot->file || replay->output.format == OUTPUT_CSV;
	if (r == 0)
		r = replay_open(&replay->file, name, followed, run, err);
	if (r < 0 || replay->file.runs <= 1 || run)
		return r;
	snprintf(sentence, sizeof(sentence),
		 "of %" PRIu64 " runs this is the last; --run 1 is the first", replay->file.runs);
	replay_note(replay, sentence);
	return 0;
}

int replay_show(struct replay *replay, struct error *err)
{
	const struct record_plan *plan = &replay->file.plan;
	struct record_verdict *end = &replay->record.verdict;
	struct recording *recording = &replay->recording;
	struct plan_record record = plan_record_of(&plan->workload, &plan->host, &plan->machine,
						   plan->pid, plan->limit);
	int r = 0;

	recording->workload = &plan->workload;
	recording->host = &plan->host;
	recording->limit = plan->limit;
	if (plan->followed) {
		recording->followed = plan->name;
		record.size = plan->machine.mem_total;
		record.touches = UINT32_MAX;
	}
	if (replay->printing)
		r = printer_open(&replay->printer, &replay->output, stdout);
	if (r == 0 && replay->printing)
		r = printer_plan(&replay->printer, &record);
	while (r == 0) {
		r = replay_next(&replay->file, &replay->record, err);
		/* A file that breaks off has lost its end, and is shown as far as it goes. */
		if (r == 0 || r == -EAGAIN) {
			replay_note(replay, r == 0
				    ? "the run's end is missing: there is no verdict" :
				    "the file breaks off within a record: the run's end is missing");
			return 0;
		}
		if (r < 0)
			return r;
		if (replay->record.kind == RECORD_VERDICT) {
			recording->verdict = &end->verdict;
			recording->outcome = end->outcome;
			recording->victim = plan->followed && end->victim[0] ? end->victim : NULL;
			if (plan->followed)
				end->verdict.peaks = &end->peaks;
			if (replay->printing)
				replay->print_end(&end->verdict, replay->output.format, true);
			return 0;
		}
		r = replay->printing
		    ? printer_sample(&replay->printer, &replay->record.sample) : 0;
		if (r == 0 && replay->plot->file)
			r = recording_add(recording, &replay->record.sample);
	}
	error_set_errno(err, r, r == -ENOMEM ? "--replay" : "cannot write to standard output");
	return r;
}

void replay_end(struct replay *replay)
{
	printer_close(&replay->printer);
	recording_free(&replay->recording);
	replay_close(&replay->file);
}
