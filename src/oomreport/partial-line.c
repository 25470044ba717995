/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial-line.c - lines read by the table of their types, and whether a report lacks them */
#include <config.h>

#include "oomreport/partial-line.h"

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

bool partial_lacks(const struct oom_partial *partial, enum oom_line_type type, struct strview text)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];
	const uint64_t *figure = figure_place(partial, type, text);

	if (partial_is_over(partial))
		return kind->flags & OOM_LINE_AT_END &&
		       (type != OOM_LINE_DECISION_REST || lacks_decision_rest(partial, text));
	if (partial_is_of_another_kind(partial, type) || (figure && *figure != OOM_UNKNOWN))
		return false;
	if (kind->flags & OOM_LINE_ONCE)
		return !*(bool *)partial_at(partial, kind->sets);
	return !kind->lacks || kind->lacks(partial, text);
}

int partial_read(struct oom_partial *partial, enum oom_line_type type, struct strview text,
		 const struct oom_time *time)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];
	int r;

	partial->time = time;
	partial->figure = figure_place(partial, type, text);
	r = kind->read ? kind->read(partial, text) : 0;
	if (kind->sets)
		*(bool *)partial_at(partial, kind->sets) = true;
	return r;
}
