/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-parts.h - what the sections of an explanation share: the text, words, questions */
#ifndef PT_EXPLAIN_PARTS_H
#define PT_EXPLAIN_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/cgroup-owner.h"
#include "analysis/explanation.h"
#include "analysis/memory-usage.h"
#include "lib/size.h"
#include "lib/utf8.h"

#define OOM_TEXT_SHOWN 160
#define OOM_PATH_SHOWN 400
#define OOM_NAME_ROOM (SAFE_ROOM(OOM_COMM_MAX) + 32)
#define OOM_WORDS_ROOM 2048		/* a path made safe, and a few words with it */

/* What is told, what follows from it, and the paragraph so far. */
struct oom_textbuf {
	const struct oom_report *report;
	const struct oom_ranking *ranking;
	const struct oom_report *next;		/* or NULL */
	const struct oom_victim *victim;	/* the first that has a kill line; NULL: none */
	const struct oom_task *killed;		/* its row in the table; NULL: none */
	const struct oom_task *chosen;		/* that of the one that was chosen; NULL: none */
	const struct oom_task *largest;		/* that holds most, whatever its adj; NULL: none */
	struct oom_memory_usage memory_usage;
	struct oom_memcg_usage memcg_usage;
	struct cgroup_owner owner, task_owner;	/* of report->memcg's path and task_path */
	bool machine;		/* it ran out itself, or some of its nodes did */
	bool below;		/* report->memcg.task_path lies below the path */
	bool bpf;		/* a BPF program asked for the kill (struct bpf_oom_ops) */
	struct oom_explanation *explanation;
	enum oom_section section;
	FILE *stream;		/* into explanation->text */
	size_t begin, length;	/* of the paragraph */
	size_t ends[OOM_SENTENCES_MAX];		/* of the sentences so far but the last */
	size_t end_count;
	size_t note_begin, note_length;		/* explanation->note's in its text */
	size_t first_advice;	/* of this explainer, whose weights put them in order */
	char (*words)[OOM_WORDS_ROOM];		/* for oom_words() */
	size_t words_used;
	bool failed;		/* a paragraph is lost */
};

/* Begins a sentence; oom_append() goes on with it. */
void oom_sentence(struct oom_textbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void oom_append(struct oom_textbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes a paragraph of what has been said since the last one, if anything. */
void oom_paragraph(struct oom_textbuf *buf);

/* The same for an advice, which goes before those since first_advice whose WEIGHT is less. */
void oom_advice(struct oom_textbuf *buf, uint64_t weight);

/* The same for buf. */
#define SAY(...) oom_sentence(buf, __VA_ARGS__)
#define ADD(...) oom_append(buf, __VA_ARGS__)

/* A condition, a sentence, and its figures, which are looked at only if it holds. */
#define SAY_IF(condition, ...) \
	do { \
		if (condition) \
			SAY(__VA_ARGS__); \
	} while (0)

/* The same as a paragraph of advice. */
#define ADVISE_IF(condition, weight, ...) \
	do { \
		if (condition) { \
			SAY(__VA_ARGS__); \
			oom_advice(buf, weight); \
		} \
	} while (0)

/* A part of a sentence that is left out unless the condition holds. */
#define PART_IF(condition, ...) ((condition) ? oom_words(buf, __VA_ARGS__) : "")

/* A part of a sentence, good as long as fewer than OOM_WORDS_KEPT more are made. */
const char *oom_words(struct oom_textbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define OOM_WORDS_KEPT 32

/* Says a part of a section, as far as REPORT, buf's, knows; explain.c has them in order. */
typedef void oom_explainer(struct oom_textbuf *buf, const struct oom_report *report);

/* explain-trigger.c */
oom_explainer oom_summarize, oom_explain_when, oom_explain_trigger, oom_explain_scope;
oom_explainer oom_explain_gaps;
/* explain-memcg.c */
oom_explainer oom_summarize_memcg, oom_explain_memcg_scope, oom_explain_memcg, oom_advise_memcg;
/* explain-machine.c */
oom_explainer oom_explain_free, oom_explain_takers, oom_explain_machine;
oom_explainer oom_advise_places, oom_advise_takers;
/* explain-choice.c */
oom_explainer oom_explain_choice, oom_explain_names, oom_advise_settings, oom_advise_others;
/* explain-victim.c */
oom_explainer oom_explain_killed, oom_explain_reclaimed, oom_explain_next;

/* Words. Texts of the log come out safe for a terminal; what is too long loses its middle. */

/*
 * main.out, or in quotes what could be taken for a part of the sentence; "a process" for "". Made
 * safe for a terminal. Returns text.
 */
const char *oom_name(char text[static OOM_NAME_ROOM], const char *comm);

/* main.out (pid 15665); process 15665; the name alone without a pid. */
const char *oom_who(struct oom_textbuf *buf, const char *comm, int64_t pid);

/* At most MOST bytes, OOM_PATH_SHOWN or less, of TEXT (NULL: none), made safe. */
const char *oom_cut(struct oom_textbuf *buf, size_t most, const char *text);

/* "87 %", "less than 1 %", "over 99 %"; "" when it cannot be said. */
const char *oom_share(struct oom_textbuf *buf, uint64_t part, uint64_t whole);

/* "1.1 ms", "2 h 1 min". */
const char *oom_span(struct oom_textbuf *buf, uint64_t ns);

/* Whose limit, or where the victim lived when the machine ran out: "Docker container 0123". */
const char *oom_memcg_name(struct oom_textbuf *buf, const char *path,
			   const struct cgroup_owner *owner);

/* "a.out (pid 17)", of a task, a victim, a trigger, ... */
#define TASK(task) oom_who(buf, (task)->comm, (task)->pid)
#define NAME(comm) oom_name((char[OOM_NAME_ROOM]){ 0 }, comm)
#define BYTES(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)
#define KNOWN(format, bytes) PART_IF((bytes) != OOM_UNKNOWN, format, BYTES(bytes))
#define SAFE(text) oom_cut(buf, OOM_TEXT_SHOWN, text)
#define PATH(text) oom_cut(buf, OOM_PATH_SHOWN, text)
#define SHARE(part, whole) oom_share(buf, part, whole)
#define SPAN(ns) oom_span(buf, ns)
#define PLURAL(count) ((count) == 1 ? "" : "s")

/* A thing of a list, and how large it is. */
struct oom_part {
	const char *name;
	uint64_t bytes;
};

/*
 * "anonymous 24.0 MiB (75 %), file cache 1.0 MiB": the parts of WHOLE, the largest first; the
 * share of those of a tenth and more; without those below a 200th; "" if none is left. Sorts
 * *parts.
 */
const char *oom_parts(struct oom_textbuf *buf, struct oom_part *parts, size_t count,
		      uint64_t whole);
#define PARTS(parts, whole) oom_parts(buf, parts, ARRAY_SIZE(parts), whole)

/* Questions and advice of several files. */

/* Whether the table has all of its rows: nothing was cut off, lost or left out. */
bool oom_table_whole(const struct oom_report *report);

/* Whether nothing but a setting (vm.oom_dump_tasks) or a filter can have taken the table away. */
bool oom_table_left_out(const struct oom_report *report);

/* Victims, each counted once. */
size_t oom_victims(const struct oom_report *report);

/*
 * What a victim held when it was killed, its RSS: by its line or the table. Of nothing else is
 * said that it was held; what has swap and page tables in it says so (oom_task_held()).
 */
uint64_t oom_victim_held(const struct oom_report *report, const struct oom_victim *victim);

/* To run fewer, if many tasks of one name hold much of WHOLE: RAM or the limit of the cgroup. */
void oom_advise_fewer(struct oom_textbuf *buf, uint64_t whole);

/* How little of SHMEM the processes have mapped, if it is little and the table tells. */
void oom_say_unmapped(struct oom_textbuf *buf, uint64_t shmem);

#endif
