/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-table.c - tables of figures over runs, through libsmartcols, and their records */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <math.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "output/json-object.h"
#include "output/run-table.h"

const char *run_cell(enum run_figure figure, uint64_t value, enum size_unit unit,
		     char text[static RUN_CELL_MAX])
{
	enum column_kind kind = run_figure_rows[figure].kind;

	text[0] = '\0';
	if (value == SAMPLE_MISSING)
		return text;
	if (kind == COLUMN_SIZE)
		return size_format(text, value, unit);
	if (kind == COLUMN_TIME)
		snprintf(text, RUN_CELL_MAX, "%" PRIu64 ".%03" PRIu64, value / NS_PER_SECOND,
			 value % NS_PER_SECOND / NS_PER_MS);
	else
		snprintf(text, RUN_CELL_MAX, "%" PRIu64, value);
	return text;
}

/* A table with a column of FIGURE and the three of NAMES. NULL: out of memory. */
static struct libscols_table *run_table_new(const char *const names[3], bool headings)
{
	struct libscols_table *table = scols_new_table();
	int r = table && scols_table_new_column(table, "FIGURE", 0, 0) ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < 3; i++)
		if (!scols_table_new_column(table, names[i], 0, SCOLS_FL_RIGHT))
			r = -ENOMEM;
	if (r < 0) {
		scols_unref_table(table);
		return NULL;
	}
	scols_table_enable_noheadings(table, !headings);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	return table;
}

static int run_table_add(struct libscols_table *table, enum run_figure figure,
			 const char *const cells[3])
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	int r = line ? scols_line_set_data(line, 0, run_figure_rows[figure].name) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < 3; i++)
		r = scols_line_set_data(line, i + 1, cells[i]);
	return r;
}

/* Prints TABLE to STREAM unless R says that something failed, and releases it. */
static int run_table_finish(struct libscols_table *table, int r, FILE *stream)
{
	errno = 0;
	if (r == 0) {
		scols_table_set_stream(table, stream);
		r = scols_print_table(table);
	}
	scols_unref_table(table);
	return r < 0 ? r : stream_flush(stream);
}

int run_set_print(FILE *stream, const struct run_set *set, enum size_unit unit, bool headings)
{
	static const char *const names[] = { "MIN", "MEDIAN", "MAX" };
	struct libscols_table *table = run_table_new(names, headings);
	char cells[3][RUN_CELL_MAX];
	int r = table ? 0 : -ENOMEM;

	for (unsigned figure = 0; r == 0 && figure < RUN_FIGURES; figure++) {
		const struct run_spread *spread = &set->spread[figure];

		if (!spread->count)
			continue;
		r = run_table_add(table, figure, (const char *const[]){
				run_cell(figure, spread->min, unit, cells[0]),
				run_cell(figure, spread->median, unit, cells[1]),
				run_cell(figure, spread->max, unit, cells[2]),
			});
	}
	return run_table_finish(table, r, stream);
}

int compare_print(FILE *stream, const struct compare_record *record, enum size_unit unit,
		  bool headings)
{
	static const char *const names[] = { "A", "B", "CHANGE" };
	struct libscols_table *table = run_table_new(names, headings);
	char a[RUN_CELL_MAX], b[RUN_CELL_MAX], change[RUN_CELL_MAX];
	int r = table ? 0 : -ENOMEM;

	for (unsigned figure = 0; r == 0 && figure < RUN_FIGURES; figure++) {
		uint64_t from = record->sets[0]->spread[figure].median;
		uint64_t to = record->sets[1]->spread[figure].median;
		double percent = run_set_change(record->sets[0], record->sets[1], figure);

		if (from == SAMPLE_MISSING && to == SAMPLE_MISSING)
			continue;
		snprintf(change, sizeof(change), "%+.1f%%", percent);
		r = run_table_add(table, figure, (const char *const[]){
				run_cell(figure, from, unit, a), run_cell(figure, to, unit, b),
				isfinite(percent) ? change : "",
			});
	}
	return run_table_finish(table, r, stream);
}

static void add_spreads(struct json_object *record, const struct run_set *set)
{
	for (size_t figure = 0; figure < RUN_FIGURES; figure++) {
		const struct run_spread *spread = &set->spread[figure];
		struct json_object *object = spread->count ? json_object_new_object() : NULL;

		if (object) {
			json_add_size(object, "min", spread->min);
			json_add_size(object, "median", spread->median);
			json_add_size(object, "max", spread->max);
		}
		json_add(record, run_figure_rows[figure].key, object);
	}
}

int run_set_write_record(FILE *stream, const struct runs_record *record)
{
	struct json_object *object = json_new_record("runs"), *command = json_object_new_array();
	struct json_object *runs = json_object_new_array();

	json_add_text(object, "run", record->host->run);
	json_add_text(object, "time", record->host->time);
	json_add_text(object, "host", record->host->name);
	for (size_t i = 0; record->command[i]; i++)
		json_object_array_add(command, json_new_text(record->command[i]));
	json_add(object, "command", command);
	json_add_size(object, "limit", record->limit);
	json_add_size(object, "warmup", record->warmup);
	json_add_size(object, "count", record->set->runs);
	json_add_size(object, "failed", record->set->failed);
	add_spreads(object, record->set);
	for (size_t i = 0; i < record->set->runs; i++) {
		struct json_object *run = json_object_new_object();

		json_add_text(run, "outcome", record->told[i].outcome);
		json_add_integer(run, "exit_status", record->told[i].exit_status);
		for (size_t figure = 0; figure < RUN_FIGURES; figure++)
			json_add_size(run, run_figure_rows[figure].key,
				      record->told[i].figures.value[figure]);
		json_object_array_add(runs, run);
	}
	json_add(object, "runs", runs);
	return json_write_record(stream, object);
}

/* A percentage with one decimal; null if it is none. */
static struct json_object *percent_new(double percent)
{
	char text[RUN_CELL_MAX];

	if (!isfinite(percent))
		return NULL;
	snprintf(text, sizeof(text), "%.1f", percent);
	return json_object_new_double_s(percent, text);
}

int compare_write_record(FILE *stream, const struct compare_record *record)
{
	static const char *const keys[] = { "a", "b" };
	struct json_object *object = json_new_record("compare");
	struct json_object *change = json_object_new_object();

	json_add_text(object, "run", record->host->run);
	json_add_text(object, "time", record->host->time);
	json_add_text(object, "host", record->host->name);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct json_object *side = json_object_new_object();

		json_add_text(side, "file", record->files[i]);
		json_add_size(side, "count", record->sets[i]->runs);
		json_add_size(side, "failed", record->sets[i]->failed);
		add_spreads(side, record->sets[i]);
		json_add(object, keys[i], side);
	}
	for (unsigned figure = 0; figure < RUN_FIGURES; figure++)
		json_add(change, run_figure_rows[figure].key,
			 percent_new(run_set_change(record->sets[0], record->sets[1], figure)));
	json_add(object, "change", change);
	json_add_text(object, "by", run_figure_rows[record->by].key);
	json_add(object, "tolerance", percent_new(record->tolerance));
	json_add_flag(object, "exceeded", record->exceeded);
	return json_write_record(stream, object);
}
