/* SPDX-License-Identifier: GPL-2.0-or-later */
/* partial.c - lines read by the table of their types, and whether a report lacks them */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/partial.h"

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

bool partial_is_over(const struct oom_partial *partial)
{
	const struct oom_report *report = &partial->report;

	return report->victim_count || report->none_killable || report->already_exiting ||
	       report->panic;
}

bool partial_is_of_another_kind(const struct oom_partial *partial, enum oom_line_type type)
{
	unsigned flags = oom_line_kinds[type].flags;

	return (flags & OOM_LINE_MACHINES && partial->memcg_present) ||
	       (flags & OOM_LINE_MEMCGS && partial->report.has_memory);
}

/* By what LINE, of OOM_LINE_EACH, differs from others of its type: "Node 0 DMA free", "92". */
static uint64_t subject_of(const struct oom_line *line)
{
	struct strview text = line->stripped.message;
	size_t length = 0;

	while (strview_skip_blanks(&text) || strview_skip(&text, "["))
		;
	while (length < text.length && text.at[length] != ':' && text.at[length] != ']')
		length++;
	return value_hash(strview_head(text, length), line->type);
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
	if (kind->flags & OOM_LINE_EACH) {
		bool row = line->type == OOM_LINE_ROW;
		uint64_t subject = subject_of(line);

		for (size_t i = 0; i < MIN(partial->had_count[row], PARTIAL_HAD); i++)
			if (partial->had[row][i] == subject && (!row || partial->report.has_table))
				return false;
	}
	if (kind->flags & OOM_LINE_ONCE)
		return !*(bool *)partial_at(partial, kind->sets);
	return !kind->lacks || kind->lacks(partial, text);
}

int64_t partial_pid_of(const struct oom_line *line)
{
	struct strview text = line->stripped.message;
	int64_t pid = OOM_NO_NUMBER;

	/* The first of them: a name behind it may hold another. */
	if (strview_skip_past(&text, oom_line_kinds[line->type].pid))
		strview_take_i64(&text, &pid);
	return pid;
}

int partial_fits(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	bool memcg = strview_has(text, ",oom_memcg=/");
	int64_t pid = OOM_NO_NUMBER;
	int fits = 0;

	value_signed(text, ",pid=", &pid);
	if (memcg && report->memcg.path && strview_has(text, report->memcg.path))
		fits += 4;
	fits += memcg ? partial->memcg_present : report->has_memory;
	fits += oom_find_task(report, pid) != NULL;
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

int values_read(const struct oom_line_value *value, struct strview text, void *base)
{
	int r = 0;

	strview_skip_blanks(&text);
	for (; r == 0 && value && value->key; value++) {
		void *place = (char *)base + value->place;
		struct strview rest = text;
		uint64_t count;

		switch (value->kind) {
		case OOM_VALUE_SIGNED:
			if (value->end)
				rest = strview_head(rest, strview_find(rest, value->end));
			value_signed(rest, value->key, place);
			break;
		case OOM_VALUE_COUNT:
		case OOM_VALUE_KIB:
			if ((*value->key && !strview_skip_past_last(&rest, value->key)) ||
			    !value_take(&rest, &count))
				break;
			/* Without its unit it is cut, perhaps inside the number. */
			if (value->kind == OOM_VALUE_COUNT)
				*(uint64_t *)place = value_times(count, 1);
			else if (strview_starts(rest, "k") || strview_starts(rest, "K"))
				*(uint64_t *)place = value_times(count, 1024);
			break;
		case OOM_VALUE_TEXT:
			if (strview_skip(&rest, value->key))
				r = value_keep(place, value->end
					? strview_head(rest, strview_find_last(rest, value->end))
					: strview_trim(rest));
			break;
		case OOM_VALUE_PIECE:
			if (strview_skip_past(&rest, value->key))
				r = value_keep(place, strview_head(rest, strview_find(rest,
										value->end)));
			break;
		case OOM_VALUE_NODES:
			if (!strview_skip_past(&rest, value->key))
				break;
			for (count = 0; count < rest.length && (rest.at[count] == '-' ||
			     rest.at[count] == ',' || strview_is_digit(rest.at[count])); )
				count++;
			while (count && rest.at[count - 1] == ',')
				count--;
			r = value_keep(place, strview_head(rest, count));
		}
	}
	return r;
}

int partial_read(struct oom_partial *partial, const struct oom_line *line)
{
	const struct oom_line_kind *kind = &oom_line_kinds[line->type];
	struct strview text = line->stripped.message;
	uint64_t *figure = figure_place(partial, line->type, text);
	int r = 0;

	if (kind->flags & OOM_LINE_EACH) {
		bool row = line->type == OOM_LINE_ROW;

		partial->had[row][partial->had_count[row]++ % PARTIAL_HAD] = subject_of(line);
	}
	partial->time = &line->stripped.time;
	if (!kind->figures || (figure && *figure == OOM_UNKNOWN))
		r = values_read(kind->values, text, figure ? (void *)figure : partial);
	if (r == 0 && kind->read)
		r = kind->read(partial, text);
	if (kind->sets)
		*(bool *)partial_at(partial, kind->sets) = true;
	partial->report.has_memory |= kind->flags & OOM_LINE_MACHINES;
	partial->memcg_present |= kind->flags & OOM_LINE_MEMCGS;
	return r;
}
