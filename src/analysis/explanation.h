/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explanation.h - paragraphs under headings, which an explanation is made of */
#ifndef PT_EXPLANATION_H
#define PT_EXPLANATION_H

#include <stddef.h>

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

/* Adds *paragraph, whose text it then owns. Returns 0 or -ENOMEM. */
int oom_explanation_add(struct oom_explanation *explanation,
			const struct oom_paragraph *paragraph);

void oom_explanation_free(struct oom_explanation *explanation);

/* "What ran out", ...: the words in front of a paragraph. */
const char *oom_section_name(enum oom_section section);

#endif
