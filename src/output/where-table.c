/* SPDX-License-Identifier: GPL-2.0-or-later */
/* where-table.c - what grew, by kind of mapping, the largest growth first, through libsmartcols */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "lib/terminal.h"
#include "lib/utf8.h"
#include "output/where.h"

static const struct { const char *name; int flags; } where_columns[] = {
	{ "KIND", 0 }, { "MAPS", SCOLS_FL_RIGHT }, { "FIRST", SCOLS_FL_RIGHT },
	{ "PEAK", SCOLS_FL_RIGHT }, { "GREW", SCOLS_FL_RIGHT }, { "PSS", SCOLS_FL_RIGHT },
	{ "HUGE", SCOLS_FL_RIGHT }, { "NAME", SCOLS_FL_NOEXTREMES },
};

static int64_t where_growth(const struct where_entry *entry)
{
	return (int64_t)(where_held(&entry->shares[WHERE_PEAK]) -
			 where_held(&entry->shares[WHERE_FIRST]));
}

static int where_compare(const void *left, const void *right)
{
	const struct where_entry *one = *(const struct where_entry *const *)left;
	const struct where_entry *two = *(const struct where_entry *const *)right;
	int64_t growth = where_growth(two) - where_growth(one);
	uint64_t held[] = { where_held(&one->shares[WHERE_PEAK]),
			    where_held(&two->shares[WHERE_PEAK]) };

	if (growth)
		return growth < 0 ? -1 : 1;
	return held[0] < held[1] ? 1 : held[0] > held[1] ? -1 : 0;
}

static int where_add_line(struct libscols_table *table, enum size_unit unit, const char *kind,
			  const struct where_share *first, const struct where_share *peak,
			  const char *name)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	int64_t growth = (int64_t)(where_held(peak) - where_held(first));
	char cells[ARRAY_SIZE(where_columns) - 2][SIZE_TEXT_MAX + 1];
	CLEANUP_FREE char *safe = malloc(SAFE_ROOM(strlen(name))), *fit = NULL;
	int r;

	if (safe)
		fit = terminal_fit(safe_text(safe, SAFE_ROOM(strlen(name)), name));
	if (!line || !fit)
		return -ENOMEM;
	snprintf(cells[0], sizeof(cells[0]), "%" PRIu64, peak->mappings);
	size_format(cells[1], where_held(first), unit);
	size_format(cells[2], where_held(peak), unit);
	cells[3][0] = '-';
	size_format(cells[3] + (growth < 0), size_magnitude(growth), unit);
	size_format(cells[4], peak->figures.pss, unit);
	size_format(cells[5], peak->figures.huge, unit);
	r = scols_line_set_data(line, 0, kind);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(cells); i++)
		r = scols_line_set_data(line, i + 1, cells[i]);
	return r < 0 ? r : scols_line_set_data(line, ARRAY_SIZE(where_columns) - 1, fit);
}

static void where_add_to(struct where_share *sum, const struct where_share *share)
{
	sum->mappings += share->mappings;
	sum->figures.rss += share->figures.rss;
	sum->figures.hugetlb += share->figures.hugetlb;
	sum->figures.pss += share->figures.pss;
	sum->figures.huge += share->figures.huge;
}

/* Files that do not matter share a line: as large as they were, or below a 200th of it all. */
static bool where_is_minor(const struct where_entry *entry, const struct where *where)
{
	uint64_t held = MAX(where_held(&entry->shares[WHERE_FIRST]),
			    where_held(&entry->shares[WHERE_PEAK]));

	return entry->kind == MAPPING_FILE &&
	       (!where_growth(entry) ||
		held < where_held(&where->readings[WHERE_PEAK].all) / 200);
}

/* What was never there has no line. */
static int where_fill_table(struct libscols_table *table, const struct where *where,
			    enum size_unit unit)
{
	CLEANUP_FREE const struct where_entry **order = calloc(where->count + 1, sizeof(*order));
	struct where_share rest[2] = { 0 };
	unsigned files = 0;
	char name[48];
	int r = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < where->count; i++)
		order[i] = &where->entries[i];
	qsort(order, where->count, sizeof(*order), where_compare);
	for (size_t i = 0; r == 0 && i < where->count; i++) {
		const struct where_share *shares = order[i]->shares;

		if (!where_held(&shares[WHERE_FIRST]) && !where_held(&shares[WHERE_PEAK]))
			continue;
		if (where_is_minor(order[i], where)) {
			where_add_to(&rest[0], &shares[WHERE_FIRST]);
			where_add_to(&rest[1], &shares[WHERE_PEAK]);
			files++;
			continue;
		}
		r = where_add_line(table, unit, mapping_kind_name(order[i]->kind),
				   &shares[WHERE_FIRST], &shares[WHERE_PEAK], order[i]->name);
	}
	snprintf(name, sizeof(name), "(%u files, small or as before)", files);
	if (r == 0 && files)
		r = where_add_line(table, unit, mapping_kind_name(MAPPING_FILE), &rest[0],
				   &rest[1], name);
	return r < 0 ? r : where_add_line(table, unit, "all", &where->readings[WHERE_FIRST].all,
					  &where->readings[WHERE_PEAK].all, "");
}

int where_table_print(struct printer *printer, const struct where *where)
{
	struct libscols_table *table;
	int r = 0;

	if (!where_was_read(where))
		return 0;
	table = scols_new_table();
	if (!table)
		return -ENOMEM;
	scols_table_set_stream(table, printer->stream);
	/* Cells are safe: the library would escape their escapes. */
	scols_table_enable_noencoding(table, 1);
	scols_table_enable_noheadings(table, !printer->output->headings);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(where_columns); i++)
		r = scols_table_new_column(table, where_columns[i].name, 0,
					   where_columns[i].flags) ? 0 : -ENOMEM;
	if (r == 0)
		r = where_fill_table(table, where, printer->output->unit);
	if (printer->output->headings)
		fputc('\n', printer->stream);
	if (r == 0)
		r = scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	if (r == 0)
		r = scols_print_table(table);
	scols_unref_table(table);
	return r < 0 ? r : stream_flush(printer->stream);
}
