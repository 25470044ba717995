/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-text.c - names, pages and sentences that notes about a ranking have in common */
#include <config.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/rank-text.h"

const char *rank_pages(char text[static RANK_PAGES_ROOM], const struct oom_ranking *ranking,
		       int64_t pages)
{
	uint64_t bytes;

	/* A negative badness is a number and no amount of memory. */
	if (pages < 0 || __builtin_mul_overflow((uint64_t)pages, ranking->page_size, &bytes))
		snprintf(text, RANK_PAGES_ROOM, "%" PRId64 " pages", pages);
	else
		snprintf(text, RANK_PAGES_ROOM, "%" PRId64 " page%s (%s)", pages,
			 pages == 1 ? "" : "s", HUMAN(bytes));
	return text;
}

static void __attribute__((format(printf, 2, 0)))
append(struct oom_ranking *ranking, const char *format, va_list arguments)
{
	size_t used = strlen(ranking->note);

	vsnprintf(ranking->note + used, sizeof(ranking->note) - used, format, arguments);
}

void rank_append(struct oom_ranking *ranking, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(ranking, format, arguments);
	va_end(arguments);
}

void rank_sentence(struct oom_ranking *ranking, const char *format, ...)
{
	va_list arguments;

	if (ranking->note[0])
		rank_append(ranking, " ");
	va_start(arguments, format);
	append(ranking, format, arguments);
	va_end(arguments);
}

void rank_append_worst(const struct oom_report *report, struct oom_ranking *ranking)
{
	const struct oom_task *worst;

	if (!ranking->candidates)
		return;
	worst = &report->tasks[ranking->order[0]];
	rank_sentence(ranking, "The worst of %zu candidate%s is %s with %s.", ranking->candidates,
		      ranking->candidates == 1 ? "" : "s", TASK(worst), PAGES(worst->badness));
}

void rank_append_gaps(const struct oom_report *report, struct oom_ranking *ranking)
{
	if (report->tasks_listed > report->task_count)
		rank_sentence(ranking, "Only %zu of the %zu rows of the table were kept.",
			      report->task_count, report->tasks_listed);
	else if (report->missed)
		rank_sentence(ranking,
			      "Rows of the table may be missing: %" PRIu64 " line%s of this "
			 "log %s suppressed or lost.", report->missed,
			 report->missed == 1 ? "" : "s", report->missed == 1 ? "was" : "were");
	else if (report->cut_start || report->cut_end || !report->has_table)
		rank_sentence(ranking,
			      "Rows of the table may be missing, for the report is cut off.");
}
