/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-scope.c - what had no memory left: the machine, a memory cgroup, some nodes */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"

/* Bytes: a longer path, as those of pods, is told after what is shorter and says more. */
#define LONG_PATH 60

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
static const char *scope_killed(const struct oom_report *report)
{
	return report->victim_count ? "killed" : "chosen";
}

/* The memory cgroup, what it used, and who sets its limit. */
static void append_memcg_usage(struct oom_textbuf *buf)
{
	const struct oom_memcg *memcg = &buf->report->memcg;
	const char *path = memcg->path ? PATH(memcg->path) : NULL;
	struct cgroup_owner owner = { .kind = CGROUP_OWNER_UNKNOWN };
	bool is_long;

	if (path)
		cgroup_owner_find(memcg->path, 0, &owner);
	is_long = owner.what[0] && strlen(path) > LONG_PATH;
	if (!path) {
		oom_sentence(buf, "A memory cgroup; which one, the log does not say.");
	} else if (owner.what[0]) {
		const char *what = SAFE(owner.what);

		if (is_long)
			oom_sentence(buf, "The memory cgroup of %s.", what);
		else
			oom_sentence(buf, "Memory cgroup %s: %s.", path, what);
	} else {
		oom_sentence(buf, "Memory cgroup %s.", path);
	}
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
		oom_sentence(buf, "Its path is %s.", path);
	if (memcg->path && memcg->task_path && strcmp(memcg->task_path, memcg->path) != 0)
		oom_sentence(buf, oom_path_below(memcg->task_path, memcg->path)
				 ? "The process %s lived below it, in %s: a limit counts for "
				   "all cgroups below it together."
				 : "The process %s lived in %s.", scope_killed(buf->report),
			     PATH(memcg->task_path));
	if (memcg->path && !buf->memcg_usage.counter->unlimited)
		oom_append_setting(buf);
}

/* The whole machine, and where in it the process lived. */
static void append_machine(struct oom_textbuf *buf)
{
	const char *lived = buf->report->memcg.task_path, *path;
	struct cgroup_owner owner;

	oom_sentence(buf, "The memory of the whole machine, not a limit.");
	if (!lived || !strcmp(lived, "/"))
		return;
	cgroup_owner_find(lived, 0, &owner);
	path = PATH(lived);
	if (!owner.what[0]) {
		oom_sentence(buf, "The process %s lived in memory cgroup %s.",
			     scope_killed(buf->report), path);
		return;
	}
	oom_sentence(buf, "The process %s lived in %s.", scope_killed(buf->report),
		     SAFE(owner.what));
	oom_sentence(buf, "Its memory cgroup was %s.", path);
}

/* ": 0-1,4"; "(null)" is no list. */
static void scope_append_list(struct oom_textbuf *buf, const char *nodes)
{
	if (nodes && *nodes >= '0' && *nodes <= '9')
		oom_append(buf, ": %s", SAFE(nodes));
}

void oom_explain_scope(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	switch (report->scope) {
	case OOM_SCOPE_GLOBAL:
		append_machine(buf);
		break;
	case OOM_SCOPE_MEMCG:
		append_memcg_usage(buf);
		break;
	case OOM_SCOPE_CPUSET:
		oom_sentence(buf, "The nodes that a cpuset allows");
		scope_append_list(buf, report->mems_allowed);
		if (report->cpuset)
			oom_append(buf, " (cpuset %s)", PATH(report->cpuset));
		oom_append(buf, ".");
		break;
	case OOM_SCOPE_MEMPOLICY:
		oom_sentence(buf, "The nodes that a NUMA policy (mbind, set_mempolicy, numactl) "
			     "allows");
		scope_append_list(buf, report->nodemask);
		oom_append(buf, ".");
		break;
	case OOM_SCOPE_SYSRQ:
		oom_sentence(buf, "Nothing need have run out: a kill was asked for, and memory "
			     "may have been plentiful.");
		break;
	default:
		if (report->constraint)
			oom_sentence(buf, "The log says %s, which is not known here.",
				     SAFE(report->constraint));
		break;
	}
	oom_paragraph(buf, OOM_SECTION_SCOPE);
}
