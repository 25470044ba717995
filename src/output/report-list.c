/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-list.c - a line per report, printed as the report comes */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "lib/number.h"
#include "lib/timestamp.h"
#include "lib/wrap.h"
#include "output/report-printer.h"

enum { TIME, SCOPE, SIZE, PID, VICTIM, TRIGGER, CGROUP, COLUMNS };

/* A blank cell would move those behind it for who splits lines at blanks. */
#define NOTHING "-"

/*
 * On a narrow terminal names are cut for the path to have PATH_WIDTH, and the path down to
 * PATH_WIDTH_MIN: shorter it says nothing, and lines are wider than a terminal of less than 80.
 */
#define PATH_WIDTH 20
#define PATH_WIDTH_MIN 16
#define VICTIM_WIDTH_MIN 10
#define TRIGGER_WIDTH_MIN 8

/* Stands for the rest of a name. */
#define CUT_MARK "~"

#define CELL_MAX 128

/* What stands in the columns; what is wider moves the others. The last has what is left. */
static const struct {
	const char *name;
	int width;
	int flags;
} report_list_columns[] = {
	[TIME] = { "TIME", sizeof("2026-11-24T10:20:30") - 1, SCOLS_FL_STRICTWIDTH },
	[SCOPE] = { "SCOPE", sizeof("mempolicy") - 1, SCOLS_FL_STRICTWIDTH },
	[SIZE] = { "SIZE", 0, SCOLS_FL_STRICTWIDTH | SCOLS_FL_RIGHT },
	[PID] = { "PID", 7, SCOLS_FL_STRICTWIDTH | SCOLS_FL_RIGHT },
	[VICTIM] = { "VICTIM", 18, SCOLS_FL_STRICTWIDTH },
	[TRIGGER] = { "TRIGGER", 15, SCOLS_FL_STRICTWIDTH },
	[CGROUP] = { "CGROUP", 0, 0 },
};

struct list_state {
	struct libscols_table *table;
	struct libscols_line *line;	/* the one line: each row overwrites the last */
	int width[COLUMNS];		/* of the last one 0: as it needs */
	bool narrow;			/* for a terminal: what is wider is cut */
};

/* Takes from the width of a column, down to LEAST, what the path is short of. */
static void narrow_column(int *width, int least, int *left)
{
	int taken = PATH_WIDTH - *left;

	if (taken > *width - least)
		taken = *width - least;
	if (taken > 0) {
		*width -= taken;
		*left += taken;
	}
}

/* What stands in the columns, and on a terminal what it has left for the last one. */
static void choose_widths(const struct why_printer *printer, struct list_state *state)
{
	static const int size_widths[] = {
		[SIZE_HUMAN] = sizeof("1023G") - 1, [SIZE_KIB] = sizeof("4294967296") - 1,
		[SIZE_BYTES] = sizeof("4398046511104") - 1,
	};
	int left = printer->width;

	for (size_t i = 0; i < COLUMNS; i++) {
		state->width[i] = i == SIZE ? size_widths[printer->output->unit]
					    : report_list_columns[i].width;
		left -= i == CGROUP ? 0 : state->width[i] + 1;
	}
	state->narrow = printer->width;
	if (!state->narrow)
		return;
	narrow_column(&state->width[TRIGGER], TRIGGER_WIDTH_MIN, &left);
	narrow_column(&state->width[VICTIM], VICTIM_WIDTH_MIN, &left);
	state->width[CGROUP] = left < PATH_WIDTH_MIN ? PATH_WIDTH_MIN : left;
}

static int open_list(struct why_printer *printer)
{
	struct list_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	printer->state = state;
	choose_widths(printer, state);
	state->table = scols_new_table();
	if (!state->table)
		return -ENOMEM;
	scols_table_set_stream(state->table, printer->stream);
	scols_table_enable_noheadings(state->table, !printer->output->headings);
	/* The cells are safe; the library would escape the escapes, and cut what is too wide. */
	scols_table_enable_noencoding(state->table, 1);
	scols_table_set_termforce(state->table, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < COLUMNS; i++)
		if (!scols_table_new_column(state->table, report_list_columns[i].name,
					    i == CGROUP ? 0 : state->width[i],
					    report_list_columns[i].flags))
			return -ENOMEM;
	state->line = scols_table_new_line(state->table, NULL);
	return state->line ? 0 : -ENOMEM;
}

void why_list_close(struct why_printer *printer)
{
	struct list_state *state = printer->state;

	if (!state)
		return;
	scols_unref_table(state->table);
	free(state);
	printer->state = NULL;
}

/* Puts a safe copy of RAW, a text of the log, into a cell; NULL and "": nothing. */
static int set_text(const struct list_state *state, size_t column, const char *raw)
{
	char *safe = why_safe(raw && *raw ? raw : NOTHING);
	int r = safe ? scols_line_refer_data(state->line, column, safe) : -ENOMEM;

	if (r < 0)
		free(safe);
	return r;
}

/* Puts the name of a process into a cell, with BEHIND, which is never cut. */
static int list_set_name(const struct list_state *state, size_t column, const char *comm,
		    const char *behind)
{
	CLEANUP_FREE char *safe = why_safe(*comm ? comm : NOTHING);
	CLEANUP_FREE char *cell = NULL;
	const char *mark = "";
	size_t room = (size_t)state->width[column] - strlen(behind);

	if (!safe)
		return -ENOMEM;
	if (state->narrow && wrap_width(safe) > room) {
		safe[wrap_head(safe, room - 1)] = '\0';
		mark = CUT_MARK;
	}
	if (asprintf(&cell, "%s%s%s", safe, mark, behind) < 0) {
		cell = NULL;
		return -ENOMEM;
	}
	return scols_line_set_data(state->line, column, cell);
}

/* The cgroup whose limit was reached, or else the victim's. Of a long path the end says most. */
static int set_path(const struct list_state *state, const struct oom_memcg *memcg)
{
	const char *path = memcg->path ? memcg->path : memcg->task_path;
	CLEANUP_FREE char *safe = why_safe(path && *path ? path : NOTHING);
	CLEANUP_FREE char *cut = NULL;

	if (!safe)
		return -ENOMEM;
	if (!state->narrow || wrap_width(safe) <= (size_t)state->width[CGROUP])
		return scols_line_set_data(state->line, CGROUP, safe);
	if (asprintf(&cut, "...%s", wrap_tail(safe, (size_t)state->width[CGROUP] - 3)) < 0) {
		cut = NULL;
		return -ENOMEM;
	}
	return scols_line_set_data(state->line, CGROUP, cut);
}

static int report_list_fill_line(const struct list_state *state, const struct oom_report *report,
				 enum size_unit unit)
{
	/* The victim, or who was to be it where the log ends before the kill; "+2": and others. */
	const struct oom_victim *victim = report->victim_count ? report->victims : NULL;
	int64_t pid = victim ? victim->pid : report->selected.pid;
	size_t others = victim ? oom_victims(report) - 1 : 0;
	char time[TIMESTAMP_TEXT_MAX], size[SIZE_TEXT_MAX] = NOTHING, number[CELL_MAX] = NOTHING;
	char behind[sizeof(" +18446744073709551615")] = "";
	uint64_t together = 0;
	int r;

	for (size_t i = 0; i < report->victim_count; i++) {
		uint64_t held = oom_victim_held(report, &report->victims[i]);

		if (report->victims[i].repeated || held == OOM_UNKNOWN)
			continue;
		together = number_add_saturated(together, held);
		size_format(size, together, unit);
	}
	if (pid != OOM_NO_NUMBER)
		snprintf(number, sizeof(number), "%" PRId64, pid);
	if (others)
		snprintf(behind, sizeof(behind), " +%zu", others);
	/* The wall's time here, or else as it was logged. */
	r = set_text(state, TIME, report->time.has_wall ?
		     timestamp_format(time, report->time.wall_ns, TIMESTAMP_LOCAL)
		     : report->time.raw);
	if (r == 0)
		r = set_text(state, SCOPE, oom_scope_name(report->scope));
	if (r == 0)
		r = scols_line_set_data(state->line, SIZE, size);
	if (r == 0)
		r = scols_line_set_data(state->line, PID, number);
	if (r == 0)
		r = list_set_name(state, VICTIM,
				  victim ? victim->comm : report->selected.comm, behind);
	if (r == 0)
		r = list_set_name(state, TRIGGER, report->trigger.comm, "");
	return r < 0 ? r : set_path(state, &report->memcg);
}

int why_list(struct why_printer *printer, const struct why_case *shown)
{
	struct list_state *state;
	int r = printer->state ? 0 : open_list(printer);

	state = printer->state;
	if (r == 0)
		r = report_list_fill_line(state, shown->report, printer->output->unit);
	if (r == 0)
		r = scols_table_print_range(state->table, state->line, state->line);
	if (r == 0)
		fputc('\n', printer->stream);
	return r;
}
