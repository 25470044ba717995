/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explanation.h - a report in sentences: what ran out, who was killed, why that one, what to do */
#ifndef PT_EXPLANATION_H
#define PT_EXPLANATION_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/rank.h"
#include "oomreport/report.h"

/* In the order in which they are told. */
enum oom_section {
	OOM_SECTION_SUMMARY,	/* the whole in one sentence */
	OOM_SECTION_WHEN,
	OOM_SECTION_TRIGGER,	/* who asked, and for what */
	OOM_SECTION_SCOPE,	/* what ran out, whose limit, who set it */
	OOM_SECTION_MEMORY,	/* the figures that explain the shortage */
	OOM_SECTION_KILLED,
	OOM_SECTION_WHY,
	OOM_SECTION_RECLAIMED,
	OOM_SECTION_FOLLOW_UP,
	OOM_SECTION_ADVICE,
	OOM_SECTION_GAPS,	/* what this log does not have: cut off, suppressed, guessed */
};

/* Sentences of a paragraph after which it may be cut short. */
#define OOM_SENTENCES_MAX 12

/* A paragraph. Process names and paths in it are already safe for a terminal (lib/utf8.h). */
struct oom_paragraph {
	enum oom_section section;
	const char *text;	/* the explanation's; no newline, no final blank */
	size_t begin;		/* where it is in all of the explanation's */
	size_t ends[OOM_SENTENCES_MAX];	/* where its first sentences end, in bytes, ascending */
	size_t end_count;	/* the end of the text is not among them */
	uint64_t weight;	/* of an advice: the bytes that it rests on */
};

struct oom_explanation {
	struct oom_paragraph *list;	/* owned */
	size_t count;
	char *text;		/* owned: of all paragraphs */
	char *note;		/* owned: of OOM_SECTION_WHY what is about the choice itself */
};

/*
 * Explains *report, ranked. NEXT is the report after it in the log, or NULL. Sizes are said as
 * "28.7 GiB". Returns 0 or -ENOMEM.
 */
int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation);

/*
 * Why the kernel chose the one that it did, in at most two sentences: ranks *report and takes the
 * beginning of OOM_SECTION_WHY. The caller frees it. NULL: nothing is said, or out of memory.
 */
char *oom_explain_briefly(struct oom_report *report);

void oom_explanation_free(struct oom_explanation *explanation);

/* "What ran out", ...: the words in front of a paragraph. */
const char *oom_section_name(enum oom_section section);

#endif
