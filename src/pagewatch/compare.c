/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.c - read two recordings, and say by how much they differ */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "output/run-table.h"
#include "pagewatch/compare.h"
#include "plot/replay.h"

/* Takes the verdict of a run, or what several were, from a line. Returns 1: it has one, or 0. */
static int compare_take(const char *line, size_t length, struct record *scratch,
			struct run_set *ret_set, struct error *err)
{
	int r = record_parse(line, length, scratch, err);

	if (r < 0)
		return r;
	if (scratch->kind == RECORD_RUNS)
		*ret_set = scratch->runs;
	else if (scratch->kind != RECORD_VERDICT || !scratch->verdict.followed)
		return 0;
	else if (run_set_of(&scratch->verdict.figures, 1, ret_set) < 0)
		return -ENOMEM;
	else
		ret_set->failed = scratch->verdict.verdict.exit_status != EXIT_DONE;
	return 1;
}

/* Reads the last recording in FILE. Returns 0, or a negative errno with *err set. */
static int compare_load(const char *file, bool quiet, struct run_set *ret_set, struct error *err)
{
	CLEANUP_FREE struct record *scratch = malloc(sizeof(*scratch));
	CLEANUP_FILE FILE *stream = fopen(file, "re");
	CLEANUP_FREE char *line = NULL;
	char name[256], note[320];
	uint64_t number = 0, found = 0;
	size_t size = 0;
	ssize_t length;
	int r = scratch && stream ? 0 : -errno;

	error_escape(name, sizeof(name), file);
	while (r >= 0 && (errno = 0, length = getline(&line, &size, stream)) >= 0) {
		struct error what = { 0 };
		bool whole = line[length - 1] == '\n';

		number++;
		if (whole)
			line[--length] = '\0';
		r = compare_take(line, (size_t)length, scratch, ret_set, &what);
		found += r > 0;
		/* What breaks off at the end was being written. */
		if (r == -EAGAIN && !whole)
			r = 0;
		if (r < 0) {
			error_set(err, "--compare: line %" PRIu64 " of '%s': %.1000s", number, name,
				  what.message);
			return r;
		}
	}
	if (r >= 0 && ferror(stream))
		r = errno ? -errno : -EIO;
	if (r < 0) {
		error_set(err, "--compare: cannot read '%s': %s", name, strerror(-r));
		return r;
	}
	if (!found) {
		error_set(err, "--compare: there is no end of a run in '%s': no record is a verdict of pagewatch, or runs", name);
		error_hint(err, "pagewatch --json --log-file FILE --runs 10 COMMAND makes such a file");
		return -ENODATA;
	}
	snprintf(note, sizeof(note), "note: of %" PRIu64 " in '%s' the last is compared", found, name);
	if (found > 1 && !quiet)
		terminal_say("", note);
	return 0;
}

/* "46.4 MiB, the median of 10 runs, of which 1 failed" */
static void compare_say_side(const struct run_set *set, enum run_figure figure,
			     enum size_unit unit, char *text, size_t size)
{
	enum column_kind kind = run_figure_rows[figure].kind;
	uint64_t value = set->spread[figure].median;
	char cell[RUN_CELL_MAX], failed[64] = "";

	if (set->failed)
		snprintf(failed, sizeof(failed), ", of which %" PRIu64 " failed", set->failed);
	if (kind == COLUMN_SIZE)
		size_text(cell, value, unit);
	else
		run_cell(figure, value, unit, cell);
	if (set->runs == 1)
		snprintf(text, size, "%s%s, one run%s", cell, kind == COLUMN_TIME ? " s" : "",
			 set->failed ? " that failed" : "");
	else
		snprintf(text, size, "%s%s, the median of %" PRIu64 " runs%s", cell,
			 kind == COLUMN_TIME ? " s" : "", set->runs, failed);
}

/* Which figure decides, and what it says. */
static void compare_say(const struct compare_record *record, double change, enum size_unit unit)
{
	const struct run_figure_row *row = &run_figure_rows[record->by];
	const struct run_spread *a = &record->sets[0]->spread[record->by];
	const struct run_spread *b = &record->sets[1]->spread[record->by];
	char text[2048], names[2][256], sides[2][160], by[64] = "as much as", limit[64] = "";
	const char *chance = "";

	for (size_t i = 0; i < 2; i++)
		error_escape(names[i], sizeof(names[i]), record->files[i]);
	if (isnan(change)) {
		snprintf(text, sizeof(text),
			 "By the %s they cannot be compared: it is not known of '%s'%s",
			 row->words, a->count ? names[1] : names[0],
			 record->exceeded ? ", nor whether --tolerance is met" : "");
		terminal_say("", text);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		compare_say_side(record->sets[i], record->by, unit, sides[i], sizeof(sides[i]));
	if (isinf(change))
		snprintf(by, sizeof(by), "more than");
	else if (change != 0)
		snprintf(by, sizeof(by), "%.1f %% %s than", fabs(change),
			 change > 0 ? "more" : "less");
	if (!isnan(record->tolerance))
		snprintf(limit, sizeof(limit), ", which --tolerance %g%% %s", record->tolerance,
			 record->exceeded ? "does not allow" : "allows");
	if (record->sets[0]->runs == 1 || record->sets[1]->runs == 1)
		chance = "; one run does not show what is chance";
	else if (change != 0 && a->min <= b->max && b->min <= a->max)
		chance = "; but the ranges of the runs overlap";
	snprintf(text, sizeof(text), "By the %s, '%s' (%s) needs %s '%s' (%s)%s%s", row->words,
		 names[1], sides[1], by, names[0], sides[0], limit, chance);
	terminal_say("", text);
}

int compare_run(const struct watch_request *request)
{
	const struct output *output = &request->output;
	struct run_set sets[2];
	struct host host;
	struct compare_record record = {
		.host = &host, .files = { request->compare[0], request->compare[1] },
		.sets = { &sets[0], &sets[1] }, .by = request->compare_by,
		.tolerance = request->has_tolerance ? request->tolerance : NAN,
	};
	bool quiet = output->format == OUTPUT_NONE;
	struct error err;
	double change;
	int r = compare_load(request->compare[0], quiet, &sets[0], &err);

	if (r == 0)
		r = compare_load(request->compare[1], quiet, &sets[1], &err);
	if (r < 0) {
		error_print(&err);
		return EXIT_FAILED;
	}
	change = run_set_change(&sets[0], &sets[1], request->compare_by);
	record.exceeded = request->has_tolerance && !(change <= request->tolerance);
	host_read(&host);
	if (output->format == OUTPUT_JSON)
		r = compare_write_record(stdout, &record);
	else if (!quiet)
		r = compare_print(stdout, &record, output->unit, output->headings);
	if (output->format != OUTPUT_JSON && (!quiet || record.exceeded))
		compare_say(&record, change, output->unit);
	if (r < 0 && r != -EPIPE) {
		error_set_errno(&err, r, "cannot write to standard output");
		error_print(&err);
	}
	return r < 0 ? EXIT_FAILED : record.exceeded ? EXIT_UNMET : EXIT_DONE;
}
