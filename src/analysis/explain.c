/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.c - a report in sentences: the order of the sections, their text as it grows, words, and
 * what several sections ask or advise
 */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"

/* Tasks with one name that are a service with many workers rather than a program with helpers. */
#define MANY_TASKS 5

__attribute__((format(printf, 2, 0)))
static void textbuf_print(struct oom_textbuf *buf, const char *format, va_list arguments)
{
	int length = vfprintf(buf->stream, format, arguments);

	buf->length += length > 0 ? (size_t)length : 0;
}

void oom_append(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	textbuf_print(buf, format, arguments);
	va_end(arguments);
}

void oom_sentence(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;

	if (buf->length && buf->end_count < OOM_SENTENCES_MAX)
		buf->ends[buf->end_count++] = buf->length;
	if (buf->length)
		oom_append(buf, " ");
	va_start(arguments, format);
	textbuf_print(buf, format, arguments);
	va_end(arguments);
}

const char *oom_words(struct oom_textbuf *buf, const char *format, ...)
{
	char *words = buf->words[buf->words_used++ % OOM_WORDS_KEPT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, OOM_WORDS_ROOM, format, arguments);
	va_end(arguments);
	return words;
}

void oom_paragraph(struct oom_textbuf *buf)
{
	struct oom_explanation *explanation = buf->explanation;
	struct oom_paragraph paragraph = {
		.section = buf->section, .begin = buf->begin, .end_count = buf->end_count,
	}, *list;

	if (!buf->length)
		return;
	list = reallocarray(explanation->list, explanation->count + 1, sizeof(*list));
	if (list) {
		memcpy(paragraph.ends, buf->ends, sizeof(buf->ends));
		list[explanation->count++] = paragraph;
		explanation->list = list;
	} else {
		buf->failed = true;
	}
	fputc('\0', buf->stream);
	buf->begin += buf->length + 1;
	buf->length = buf->end_count = 0;
}

void oom_advice(struct oom_textbuf *buf, uint64_t weight)
{
	struct oom_explanation *explanation = buf->explanation;
	size_t place = explanation->count;
	struct oom_paragraph advice;

	oom_paragraph(buf);
	if (place == explanation->count)
		return;
	advice = explanation->list[place];
	advice.weight = weight;
	for (; place > buf->first_advice && explanation->list[place - 1].weight < weight; place--)
		explanation->list[place] = explanation->list[place - 1];
	explanation->list[place] = advice;
}

const char *oom_name(char text[static OOM_NAME_ROOM], const char *comm)
{
	char safe[SAFE_ROOM(OOM_COMM_MAX)];
	bool plain = true;

	for (const char *at = comm; *at; at++)
		plain = plain && (isalnum((unsigned char)*at) || strchr("._-+:/@#", *at));
	snprintf(text, OOM_NAME_ROOM, !*comm ? "a process" : plain ? "%s" : "\"%s\"",
		 safe_text(safe, sizeof(safe), comm));
	return text;
}

const char *oom_who(struct oom_textbuf *buf, const char *comm, int64_t pid)
{
	if (*comm || pid == OOM_NO_NUMBER)
		return oom_words(buf, pid == OOM_NO_NUMBER ? "%s" : "%s (pid %" PRId64 ")",
				 NAME(comm), pid);
	return oom_words(buf, "process %" PRId64, pid);
}

/* Of a path the beginning tells who made it and the end which one it is: the middle goes. */
const char *oom_cut(struct oom_textbuf *buf, size_t most, const char *text)
{
	size_t length = text ? strlen(text) : 0, head = most / 2, tail = length - (most - head);
	char shorter[OOM_PATH_SHOWN + 4], safe[SAFE_ROOM(OOM_PATH_SHOWN + 4)];

	if (length > most) {
		/* Not inside a character of UTF-8 */
		while (head && (text[head] & 0xc0) == 0x80)
			head--;
		while (tail < length && (text[tail] & 0xc0) == 0x80)
			tail++;
		snprintf(shorter, sizeof(shorter), "%.*s...%s", (int)head, text, text + tail);
		text = shorter;
	}
	return oom_words(buf, "%s", safe_text(safe, sizeof(safe), text ? text : ""));
}

const char *oom_share(struct oom_textbuf *buf, uint64_t part, uint64_t whole)
{
	uint64_t percent, rest;

	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || !whole)
		return "";
	if (number_muldiv(part, 100, whole, &percent, &rest) < 0)
		percent = UINT64_MAX;
	else if (rest >= whole - whole / 2)
		percent++;
	if (!percent && part)
		return "less than 1 %";
	if (percent == 100 && part < whole)
		return "over 99 %";
	return oom_words(buf, "%" PRIu64 " %%", percent);
}

const char *oom_span(struct oom_textbuf *buf, uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND, minutes = seconds / 60, hours = minutes / 60;
	bool below = ns < NS_PER_SECOND;
	double value = (double)ns / (double)(below ? NS_PER_MS : NS_PER_SECOND);

	if (ns < NS_PER_MS)
		return oom_words(buf, "%" PRIu64 " us", ns / 1000);
	if (seconds < 60)
		/* 1.1, but 11 and 110 */
		return oom_words(buf, "%.*f %s", value < 9.95 ? 1 : 0, value, below ? "ms" : "s");
	if (hours < 1)
		return oom_words(buf, "%" PRIu64 " min %" PRIu64 " s", minutes, seconds % 60);
	if (hours < 48)
		return oom_words(buf, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
	return oom_words(buf, "%" PRIu64 " days", hours / 24);
}

const char *oom_memcg_name(struct oom_textbuf *buf, const char *path,
			   const struct cgroup_owner *owner)
{
	char safe[SAFE_ROOM(CGROUP_OWNER_TEXT_MAX)];

	if (owner->what[0])
		return oom_words(buf, "%s", safe_text(safe, sizeof(safe), owner->what));
	return path ? oom_words(buf, "memory cgroup %s", oom_cut(buf, 80, path))
		    : "a memory cgroup";
}

static int part_compare_size(const void *left, const void *right)
{
	const struct oom_part *a = left, *b = right;

	/* OOM_UNKNOWN + 1 is 0: the least. */
	return (a->bytes + 1 < b->bytes + 1) - (a->bytes + 1 > b->bytes + 1);
}

const char *oom_parts(struct oom_textbuf *buf, struct oom_part *parts, size_t count,
		      uint64_t whole)
{
	const char *text = "";

	qsort(parts, count, sizeof(*parts), part_compare_size);
	for (size_t i = 0; i < count; i++) {
		uint64_t bytes = parts[i].bytes;

		if (bytes && bytes != OOM_UNKNOWN &&
		    (whole == OOM_UNKNOWN || bytes >= whole / 200))
			text = oom_words(buf, "%s%s%s %s%s", text, *text ? ", " : "",
					 parts[i].name, BYTES(bytes),
					 PART_IF(oom_at_least(bytes, 10, whole), " (%s)",
						 SHARE(bytes, whole)));
	}
	return text;
}

bool oom_table_whole(const struct oom_report *report)
{
	bool ended = !report->cut_end || report->choice.present || report->victim_count ||
		     report->none_killable || report->selected.pid != OOM_NO_NUMBER;

	return report->has_table && report->task_count && ended && !report->cut_start &&
	       !report->missed && report->task_count == report->tasks_listed;
}

bool oom_table_left_out(const struct oom_report *report)
{
	return !report->has_table && !report->table_begun && !report->task_count &&
	       report->trigger.present &&
	       report->trigger.pid != OOM_NO_NUMBER && !report->cut_end && !report->missed &&
	       (report->has_memory || report->memcg.memory.usage != OOM_UNKNOWN);
}

size_t oom_victims(const struct oom_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->victim_count; i++)
		count += !report->victims[i].repeated;
	return count;
}

uint64_t oom_victim_held(const struct oom_report *report, const struct oom_victim *victim)
{
	uint64_t held = oom_plus(oom_plus(victim->anon, victim->file), victim->shmem);
	const struct oom_task *task;

	if (held != OOM_UNKNOWN)
		return held;
	task = oom_find_task(report, victim->pid);
	return task ? task->rss : OOM_UNKNOWN;
}

void oom_advise_fewer(struct oom_textbuf *buf, uint64_t whole)
{
	const struct oom_sum *sum = buf->ranking->sums;

	/* None of them has most of it alone. */
	ADVISE_IF(buf->ranking->sum_count && sum->tasks >= MANY_TASKS && buf->largest &&
		  oom_at_least(sum->held, 40, whole) &&
		  oom_task_held(buf->largest) <= sum->held / 2, sum->held,
		  "Run fewer of them%s: %zu processes called %s had %s together with swap and page tables (%s of %s), shared pages counted for each.",
		  buf->machine ? ", or smaller ones" : "", sum->tasks, NAME(sum->comm),
		  BYTES(sum->held), SHARE(sum->held, whole), buf->machine ? "RAM" : "the limit");
}

void oom_say_unmapped(struct oom_textbuf *buf, uint64_t shmem)
{
	const struct oom_report *report = buf->report;
	uint64_t mapped = 0;

	for (size_t i = 0; i < report->task_count; i++)
		mapped = oom_plus(mapped, report->tasks[i].rss_shmem);
	SAY_IF(report->columns.rss_kinds && oom_table_whole(report) && mapped < shmem / 2,
	       "The processes listed had at most %s of it mapped: the rest is in files.",
	       BYTES(mapped));
}

/* Whether PATH, a cgroup's, lies below PARENT; both may be NULL. */
static bool is_path_below(const char *path, const char *parent)
{
	size_t length = parent ? strlen(parent) : 0;

	while (length && parent[length - 1] == '/')
		length--;
	return path && parent && !strncmp(path, parent, length) && path[length] == '/' &&
	       path[length + 1];
}

/* What a part speaks of, if not of all reports. */
enum explain_only { EXPLAIN_ALL, EXPLAIN_MACHINE, EXPLAIN_MEMCG };

static const struct {
	enum oom_section section;
	enum explain_only only;
	oom_explainer *explain;
} explain_parts[] = {
	{ OOM_SECTION_SUMMARY, EXPLAIN_ALL, oom_summarize },
	{ OOM_SECTION_WHEN, EXPLAIN_ALL, oom_explain_when },
	{ OOM_SECTION_TRIGGER, EXPLAIN_ALL, oom_explain_trigger },
	{ OOM_SECTION_SCOPE, EXPLAIN_ALL, oom_explain_scope },
	{ OOM_SECTION_SCOPE, EXPLAIN_MEMCG, oom_explain_memcg_scope },
	{ OOM_SECTION_MEMORY, EXPLAIN_MACHINE, oom_explain_free },
	{ OOM_SECTION_MEMORY, EXPLAIN_MACHINE, oom_explain_takers },
	{ OOM_SECTION_MEMORY, EXPLAIN_ALL, oom_explain_machine },
	{ OOM_SECTION_MEMORY, EXPLAIN_MEMCG, oom_explain_memcg },
	{ OOM_SECTION_KILLED, EXPLAIN_ALL, oom_explain_killed },
	{ OOM_SECTION_WHY, EXPLAIN_ALL, oom_explain_choice },
	{ OOM_SECTION_WHY, EXPLAIN_ALL, oom_explain_names },
	{ OOM_SECTION_RECLAIMED, EXPLAIN_ALL, oom_explain_reclaimed },
	{ OOM_SECTION_FOLLOW_UP, EXPLAIN_ALL, oom_explain_next },
	{ OOM_SECTION_ADVICE, EXPLAIN_ALL, oom_advise_settings },
	{ OOM_SECTION_ADVICE, EXPLAIN_MACHINE, oom_advise_places },
	{ OOM_SECTION_ADVICE, EXPLAIN_MACHINE, oom_advise_takers },
	{ OOM_SECTION_ADVICE, EXPLAIN_MEMCG, oom_advise_memcg },
	{ OOM_SECTION_ADVICE, EXPLAIN_ALL, oom_advise_others },
	{ OOM_SECTION_GAPS, EXPLAIN_ALL, oom_explain_gaps },
};

int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation)
{
	struct oom_explanation explanation = { 0 };
	CLEANUP_FREE char (*words)[OOM_WORDS_ROOM] = malloc(OOM_WORDS_KEPT * sizeof(*words));
	struct oom_textbuf buf = {
		.report = report, .ranking = ranking, .next = next, .words = words,
		.victim = report->victim_count ? report->victims : NULL,
		.explanation = &explanation,
		.machine = report->scope != OOM_SCOPE_MEMCG && report->scope != OOM_SCOPE_SYSRQ,
		.below = is_path_below(report->memcg.task_path, report->memcg.path),
		.bpf = report->constraint && strstr(report->constraint, "BPF"),
	};
	size_t size;

	if (!words)
		return -ENOMEM;
	buf.stream = open_memstream(&explanation.text, &size);
	if (!buf.stream)
		return -ENOMEM;
	if (buf.victim)
		buf.killed = oom_find_task(report, buf.victim->pid);
	if (ranking->chosen != OOM_NO_TASK)
		buf.chosen = &report->tasks[ranking->chosen];
	for (size_t i = 0; i < report->task_count && report->page_size_known; i++)
		if (!i || oom_task_held(&report->tasks[i]) > oom_task_held(buf.largest))
			buf.largest = &report->tasks[i];
	oom_memory_usage_get(report, &buf.memory_usage);
	oom_memcg_usage_get(report, &buf.memcg_usage);
	cgroup_owner_find(report->memcg.path, buf.memcg_usage.version, &buf.owner);
	cgroup_owner_find(report->memcg.task_path, buf.memcg_usage.version, &buf.task_owner);
	for (size_t i = 0; i < ARRAY_SIZE(explain_parts); i++) {
		if (explain_parts[i].section != buf.section)
			oom_paragraph(&buf);
		buf.section = explain_parts[i].section;
		buf.first_advice = explanation.count;
		if (explain_parts[i].only == EXPLAIN_ALL ||
		    (explain_parts[i].only == EXPLAIN_MACHINE ? buf.machine
		     : report->scope == OOM_SCOPE_MEMCG))
			explain_parts[i].explain(&buf, report);
	}
	oom_paragraph(&buf);
	buf.failed |= ferror(buf.stream) != 0;
	buf.failed |= fclose(buf.stream) != 0;
	if (!buf.failed)
		explanation.note = strndup(explanation.text + buf.note_begin, buf.note_length);
	if (!explanation.note) {
		oom_explanation_free(&explanation);
		return -ENOMEM;
	}
	for (size_t i = 0; i < explanation.count; i++)
		explanation.list[i].text = explanation.text + explanation.list[i].begin;
	*ret_explanation = explanation;
	return 0;
}

char *oom_explain_briefly(struct oom_report *report)
{
	struct oom_ranking ranking;
	struct oom_explanation explanation;
	char *text = NULL;

	if (oom_rank(report, &ranking) < 0)
		return NULL;
	if (oom_explain(report, &ranking, NULL, &explanation) == 0) {
		for (size_t i = 0; i < explanation.count && !text; i++) {
			const struct oom_paragraph *why = &explanation.list[i];

			if (why->section == OOM_SECTION_WHY)
				text = strndup(why->text, why->end_count > 1
					       ? why->ends[1] : strlen(why->text));
		}
		oom_explanation_free(&explanation);
	}
	oom_ranking_free(&ranking);
	return text;
}

void oom_explanation_free(struct oom_explanation *explanation)
{
	free(explanation->list);
	free(explanation->text);
	free(explanation->note);
	*explanation = (struct oom_explanation){ 0 };
}

const char *oom_section_name(enum oom_section section)
{
	static const char *const names[] = {
		[OOM_SECTION_SUMMARY] = "In short", [OOM_SECTION_WHEN] = "When",
		[OOM_SECTION_TRIGGER] = "Who asked", [OOM_SECTION_SCOPE] = "What ran out",
		[OOM_SECTION_MEMORY] = "Memory", [OOM_SECTION_KILLED] = "Killed",
		[OOM_SECTION_WHY] = "Why that one", [OOM_SECTION_RECLAIMED] = "What came back",
		[OOM_SECTION_FOLLOW_UP] = "What followed", [OOM_SECTION_ADVICE] = "What to do",
		[OOM_SECTION_GAPS] = "Not in the log",
	};

	return names[section];
}
