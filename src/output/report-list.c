/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-list.c - a line per report, printed as the report comes */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/terminal.h"
#include "lib/timestamp.h"
#include "output/report-printer.h"

enum { TIME, SCOPE, SIZE, PID, VICTIM, TRIGGER, CGROUP, COLUMNS };

/*
 * On a narrow terminal names are cut, down to their least width, for the path to have PATH_WIDTH,
 * and the path down to PATH_WIDTH_MIN: shorter it says nothing, and lines are wider than a
 * terminal of less than 80.
 */
#define PATH_WIDTH 20
#define PATH_WIDTH_MIN 16

/* What stands in the columns; what is wider moves the others. The last has what is left. */
static const struct {
	const char *name;
	int width, least, flags;
} report_list_columns[] = {
	[TIME] = { "TIME", sizeof("2026-11-24T10:20:30") - 1, 0, SCOLS_FL_STRICTWIDTH },
	[SCOPE] = { "SCOPE", sizeof("mempolicy") - 1, 0, SCOLS_FL_STRICTWIDTH },
	[SIZE] = { "SIZE", 0, 0, SCOLS_FL_STRICTWIDTH | SCOLS_FL_RIGHT },
	[PID] = { "PID", 7, 0, SCOLS_FL_STRICTWIDTH | SCOLS_FL_RIGHT },
	[VICTIM] = { "VICTIM", 18, 10, SCOLS_FL_STRICTWIDTH },
	[TRIGGER] = { "TRIGGER", 15, 8, SCOLS_FL_STRICTWIDTH },
	[CGROUP] = { "CGROUP", 0, 0, 0 },
};

/* Adds the columns; *width of those that are cut where TERMINAL, a width, is known, else 0. */
static int report_list_add_columns(struct libscols_table *table, enum size_unit unit, int terminal,
				   size_t width[static COLUMNS])
{
	static const int size_widths[] = {
		[SIZE_HUMAN] = sizeof("1023G") - 1, [SIZE_KIB] = sizeof("4294967296") - 1,
		[SIZE_BYTES] = sizeof("4398046511104") - 1,
	};
	int widths[COLUMNS], left = terminal;

	for (size_t i = 0; i < COLUMNS; i++) {
		widths[i] = i == SIZE ? size_widths[unit] : report_list_columns[i].width;
		left -= i == CGROUP ? 0 : widths[i] + 1;
	}
	for (size_t i = TRIGGER; i >= VICTIM && terminal && left < PATH_WIDTH; i--) {
		int taken = MIN(PATH_WIDTH - left, widths[i] - report_list_columns[i].least);

		widths[i] -= taken;
		left += taken;
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		bool cut = terminal && i >= VICTIM;

		if (!scols_table_new_column(table, report_list_columns[i].name, widths[i],
					    report_list_columns[i].flags))
			return -ENOMEM;
		width[i] = !cut ? 0 : i == CGROUP ? (size_t)MAX(left, PATH_WIDTH_MIN)
						  : (size_t)widths[i];
	}
	return 0;
}

/*
 * Puts a safe copy of RAW, a text of the log, into a cell, cut to WIDTH unless that is 0; BEHIND
 * is never cut. Of a long path the end says most.
 */
static int report_list_set(struct libscols_line *line, size_t column, const char *raw,
			   const char *behind, size_t width)
{
	/* A blank cell would move those behind it for who splits lines at blanks. */
	CLEANUP_FREE char *safe = why_safe(raw && *raw ? raw : "-");
	size_t room = width - strlen(behind);
	char *cell;
	int r;

	if (!safe)
		return -ENOMEM;
	if (!width || wrap_width(safe) <= room)
		r = asprintf(&cell, "%s%s", safe, behind);
	else if (column == CGROUP)
		r = asprintf(&cell, "...%s", wrap_tail(safe, room - 3));
	else
		r = asprintf(&cell, "%.*s~%s", (int)wrap_head(safe, room - 1), safe, behind);
	if (r < 0)
		return -ENOMEM;
	r = scols_line_refer_data(line, column, cell);
	if (r < 0)
		free(cell);
	return r;
}

int why_list(struct why_printer *printer, const struct why_case *shown)
{
	CLEANUP_TABLE struct libscols_table *table = why_table_new(printer);
	const struct oom_report *report = shown->report;
	/* The victim, or who was to be it where the log ends before the kill; "+2": and others. */
	const struct oom_victim *victim = report->victim_count ? report->victims : NULL;
	int64_t pid = victim ? victim->pid : report->selected.pid;
	size_t others = victim ? oom_victims(report) - 1 : 0, width[COLUMNS];
	char time[TIMESTAMP_TEXT_MAX], size[SIZE_TEXT_MAX] = "", number[24] = "", more[24] = "";
	const char *const texts[] = {
		/* The wall's time here, or else as it was logged. */
		[TIME] = report->time.has_wall
			 ? timestamp_format(time, report->time.wall_ns, TIMESTAMP_LOCAL)
			 : report->time.raw,
		[SCOPE] = oom_scope_name(report->scope), [SIZE] = size, [PID] = number,
		[VICTIM] = victim ? victim->comm : report->selected.comm,
		[TRIGGER] = report->trigger.comm,
		/* The cgroup whose limit was reached, or else the victim's. */
		[CGROUP] = report->memcg.path ? report->memcg.path : report->memcg.task_path,
	};
	struct libscols_line *line;
	uint64_t together = 0;
	int r;

	r = table ? report_list_add_columns(table, printer->output->unit, printer->width, width)
		  : -ENOMEM;
	line = r == 0 ? scols_table_new_line(table, NULL) : NULL;
	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < report->victim_count; i++) {
		uint64_t held = oom_victim_held(report, &report->victims[i]);

		if (report->victims[i].repeated || held == OOM_UNKNOWN)
			continue;
		together = number_add_saturated(together, held);
		size_format(size, together, printer->output->unit);
	}
	if (pid != OOM_NO_NUMBER)
		snprintf(number, sizeof(number), "%" PRId64, pid);
	if (others)
		snprintf(more, sizeof(more), " +%zu", others);
	for (size_t i = 0; i < COLUMNS && r == 0; i++)
		r = report_list_set(line, i, texts[i], i == VICTIM ? more : "", width[i]);
	if (printer->begun)
		scols_table_enable_noheadings(table, true);
	return r < 0 ? r : scols_print_table(table);
}
