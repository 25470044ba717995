/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - a report in sentences: the order of the sections, and their text as it grows */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/findings.h"
#include "lib/macros.h"

void oom_append(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vfprintf(buf->stream, format, arguments);
	va_end(arguments);
	buf->length += length > 0 ? (size_t)length : 0;
}

void oom_sentence(struct oom_textbuf *buf, const char *format, ...)
{
	va_list arguments;
	int length;

	if (buf->length && buf->end_count < OOM_SENTENCES_MAX)
		buf->ends[buf->end_count++] = buf->length;
	if (buf->length)
		oom_append(buf, " ");
	va_start(arguments, format);
	length = vfprintf(buf->stream, format, arguments);
	va_end(arguments);
	buf->length += length > 0 ? (size_t)length : 0;
}

void oom_paragraph(struct oom_textbuf *buf, enum oom_section section)
{
	struct oom_explanation *explanation = buf->explanation;
	struct oom_paragraph paragraph = {
		.section = section, .begin = buf->begin, .end_count = buf->end_count,
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

	oom_paragraph(buf, OOM_SECTION_ADVICE);
	if (place == explanation->count)
		return;
	advice = explanation->list[place];
	advice.weight = weight;
	for (; place > buf->first_advice && explanation->list[place - 1].weight < weight; place--)
		explanation->list[place] = explanation->list[place - 1];
	explanation->list[place] = advice;
}

static const struct oom_task *find_largest_task(const struct oom_report *report)
{
	const struct oom_task *largest = NULL;

	for (size_t i = 0; i < report->task_count && report->page_size_known; i++)
		if (!largest || oom_task_held(&report->tasks[i]) > oom_task_held(largest))
			largest = &report->tasks[i];
	return largest;
}

int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation)
{
	static void (*const sections[])(struct oom_textbuf *buf) = {
		oom_explain_summary, oom_explain_when, oom_explain_trigger, oom_explain_scope,
		oom_explain_shortage, oom_explain_memory, oom_explain_killed, oom_explain_why,
		oom_explain_reclaimed, oom_explain_follow_up, oom_explain_advice,
		oom_explain_gaps,
	};
	struct oom_explanation explanation = { 0 };
	struct oom_textbuf buf = {
		.report = report, .ranking = ranking, .next = next,
		.victim = report->victim_count ? report->victims : NULL,
		.largest = find_largest_task(report), .explanation = &explanation,
		.bpf = report->constraint && strstr(report->constraint, "BPF"),
	};
	size_t size;

	buf.stream = open_memstream(&explanation.text, &size);
	if (!buf.stream)
		return -ENOMEM;
	if (buf.victim)
		buf.killed = oom_find_task(report, buf.victim->pid);
	oom_memory_usage_get(report, &buf.memory_usage);
	oom_memcg_usage_get(report, &buf.memcg_usage);
	buf.fragmented = oom_is_fragmented(report, &buf.memory_usage);
	buf.ineligible = oom_is_ineligible(&buf.memory_usage);
	cgroup_owner_find(report->memcg.path, buf.memcg_usage.version, &buf.owner);
	cgroup_owner_find(report->memcg.task_path, buf.memcg_usage.version, &buf.task_owner);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		sections[i](&buf);
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
