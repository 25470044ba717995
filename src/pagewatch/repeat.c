/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repeat.c - run a command several times, and say what is usual and what the extremes are */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "output/run-table.h"
#include "pagewatch/command.h"
#include "pagewatch/repeat.h"
#include "pagewatch/run.h"

/* How far it has come. */
struct repetition {
	const struct watch_request *request;
	struct run_told *told;		/* of the runs that count */
	bool begun;			/* there was a first run or warm-up */
	uint64_t count, failed;
	uint64_t unmet;			/* in so many a demand was not met: no failure */
	int ended_by;			/* a signal; 0: none */
	int status;			/* of the run that ended it all; 0: none did */
};

static void repeat_say_run(const struct repetition *repetition, uint64_t number,
			   const struct watched_run *watched)
{
	enum size_unit unit = repetition->request->output.unit;
	uint64_t rss = watched->figures.value[FIGURE_RSS];
	uint64_t ns = watched->figures.value[FIGURE_TIME];
	char size[SIZE_TEXT_MAX] = "not measured", text[256];

	if (rss != SAMPLE_MISSING)
		size_text(size, rss, unit);
	snprintf(text, sizeof(text),
		 "run %" PRIu64 " of %" PRIu64 ": status %d, peak of RSS %s, %" PRIu64 ".%03" PRIu64 " s",
		 number, repetition->request->runs, watched->status, size, ns / NS_PER_SECOND,
		 ns % NS_PER_SECOND / NS_PER_MS);
	terminal_say("", text);
}

/* Runs it once more, and notes what that has shown. Returns whether it goes on. */
static bool repeat_once(struct repetition *repetition, uint64_t number, bool counts)
{
	const struct watch_request *request = repetition->request;
	/* The rows of one run among many are nobody's interest. */
	struct watch_request once = *request;
	struct watched_run watched;
	char text[256], failure[48];

	once.output.format = OUTPUT_NONE;
	once.log_file = NULL;
	once.repeated = repetition->begun;
	repetition->begun = true;
	repetition->status = watch_run_once(&once, &watched);
	if (!watched.followed)
		return false;
	repetition->ended_by = watched.ended_by;
	if (repetition->ended_by)
		return false;
	if (counts && request->verbose)
		repeat_say_run(repetition, number, &watched);
	if (counts) {
		repetition->failed += watched.status != EXIT_DONE && !watched.unmet;
		repetition->unmet += watched.unmet;
		repetition->told[repetition->count++] = (struct run_told){
			watched.figures, verdict_outcome_name(watched.outcome), watched.status,
		};
	}
	if (watched.status == EXIT_DONE || request->ignore_failure)
		return true;
	snprintf(failure, sizeof(failure), "failed with status %d", watched.status);
	snprintf(text, sizeof(text),
		 "%s %" PRIu64 " of %" PRIu64 " %s, which ends it; --ignore-failure goes on, and counts them",
		 counts ? "run" : "warm-up", number, counts ? request->runs : request->warmup,
		 watched.unmet ? "did not meet what was demanded" : failure);
	terminal_say("", text);
	return false;
}

/* A figure that is not known of each run: a short one may end before it is looked at. */
static void repeat_say_unknown(const struct run_set *set)
{
	char text[320], names[192] = "";
	size_t used = 0;

	for (size_t i = 0; i < RUN_FIGURES; i++) {
		uint64_t count = set->spread[i].count;

		if (count && count < set->runs)
			used += (size_t)snprintf(names + used, sizeof(names) - used,
						 "%s %s is known of %" PRIu64, used ? "," : "",
						 run_figure_rows[i].name, count);
	}
	if (!used)
		return;
	snprintf(text, sizeof(text), "note: of these %" PRIu64 " runs%s", set->runs, names);
	terminal_say("", text);
}

/* Prints what the runs have shown. */
static int repeat_print(const struct repetition *repetition, const struct run_set *set)
{
	const struct watch_request *request = repetition->request;
	bool has_limit = request->has_limit;
	struct host host;
	struct runs_record record = {
		.host = &host, .command = request->command, .told = repetition->told, .set = set,
		.warmup = request->warmup,
		.limit = has_limit ? request->limit.bytes : SAMPLE_MISSING,
	};
	CLEANUP_FD int log = -1;
	CLEANUP_FILE FILE *file = NULL;
	FILE *stream = stderr;
	const char *base = strrchr(request->command[0], '/');
	char text[384], name[128], warmup[64] = "", failed[64] = "", unmet[64] = "";

	if (request->output.format == OUTPUT_NONE)
		return 0;
	if (request->log_file) {
		log = open(request->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		stream = file = log < 0 ? NULL : stdio_open_waiting(&log);
	}
	if (!stream)
		return -errno;
	host_read(&host);
	if (request->output.format == OUTPUT_JSON)
		return run_set_write_record(stream, &record);
	if (request->warmup)
		snprintf(warmup, sizeof(warmup), ", after %" PRIu64 " that %s not counted",
			 request->warmup, request->warmup == 1 ? "was" : "were");
	if (set->runs == 1 && (set->failed || repetition->unmet))
		snprintf(failed, sizeof(failed), ", which %s",
			 set->failed ? "failed" : "did not meet what was demanded");
	else if (set->failed)
		snprintf(failed, sizeof(failed), "; %" PRIu64 " of them failed", set->failed);
	if (set->runs > 1 && repetition->unmet)
		snprintf(unmet, sizeof(unmet), "; %" PRIu64 " did not meet what was demanded",
			 repetition->unmet);
	error_escape(name, sizeof(name), base && base[1] ? base + 1 : request->command[0]);
	snprintf(text, sizeof(text), "%" PRIu64 " run%s of %s%s%s%s", set->runs,
		 set->runs == 1 ? "" : "s", name, warmup, failed, unmet);
	terminal_say("", text);
	repeat_say_unknown(set);
	return run_set_print(stream, set, request->output.unit, request->output.headings);
}

/* The runs themselves, one after the other. */
static void repeat_all(struct repetition *repetition, off_t input)
{
	const struct watch_request *request = repetition->request;
	bool goes_on = true;

	for (uint64_t i = 0; goes_on && i < request->warmup + request->runs; i++) {
		bool counts = i >= request->warmup;
		uint64_t number = counts ? i - request->warmup + 1 : i + 1;

		command_rewind_input(input);
		goes_on = repeat_once(repetition, number, counts);
	}
	if (goes_on)
		repetition->status = repetition->unmet ? EXIT_UNMET : EXIT_DONE;
}

int repeat_run(const struct watch_request *request)
{
	struct repetition repetition = { .request = request };
	struct run_figures *figures;
	struct run_set set = { 0 };
	struct error err;
	off_t input;
	int r = command_find_input("runs", &input, &err);

	if (r < 0) {
		error_print(&err);
		return EXIT_USAGE;
	}
	repetition.told = calloc(request->runs, sizeof(*repetition.told));
	figures = calloc(request->runs, sizeof(*figures));
	r = repetition.told && figures ? 0 : -ENOMEM;
	if (r == 0)
		repeat_all(&repetition, input);
	if (repetition.ended_by) {
		terminal_say("", "interrupted: what follows is of the runs before that");
		repetition.status = EXIT_SIGNAL_BASE + repetition.ended_by;
	}
	for (uint64_t i = 0; r == 0 && i < repetition.count; i++)
		figures[i] = repetition.told[i].figures;
	if (r == 0)
		r = run_set_of(figures, repetition.count, &set);
	set.failed = repetition.failed;
	if (r == 0 && repetition.count)
		r = repeat_print(&repetition, &set);
	free(repetition.told);
	free(figures);
	if (r == 0)
		return repetition.status;
	error_set_errno(&err, r, request->log_file ? "cannot write to --log-file"
						   : "cannot print what the runs have shown");
	error_print(&err);
	return repetition.status ? repetition.status : EXIT_FAILED;
}
