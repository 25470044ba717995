/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-record.c - what became of one process, by a report */
#include <config.h>

#include <string.h>

#include "lib/error.h"
#include "oomreport/kill-record.h"

/* A path that a record has no room for is cut; so much of it is there at least (printk.c). */
#define CUT_PATH_MIN 500

/* Whether the victim lived in the cgroup of who is sought. */
enum kill_record_place { PLACE_UNKNOWN, PLACE_SAME, PLACE_OTHER };

static enum kill_record_place compare_places(const char *path, const struct oom_sought *sought)
{
	size_t length = path ? strlen(path) : 0, own = sought->cgroup ? strlen(sought->cgroup) : 0;

	if (!length || !own || !strncmp(sought->cgroup, "/..", 3))
		return PLACE_UNKNOWN;
	if (length >= CUT_PATH_MIN && length < own && !strncmp(path, sought->cgroup, length))
		return PLACE_UNKNOWN;
	if (sought->whole)
		return strcmp(path, sought->cgroup) ? PLACE_OTHER : PLACE_SAME;
	/* "/" is wherever the namespace begins. */
	if (own == 1)
		return PLACE_UNKNOWN;
	return length < own || strcmp(path + length - own, sought->cgroup) ? PLACE_OTHER
									    : PLACE_SAME;
}

/* The victim that is sought, by its pid or, where that is not known, by what it looks like. */
static const struct oom_victim *find_victim(const struct oom_report *report,
					    const struct oom_sought *sought)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (victim->presumed)
			continue;
		if (sought->pid != OOM_NO_NUMBER
		    ? victim->pid == sought->pid
		    : !strcmp(victim->comm, sought->comm) &&
		      (sought->total_vm == OOM_UNKNOWN || victim->total_vm == OOM_UNKNOWN ||
		       victim->total_vm == sought->total_vm))
			return victim;
	}
	return NULL;
}

static uint64_t known(uint64_t bytes)
{
	return bytes == OOM_UNKNOWN ? 0 : bytes;
}

void oom_kill_record_add(const struct oom_report *report, const struct oom_sought *sought,
			 struct oom_kill_record *kill_record)
{
	const struct oom_memcg *memcg = &report->memcg;
	const struct oom_victim *victim = find_victim(report, sought);
	enum kill_record_place place = compare_places(memcg->task_path, sought);
	struct oom_chosen *chosen = &kill_record->chosen;
	bool is_memcg = report->scope == OOM_SCOPE_MEMCG;
	bool named = victim || report->selected.pid == sought->pid;

	if (sought->pid == OOM_NO_NUMBER)
		named = place == PLACE_SAME &&
			(victim || (!report->victim_count &&
				    !strcmp(report->selected.comm, sought->comm)));
	if (!named) {
		if (place == PLACE_SAME)
			kill_record->others += report->victim_count ? report->victim_count : 1;
		return;
	}
	kill_record->elsewhere = place == PLACE_OTHER;
	if (report->selected.pid != OOM_NO_NUMBER || memcg->path) {
		kill_record->chosen_found = true;
		chosen->pid = victim ? victim->pid : report->selected.pid;
		if (chosen->pid == OOM_NO_NUMBER)
			chosen->pid = report->choice.pid;
		chosen->global = !is_memcg;
		error_escape(chosen->memcg, sizeof(chosen->memcg),
			     is_memcg && memcg->path ? memcg->path : "");
		error_escape(chosen->task_memcg, sizeof(chosen->task_memcg),
			     memcg->task_path ? memcg->task_path : "");
	}
	if (!victim)
		return;
	kill_record->killed_found = true;
	kill_record->killed = (struct oom_killed){
		.pid = victim->pid,
		.memcg = is_memcg,
		.global = !is_memcg && report->scope != OOM_SCOPE_UNKNOWN,
		.sized = victim->total_vm != OOM_UNKNOWN,
		.total_vm = known(victim->total_vm), .anon = known(victim->anon),
		.file = known(victim->file), .shmem = known(victim->shmem),
		.pgtables = known(victim->pgtables),
	};
}
