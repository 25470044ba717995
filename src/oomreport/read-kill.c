/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read-kill.c - who was chosen and killed, and what the reaper got: mm/oom_kill.c */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/list-add.h"
#include "oomreport/partial.h"

/* More victims of a hostile log are not kept. */
#define VICTIMS_MAX 100000

/* So many of the newest are looked at. */
#define VICTIMS_NEAR 1024

#define AT(member) offsetof(struct oom_victim, member)

/* "(x) total-vm:9kB, anon-rss:8kB, ...", in any of its ages */
static const struct oom_line_value victim_values[] = {
	{ "total-vm:", OOM_VALUE_KIB, AT(total_vm), NULL },
	{ "vsz:", OOM_VALUE_KIB, AT(total_vm), NULL },
	{ "anon-rss:", OOM_VALUE_KIB, AT(anon), NULL },
	{ "file-rss:", OOM_VALUE_KIB, AT(file), NULL },
	{ "shmem-rss:", OOM_VALUE_KIB, AT(shmem), NULL },
	{ "pgtables:", OOM_VALUE_KIB, AT(pgtables), NULL },
	{ ", UID ", OOM_VALUE_SIGNED, AT(uid), NULL },
	{ "UID:", OOM_VALUE_SIGNED, AT(uid), NULL },
	{ "oom_score_adj:", OOM_VALUE_SIGNED, AT(adj), NULL },
	{ .key = NULL },
};

static const struct oom_line_value reaped_values[] = {
	{ "anon-rss:", OOM_VALUE_KIB, AT(reaped.anon), NULL },
	{ "file-rss:", OOM_VALUE_KIB, AT(reaped.file), NULL },
	{ "shmem-rss:", OOM_VALUE_KIB, AT(reaped.shmem), NULL },
	{ .key = NULL },
};

/*
 * Takes "N (comm)" or "N" behind KEY. A name may hold ") (": it ends at the last ")" in front of
 * what follows a name in such a line. Returns whether there was a number.
 */
static bool take_process(struct strview *text, const char *key, int64_t *ret_pid,
			 struct strview *ret_comm)
{
	static const char *const followers[] = {
		") total-vm:", ")total-vm:", "), UID ", ") vsz:", ") score ", "), now anon-rss:",
		") is already", ") sharing same memory", ")\n",
	};
	struct strview rest = *text, uid;
	size_t end = 0;

	if (!strview_skip_past(&rest, key))
		return false;
	strview_skip_blanks(&rest);
	*ret_comm = (struct strview){ rest.at, 0 };
	if (strview_byte(rest, 0) == '-' || !strview_take_i64(&rest, ret_pid))
		return false;
	*text = rest;
	/* EL6: "Killed process 40738, UID 27, (mysqld)" */
	if (strview_starts(rest, ", UID ") && strview_has(rest, "("))
		strview_take_until(&rest, "(", &uid);
	else if (strview_skip_blanks(&rest), !strview_skip(&rest, "("))
		return true;
	/* STRVIEW_NONE, which is no end, and 1 are 0. */
	for (size_t i = 0; i < ARRAY_SIZE(followers); i++) {
		size_t other = strview_find_last(rest, followers[i]) + 1;

		end = MAX(end, other);
	}
	if (!end)
		end = strview_find_last(rest, ")") + 1;
	*ret_comm = strview_head(rest, end - 1);
	*text = strview_from(rest, ret_comm->length + 1);
	return true;
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

/* What begins behind KEY with a slash; no name in front of it holds one. Length 0: none. */
static struct strview path_behind(struct strview text, const char *key)
{
	while (strview_skip_past(&text, key))
		if (strview_starts(text, "/"))
			return text;
	return (struct strview){ text.at, 0 };
}

/*
 * "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,4,oom_memcg=/a,"
 * "task_memcg=/a/b,task=x,pid=5,uid=0" or, for the machine, "...,global_oom,task_memcg=..."
 */
int read_decision(struct oom_partial *partial, struct strview text)
{
	static const char key[] = ",task=";
	struct oom_report *report = &partial->report;
	struct oom_task *selected = &report->selected;
	struct strview rest = strview_head(text, strview_find_last(text, ",pid=")), limit, memcg;
	size_t at = strview_find_last(rest, key), last = at;
	bool global = strview_find(text, ",global_oom") < strview_find(text, ",oom_memcg=/");
	const struct oom_task *task = oom_find_task(report, selected->pid);
	int r;

	report->global_present |= global;
	partial->memcg_present |= !global && strview_has(text, ",oom_memcg=/");
	/* The path in front of it and the name may hold the key too: the table knows the name. */
	while (task && at != STRVIEW_NONE &&
	       !strview_is(strview_from(rest, at + sizeof(key) - 1), task->comm))
		at = strview_find_last(strview_head(rest, at), key);
	at = at == STRVIEW_NONE ? last : at;
	if (at != STRVIEW_NONE)
		read_comm(strview_from(rest, at + sizeof(key) - 1), selected->comm);
	text = strview_head(text, at);
	limit = path_behind(text, ",oom_memcg=");
	memcg = path_behind(text, ",task_memcg=");
	if (global)
		limit.length = 0;
	/* Without a second path the line is cut. */
	if (!read_split_paths(limit, ",task_memcg=", &limit, &memcg))
		limit = strview_head(limit, strview_find(limit, ",task_memcg="));
	/* It knows better than what an earlier line said. */
	if (limit.length) {
		free(report->memcg.path);
		report->memcg.path = NULL;
	}
	if (memcg.length) {
		free(report->memcg.task_path);
		report->memcg.task_path = NULL;
	}
	r = value_keep(&report->memcg.path, limit);
	return r < 0 ? r : value_keep(&report->memcg.task_path, memcg);
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
	if (!take_process(&text, "ill process ", &pid, &comm) ||
	    (!comm.length && !strview_has(text, "score ")))
		return 0;
	choice->present = true;
	choice->pid = pid;
	read_comm(comm, choice->comm);
	value_signed(text, "score ", &choice->score);
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
	struct oom_task *selected = &partial->report.selected;
	struct strview comm;

	read_cause(partial, text);
	if (selected->pid == OOM_NO_NUMBER &&
	    take_process(&text, "OOM victim ", &selected->pid, &comm))
		read_comm(comm, selected->comm);
	return 0;
}

int read_add_victim(struct oom_report *report, int64_t pid, struct strview comm,
		    struct oom_victim **ret_victim)
{
	struct oom_victim victim = {
		.pid = pid, .uid = OOM_NO_NUMBER, .total_vm = OOM_UNKNOWN, .anon = OOM_UNKNOWN,
		.file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN, .pgtables = OOM_UNKNOWN,
		.adj = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
		.repeated = read_victim_of(report, pid, false) != NULL,
	};
	int r;

	read_comm(comm, victim.comm);
	r = LIST_ADD(report->victims, report->victim_count, VICTIMS_MAX, victim);
	*ret_victim = report->victims + report->victim_count - 1;
	return r;
}

/* "Killed process 123 (comm) total-vm:..kB, anon-rss:..kB, ..." */
int read_killed(struct oom_partial *partial, struct strview text)
{
	struct strview rest = text, comm;
	struct oom_victim *victim;
	int64_t pid;
	int r;

	read_cause(partial, text);
	if (!take_process(&rest, "Killed process ", &pid, &comm))
		return 0;
	r = read_add_victim(&partial->report, pid, comm, &victim);
	if (r <= 0)
		return r;
	victim->time = *partial->time;
	/* EL6's stands in front of the name. */
	value_signed(strview_head(text, strview_find(text, "(")), ", UID ", &victim->uid);
	return values_read(victim_values, rest, victim);
}

/*
 * "oom_reaper: reaped process 123 (comm), now anon-rss:0kB, file-rss:0kB, shmem-rss:8kB",
 * "oom_reaper: unable to reap pid:123 (comm)"
 */
int read_reaped(struct oom_partial *partial, struct strview text)
{
	bool failed = strview_has(text, "unable to reap pid:"); /* longer than a name */
	struct oom_victim *victim;
	struct strview comm;
	int64_t pid;
	int r;

	if (!take_process(&text, failed ? "reap pid:" : "reaped process ", &pid, &comm))
		return 0;
	victim = read_victim_of(&partial->report, pid, true);
	if (!victim) {
		r = read_add_victim(&partial->report, pid, comm, &victim);
		if (r <= 0)
			return r;
	}
	if (!victim->comm[0])
		read_comm(comm, victim->comm);
	victim->reaped = (struct oom_reaped){
		.present = true, .failed = failed, .time = *partial->time,
		.anon = OOM_UNKNOWN, .file = OOM_UNKNOWN, .shmem = OOM_UNKNOWN,
	};
	return values_read(reaped_values, text, victim);
}
