/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h - a report in sentences: what ran out, who was killed, why that one, what to do */
#ifndef PT_EXPLAIN_H
#define PT_EXPLAIN_H

#include <stddef.h>

#include "oom/report.h"
#include "why/rank.h"

/* In the order in which they are told. */
enum oom_heading {
	OOM_HEAD_SUMMARY,	/* the whole in one sentence */
	OOM_HEAD_WHEN,
	OOM_HEAD_ASKED,		/* the trigger, what it asked for */
	OOM_HEAD_SCOPE,		/* what ran out, whose limit, who set it */
	OOM_HEAD_MEMORY,	/* the figures that explain the shortage */
	OOM_HEAD_KILLED,
	OOM_HEAD_WHY,
	OOM_HEAD_BACK,		/* what the reaper got back, and what it could not */
	OOM_HEAD_NEXT,		/* the report that follows at once, a panic */
	OOM_HEAD_ADVICE,
	OOM_HEAD_GAPS,		/* what this log does not have: cut off, suppressed, guessed */
};

/* A paragraph. Process names and paths in it are already safe for a terminal (base/safe.h). */
struct oom_paragraph {
	enum oom_heading heading;
	char *text;		/* owned; no newline, no final blank */
};

struct oom_story {
	struct oom_paragraph *list;	/* owned */
	size_t count, room;
};

/*
 * Explains *report, ranked. NEXT is the report after it in the log, or NULL. Sizes are said as
 * "28.7 GiB". Returns 0 or -ENOMEM.
 */
int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_story *ret_story);

void oom_story_free(struct oom_story *story);

/* Adds a paragraph. Returns 0 or -ENOMEM. */
int oom_story_add(struct oom_story *story, enum oom_heading heading, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "What ran out", ...: the words in front of a paragraph. */
const char *oom_heading_name(enum oom_heading heading);

/* Adds what the figures advise, each with the figure that it rests on (advice.c). */
int oom_advise(const struct oom_report *report, const struct oom_ranking *ranking,
	       const struct oom_report *next, struct oom_story *story);

#endif
