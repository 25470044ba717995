/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h - a report in sentences: what ran out, who was killed, why that one, what to do */
#ifndef PT_EXPLAIN_H
#define PT_EXPLAIN_H

#include <stddef.h>

#include "analysis/rank.h"
#include "oomreport/report.h"

/* In the order in which they are told. */
enum oom_section {
	OOM_SECTION_SUMMARY,	/* the whole in one sentence */
	OOM_SECTION_WHEN,
	OOM_SECTION_TRIGGER,		/* the trigger, what it asked for */
	OOM_SECTION_SCOPE,		/* what ran out, whose limit, who set it */
	OOM_SECTION_MEMORY,	/* the figures that explain the shortage */
	OOM_SECTION_KILLED,
	OOM_SECTION_WHY,
	OOM_SECTION_RECLAIMED,		/* what the reaper got back, and what it could not */
	OOM_SECTION_FOLLOW_UP,		/* the report that follows at once, a panic */
	OOM_SECTION_ADVICE,
	OOM_SECTION_GAPS,		/* what this log does not have: cut off, suppressed,
					 * guessed */
};

/* Sentences of a paragraph after which it may be cut short. */
#define OOM_SENTENCES_MAX 12

/* A paragraph. Process names and paths in it are already safe for a terminal (lib/safe.h). */
struct oom_paragraph {
	enum oom_section section;
	char *text;		/* owned; no newline, no final blank */
	size_t ends[OOM_SENTENCES_MAX];	/* where its first sentences end, in bytes, ascending */
	size_t end_count;	/* the end of the text is not among them */
};

struct oom_explanation {
	struct oom_paragraph *list;	/* owned */
	size_t count, capacity;
};

/*
 * Explains *report, ranked. NEXT is the report after it in the log, or NULL. Sizes are said as
 * "28.7 GiB". Returns 0 or -ENOMEM.
 */
int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation);

void oom_explanation_free(struct oom_explanation *explanation);

/* Adds a paragraph. Returns 0 or -ENOMEM. */
int oom_explanation_add(struct oom_explanation *explanation, enum oom_section section,
			const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "What ran out", ...: the words in front of a paragraph. */
const char *oom_section_name(enum oom_section section);

/* Adds what the figures advise, each with the figure that it rests on (advice.c). */
int oom_advise(const struct oom_report *report, const struct oom_ranking *ranking,
	       const struct oom_report *next, struct oom_explanation *explanation);

#endif
