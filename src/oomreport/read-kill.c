/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-kill.c - who was chosen and killed, and what the reaper got: mm/oom_kill.c */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/list-add.h"
#include "oomreport/reader.h"
#include "oomreport/scan-values.h"

/* More victims of a hostile log are not kept. */
#define VICTIMS_MAX 100000

/* So many of the newest are looked at. */
#define VICTIMS_NEAR 1024

/* Where the name's closing bracket stands: in front of the last thing that follows a name. */
static size_t end_of_name(struct strview text)
{
	static const char *const followers[] = {
		") total-vm:", ")total-vm:", "), UID ", ") vsz:", ") score ",
		"), now anon-rss:", ") is already",
		") sharing same memory", ")\n",
	};
	size_t end = STRVIEW_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(followers); i++) {
		size_t at = strview_find_last(text, followers[i]);

		if (at != STRVIEW_NONE && (end == STRVIEW_NONE || at > end))
			end = at;
	}
	return end == STRVIEW_NONE ? strview_find_last(text, ")") : end;
}

bool read_process(struct strview *text, int64_t *ret_pid, struct strview *ret_comm)
{
	struct strview rest = *text, uid;

	strview_skip_blanks(&rest);
	*ret_comm = (struct strview){ rest.at, 0 };
	if (strview_byte(rest, 0) == '-' || !strview_take_i64(&rest, ret_pid))
		return false;
	/* EL6: "Killed process 40738, UID 27, (mysqld)" */
	if (strview_starts(rest, ", UID ") && strview_has(rest, "("))
		strview_take_until(&rest, "(", &uid);
	else if (strview_skip_blanks(&rest), !strview_skip(&rest, "(")) {
		*text = rest;
		return true;
	}
	*ret_comm = strview_head(rest, end_of_name(rest));
	*text = strview_from(rest, ret_comm->length + 1);
	return true;
}

int64_t read_pid_of(struct strview text)
{
	static const char *const keys[] = { "process ", "OOM victim ", "reap pid:" };
	int64_t pid = OOM_NO_NUMBER;
	size_t first = STRVIEW_NONE;

	/* The first of them: a name behind it may hold another. */
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t at = strview_find(text, keys[i]);
		struct strview rest = text;

		if (at < first && strview_skip_past(&rest, keys[i]) &&
		    strview_take_i64(&rest, &pid))
			first = at;
	}
	if (first == STRVIEW_NONE)
		value_number(text, ",pid=", &pid);
	return pid;
}

struct oom_victim *read_victim_of(const struct oom_report *report, int64_t pid, bool unreaped)
{
	size_t count = report->victim_count, i = 0;

	while (i < count) {
		struct oom_victim *victim = &report->victims[i++];

		if (victim->pid == pid && !(unreaped && victim->reaped.present))
			return victim;
		if (i == 1 && count > VICTIMS_NEAR)
			i = count - VICTIMS_NEAR;
	}
	return NULL;
}

/* The text between KEY and the first of the ENDS, NULL behind the last, that comes behind it. */
static struct strview between(struct strview text, const char *key, const char *const *ends)
{
	size_t end = STRVIEW_NONE;

	if (!strview_skip_past(&text, key))
		return (struct strview){ text.at, 0 };
	for (; *ends; ends++) {
		size_t at = strview_find(text, *ends);

		end = at < end ? at : end;
	}
	return strview_head(text, end);
}

/*
 * Where ",task=" stands in front of the name. The path in front of it and the name may hold it
 * too: the table knows the name.
 */
static size_t find_task(const struct oom_report *report, struct strview text, int64_t pid)
{
	static const char key[] = ",task=";
	const struct oom_task *task = oom_find_task(report, pid);
	struct strview rest = strview_head(text, strview_find_last(text, ",pid="));
	size_t last = strview_find_last(rest, key);

	size_t at = last;

	for (; task && at != STRVIEW_NONE; at = strview_find_last(strview_head(rest, at), key))
		if (strview_is(strview_from(rest, at + sizeof(key) - 1), task->comm))
			return at;
	return last;
}

/* Replaces what an earlier line said of a path. */
static int replace_path(char **path, struct strview text)
{
	free(*path);
	*path = NULL;
	return value_keep(path, text);
}

/* What begins behind KEY with a slash; no name in front of it holds one. Length 0: none. */
static struct strview path_behind(struct strview text, const char *key)
{
	while (strview_skip_past(&text, key))
		if (strview_starts(text, "/"))
			return text;
	return (struct strview){ text.at, 0 };
}

/* ",oom_memcg=/a,task_memcg=/a/b" or, for the machine, ",global_oom,task_memcg=/a/b" */
static int read_paths(struct oom_report *report, struct strview text, bool global)
{
	struct strview limit = path_behind(text, ",oom_memcg=");
	struct strview task = path_behind(text, ",task_memcg="), first, second;
	int r = 0;

	if (!global && limit.length) {
		if (read_split_paths(limit, ",task_memcg=", &first, &second)) {
			limit = first;
			task = second;
		} else {
			/* The line is cut. */
			limit = strview_head(limit, strview_find(limit, ",task_memcg="));
		}
		r = replace_path(&report->memcg.path, limit);
	}
	return r < 0 || !task.length ? r : replace_path(&report->memcg.task_path, task);
}

/* Who was chosen, and where it and its limit are. */
static int read_selected(struct oom_report *report, struct strview text, bool global)
{
	struct oom_task *selected = &report->selected;
	size_t task;
	struct strview name;

	value_number(text, ",pid=", &selected->pid);
	value_number(text, ",uid=", &selected->uid);
	task = find_task(report, text, selected->pid);
	if (task != STRVIEW_NONE) {
		name = strview_from(text, task + sizeof(",task=") - 1);
		read_comm(strview_head(name, strview_find_last(name, ",pid=")), selected->comm);
	}
	return read_paths(report, strview_head(text, task), global);
}

/*
 * "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,4,oom_memcg=..."
 */
int read_decision(struct oom_partial *partial, struct strview text)
{
	static const char *const comma[] = { ",", NULL };
	static const char *const cpuset_ends[] = { ",mems_allowed=", NULL };
	static const char *const nodemask_ends[] = { ",cpuset=", NULL };
	static const char *const mems_ends[] = {
		",global_oom", ",oom_memcg=", ",task_memcg=", ",task=", NULL };
	struct oom_report *report = &partial->report;
	size_t global = strview_find(text, ",global_oom"), memcg =
		strview_find(text, ",oom_memcg=/");
	bool is_global = global != STRVIEW_NONE && (memcg == STRVIEW_NONE || global < memcg);
	int r;

	report->global_present |= is_global;
	partial->memcg_present |= !is_global && memcg != STRVIEW_NONE;
	r = value_keep(&report->constraint, between(text, "constraint=", comma));
	if (r == 0)
		r = value_keep(&report->nodemask, between(text, ",nodemask=", nodemask_ends));
	if (r == 0)
		r = value_keep(&report->cpuset, between(text, ",cpuset=", cpuset_ends));
	if (r == 0)
		r = value_keep(&report->mems_allowed, between(text, ",mems_allowed=", mems_ends));
	return r < 0 ? r : read_selected(report, text, is_global);
}

bool lacks_decision(const struct oom_partial *partial, struct strview text)
{
	return lacks_decision_rest(partial, text) && !partial->report.constraint;
}

bool lacks_decision_rest(const struct oom_partial *partial, struct strview text)
{
	(void)text;
	return partial->report.selected.pid == OOM_NO_NUMBER;
}

static void read_cause(struct oom_partial *partial, struct strview text)
{
	strview_skip_blanks(&text);
	partial->memcg_present |= strview_starts(text, "Memory cgroup ");
	partial->global_present |= strview_starts(text, "Out of memory");
	partial->cpuset_present |= strview_starts(text, "No available memory in cpuset");
	partial->policy_present |= strview_starts(text, "No available memory (MPOL_BIND)");
	text = strview_head(text, strview_find(text, "process "));
	partial->report.allocating_task |= strview_has(text, "(oom_kill_allocating_task): ");
}

/* "Out of memory: Kill process 15665 (main.out) score 865 or sacrifice child" */
int read_choice(struct oom_partial *partial, struct strview text)
{
	struct oom_choice *choice = &partial->report.choice;
	struct strview comm;
	int64_t pid;

	read_cause(partial, text);
	if (choice->present || !strview_skip_past(&text, "ill process ") ||
	    !read_process(&text, &pid, &comm) || (!comm.length && !strview_has(text, "score ")))
		return 0;
	choice->present = true;
	choice->pid = pid;
	read_comm(comm, choice->comm);
	value_number(text, "score ", &choice->score);
	return 0;
}

bool lacks_choice(const struct oom_partial *partial, struct strview text)
{
	(void)text;
	return !partial->report.choice.present;
}

/* "Out of memory: OOM victim 41 (comm) is already exiting. Skip killing the task" */
int read_exiting(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct strview comm;

	read_cause(partial, text);
	if (report->selected.pid == OOM_NO_NUMBER && strview_skip_past(&text, "OOM victim ") &&
	    read_process(&text, &report->selected.pid, &comm))
		read_comm(comm, report->selected.comm);
	return 0;
}

/* Adds a victim of which nothing else is known. Returns 0 or -ENOMEM; NULL in it: too many. */
static int add_victim(struct oom_report *report, int64_t pid, struct oom_victim **ret_victim)
{
	const struct oom_victim victim = {
		.pid = pid, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN, .anon = OOM_UNKNOWN,
		.file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN,
		.adj = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
		.repeated = read_victim_of(report, pid, false) != NULL,
	};
	int r;

	*ret_victim = NULL;
	if (report->victim_count == VICTIMS_MAX)
		return 0;
	r = LIST_ADD(report->victims, report->victim_count, VICTIMS_MAX, victim);
	if (r == 0)
		*ret_victim = &report->victims[report->victim_count - 1];
	return r;
}

/* "Kill process 123 (comm) score 9 or sacrifice child" of a report that has no line of a kill */
int read_presumed(struct oom_report *report)
{
	struct oom_victim *victim;
	int r = add_victim(report, report->choice.pid, &victim);

	if (r < 0 || !victim)
		return r;
	memcpy(victim->comm, report->choice.comm, sizeof(victim->comm));
	victim->presumed = true;
	return 0;
}

/* What stands behind the name in TEXT, a kill line, or in FRONT of it (EL6's UID). */
static void read_victim(struct oom_victim *victim, struct strview text, struct strview front)
{
	value_kib(text, "total-vm:", &victim->total_vm);
	value_kib(text, "vsz:", &victim->total_vm);
	value_kib(text, "anon-rss:", &victim->anon);
	value_kib(text, "file-rss:", &victim->file);
	value_kib(text, "shmem-rss:", &victim->shmem);
	value_kib(text, "pgtables:", &victim->pgtables);
	value_number(front, ", UID ", &victim->uid);
	value_number(text, ", UID ", &victim->uid);
	value_number(text, "UID:", &victim->uid);
	value_number(text, "oom_score_adj:", &victim->adj);
}

/* "Killed process 123 (comm) total-vm:..kB, anon-rss:..kB, ...", in any of its ages */
int read_killed(struct oom_partial *partial, struct strview text)
{
	struct strview rest = text, comm;
	struct oom_victim *victim;
	int64_t pid;
	int r;

	read_cause(partial, text);
	if (!strview_skip_past(&rest, "Killed process ") || !read_process(&rest, &pid, &comm))
		return 0;
	r = add_victim(&partial->report, pid, &victim);
	if (r < 0 || !victim)
		return r;
	read_comm(comm, victim->comm);
	victim->time = *partial->time;
	read_victim(victim, rest, strview_head(text, strview_find(text, "(")));
	return 0;
}

/* "Tasks in /a are going to be killed due to memory.oom.group set" */
int read_group(struct oom_partial *partial, struct strview text)
{
	partial->memcg_present = true;
	strview_skip_blanks(&text);
	strview_skip(&text, "Tasks in ");
	text = strview_head(text, strview_find_last(text, " are going to be killed"));
	return value_keep(&partial->report.group_path, text);
}

int read_panic(struct oom_partial *partial, struct strview text)
{
	strview_skip_blanks(&text);
	strview_skip(&text, "Kernel panic - not syncing:");
	return value_keep(&partial->report.panic, strview_trim(text));
}

static void read_rest(struct oom_reaped *reaped, struct strview text)
{
	value_kib(text, "anon-rss:", &reaped->anon);
	value_kib(text, "file-rss:", &reaped->file);
	value_kib(text, "shmem-rss:", &reaped->shmem);
}

/*
 * "oom_reaper: reaped process 123 (comm), now anon-rss:0kB, file-rss:0kB, shmem-rss:8kB",
 * "oom_reaper: unable to reap pid:123 (comm)"
 */
int read_reaped(struct oom_partial *partial, struct strview text)
{
	struct oom_report *report = &partial->report;
	struct strview rest = text, comm;
	struct oom_victim *victim;
	int64_t pid;
	int r = 0;

	if (!(strview_skip_past(&rest, "reaped process ") ||
	      strview_skip_past(&rest, "reap pid:")) ||
	    !read_process(&rest, &pid, &comm))
		return 0;
	victim = read_victim_of(report, pid, true);
	if (!victim)
		r = add_victim(report, pid, &victim);
	if (r < 0 || !victim)
		return r;
	if (!victim->comm[0])
		read_comm(comm, victim->comm);
	victim->reaped = (struct oom_reaped){
		.present = true, .failed = strview_starts(text, "oom_reaper: unable"),
		.anon = OOM_UNKNOWN, .file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN,
		.time = *partial->time,
	};
	read_rest(&victim->reaped, rest);
	return 0;
}
