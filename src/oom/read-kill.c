/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-kill.c - who was chosen and killed, and what the reaper got: mm/oom_kill.c */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oom/reader.h"

/* A group's members are no more; more of a hostile log are not kept. */
#define VICTIMS_MAX 4096

#define PATH_BYTES_MAX 8192

static int keep(char **kept, struct text text)
{
	if (*kept || !text.length)
		return 0;
	*kept = text_copy(text_head(text, PATH_BYTES_MAX));
	return *kept ? 0 : -ENOMEM;
}

/* The figure in kB behind KEY, as bytes. */
static void size_of(struct text text, const char *key, uint64_t *ret_bytes)
{
	size_t at = text_find_last(text, key);
	uint64_t kb;

	if (at == TEXT_NONE)
		return;
	text = text_from(text, at + strlen(key));
	if (text_take_u64(&text, &kb))
		*ret_bytes = kb > (UINT64_MAX - 1) / 1024 ? UINT64_MAX - 1 : kb * 1024;
}

static void number_of(struct text text, const char *key, int64_t *ret_value)
{
	size_t at = text_find_last(text, key);

	if (at == TEXT_NONE)
		return;
	text = text_from(text, at + strlen(key));
	text_take_i64(&text, ret_value);
}

/* Where the name's closing bracket stands: the last in front of the first thing that follows a name. */
static size_t end_of_name(struct text text)
{
	static const char *const followers[] = {
		") total-vm:", "), UID ", ") vsz:", ") score ", "), now anon-rss:", ") is already",
		") sharing same memory", ")\n",
	};
	size_t end = TEXT_NONE;

	for (size_t i = 0; i < sizeof(followers) / sizeof(followers[0]) && end == TEXT_NONE; i++)
		end = text_find_last(text, followers[i]);
	return end == TEXT_NONE ? text_find_last(text, ")") : end;
}

bool read_process(struct text *text, int64_t *ret_pid, struct text *ret_comm)
{
	struct text rest = *text, uid;
	size_t end;

	text_skip_blanks(&rest);
	*ret_comm = (struct text){ rest.at, 0 };
	if (text_byte(rest, 0) == '-' || !text_take_i64(&rest, ret_pid))
		return false;
	/* EL6: "Killed process 40738, UID 27, (mysqld)" */
	if (text_starts(rest, ", UID ") && text_find(rest, "(") != TEXT_NONE)
		text_take_until(&rest, "(", &uid);
	else if (text_skip_blanks(&rest), !text_skip(&rest, "(")) {
		*text = rest;
		return true;
	}
	end = end_of_name(rest);
	*ret_comm = text_head(rest, end == TEXT_NONE ? rest.length : end);
	*text = text_from(rest, ret_comm->length + 1);
	return true;
}

int64_t read_pid_of(struct text text)
{
	static const char *const keys[] = { "process ", "OOM victim ", "reap pid:" };
	int64_t pid = OOM_NO_NUMBER;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t at = text_find(text, keys[i]);
		struct text rest;

		if (at == TEXT_NONE)
			continue;
		rest = text_from(text, at + strlen(keys[i]));
		if (text_take_i64(&rest, &pid))
			return pid;
	}
	number_of(text, ",pid=", &pid);
	return pid;
}

/* The text between KEY and the first of the ENDS that comes behind it. */
static struct text between(struct text text, const char *key, const char *const *ends)
{
	size_t at = text_find(text, key), end = TEXT_NONE;

	if (at == TEXT_NONE)
		return (struct text){ text.at, 0 };
	text = text_from(text, at + strlen(key));
	for (; *ends && end == TEXT_NONE; ends++)
		end = text_find(text, *ends);
	return text_head(text, end);
}

/* Paths begin with a slash, which no name in front of them holds. */
static int read_paths(struct oom_report *report, struct text text)
{
	static const char *const memcg_ends[] = { ",task_memcg=/", ",task_memcg=", ",task=", NULL };
	static const char *const task_ends[] = { NULL };
	struct text path = between(text, ",oom_memcg=/", memcg_ends), name;
	size_t at;
	int r = 0;

	if (path.length || text_find(text, ",oom_memcg=/") != TEXT_NONE) {
		/* The slash of the key belongs to the path. */
		path = (struct text){ path.at - 1, path.length + 1 };
		free(report->memcg.path);
		report->memcg.path = NULL;
		r = keep(&report->memcg.path, path);
	}
	if (r < 0 || text_find(text, ",task_memcg=/") == TEXT_NONE)
		return r;
	path = between(text, ",task_memcg=/", task_ends);
	path = (struct text){ path.at - 1, path.length + 1 };
	/* The name is the last but two: "task=NAME,pid=N,uid=N"; it is too short to pass for more. */
	at = text_find_last(path, ",task=");
	name = text_head(path, at);
	free(report->memcg.task_path);
	report->memcg.task_path = NULL;
	return keep(&report->memcg.task_path, name);
}

static void read_decided(struct oom_report *report, struct text text)
{
	size_t task = text_find_last(text, ",task="), pid;
	struct text name;

	number_of(text, ",pid=", &report->decided.pid);
	number_of(text, ",uid=", &report->decided.uid);
	if (task == TEXT_NONE)
		return;
	name = text_from(text, task + sizeof(",task=") - 1);
	pid = text_find_last(name, ",pid=");
	read_comm(text_head(name, pid), report->decided.comm);
}

/* "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,4,oom_memcg=..." */
int read_decision(struct oom_draft *draft, struct text text)
{
	static const char *const comma[] = { ",", NULL };
	static const char *const cpuset_ends[] = { ",mems_allowed=", NULL };
	static const char *const nodemask_ends[] = { ",cpuset=", NULL };
	static const char *const mems_ends[] = {
		",global_oom", ",oom_memcg=", ",task_memcg=", ",task=", NULL };
	struct oom_report *report = &draft->report;
	size_t global = text_find(text, ",global_oom"), memcg = text_find(text, ",oom_memcg=/");
	int r;

	report->global_said |= global != TEXT_NONE && (memcg == TEXT_NONE || global < memcg);
	draft->memcg_said |= !report->global_said && memcg != TEXT_NONE;
	r = keep(&report->constraint, between(text, "oom-kill:constraint=", comma));
	if (r == 0)
		r = keep(&report->nodemask, between(text, ",nodemask=", nodemask_ends));
	if (r == 0)
		r = keep(&report->cpuset, between(text, ",cpuset=", cpuset_ends));
	if (r == 0)
		r = keep(&report->mems_allowed, between(text, ",mems_allowed=", mems_ends));
	if (r == 0)
		r = read_paths(report, text);
	read_decided(report, text);
	return r;
}

static void read_cause(struct oom_draft *draft, struct text text)
{
	if (text_starts(text, "Memory cgroup "))
		draft->memcg_said = true;
	else if (text_starts(text, "Out of memory"))
		draft->global_said = true;
	draft->report.allocating_task |= text_find(text_head(text, 64), "oom_kill_allocating_task") !=
					 TEXT_NONE;
}

/* "Out of memory: Kill process 15665 (main.out) score 865 or sacrifice child" */
int read_choice(struct oom_draft *draft, struct text text)
{
	struct oom_choice *choice = &draft->report.choice;
	struct text comm;
	size_t at = text_find(text, "ill process ");

	read_cause(draft, text);
	if (at == TEXT_NONE || choice->said)
		return 0;
	text = text_from(text, at + sizeof("ill process ") - 1);
	if (!read_process(&text, &choice->pid, &comm))
		return 0;
	choice->said = true;
	read_comm(comm, choice->comm);
	number_of(text, "score ", &choice->score);
	return 0;
}

/* "Out of memory: OOM victim 41 (comm) is already exiting. Skip killing the task" */
int read_exiting(struct oom_draft *draft, struct text text)
{
	struct oom_report *report = &draft->report;
	struct text comm;
	size_t at = text_find(text, "OOM victim ");

	read_cause(draft, text);
	report->already_exiting = true;
	if (at == TEXT_NONE || report->decided.pid != OOM_NO_NUMBER)
		return 0;
	text = text_from(text, at + sizeof("OOM victim ") - 1);
	if (read_process(&text, &report->decided.pid, &comm))
		read_comm(comm, report->decided.comm);
	return 0;
}

static struct oom_victim *add_victim(struct oom_report *report, int64_t pid)
{
	struct oom_victim *victim = report->victims;
	size_t count = report->victim_count;

	if (count == VICTIMS_MAX)
		return NULL;
	if (!(count & (count - 1))) {
		victim = realloc(victim, (count ? 2 * count : 1) * sizeof(*victim));
		if (!victim)
			return NULL;
		report->victims = victim;
	}
	victim = &report->victims[report->victim_count++];
	*victim = (struct oom_victim){
		.pid = pid, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN, .anon = OOM_UNKNOWN,
		.file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN,
		.adj = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
	};
	for (size_t i = 0; i + 1 < report->victim_count; i++)
		victim->repeated |= report->victims[i].pid == pid;
	return victim;
}

/* "Killed process 123 (comm) total-vm:..kB, anon-rss:..kB, ...", in any of its ages */
int read_killed(struct oom_draft *draft, struct text text, const struct oom_time *time)
{
	struct oom_report *report = &draft->report;
	size_t at = text_find(text, "Killed process ");
	struct oom_victim *victim;
	struct text comm, rest;
	int64_t pid;

	read_cause(draft, text);
	if (at == TEXT_NONE)
		return 0;
	rest = text_from(text, at + sizeof("Killed process ") - 1);
	if (!read_process(&rest, &pid, &comm))
		return 0;
	victim = add_victim(report, pid);
	if (!victim)
		return report->victim_count == VICTIMS_MAX ? 0 : -ENOMEM;
	read_comm(comm, victim->comm);
	victim->time = *time;
	size_of(rest, "total-vm:", &victim->total_vm);
	size_of(rest, "vsz:", &victim->total_vm);
	size_of(rest, "anon-rss:", &victim->anon);
	size_of(rest, "file-rss:", &victim->file);
	size_of(rest, "shmem-rss:", &victim->shmem);
	size_of(rest, "pgtables:", &victim->pgtables);
	number_of(text, ", UID ", &victim->uid);
	number_of(rest, "UID:", &victim->uid);
	number_of(rest, "oom_score_adj:", &victim->adj);
	return 0;
}

/* "Tasks in /a are going to be killed due to memory.oom.group set" */
int read_group(struct oom_draft *draft, struct text text)
{
	size_t end = text_find_last(text, " are going to be killed");

	draft->report.group = true;
	draft->memcg_said = true;
	text_skip(&text, "Tasks in ");
	return keep(&draft->report.group_path,
		    text_head(text, end == TEXT_NONE ? text.length : end - (sizeof("Tasks in ") - 1)));
}

int read_panic(struct oom_draft *draft, struct text text)
{
	text_skip(&text, "Kernel panic - not syncing:");
	return keep(&draft->report.panic, text_trim(text));
}

/* "oom_reaper: reaped process 123 (comm), now anon-rss:0kB, file-rss:0kB, shmem-rss:8kB" */
int read_reaped(struct oom_draft *draft, struct text text, const struct oom_time *time)
{
	struct oom_report *report = &draft->report;
	int64_t pid = read_pid_of(text);
	struct oom_victim *victim = NULL;
	struct text rest = text, comm = { text.at, 0 }, front;

	for (size_t i = 0; i < report->victim_count && !victim; i++)
		if (report->victims[i].pid == pid && !report->victims[i].reaped.said)
			victim = &report->victims[i];
	if (!victim)
		victim = add_victim(report, pid);
	if (!victim)
		return report->victim_count == VICTIMS_MAX ? 0 : -ENOMEM;
	if (text_take_until(&rest, text_find(text, "pid:") == TEXT_NONE ? "process " : "pid:", &front))
		read_process(&rest, &pid, &comm);
	if (!victim->comm[0])
		read_comm(comm, victim->comm);
	victim->reaped = (struct oom_reaped){
		.said = true, .failed = text_find(text, "unable to reap") != TEXT_NONE,
		.anon = OOM_UNKNOWN, .file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .time = *time,
	};
	size_of(text, "anon-rss:", &victim->reaped.anon);
	size_of(text, "file-rss:", &victim->reaped.file);
	size_of(text, "shmem-rss:", &victim->reaped.shmem);
	return 0;
}
