/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-scope.c - what had no memory left: the machine, a memory cgroup, some nodes */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "why/explain-parts.h"

/* "32.0 MiB of 32.0 MiB" */
static void say_counter(struct oom_telling *telling, const char *name,
			const struct oom_counter *counter)
{
	if (counter->usage == OOM_UNKNOWN)
		return;
	oom_more(telling, "%s %s", name, SAY(counter->usage));
	if (counter->unlimited)
		oom_more(telling, " without a limit");
	else if (counter->limit != OOM_UNKNOWN)
		oom_more(telling, " of %s", SAY(counter->limit));
	if (counter->failcnt && counter->failcnt != OOM_UNKNOWN)
		oom_more(telling, " (failcnt %" PRIu64 ")", counter->failcnt);
}

static void say_counters(struct oom_telling *telling)
{
	const struct oom_memcg *memcg = &telling->report->memcg;

	if (memcg->memory.usage == OOM_UNKNOWN)
		return;
	oom_say(telling, "It used");
	say_counter(telling, "", &memcg->memory);
	if (memcg->swap.limit == 0)
		oom_more(telling, "; it may not swap");
	else if (memcg->swap.usage || !memcg->swap.unlimited)
		say_counter(telling, "; of swap", &memcg->swap);
	/* 0 with swap accounting switched off. */
	if (memcg->memsw.usage)
		say_counter(telling, "; of memory and swap together", &memcg->memsw);
	if (memcg->kmem.usage)
		say_counter(telling, "; of kernel memory", &memcg->kmem);
	oom_more(telling, ".");
}

static void say_group(struct oom_telling *telling)
{
	const struct oom_memcg *memcg = &telling->report->memcg;
	struct oom_owner owner = { .kind = OOM_OWNER_UNKNOWN };

	if (!memcg->path) {
		oom_say(telling, "A memory cgroup; which one, the log does not say.");
		say_counters(telling);
		return;
	}
	oom_owner_find(memcg->path, &owner);
	oom_say(telling, "Memory cgroup %s", PATH(memcg->path));
	if (owner.what[0])
		oom_more(telling, ": %s", SAFE(owner.what));
	oom_more(telling, ".");
	say_counters(telling);
	if (memcg->task_path && strcmp(memcg->task_path, memcg->path) != 0)
		oom_say(telling, oom_path_below(memcg->task_path, memcg->path)
				 ? "The process killed lived below it, in %s: a limit counts for "
				   "all cgroups below it together."
				 : "The process killed lived in %s.", PATH(memcg->task_path));
	if (!telling->charge.counter->unlimited)
		oom_say_setting(telling);
}

static void say_machine(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;
	struct oom_owner owner;

	oom_say(telling, "The memory of the whole machine, not a limit.");
	if (!report->memcg.task_path || !strcmp(report->memcg.task_path, "/"))
		return;
	oom_owner_find(report->memcg.task_path, &owner);
	if (owner.what[0])
		oom_say(telling, "The process killed lived in %s (%s).", SAFE(owner.what),
			PATH(report->memcg.task_path));
	else
		oom_say(telling, "The process killed lived in memory cgroup %s.",
			PATH(report->memcg.task_path));
}

/* ": 0-1,4"; "(null)" is no list. */
static void say_list(struct oom_telling *telling, const char *nodes)
{
	if (nodes && *nodes >= '0' && *nodes <= '9')
		oom_more(telling, ": %s", SAFE(nodes));
}

static void say_cpuset(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	oom_say(telling, "The nodes that a cpuset allows");
	say_list(telling, report->mems_allowed);
	if (report->cpuset)
		oom_more(telling, " (cpuset %s)", PATH(report->cpuset));
	oom_more(telling, ".");
}

void oom_tell_scope(struct oom_telling *telling)
{
	const struct oom_report *report = telling->report;

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		say_machine(telling);
		break;
	case OOM_SCOPE_MEMCG:
		say_group(telling);
		break;
	case OOM_SCOPE_CPUSET:
		say_cpuset(telling);
		break;
	case OOM_SCOPE_MEMPOLICY:
		oom_say(telling, "The nodes that a NUMA policy (mbind, set_mempolicy, numactl) "
			"allows");
		say_list(telling, report->nodemask);
		oom_more(telling, ".");
		break;
	case OOM_SCOPE_SYSRQ:
		oom_say(telling, "Nothing need have run out: a kill was asked for, and memory may "
			"have been plentiful.");
		break;
	default:
		if (report->constraint)
			oom_say(telling, "The log says %s, which is not known here.",
				SAFE(report->constraint));
		break;
	}
	oom_paragraph(telling, OOM_HEAD_SCOPE);
}
