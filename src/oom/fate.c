/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fate.c - what became of one process, by a report */
#include <config.h>

#include <string.h>

#include "base/trouble.h"
#include "oom/fate.h"

static bool lived_in(const struct oom_report *report, const char *sandbox)
{
	const char *path = report->memcg.task_path, *name = path ? strrchr(path, '/') : NULL;

	return sandbox && name && !strcmp(name + 1, sandbox);
}

static const struct oom_victim *find_victim(const struct oom_report *report, int64_t pid)
{
	for (size_t i = 0; i < report->victim_count; i++)
		if (report->victims[i].pid == pid)
			return &report->victims[i];
	return NULL;
}

static uint64_t known(uint64_t bytes)
{
	return bytes == OOM_UNKNOWN ? 0 : bytes;
}

static void note_choice(const struct oom_report *report, const struct oom_victim *victim,
			struct oom_fate *fate)
{
	struct oom_chosen *chosen = &fate->chosen;
	const struct oom_memcg *memcg = &report->memcg;

	fate->chosen_found = true;
	chosen->pid = victim ? victim->pid : report->decided.pid;
	if (chosen->pid == OOM_NO_NUMBER)
		chosen->pid = report->choice.pid;
	chosen->global = report->scope != OOM_SCOPE_MEMCG;
	trouble_escape(chosen->memcg, sizeof(chosen->memcg),
		       !chosen->global && memcg->path ? memcg->path : "");
	trouble_escape(chosen->task_memcg, sizeof(chosen->task_memcg),
		       memcg->task_path ? memcg->task_path : "");
}

static void note_kill(const struct oom_report *report, const struct oom_victim *victim,
		      struct oom_fate *fate)
{
	fate->killed_found = true;
	fate->killed = (struct oom_killed){
		.pid = victim->pid,
		.memcg = report->scope == OOM_SCOPE_MEMCG,
		.global = report->scope != OOM_SCOPE_MEMCG && report->scope != OOM_SCOPE_UNKNOWN,
		.sized = victim->total_vm != OOM_UNKNOWN,
		.total_vm = known(victim->total_vm), .anon = known(victim->anon),
		.file = known(victim->file), .shmem = known(victim->shmem),
		.pgtables = known(victim->pgtables),
	};
}

void oom_fate_add(const struct oom_report *report, int64_t pid, const char *sandbox,
		  struct oom_fate *fate)
{
	const struct oom_victim *victim = find_victim(report, pid);
	bool named = report->decided.pid == pid || victim;

	if (sandbox && report->memcg.task_path) {
		named = lived_in(report, sandbox);
		if (named && !victim && report->victim_count)
			victim = &report->victims[0];
	}
	if (!named)
		return;
	if (report->decided.pid != OOM_NO_NUMBER || report->memcg.path)
		note_choice(report, victim, fate);
	if (victim)
		note_kill(report, victim, fate);
}
