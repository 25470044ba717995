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

static bool looks_like(const struct oom_victim *victim, const struct oom_sought *sought)
{
	return !strcmp(victim->comm, sought->comm) &&
	       (sought->total_vm == OOM_UNKNOWN || victim->total_vm == OOM_UNKNOWN ||
		victim->total_vm == sought->total_vm);
}

static const struct oom_victim *find_victim(const struct oom_report *report,
					    const struct oom_sought *sought)
{
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (victim->presumed)
			continue;
		if (sought->pid == OOM_NO_NUMBER ? looks_like(victim, sought)
						 : victim->pid == sought->pid)
			return victim;
	}
	return NULL;
}

static bool kill_record_is_named(const struct oom_report *report, const struct oom_sought *sought,
				 const struct oom_victim *victim, enum kill_record_place place)
{
	if (sought->pid != OOM_NO_NUMBER)
		return victim || report->selected.pid == sought->pid;
	return place == PLACE_SAME &&
	       (victim || (!report->victim_count && !strcmp(report->selected.comm, sought->comm)));
}

static uint64_t known(uint64_t bytes)
{
	return bytes == OOM_UNKNOWN ? 0 : bytes;
}

static void kill_record_note_choice(const struct oom_report *report,
				    const struct oom_victim *victim,
				    struct oom_kill_record *kill_record)
{
	struct oom_chosen *chosen = &kill_record->chosen;
	const struct oom_memcg *memcg = &report->memcg;

	kill_record->chosen_found = true;
	chosen->pid = victim ? victim->pid : report->selected.pid;
	if (chosen->pid == OOM_NO_NUMBER)
		chosen->pid = report->choice.pid;
	chosen->global = report->scope != OOM_SCOPE_MEMCG;
	error_escape(chosen->memcg, sizeof(chosen->memcg),
		     !chosen->global && memcg->path ? memcg->path : "");
	error_escape(chosen->task_memcg, sizeof(chosen->task_memcg),
		     memcg->task_path ? memcg->task_path : "");
}

static void note_kill(const struct oom_report *report, const struct oom_victim *victim,
		      struct oom_kill_record *kill_record)
{
	kill_record->killed_found = true;
	kill_record->killed = (struct oom_killed){
		.pid = victim->pid,
		.memcg = report->scope == OOM_SCOPE_MEMCG,
		.global = report->scope != OOM_SCOPE_MEMCG && report->scope != OOM_SCOPE_UNKNOWN,
		.sized = victim->total_vm != OOM_UNKNOWN,
		.total_vm = known(victim->total_vm), .anon = known(victim->anon),
		.file = known(victim->file), .shmem = known(victim->shmem),
		.pgtables = known(victim->pgtables),
	};
}

void oom_kill_record_add(const struct oom_report *report, const struct oom_sought *sought,
			 struct oom_kill_record *kill_record)
{
	const struct oom_victim *victim = find_victim(report, sought);
	enum kill_record_place place = compare_places(report->memcg.task_path, sought);

	if (!kill_record_is_named(report, sought, victim, place)) {
		if (place == PLACE_SAME)
			kill_record->others += report->victim_count ? report->victim_count : 1;
		return;
	}
	kill_record->elsewhere = place == PLACE_OTHER;
	if (report->selected.pid != OOM_NO_NUMBER || report->memcg.path)
		kill_record_note_choice(report, victim, kill_record);
	if (victim)
		note_kill(report, victim, kill_record);
}
