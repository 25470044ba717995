/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-summary.c - many reports added up: a table, or a record for each row */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "lib/timestamp.h"
#include "output/json-object.h"
#include "output/report-printer.h"

enum { KEY, KILLS, SHARE, REPORTS, FIRST, LAST, LARGEST, LIMIT };

const char *const summary_columns[] = {
	[KEY] = "KEY", [KILLS] = "KILLS", [SHARE] = "SHARE", [REPORTS] = "REPORTS",
	[FIRST] = "FIRST", [LAST] = "LAST", [LARGEST] = "LARGEST", [LIMIT] = "LIMIT", NULL
};

static const char *summary_column_name(size_t index)
{
	return summary_columns[index];
}

struct why_columns summary_column_default(void)
{
	return (struct why_columns){ { KEY, KILLS, SHARE, FIRST, LAST, LARGEST, LIMIT }, 7 };
}

int summary_column_parse(const char *list, struct why_columns *choice, struct error *err)
{
	const struct name_table table = { summary_column_name, ARRAY_SIZE(summary_columns) - 1,
					   "KEY,KILLS" };

	return why_columns_parse(&table, list, choice, err);
}

static uint64_t summary_permille(const struct summary *summary, const struct summary_row *row)
{
	return summary->kills ? (row->kills * 1000 + summary->kills / 2) / summary->kills : 0;
}

static int summary_write_record(FILE *stream, const struct summary *summary,
				const struct summary_row *row)
{
	struct json_object *record = json_new_record("summary");
	uint64_t permille = summary_permille(summary, row);
	char first[TIMESTAMP_TEXT_MAX] = "", last[TIMESTAMP_TEXT_MAX] = "", share[8];

	if (row->first_ns != SUMMARY_UNDATED) {
		timestamp_format(first, row->first_ns, TIMESTAMP_UTC);
		timestamp_format(last, row->last_ns, TIMESTAMP_UTC);
	}
	snprintf(share, sizeof(share), "%u.%03u", (unsigned)(permille / 1000),
		 (unsigned)(permille % 1000));
	json_add_text(record, "by", summary_by_names[summary->by]);
	json_add_text(record, "key", row->key);
	json_add_flag(record, "others", !row->key);
	json_add_size(record, "kills", row->kills);
	json_add(record, "share", json_object_new_double_s((double)permille / 1000, share));
	json_add_size(record, "reports", row->reports);
	json_add_text(record, "first", first);
	json_add_text(record, "last", last);
	json_add_size(record, "largest", row->largest);
	json_add_size(record, "limit", row->limit);
	return json_write_record(stream, record);
}

/* Fills a line of the table. Returns 0 or a negative errno. */
static int summary_fill(const struct why_printer *printer, struct libscols_line *line,
			const struct summary *summary, const struct summary_row *row)
{
	const struct why_columns *choice = &printer->output->summary_columns;
	CLEANUP_FREE char *key = why_safe(!row->key ? "(others)" : *row->key ? row->key : "-");
	char count[24], reports[24], share[24], first[TIMESTAMP_TEXT_MAX] = "-";
	char last[TIMESTAMP_TEXT_MAX] = "-", largest[SIZE_TEXT_MAX] = "-";
	char limit[SIZE_TEXT_MAX] = "-";
	const char *const cells[] = {
		[KEY] = key, [KILLS] = count, [SHARE] = share, [REPORTS] = reports,
		[FIRST] = first, [LAST] = last, [LARGEST] = largest, [LIMIT] = limit,
	};
	int r = key ? 0 : -ENOMEM;

	snprintf(count, sizeof(count), "%" PRIu64, row->kills);
	snprintf(reports, sizeof(reports), "%" PRIu64, row->reports);
	snprintf(share, sizeof(share), "%" PRIu64 "%%",
		 (summary_permille(summary, row) + 5) / 10);
	if (row->first_ns != SUMMARY_UNDATED) {
		timestamp_format(first, row->first_ns, TIMESTAMP_LOCAL);
		timestamp_format(last, row->last_ns, TIMESTAMP_LOCAL);
	}
	if (row->largest != OOM_UNKNOWN)
		size_format(largest, row->largest, printer->output->unit);
	if (row->limit != OOM_UNKNOWN)
		size_format(limit, row->limit, printer->output->unit);
	for (size_t i = 0; i < choice->count && r == 0; i++)
		r = scols_line_set_data(line, i, cells[choice->index[i]]);
	return r;
}

static int summary_print_table(const struct why_printer *printer, const struct summary *summary)
{
	CLEANUP_TABLE struct libscols_table *table = why_table_new(printer);
	const struct why_columns *choice = &printer->output->summary_columns;
	char by[16] = "";

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; summary_by_names[summary->by][i]; i++)
		by[i] = (char)toupper((unsigned char)summary_by_names[summary->by][i]);
	for (size_t i = 0; i < choice->count; i++) {
		size_t which = choice->index[i];
		int flags = which == KEY || which == FIRST || which == LAST ? 0 : SCOLS_FL_RIGHT;

		if (!scols_table_new_column(table, which == KEY ? by : summary_columns[which],
					    0, flags))
			return -ENOMEM;
	}
	for (size_t i = 0; i < summary->count; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);
		int r = line ? summary_fill(printer, line, summary, summary->rows[i]) : -ENOMEM;

		if (r < 0)
			return r;
	}
	return scols_print_table(table);
}

int why_summary(struct why_printer *printer, const struct summary *summary)
{
	int r = 0;

	errno = 0;
	if (printer->output->form != WHY_JSON)
		r = summary->count ? summary_print_table(printer, summary) : 0;
	for (size_t i = 0; printer->output->form == WHY_JSON && r == 0 && i < summary->count; i++)
		r = summary_write_record(printer->stream, summary, summary->rows[i]);
	return r < 0 ? r : stream_flush(printer->stream);
}
