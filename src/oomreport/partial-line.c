/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial-line.c - lines read by the table of their types, and whether a report lacks them */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/reassemble.h"
#include "oomreport/scan-values.h"

/* What is at PLACE, an offset, of PARTIAL. */
static void *partial_at(const struct oom_partial *partial, size_t place)
{
	return (char *)(uintptr_t)partial + place;
}

/* Where PARTIAL has the figure that TEXT, of TYPE, tells; NULL: nowhere. */
static uint64_t *figure_place(const struct oom_partial *partial, enum oom_line_type type,
			      struct strview text)
{
	const struct oom_line_figure *figure;

	strview_skip_blanks(&text);
	figure = oom_line_figure_of(type, text);
	return figure && figure->place ? partial_at(partial, figure->place) : NULL;
}

bool partial_is_of_another_kind(const struct oom_partial *partial, enum oom_line_type type)
{
	unsigned flags = oom_line_kinds[type].flags;

	return (flags & OOM_LINE_MACHINES && partial->memcg_present) ||
	       (flags & OOM_LINE_MEMCGS && partial->report.has_memory);
}

bool partial_lacks(const struct oom_partial *partial, const struct oom_line *line)
{
	const struct oom_line_kind *kind = &oom_line_kinds[line->type];
	struct strview text = line->stripped.message;
	const uint64_t *figure = figure_place(partial, line->type, text);

	if (partial_is_over(partial))
		return kind->flags & OOM_LINE_AT_END && (line->type != OOM_LINE_DECISION_REST ||
							 lacks_decision_rest(partial, text));
	if (partial_is_of_another_kind(partial, line->type) ||
	    (figure && *figure != OOM_UNKNOWN))
		return false;
	if (kind->flags & OOM_LINE_ONCE)
		return !*(bool *)partial_at(partial, kind->sets[0]);
	return !kind->lacks || kind->lacks(partial, text);
}

int partial_fits(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	bool memcg = strview_has(text, ",oom_memcg=/");
	int fits = 0;

	if (memcg && report->memcg.path && strview_has(text, report->memcg.path))
		fits += 4;
	fits += memcg ? partial->memcg_present : report->has_memory;
	fits += oom_find_task(report, read_pid_of(text)) != NULL;
	return fits;
}

bool partial_chose_thread(const struct oom_report *report, int64_t pid, struct strview text)
{
	const struct oom_task *thread = oom_find_task(report, pid);

	if (thread && thread->tgid == report->selected.pid)
		return true;
	return strview_has(text, "(oom_kill_allocating_task): Killed process ") &&
	       report->selected.pid == report->trigger.pid &&
	       !oom_find_task(report, report->selected.pid) && (thread || !report->has_table);
}

/* Puts what TEXT says into BASE, from which on VALUES have their places. Returns 0 or -ENOMEM. */
static int read_line_values(const struct oom_line_value *values, struct strview text, void *base)
{
	strview_skip_blanks(&text);
	for (; values && values->key; values++) {
		void *place = (char *)base + values->place;
		struct strview rest = text;
		int r = 0;

		switch (values->kind) {
		case OOM_VALUE_NUMBER:
			value_count(text, values->key, place);
			break;
		case OOM_VALUE_KIB:
			value_kib(text, values->key, place);
			break;
		case OOM_VALUE_TEXT:
			if (strview_skip(&rest, values->key))
				r = value_keep(place, values->end
					? strview_head(rest, strview_find_last(rest, values->end))
					: strview_trim(rest));
			break;
		case OOM_VALUE_PIECE:
			if (strview_skip_past(&rest, values->key))
				r = value_keep(place, strview_head(rest, strview_find(rest,
										values->end)));
			break;
		case OOM_VALUE_NODES:
			if (strview_skip_past(&rest, values->key))
				r = value_keep(place, value_nodes(rest));
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int partial_read(struct oom_partial *partial, const struct oom_line *line)
{
	const struct oom_line_kind *kind = &oom_line_kinds[line->type];
	struct strview text = line->stripped.message;
	uint64_t *figure = figure_place(partial, line->type, text);
	int r = 0;

	partial->time = &line->stripped.time;
	if (!kind->figures || (figure && *figure == OOM_UNKNOWN))
		r = read_line_values(kind->values, text, figure ? (void *)figure : partial);
	if (r == 0 && kind->read)
		r = kind->read(partial, text);
	for (size_t i = 0; i < ARRAY_SIZE(kind->sets) && kind->sets[i]; i++)
		*(bool *)partial_at(partial, kind->sets[i]) = true;
	return r;
}
