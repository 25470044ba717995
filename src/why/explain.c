/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - a report in sentences: the order of the paragraphs, and the first of them */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "why/explain-parts.h"

int oom_story_add(struct oom_story *story, enum oom_heading heading, const char *format, ...)
{
	struct oom_paragraph *list = story->list;
	va_list arguments;
	char *text;
	int length;

	if (story->count == story->room) {
		list = reallocarray(list, story->room + 16, sizeof(*list));
		if (!list)
			return -ENOMEM;
		story->list = list;
		story->room += 16;
	}
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	list[story->count++] = (struct oom_paragraph){ heading, text };
	return 0;
}

void oom_story_free(struct oom_story *story)
{
	for (size_t i = 0; i < story->count; i++)
		free(story->list[i].text);
	free(story->list);
	*story = (struct oom_story){ 0 };
}

const char *oom_heading_name(enum oom_heading heading)
{
	static const char *const names[] = {
		[OOM_HEAD_SUMMARY] = "In short", [OOM_HEAD_WHEN] = "When",
		[OOM_HEAD_ASKED] = "Who asked", [OOM_HEAD_SCOPE] = "What ran out",
		[OOM_HEAD_MEMORY] = "Memory", [OOM_HEAD_KILLED] = "Killed",
		[OOM_HEAD_WHY] = "Why that one", [OOM_HEAD_BACK] = "What came back",
		[OOM_HEAD_NEXT] = "What followed", [OOM_HEAD_ADVICE] = "What to do",
		[OOM_HEAD_GAPS] = "Not in the log",
	};

	return (size_t)heading < sizeof(names) / sizeof(names[0]) ? names[heading] : "";
}

bool oom_table_whole(const struct oom_report *report)
{
	bool ended = !report->cut_end || report->choice.said || report->victim_count ||
		     report->none_killable || report->decided.pid != OOM_NO_NUMBER;

	return report->has_table && report->task_count && ended && !report->cut_start &&
	       !report->missed && report->task_count == report->tasks_listed;
}

bool oom_table_left_out(const struct oom_report *report)
{
	return !report->has_table && report->trigger.said &&
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
		uint64_t kept = victim->reaped.said ? victim->reaped.shmem : victim->shmem;

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
static void say_memcg(struct oom_telling *telling)
{
	static const char *const kinds[] = {
		[OOM_LIMIT_MEMORY] = "", [OOM_LIMIT_MEMSW] = " of memory and swap together",
		[OOM_LIMIT_KMEM] = " of kernel memory",
	};
	const struct oom_charge *charge = &telling->charge;
	char name[SAFE_ROOM(OOM_OWNER_TEXT_MAX)];

	oom_memcg_name(name, telling->report->memcg.path);
	if (oom_is_bpf(telling->report)) {
		oom_say(telling, "A BPF program asked for a kill in %s", name);
		return;
	}
	begin_large(name);
	if (charge->counter->unlimited) {
		oom_say(telling, "%s ran out of memory, without a limit of its own", name);
		return;
	}
	if (charge->below && charge->counter->limit != OOM_UNKNOWN) {
		oom_say(telling,
		"%s ran out of memory, though only %s of %s limit of %s was used when "
			"the report was made", name, SAY(charge->counter->usage),
			strncmp(name, "All ", 4) ? "its" : "their", SAY(charge->counter->limit));
		return;
	}
	oom_say(telling, "%s reached %s limit%s", name, strncmp(name, "All ", 4) ? "its" : "their",
		kinds[charge->reached]);
	if (charge->counter->limit != OOM_UNKNOWN && !charge->counter->unlimited)
		oom_more(telling, " of %s", SAY(charge->counter->limit));
}

/* "Node 1, the only one that its cpuset allows, ran out of memory" */
static void say_nodes(struct oom_telling *telling, const char *list, const char *whose)
{
	if (!list || *list < '0' || *list > '9')
		oom_say(telling, "The memory nodes that %s allows ran out of memory", whose);
	else if (strpbrk(list, ",-"))
		oom_say(telling, "Nodes %s, the only ones that %s allows, ran out of memory",
			SAFE(list), whose);
	else
		oom_say(telling, "Node %s, the only one that %s allows, ran out of memory",
			SAFE(list), whose);
}

static void say_scope(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		oom_say(telling, "The machine ran out of memory");
		break;
	case OOM_SCOPE_MEMCG:
		say_memcg(telling);
		break;
	case OOM_SCOPE_CPUSET:
		say_nodes(telling, report->mems_allowed, "its cpuset");
		break;
	case OOM_SCOPE_MEMPOLICY:
		say_nodes(telling, report->nodemask, "its NUMA policy");
		break;
	case OOM_SCOPE_SYSRQ:
		oom_say(telling, "Somebody asked for a kill by SysRq-f");
		break;
	default:
		oom_say(telling, "The OOM killer ran, and what had run out of memory is not said");
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
static void say_victims(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	const struct oom_victim *first = report->victims;
	uint64_t held = sum_held(report);
	size_t count = oom_victims(report);

	if (count <= 1) {
		oom_more(telling, ": %s was killed", WHO(first->comm, first->pid));
		if (held != OOM_UNKNOWN)
			oom_more(telling, "; it held %s", SAY(held));
		return;
	}
	oom_more(telling, ": %zu processes were killed, %s first", count,
		 WHO(first->comm, first->pid));
	if (held != OOM_UNKNOWN)
		oom_more(telling, "; they held %s together, shared pages counted for each",
			 SAY(held));
}

/* The log has no line of the kill, but perhaps one of what was decided. */
static void say_no_victim(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	if (report->panic)
		oom_more(telling, ": the kernel panicked instead of killing a process");
	else if (report->none_killable)
		oom_more(telling, ": there was no process that could be killed");
	else if (report->already_exiting)
		oom_more(telling, ": the process chosen was exiting already, and was left to it");
	else if (report->decided.pid != OOM_NO_NUMBER)
		oom_more(telling, ": %s was chosen, its kill is not in the log",
			 WHO(report->decided.comm, report->decided.pid));
	else if (report->choice.said)
		oom_more(telling, ": %s was chosen, its kill is not in the log",
			 WHO(report->choice.comm, report->choice.pid));
	else
		oom_more(telling, ": who was killed, if anybody, is not in the log");
}

void oom_tell_summary(struct oom_telling *telling)
{
	say_scope(telling);
	if (telling->report->victim_count && !telling->report->victims[0].presumed)
		say_victims(telling);
	else
		say_no_victim(telling);
	if (telling->report->panic && telling->report->victim_count)
		oom_more(telling, "; then the kernel panicked");
	oom_more(telling, ".");
	oom_paragraph(telling, OOM_HEAD_SUMMARY);
}

int oom_explain(const struct oom_report *report, const struct oom_ranking *ranking,
		const struct oom_report *next, struct oom_story *ret_story)
{
	static void (*const tellers[])(struct oom_telling *telling) = {
		oom_tell_summary, oom_tell_when, oom_tell_asked, oom_tell_scope,
		oom_tell_shortage, oom_tell_memory, oom_tell_killed, oom_tell_why, oom_tell_back,
		oom_tell_next, oom_tell_advice, oom_tell_gaps,
	};
	struct oom_story story = { 0 };
	struct oom_telling telling;
	int error;

	oom_telling_begin(&telling, report, ranking, next, &story);
	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		tellers[i](&telling);
	error = oom_telling_end(&telling);
	if (error)
		oom_story_free(&story);
	else
		*ret_story = story;
	return error;
}
