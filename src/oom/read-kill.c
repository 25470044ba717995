/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-kill.c - who was chosen and killed, and what the reaper got: mm/oom_kill.c */
#include <config.h>

#include "oom/reader.h"
#include "oom/scan-values.h"

/* More victims of a hostile log are not kept. */
#define VICTIMS_MAX 100000

/* So many of the newest are looked at. */
#define VICTIMS_NEAR 1024

/* Where the name's closing bracket stands: in front of the last thing that follows a name. */
static size_t end_of_name(struct text text)
{
	static const char *const followers[] = {
		") total-vm:", ")total-vm:", "), UID ", ") vsz:", ") score ", "), now anon-rss:", ") is already",
		") sharing same memory", ")\n",
	};
	size_t end = TEXT_NONE;

	for (size_t i = 0; i < sizeof(followers) / sizeof(followers[0]); i++) {
		size_t at = text_find_last(text, followers[i]);

		if (at != TEXT_NONE && (end == TEXT_NONE || at > end))
			end = at;
	}
	return end == TEXT_NONE ? text_find_last(text, ")") : end;
}

bool read_process(struct text *text, int64_t *ret_pid, struct text *ret_comm)
{
	struct text rest = *text, uid;

	text_skip_blanks(&rest);
	*ret_comm = (struct text){ rest.at, 0 };
	if (text_byte(rest, 0) == '-' || !text_take_i64(&rest, ret_pid))
		return false;
	/* EL6: "Killed process 40738, UID 27, (mysqld)" */
	if (text_starts(rest, ", UID ") && text_has(rest, "("))
		text_take_until(&rest, "(", &uid);
	else if (text_skip_blanks(&rest), !text_skip(&rest, "(")) {
		*text = rest;
		return true;
	}
	*ret_comm = text_head(rest, end_of_name(rest));
	*text = text_from(rest, ret_comm->length + 1);
	return true;
}

int64_t read_pid_of(struct text text)
{
	static const char *const keys[] = { "process ", "OOM victim ", "reap pid:" };
	int64_t pid = OOM_NO_NUMBER;
	size_t first = TEXT_NONE;

	/* The first of them: a name behind it may hold another. */
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t at = text_find(text, keys[i]);
		struct text rest = text;

		if (at < first && text_skip_past(&rest, keys[i]) && text_take_i64(&rest, &pid))
			first = at;
	}
	if (first == TEXT_NONE)
		value_number(text, ",pid=", &pid);
	return pid;
}

struct oom_victim *read_victim_of(const struct oom_report *report, int64_t pid, bool unreaped)
{
	size_t count = report->victim_count, i = 0;

	while (i < count) {
		struct oom_victim *victim = &report->victims[i++];

		if (victim->pid == pid && !(unreaped && victim->reaped.said))
			return victim;
		if (i == 1 && count > VICTIMS_NEAR)
			i = count - VICTIMS_NEAR;
	}
	return NULL;
}

/* The text between KEY and the first of the ENDS, NULL behind the last, that comes behind it. */
static struct text between(struct text text, const char *key, const char *const *ends)
{
	size_t end = TEXT_NONE;

	if (!text_skip_past(&text, key))
		return (struct text){ text.at, 0 };
	for (; *ends; ends++) {
		size_t at = text_find(text, *ends);

		end = at < end ? at : end;
	}
	return text_head(text, end);
}

/*
 * Where ",task=" stands in front of the name. The path in front of it and the name may hold it
 * too: the table knows the name.
 */
static size_t find_task(const struct oom_report *report, struct text text, int64_t pid)
{
	static const char key[] = ",task=";
	const struct oom_task *task = oom_find_task(report, pid);
	struct text rest = text_head(text, text_find_last(text, ",pid="));
	size_t last = text_find_last(rest, key);

	size_t at = last;

	for (; task && at != TEXT_NONE; at = text_find_last(text_head(rest, at), key))
		if (text_is(text_from(rest, at + sizeof(key) - 1), task->comm))
			return at;
	return last;
}

/* Replaces what an earlier line said of a path. */
static int replace_path(char **path, struct text text)
{
	free(*path);
	*path = NULL;
	return value_keep(path, text);
}

/* What begins behind KEY with a slash; no name in front of it holds one. Length 0: none. */
static struct text path_behind(struct text text, const char *key)
{
	while (text_skip_past(&text, key))
		if (text_starts(text, "/"))
			return text;
	return (struct text){ text.at, 0 };
}

/* ",oom_memcg=/a,task_memcg=/a/b" or, for the machine, ",global_oom,task_memcg=/a/b" */
static int read_paths(struct oom_report *report, struct text text, bool global)
{
	struct text limit = path_behind(text, ",oom_memcg=");
	struct text task = path_behind(text, ",task_memcg="), first, second;
	int r = 0;

	if (!global && limit.length) {
		if (read_split_paths(limit, ",task_memcg=", &first, &second)) {
			limit = first;
			task = second;
		} else {
			/* The line is cut. */
			limit = text_head(limit, text_find(limit, ",task_memcg="));
		}
		r = replace_path(&report->memcg.path, limit);
	}
	return r < 0 || !task.length ? r : replace_path(&report->memcg.task_path, task);
}

/* Who was chosen, and where it and its limit are. */
static int read_decided(struct oom_report *report, struct text text, bool global)
{
	struct oom_task *decided = &report->decided;
	size_t task;
	struct text name;

	value_number(text, ",pid=", &decided->pid);
	value_number(text, ",uid=", &decided->uid);
	task = find_task(report, text, decided->pid);
	if (task != TEXT_NONE) {
		name = text_from(text, task + sizeof(",task=") - 1);
		read_comm(text_head(name, text_find_last(name, ",pid=")), decided->comm);
	}
	return read_paths(report, text_head(text, task), global);
}

/*
 * "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,4,oom_memcg=..."
 */
int read_decision(struct oom_draft *draft, struct text text)
{
	static const char *const comma[] = { ",", NULL };
	static const char *const cpuset_ends[] = { ",mems_allowed=", NULL };
	static const char *const nodemask_ends[] = { ",cpuset=", NULL };
	static const char *const mems_ends[] = {
		",global_oom", ",oom_memcg=", ",task_memcg=", ",task=", NULL };
	struct oom_report *report = &draft->report;
	size_t global = text_find(text, ",global_oom"), memcg = text_find(text, ",oom_memcg=/");
	bool is_global = global != TEXT_NONE && (memcg == TEXT_NONE || global < memcg);
	int r;

	report->global_said |= is_global;
	draft->memcg_said |= !is_global && memcg != TEXT_NONE;
	r = value_keep(&report->constraint, between(text, "constraint=", comma));
	if (r == 0)
		r = value_keep(&report->nodemask, between(text, ",nodemask=", nodemask_ends));
	if (r == 0)
		r = value_keep(&report->cpuset, between(text, ",cpuset=", cpuset_ends));
	if (r == 0)
		r = value_keep(&report->mems_allowed, between(text, ",mems_allowed=", mems_ends));
	return r < 0 ? r : read_decided(report, text, is_global);
}

static void read_cause(struct oom_draft *draft, struct text text)
{
	text_skip_blanks(&text);
	draft->memcg_said |= text_starts(text, "Memory cgroup ");
	draft->global_said |= text_starts(text, "Out of memory");
	draft->cpuset_said |= text_starts(text, "No available memory in cpuset");
	draft->policy_said |= text_starts(text, "No available memory (MPOL_BIND)");
	text = text_head(text, text_find(text, "process "));
	draft->report.allocating_task |= text_has(text, "(oom_kill_allocating_task): ");
}

/* "Out of memory: Kill process 15665 (main.out) score 865 or sacrifice child" */
int read_choice(struct oom_draft *draft, struct text text)
{
	struct oom_choice *choice = &draft->report.choice;
	struct text comm;
	int64_t pid;

	read_cause(draft, text);
	if (choice->said || !text_skip_past(&text, "ill process ") ||
	    !read_process(&text, &pid, &comm) || (!comm.length && !text_has(text, "score ")))
		return 0;
	choice->said = true;
	choice->pid = pid;
	read_comm(comm, choice->comm);
	value_number(text, "score ", &choice->score);
	return 0;
}

/* "Out of memory: OOM victim 41 (comm) is already exiting. Skip killing the task" */
int read_exiting(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	struct text comm;

	read_cause(draft, text);
	report->already_exiting = true;
	if (report->decided.pid == OOM_NO_NUMBER && text_skip_past(&text, "OOM victim ") &&
	    read_process(&text, &report->decided.pid, &comm))
		read_comm(comm, report->decided.comm);
	return 0;
}

/* Returns 0, -ENOMEM, or -E2BIG. */
static int add_victim(struct oom_report *report, int64_t pid, struct oom_victim **ret_victim)
{
	struct oom_victim *victims;

	if (report->victim_count == VICTIMS_MAX)
		return -E2BIG;
	victims = list_room(report->victims, report->victim_count, sizeof(*victims));
	if (!victims)
		return -ENOMEM;
	report->victims = victims;
	victims[report->victim_count] = (struct oom_victim){
		.pid = pid, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN, .anon = OOM_UNKNOWN,
		.file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN,
		.adj = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
		.repeated = read_victim_of(report, pid, false) != NULL,
	};
	*ret_victim = &victims[report->victim_count++];
	return 0;
}

/* "Kill process 123 (comm) score 9 or sacrifice child" of a report that has no line of a kill */
int read_presumed(struct oom_report *report)
{
	struct oom_victim *victim;
	int r = add_victim(report, report->choice.pid, &victim);

	if (r < 0)
		return r == -E2BIG ? 0 : r;
	memcpy(victim->comm, report->choice.comm, sizeof(victim->comm));
	victim->presumed = true;
	return 0;
}

/* What stands behind the name in TEXT, a kill line, or in FRONT of it (EL6's UID). */
static void read_victim(struct oom_victim *victim, struct text text, struct text front)
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
int read_killed(struct oom_draft *draft, struct text text, const struct oom_time *time)
{
	struct text rest = text, comm;
	struct oom_victim *victim;
	int64_t pid;
	int r;

	read_cause(draft, text);
	if (!text_skip_past(&rest, "Killed process ") || !read_process(&rest, &pid, &comm))
		return 0;
	r = add_victim(&draft->report, pid, &victim);
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	read_comm(comm, victim->comm);
	victim->time = *time;
	read_victim(victim, rest, text_head(text, text_find(text, "(")));
	return 0;
}

/* "Tasks in /a are going to be killed due to memory.oom.group set" */
int read_group(struct oom_draft *draft, struct text text)
{
	draft->report.group = true;
	draft->memcg_said = true;
	text_skip_blanks(&text);
	text_skip(&text, "Tasks in ");
	text = text_head(text, text_find_last(text, " are going to be killed"));
	return value_keep(&draft->report.group_path, text);
}

int read_panic(struct oom_draft *draft, struct text text)
{
	text_skip_blanks(&text);
	text_skip(&text, "Kernel panic - not syncing:");
	return value_keep(&draft->report.panic, text_trim(text));
}

static void read_rest(struct oom_reaped *reaped, struct text text)
{
	value_kib(text, "anon-rss:", &reaped->anon);
	value_kib(text, "file-rss:", &reaped->file);
	value_kib(text, "shmem-rss:", &reaped->shmem);
}

/*
 * "oom_reaper: reaped process 123 (comm), now anon-rss:0kB, file-rss:0kB, shmem-rss:8kB",
 * "oom_reaper: unable to reap pid:123 (comm)"
 */
int read_reaped(struct oom_draft *draft, struct text text, const struct oom_time *time)
{
	struct oom_report *report = &draft->report;
	struct text rest = text, comm;
	struct oom_victim *victim;
	int64_t pid;
	int r = 0;

	if (!(text_skip_past(&rest, "reaped process ") || text_skip_past(&rest, "reap pid:")) ||
	    !read_process(&rest, &pid, &comm))
		return 0;
	victim = read_victim_of(report, pid, true);
	if (!victim)
		r = add_victim(report, pid, &victim);
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	if (!victim->comm[0])
		read_comm(comm, victim->comm);
	victim->reaped = (struct oom_reaped){
		.said = true, .failed = text_starts(text, "oom_reaper: unable"),
		.anon = OOM_UNKNOWN, .file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .time = *time,
	};
	read_rest(&victim->reaped, rest);
	return 0;
}
