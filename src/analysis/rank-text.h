/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-text.h - the words of which notes about a ranking are made */
#ifndef PT_RANK_TEXT_H
#define PT_RANK_TEXT_H

#include <stdint.h>

#include "analysis/process-name.h"
#include "analysis/rank.h"
#include "lib/size.h"
#include "oomreport/report.h"

#define TASK(task) WHO((task)->comm, (task)->pid)

/* "1234 pages (4.8 MiB)" */
#define RANK_PAGES_ROOM (SIZE_TEXT_MAX + 40)
#define PAGES(pages) rank_pages((char[RANK_PAGES_ROOM]){ 0 }, ranking, pages)

/* "4.8 MiB" */
#define HUMAN(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

const char *rank_pages(char text[static RANK_PAGES_ROOM], const struct oom_ranking *ranking,
		       int64_t pages);

/* Adds a sentence to the note, with a blank in front if it is not the first. */
void rank_sentence(struct oom_ranking *ranking, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds to the sentence. In both, what does not fit is left out. */
void rank_append(struct oom_ranking *ranking, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says which candidate is the worst, if there is one. */
void rank_append_worst(const struct oom_report *report, struct oom_ranking *ranking);

/* Says that rows of the table may be missing, if so. */
void rank_append_gaps(const struct oom_report *report, struct oom_ranking *ranking);

#endif
