/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - a report in sentences: the order of the paragraphs, and the first of them */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/ascii.h"

int oom_explanation_add(struct oom_explanation *explanation, enum oom_section section,
			const char *format, ...)
{
	struct oom_paragraph *list = explanation->list;
	va_list arguments;
	char *text;
	int length;

	if (explanation->count == explanation->capacity) {
		list = reallocarray(list, explanation->capacity + 16, sizeof(*list));
		if (!list)
			return -ENOMEM;
		explanation->list = list;
		explanation->capacity += 16;
	}
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	list[explanation->count++] = (struct oom_paragraph){ .section = section, .text = text };
	return 0;
}

void oom_explanation_free(struct oom_explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
		free(explanation->list[i].text);
	free(explanation->list);
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

	return (size_t)section < sizeof(names) / sizeof(names[0]) ? names[section] : "";
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

bool oom_path_below(const char *path, const char *parent)
{
	size_t length = strlen(parent);

	while (length && parent[length - 1] == '/')
		length--;
	return !strncmp(path, parent, length) && path[length] == '/' && path[length + 1];
}

const struct oom_victim *oom_first_victim(const struct oom_report *report)
{
	return report->victim_count ? report->victims : NULL;
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

const struct oom_task *oom_largest_task(const struct oom_report *report)
{
	const struct oom_task *largest = NULL;

	for (size_t i = 0; i < report->task_count && report->page_size_known; i++)
		if (!largest || oom_task_held(&report->tasks[i]) > oom_task_held(largest))
			largest = &report->tasks[i];
	return largest;
}

uint64_t oom_shmem_kept(const struct oom_report *report)
{
	uint64_t most = OOM_UNKNOWN;

	/* Victims may share it with each other: the largest is what they have at least. */
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		uint64_t kept = victim->reaped.present ? victim->reaped.shmem : victim->shmem;

		if (kept != OOM_UNKNOWN && (most == OOM_UNKNOWN || kept > most))
			most = kept;
	}
	return most;
}

bool oom_is_bpf(const struct oom_report *report)
{
	return report->constraint && strstr(report->constraint, "BPF");
}

/* A sentence may begin with it; systemd and its like are written small even there. */
static void begin_large(char *name)
{
	static const char *const words[] = { "a ", "all ", "the ", "memory ", "cgroup ",
					     "container ", "login " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(name, words[i], strlen(words[i])))
			name[0] = ascii_upper(name[0]);
}

/* "Memory cgroup /a reached its limit of 32.0 MiB" */
static void append_memcg(struct oom_textbuf *buf)
{
	static const char *const kinds[] = {
		[OOM_LIMIT_MEMORY] = "", [OOM_LIMIT_MEMSW] = " of memory and swap together",
		[OOM_LIMIT_KMEM] = " of kernel memory",
	};
	const struct oom_memcg_usage *memcg_usage = &buf->memcg_usage;
	char name[SAFE_ROOM(CGROUP_OWNER_TEXT_MAX)];

	oom_memcg_name(name, buf->report->memcg.path);
	if (oom_is_bpf(buf->report)) {
		oom_sentence(buf, "A BPF program asked for a kill in %s", name);
		return;
	}
	begin_large(name);
	if (memcg_usage->counter->unlimited) {
		oom_sentence(buf, "%s ran out of memory, without a limit of its own", name);
		return;
	}
	if (memcg_usage->below && memcg_usage->counter->limit != OOM_UNKNOWN) {
		oom_sentence(buf,
		"%s ran out of memory, though only %s of %s limit of %s was used when "
			     "the report was made", name, BYTES(memcg_usage->counter->usage),
			     strncmp(name, "All ", 4) ? "its" : "their",
			     BYTES(memcg_usage->counter->limit));
		return;
	}
	oom_sentence(buf, "%s reached %s limit%s", name, strncmp(name, "All ", 4) ? "its"
		     : "their",
		     kinds[memcg_usage->reached]);
	if (memcg_usage->counter->limit != OOM_UNKNOWN && !memcg_usage->counter->unlimited)
		oom_append(buf, " of %s", BYTES(memcg_usage->counter->limit));
}

/* "Node 1, the only one that its cpuset allows, ran out of memory" */
static void summary_append_nodes(struct oom_textbuf *buf, const char *list, const char *whose)
{
	if (!list || *list < '0' || *list > '9')
		oom_sentence(buf, "The memory nodes that %s allows ran out of memory", whose);
	else if (strpbrk(list, ",-"))
		oom_sentence(buf, "Nodes %s, the only ones that %s allows, ran out of memory",
			     SAFE(list), whose);
	else
		oom_sentence(buf, "Node %s, the only one that %s allows, ran out of memory",
			     SAFE(list), whose);
}

static void summary_append_scope(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		oom_sentence(buf, "The machine ran out of memory");
		break;
	case OOM_SCOPE_MEMCG:
		append_memcg(buf);
		break;
	case OOM_SCOPE_CPUSET:
		summary_append_nodes(buf, report->mems_allowed, "its cpuset");
		break;
	case OOM_SCOPE_MEMPOLICY:
		summary_append_nodes(buf, report->nodemask, "its NUMA policy");
		break;
	case OOM_SCOPE_SYSRQ:
		oom_sentence(buf, "Somebody asked for a kill by SysRq-f");
		break;
	default:
		oom_sentence(buf,
			     "The OOM killer ran, and what had run out of memory is not said");
		break;
	}
}

/* What the victims held together, each counted once. */
static uint64_t sum_held(const struct oom_report *report)
{
	uint64_t held = OOM_UNKNOWN;

	for (size_t i = 0; i < report->victim_count; i++)
		if (!report->victims[i].repeated)
			held = oom_plus(held, oom_victim_held(report, &report->victims[i]));
	return held;
}

/* There is one at least. */
static void append_victims(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_victim *first = report->victims;
	uint64_t held = sum_held(report);
	size_t count = oom_victims(report);

	if (count <= 1) {
		oom_append(buf, ": %s was killed", WHO(first->comm, first->pid));
		if (held != OOM_UNKNOWN)
			oom_append(buf, "; it held %s", BYTES(held));
		return;
	}
	oom_append(buf, ": %zu processes were killed, %s first", count,
		   WHO(first->comm, first->pid));
	if (held != OOM_UNKNOWN)
		oom_append(buf, "; they held %s together, shared pages counted for each",
			   BYTES(held));
}

/* The log has no line of the kill, but perhaps one of what was decided. */
static void append_no_victim(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->panic)
		oom_append(buf, ": the kernel panicked instead of killing a process");
	else if (report->none_killable)
		oom_append(buf, ": there was no process that could be killed");
	else if (report->already_exiting)
		oom_append(buf, ": the process chosen was exiting already, and was left to it");
	else if (report->selected.pid != OOM_NO_NUMBER)
		oom_append(buf, ": %s was chosen, its kill is not in the log",
			   WHO(report->selected.comm, report->selected.pid));
	else if (report->choice.present)
		oom_append(buf, ": %s was chosen, its kill is not in the log",
			   WHO(report->choice.comm, report->choice.pid));
	else
		oom_append(buf, ": who was killed, if anybody, is not in the log");
}

void oom_explain_summary(struct oom_textbuf *buf)
{
	summary_append_scope(buf);
	if (buf->report->victim_count && !buf->report->victims[0].presumed)
		append_victims(buf);
	else
		append_no_victim(buf);
	if (buf->report->panic && buf->report->victim_count)
		oom_append(buf, "; then the kernel panicked");
	oom_append(buf, ".");
	oom_paragraph(buf, OOM_SECTION_SUMMARY);
}

int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_explanation *ret_explanation)
{
	static void (*const sections[])(struct oom_textbuf *buf) = {
		oom_explain_summary, oom_explain_when, oom_explain_trigger, oom_explain_scope,
		oom_explain_shortage, oom_explain_memory, oom_explain_killed, oom_explain_why,
		oom_explain_reclaimed,
		oom_explain_follow_up, oom_explain_advice, oom_explain_gaps,
	};
	struct oom_explanation explanation = { 0 };
	struct oom_textbuf buf;
	int error;

	oom_textbuf_begin(&buf, report, ranking, next, &explanation);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&buf);
	error = oom_textbuf_end(&buf);
	if (error)
		oom_explanation_free(&explanation);
	else
		*ret_explanation = explanation;
	return error;
}
