/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - a report in sentences: the order of the paragraphs, and the first of them */
#include <config.h>

#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/explain.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/* "Memory cgroup /a reached its limit of 32.0 MiB" */
static void append_memcg(struct oom_textbuf *buf)
{
	static const char *const kinds[] = {
		[OOM_LIMIT_MEMORY] = "", [OOM_LIMIT_MEMSW] = " of memory and swap together",
		[OOM_LIMIT_KMEM] = " of kernel memory",
	};
	/* systemd and its like are written small even where a sentence begins. */
	static const char *const large[] = { "a ", "all ", "the ", "memory ", "cgroup ",
					     "container ", "login " };
	const struct oom_memcg_usage *usage = &buf->memcg_usage;
	uint64_t limit = usage->counter->limit;
	char name[SAFE_ROOM(CGROUP_OWNER_TEXT_MAX)];
	const char *its;

	oom_memcg_name(name, buf->report->memcg.path);
	if (oom_is_bpf(buf->report)) {
		oom_sentence(buf, "A BPF program asked for a kill in %s", name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		if (!strncmp(name, large[i], strlen(large[i])))
			name[0] = ascii_upper(name[0]);
	its = strncmp(name, "All ", 4) ? "its" : "their";
	if (usage->counter->unlimited)
		oom_sentence(buf, "%s ran out of memory, without a limit of its own", name);
	else if (usage->below && limit != OOM_UNKNOWN)
		oom_sentence(buf, "%s ran out of memory, though only %s of %s limit of %s was "
			     "used when the report was made", name, BYTES(usage->counter->usage),
			     its, BYTES(limit));
	else if (limit != OOM_UNKNOWN)
		oom_sentence(buf, "%s reached %s limit%s of %s", name, its, kinds[usage->reached],
			     BYTES(limit));
	else
		oom_sentence(buf, "%s reached %s limit%s", name, its, kinds[usage->reached]);
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
	const struct oom_report *report = buf->report;
	const struct oom_victim *first = report->victims;
	size_t count = oom_victims(report);
	uint64_t held = OOM_UNKNOWN;

	for (size_t i = 0; i < report->victim_count; i++)
		if (!report->victims[i].repeated)
			held = oom_plus(held, oom_victim_held(report, &report->victims[i]));
	summary_append_scope(buf);
	if (!report->victim_count || first->presumed) {
		append_no_victim(buf);
	} else if (count <= 1) {
		oom_append(buf, ": %s was killed", WHO(first->comm, first->pid));
		if (held != OOM_UNKNOWN)
			oom_append(buf, "; it held %s", BYTES(held));
	} else {
		oom_append(buf, ": %zu processes were killed, %s first", count,
			   WHO(first->comm, first->pid));
		if (held != OOM_UNKNOWN)
			oom_append(buf, "; they held %s together, shared pages counted for each",
				   BYTES(held));
	}
	if (report->panic && report->victim_count)
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
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		sections[i](&buf);
	error = oom_textbuf_end(&buf);
	if (error)
		oom_explanation_free(&explanation);
	else
		*ret_explanation = explanation;
	return error;
}
