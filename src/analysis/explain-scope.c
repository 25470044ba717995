/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-scope.c - what had no memory left: the machine, a memory cgroup, some nodes; and the
 * headline, which also says who was killed
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/ascii.h"
#include "lib/macros.h"

/* Bytes: a longer path, as those of pods, is told after what is shorter and says more. */
#define LONG_PATH 60

/* "Memory cgroup /a reached its limit of 32.0 MiB" */
static void summarize_memcg(struct oom_textbuf *buf)
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
	const char *name = oom_memcg_name(buf, buf->report->memcg.path, &buf->owner);
	const char *its = strncmp(name, "all ", 4) ? "its" : "their";

	if (buf->bpf) {
		oom_sentence(buf, "A BPF program asked for a kill in %s", name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		if (!strncmp(name, large[i], strlen(large[i]))) {
			name = oom_words(buf, "%c%s", ascii_upper(*name), name + 1);
			break;
		}
	if (usage->counter->unlimited)
		oom_sentence(buf, "%s ran out of memory, without a limit of its own", name);
	else if (usage->below && limit != OOM_UNKNOWN)
		oom_sentence(buf,
			     "%s ran out of memory, though only %s of %s limit of %s was used when the report was made",
			     name, BYTES(usage->counter->usage), its, BYTES(limit));
	else if (limit != OOM_UNKNOWN)
		oom_sentence(buf, "%s reached %s limit%s of %s", name, its, kinds[usage->reached],
			     BYTES(limit));
	else
		oom_sentence(buf, "%s reached %s limit%s", name, its, kinds[usage->reached]);
}

/* "Node 1, the only one that its cpuset allows, ran out of memory" */
static void summarize_nodes(struct oom_textbuf *buf, const char *list, const char *whose)
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

void oom_summarize_scope(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		oom_sentence(buf, "The machine ran out of memory");
		break;
	case OOM_SCOPE_MEMCG:
		summarize_memcg(buf);
		break;
	case OOM_SCOPE_CPUSET:
		summarize_nodes(buf, report->mems_allowed, "its cpuset");
		break;
	case OOM_SCOPE_MEMPOLICY:
		summarize_nodes(buf, report->nodemask, "its NUMA policy");
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

/* Who was killed, or what else became of it. */
void oom_summarize_outcome(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_victim *first = buf->victim;
	size_t count = oom_victims(report);
	uint64_t held = OOM_UNKNOWN;

	for (size_t i = 0; i < report->victim_count; i++)
		if (!report->victims[i].repeated)
			held = oom_plus(held, oom_victim_held(report, &report->victims[i]));
	if (first && !first->presumed && count <= 1) {
		oom_append(buf, ": %s was killed", TASK(first));
		if (held != OOM_UNKNOWN)
			oom_append(buf, "; it held %s", BYTES(held));
	} else if (first && !first->presumed) {
		oom_append(buf, ": %zu processes were killed, %s first", count, TASK(first));
		if (held != OOM_UNKNOWN)
			oom_append(buf, "; they held %s together, shared pages counted for each",
				   BYTES(held));
	/* The log has no line of the kill, but perhaps one of what was decided. */
	} else if (report->panic) {
		oom_append(buf, ": the kernel panicked instead of killing a process");
	} else if (report->none_killable) {
		oom_append(buf, ": there was no process that could be killed");
	} else if (report->already_exiting) {
		oom_append(buf, ": the process chosen was exiting already, and was left to it");
	} else if (report->selected.pid != OOM_NO_NUMBER || report->choice.present) {
		bool selected = report->selected.pid != OOM_NO_NUMBER;

		oom_append(buf, ": %s was chosen, its kill is not in the log",
			   selected ? TASK(&report->selected)
				    : TASK(&report->choice));
	} else {
		oom_append(buf, ": who was killed, if anybody, is not in the log");
	}
	if (report->panic && first)
		oom_append(buf, "; then the kernel panicked");
	oom_append(buf, ".");
}

/* "32.0 MiB of 32.0 MiB" */
static void append_counter(struct oom_textbuf *buf, const char *name,
			   const struct oom_counter *counter)
{
	if (counter->usage == OOM_UNKNOWN)
		return;
	oom_append(buf, "%s %s", name, BYTES(counter->usage));
	if (counter->unlimited)
		oom_append(buf, " without a limit");
	else if (counter->limit != OOM_UNKNOWN)
		oom_append(buf, " of %s", BYTES(counter->limit));
	if (counter->failcnt && counter->failcnt != OOM_UNKNOWN)
		oom_append(buf, " (failcnt %" PRIu64 ")", counter->failcnt);
}

/* Of a process whose kill is not in the log it is known that the kernel chose it. */
static const char *killed_or_chosen(const struct oom_textbuf *buf)
{
	return buf->victim ? "killed" : "chosen";
}

/* The memory cgroup, what it used, and who sets its limit. */
void oom_explain_memcg_scope(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	bool owned = buf->owner.what[0];
	bool is_long = owned && strlen(PATH(memcg->path)) > LONG_PATH;

	if (buf->report->scope != OOM_SCOPE_MEMCG)
		return;
	if (!memcg->path)
		oom_sentence(buf, "A memory cgroup; which one, the log does not say.");
	else if (is_long)
		oom_sentence(buf, "The memory cgroup of %s.", SAFE(buf->owner.what));
	else
		oom_sentence(buf, owned ? "Memory cgroup %s: %s." : "Memory cgroup %s%s.",
			     PATH(memcg->path), owned ? SAFE(buf->owner.what) : "");
	if (memcg->memory.usage != OOM_UNKNOWN) {
		oom_sentence(buf, "It used");
		append_counter(buf, "", &memcg->memory);
		if (memcg->swap.limit == 0)
			oom_append(buf, "; it may not swap");
		else if (memcg->swap.usage || !memcg->swap.unlimited)
			append_counter(buf, "; of swap", &memcg->swap);
		/* 0 with swap accounting switched off. */
		if (memcg->memsw.usage)
			append_counter(buf, "; of memory and swap together", &memcg->memsw);
		if (memcg->kmem.usage)
			append_counter(buf, "; of kernel memory", &memcg->kmem);
		oom_append(buf, ".");
	}
	if (is_long)
		oom_sentence(buf, "Its path is %s.", PATH(memcg->path));
	if (buf->below)
		oom_sentence(buf,
			     "The process %s lived below it, in %s: a limit counts for all cgroups below it together.",
			     killed_or_chosen(buf), PATH(memcg->task_path));
	else if (memcg->path && memcg->task_path && strcmp(memcg->task_path, memcg->path) != 0)
		oom_sentence(buf, "The process %s lived in %s.", killed_or_chosen(buf),
			     PATH(memcg->task_path));
	if (memcg->path && !buf->memcg_usage.counter->unlimited)
		oom_append_setting(buf);
}

void oom_explain_scope(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const char *lived = report->memcg.task_path, *nodes = NULL;
	const char *killed = killed_or_chosen(buf);

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		oom_sentence(buf, "The memory of the whole machine, not a limit.");
		if (lived && buf->task_owner.kind == CGROUP_OWNER_UNKNOWN)
			oom_sentence(buf, "The process %s lived in memory cgroup %s.", killed,
				     PATH(lived));
		else if (lived && buf->task_owner.kind != CGROUP_OWNER_ROOT) {
			oom_sentence(buf, "The process %s lived in %s.", killed,
				     SAFE(buf->task_owner.what));
			oom_sentence(buf, "Its memory cgroup was %s.", PATH(lived));
		}
		break;
	case OOM_SCOPE_MEMCG:
		break;
	case OOM_SCOPE_CPUSET:
		nodes = report->mems_allowed;
		oom_sentence(buf, "The nodes that a cpuset allows");
		break;
	case OOM_SCOPE_MEMPOLICY:
		nodes = report->nodemask;
		oom_sentence(buf,
			     "The nodes that a NUMA policy (mbind, set_mempolicy, numactl) allows");
		break;
	case OOM_SCOPE_SYSRQ:
		oom_sentence(buf,
			     "Nothing need have run out: a kill was asked for, and memory may have been plentiful.");
		break;
	default:
		if (report->constraint)
			oom_sentence(buf, "The log says %s, which is not known here.",
				     SAFE(report->constraint));
		break;
	}
	if (report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY) {
		/* "(null)" is no list. */
		if (nodes && *nodes >= '0' && *nodes <= '9')
			oom_append(buf, ": %s", SAFE(nodes));
		if (report->cpuset && report->scope == OOM_SCOPE_CPUSET)
			oom_append(buf, " (cpuset %s)", PATH(report->cpuset));
		oom_append(buf, ".");
	}
}
