/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run-table.c - tables of figures over runs, through libsmartcols, and their records */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "output/json-object.h"
#include "output/run-table.h"

#define CELL_MAX 48

static const char *run_cell(enum column_kind kind, uint64_t value, enum size_unit unit,
			    char text[static CELL_MAX])
{
	text[0] = '\0';
	if (value == SAMPLE_MISSING)
		return text;
	if (kind == COLUMN_SIZE)
		return size_format(text, value, unit);
	if (kind == COLUMN_TIME)
		snprintf(text, CELL_MAX, "%" PRIu64 ".%03" PRIu64, value / NS_PER_SECOND,
			 value % NS_PER_SECOND / NS_PER_MS);
	else
		snprintf(text, CELL_MAX, "%" PRIu64, value);
	return text;
}

int run_set_print(FILE *stream, const struct run_set *set, enum size_unit unit, bool headings)
{
	static const char *const names[] = { "FIGURE", "MIN", "MEDIAN", "MAX" };
	struct libscols_table *table = scols_new_table();
	char cell[CELL_MAX];
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++)
		if (!scols_table_new_column(table, names[i], 0, i ? SCOLS_FL_RIGHT : 0))
			r = -ENOMEM;
	for (size_t figure = 0; r == 0 && figure < RUN_FIGURES; figure++) {
		const struct run_figure_row *row = &run_figure_rows[figure];
		const struct run_spread *spread = &set->spread[figure];
		uint64_t values[] = { spread->min, spread->median, spread->max };
		struct libscols_line *line;

		if (!spread->count)
			continue;
		line = scols_table_new_line(table, NULL);
		r = line ? scols_line_set_data(line, 0, row->name) : -ENOMEM;
		for (size_t i = 0; r == 0 && i < ARRAY_SIZE(values); i++)
			r = scols_line_set_data(line, i + 1,
						run_cell(row->kind, values[i], unit, cell));
	}
	errno = 0;
	if (r == 0) {
		scols_table_set_stream(table, stream);
		scols_table_enable_noheadings(table, !headings);
		scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
		r = scols_print_table(table);
	}
	scols_unref_table(table);
	return r < 0 ? r : stream_flush(stream);
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
