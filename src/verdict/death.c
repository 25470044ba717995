/* SPDX-License-Identifier: GPL-2.0-or-later */
/* death.c - tell an OOM kill from any other death, and name whose limit it was */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/size.h"
#include "verdict/death.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static uint64_t rise(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

/* OOM kills in LEVEL itself since the beginning. */
static uint64_t level_kills(const struct oom_monitor_level *level)
{
	return cgroup_events_kills(&level->before, &level->after);
}

/*
 * OOM kills counted in the subject's own cgroup since the beginning, without those of which the
 * log says that they were of others, or which it has outlived. In a cgroup that it shares they
 * are not about it when the log is of its pid namespace and does not name it.
 */
static uint64_t own_kills(const struct oom_evidence *oom_evidence)
{
	uint64_t kills = oom_evidence->count ? level_kills(oom_evidence->levels) : 0;
	uint64_t others = oom_evidence->kill_record.others;

	if (!oom_evidence->alone && !oom_evidence->kmsg_error && !oom_evidence->foreign_pids)
		return 0;
	return rise(others > oom_evidence->survived ? others : oom_evidence->survived, kills);
}

/* What the log says of the subject, its counter must say too: of another cgroup, the machine's. */
static bool do_counters_agree(const struct oom_evidence *oom_evidence)
{
	if (oom_evidence->count && oom_evidence->levels[0].before.known &&
	    oom_evidence->levels[0].after.known && !oom_evidence->kill_record.elsewhere)
		return level_kills(oom_evidence->levels) > 0;
	return !oom_evidence->vmstat_known ||
	       rise(oom_evidence->vmstat_before, oom_evidence->vmstat_after) > 0;
}

static bool is_recorded(const struct oom_evidence *oom_evidence)
{
	return oom_evidence->kill_record.chosen_found || oom_evidence->kill_record.killed_found;
}

/* v2: where memory.events.local's oom rose; v1 does not say, but a peak at the limit does. */
static bool ran_out(const struct oom_monitor_level *level)
{
	if (level->version == 2)
		return level->before.known && level->after.known &&
		       rise(level->before.local_oom, level->after.local_oom) > 0;
	return level->peak.limit != CGROUP_UNLIMITED && level->peak.peak != CGROUP_UNLIMITED &&
	       level->peak.peak >= level->peak.limit;
}

static void blame_level(const struct oom_evidence *oom_evidence, size_t i, struct death *death)
{
	death->outcome = i == 0 && oom_evidence->alone ? OUTCOME_OOM_SANDBOX
		: OUTCOME_OOM_ANCESTOR;
	death->limiter = oom_evidence->levels[i].name;
	death->limit = oom_evidence->levels[i].peak.limit;
}

/* Finds by the counters alone whose limit ran out; nobody's means the machine. */
static void blame_by_counters(const struct oom_evidence *oom_evidence, struct death *death)
{
	death->outcome = OUTCOME_OOM_GLOBAL;
	for (size_t i = 0; i < oom_evidence->count; i++) {
		if (ran_out(&oom_evidence->levels[i])) {
			blame_level(oom_evidence, i, death);
			return;
		}
	}
}

/*
 * How many bytes of the record's paths are before those that we see: our cgroup namespace begins
 * there. SIZE_MAX: not known.
 */
static size_t hidden_length(const struct oom_evidence *oom_evidence)
{
	const char *theirs = oom_evidence->kill_record.chosen.task_memcg, *ours =
		oom_evidence->levels[0].name;
	size_t length = strlen(theirs), own = strcmp(ours, "/") ? strlen(ours) : 0;

	if (oom_evidence->whole_paths)
		return 0;
	if (oom_evidence->kill_record.elsewhere || length < own ||
	    strcmp(theirs + length - own, own ?
			ours : ""))
		return SIZE_MAX;
	return length - own;
}

/* Whether LEVEL is the cgroup whose limit ran out by the record. */
static bool is_limiter(const struct oom_evidence *oom_evidence,
		       const struct oom_monitor_level *level)
{
	const struct oom_chosen *chosen = &oom_evidence->kill_record.chosen;
	const char *name = strcmp(level->name, "/") ? level->name : "";
	size_t hidden = hidden_length(oom_evidence);

	return hidden <= strlen(chosen->memcg) && !strcmp(chosen->memcg + hidden, name) &&
	       !strncmp(chosen->memcg, chosen->task_memcg, hidden) && chosen->memcg[0];
}

/* The record has the path as the initial cgroup namespace sees it, ours may be shorter. */
static void blame_by_record(const struct oom_evidence *oom_evidence, struct death *death)
{
	const struct oom_chosen *chosen = &oom_evidence->kill_record.chosen;

	if (chosen->global) {
		death->outcome = OUTCOME_OOM_GLOBAL;
		return;
	}
	for (size_t i = 0; i < oom_evidence->count; i++) {
		if (is_limiter(oom_evidence, &oom_evidence->levels[i])) {
			blame_level(oom_evidence, i, death);
			return;
		}
	}
	death->outcome = OUTCOME_OOM_ANCESTOR;
	death->limiter = chosen->memcg;
}

/* The log says that it was a cgroup's limit, but not whose: the path had no room in a record. */
static void blame_by_half_record(const struct oom_evidence *oom_evidence, struct death *death)
{
	blame_by_counters(oom_evidence, death);
	/* A limit it was, but of none of the cgroups that can be seen from here. */
	if (death->outcome == OUTCOME_OOM_GLOBAL)
		death->outcome = OUTCOME_OOM_ANCESTOR;
}

static struct death find_killer(const struct oom_evidence *oom_evidence)
{
	struct death death = { .outcome = OUTCOME_KILLED, .limit = CGROUP_UNLIMITED };

	const struct oom_kill_record *kill_record = &oom_evidence->kill_record;
	bool recorded = is_recorded(oom_evidence) && do_counters_agree(oom_evidence);

	if (recorded || own_kills(oom_evidence)) {
		death.evidence = recorded ? DEATH_RECORDED : DEATH_COUNTED;
		if (recorded && kill_record->chosen_found && (kill_record->chosen.global ||
				kill_record->chosen.memcg[0]))
			blame_by_record(oom_evidence, &death);
		else if (recorded && (kill_record->chosen_found || kill_record->killed.memcg))
			blame_by_half_record(oom_evidence, &death);
		else if (recorded && kill_record->killed.global)
			death.outcome = OUTCOME_OOM_GLOBAL;
		else
			blame_by_counters(oom_evidence, &death);
	} else if (oom_evidence->oomd) {
		death.outcome = OUTCOME_OOMD;
		death.evidence = DEATH_HINTED;
	} else if (oom_evidence->vmstat_known &&
		   rise(oom_evidence->vmstat_before, oom_evidence->vmstat_after)) {
		death.evidence = DEATH_HINTED;
	}
	return death;
}

struct death death_find(int signal, const struct oom_evidence *oom_evidence)
{
	struct death death = { .outcome = OUTCOME_KILLED, .limit = CGROUP_UNLIMITED };

	switch (signal) {
	case SIGKILL:
		return oom_evidence ? find_killer(oom_evidence) : death;
	case SIGTERM:
		death.outcome = OUTCOME_SIGTERM;
		return death;
	case SIGBUS:
		death.outcome = OUTCOME_SIGBUS;
		return death;
	case SIGSEGV:
		death.outcome = OUTCOME_SIGSEGV;
		return death;
	default:
		return death;
	}
}

const char *verdict_signal_name(int number)
{
	static const struct { int number; const char *name; } names[] = {
		{ SIGKILL, "SIGKILL" }, { SIGTERM, "SIGTERM" }, { SIGINT, "SIGINT" },
		{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGHUP, "SIGHUP" },
		{ SIGQUIT, "SIGQUIT" }, { SIGABRT, "SIGABRT" }, { SIGXCPU, "SIGXCPU" },
		{ SIGALRM, "SIGALRM" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].number == number)
			return names[i].name;
	return "a signal";
}

/* "OOM-killed at the limit of its sandbox (512 MiB)" */
static void append_how(const struct death *death, int signal, char *text, size_t size)
{
	switch (death->outcome) {
	case OUTCOME_OOM_SANDBOX:
		snprintf(text, size, death->limit == CGROUP_UNLIMITED
			 ? "OOM-killed at the limit of its sandbox"
			 : "OOM-killed at the limit of its sandbox (%s)", HUMAN(death->limit));
		break;
	case OUTCOME_OOM_ANCESTOR:
		if (!death->limiter)
			snprintf(text, size, "OOM-killed at the limit of a memory cgroup above");
		else if (death->limit == CGROUP_UNLIMITED)
			snprintf(text, size, "OOM-killed at the limit of memory cgroup %s",
				 death->limiter);
		else
			snprintf(text, size, "OOM-killed at the limit of memory cgroup %s (%s)",
				 death->limiter, HUMAN(death->limit));
		break;
	case OUTCOME_OOM_GLOBAL:
		snprintf(text, size, "OOM-killed because the machine ran out of memory");
		break;
	case OUTCOME_OOMD:
		snprintf(text, size, "killed by systemd-oomd");
		break;
	default:
		snprintf(text, size, "killed by %s (signal %d)",
			 verdict_signal_name(signal), signal);
		break;
	}
}

static void add_counters(const struct oom_evidence *oom_evidence, struct verdict *verdict)
{
	for (size_t i = 0; i < oom_evidence->count; i++) {
		const struct oom_monitor_level *level = &oom_evidence->levels[i];

		if (!level->before.known || !level->after.known)
			continue;
		if (level->after.oom_kill != level->before.oom_kill)
			verdict_add_evidence(verdict, "%s of memory cgroup %s: oom_kill went "
					     "from %" PRIu64 " to %" PRIu64,
					     level->version == 1 ? "memory.oom_control"
								 : "memory.events",
					     level->name, level->before.oom_kill,
					     level->after.oom_kill);
		if (level->version == 2 && level->after.local_oom != level->before.local_oom)
			verdict_add_evidence(verdict, "memory.events.local of %s: oom went "
					     "from %" PRIu64 " to %" PRIu64
					     ": its limit ran out", level->name,
					     level->before.local_oom, level->after.local_oom);
	}
	if (oom_evidence->survived)
		verdict_add_evidence(verdict,
				     "the subject outlived %" PRIu64 " OOM kill%s counted "
				     "in %s", oom_evidence->survived,
				     oom_evidence->survived == 1 ? "" : "s",
				     oom_evidence->levels[0].name);
	if (oom_evidence->vmstat_known && oom_evidence->vmstat_after !=
	    oom_evidence->vmstat_before)
		verdict_add_evidence(verdict, "/proc/vmstat: oom_kill went from %" PRIu64
				  " to %" PRIu64 " on this machine", oom_evidence->vmstat_before,
				  oom_evidence->vmstat_after);
}

/* Why the kernel's log says nothing about the subject. */
static void add_silence(const struct oom_evidence *oom_evidence, struct verdict *verdict)
{
	int error = oom_evidence->kmsg_error;

	if (error == -EPIPE)
		verdict_add_evidence(verdict, "the kernel's log, of which a part was overwritten "
				     "before it was read, has no record about the subject");
	else if (error)
		verdict_add_evidence(verdict, "the kernel's log was not read (/dev/kmsg: %s%s)",
				  strerror(-error), error == -EPERM
				  ? "; it needs CAP_SYSLOG where kernel.dmesg_restrict is 1" : "");
	else if (oom_evidence->foreign_pids)
		verdict_add_evidence(verdict,
				     "the kernel's log has no record that can be told to be "
				     "about the subject: its pids are of another pid namespace");
	else
		verdict_add_evidence(verdict, "the kernel's log has no record about the subject");
}

static void death_add_choice(const struct oom_chosen *chosen, struct verdict *verdict)
{
	if (chosen->global)
		verdict_add_evidence(verdict, "the kernel's log names the subject, for the whole "
				     "machine (global_oom)");
	else
		verdict_add_evidence(verdict, "the kernel's log names the subject, for the limit "
				     "of %s", chosen->memcg[0] ? chosen->memcg
							       : "a memory cgroup");
}

static void add_report(const struct oom_evidence *oom_evidence, struct verdict *verdict)
{
	const struct oom_killed *killed = &oom_evidence->kill_record.killed;

	if (oom_evidence->kill_record.killed_found && killed->sized)
		verdict_add_evidence(verdict,
				     "the kernel's log: it held %s anonymous, %s file, %s "
				     "shared memory, and %s of page tables", HUMAN(killed->anon),
				     HUMAN(killed->file), HUMAN(killed->shmem),
				     HUMAN(killed->pgtables));
	if (!is_recorded(oom_evidence))
		add_silence(oom_evidence, verdict);
	if (oom_evidence->kill_record.others)
		verdict_add_evidence(verdict,
				     "the kernel's log names %" PRIu64 " other process%s of "
				     "that cgroup", oom_evidence->kill_record.others,
				     oom_evidence->kill_record.others == 1 ? "" : "es");
}

/*
 * What is known of a SIGKILL that is not proved to be the OOM killer's, and how sure a count is.
 */
static void explain_kill(const struct death *death, const struct oom_evidence *oom_evidence,
			 struct error *err)
{
	if (death->outcome == OUTCOME_KILLED && oom_evidence && is_recorded(oom_evidence))
		error_hint(err,
			    "sender unknown: the kernel's log names the subject, but no "
			   "counter of OOM kills went up");
	else if (death->outcome == OUTCOME_KILLED)
		error_hint(err, death->evidence == DEATH_HINTED
			   ? "sender unknown: an OOM kill was counted on this machine "
			     "meanwhile, but nothing says that it was the subject's"
			   : "sender unknown: no counter and no record says that it was "
			     "the OOM killer");
	else if (death->evidence == DEATH_COUNTED && oom_evidence->shared)
		error_hint(err, "the kill was counted in a cgroup that holds other "
			   "processes too: that it was the subject's is concluded from its "
			   "SIGKILL");
}

/* What is known of a death that no OOM killer explains. */
static void explain_unknown(const struct death *death, struct error *err)
{
	if (death->outcome == OUTCOME_SIGTERM)
		error_hint(err, "SIGTERM asks politely: earlyoom, a kubelet's eviction, a "
			   "service manager or a person sends it, the kernel does not");
	else if (death->outcome == OUTCOME_SIGBUS)
		error_hint(err,
			   "a page could not be had: hugetlb pages, a tmpfs or a file system "
			   "ran out, or a file was truncated");
	else if (death->outcome == OUTCOME_SIGSEGV)
		error_hint(err, "touching the mapping was an invalid access, or somebody "
			   "sent the signal");
}

/* A child counts for itself in the step that makes it touch; else the count is the subject's. */
static void append_end(const struct verdict_evidence *evidence, const char *how,
		       struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	enum size_unit unit = evidence->unit;
	bool own = result->child && result->child_counts;
	char status[32] = "", where[VERDICT_WHERE_MAX];

	/* With --expect the exit status says whether it was met. */
	if (!evidence->expect.name)
		snprintf(status, sizeof(status), ": exit status %d", verdict->exit_status);
	verdict_where(result, where);
	if (own)
		error_set(&verdict->err,
			  "the subject's child (pid %d) was %s after touching %s itself%s%s",
			  (int)result->child, how, TEXT(result->step_done), where, status);
	else
		error_set(&verdict->err,
			  "the subject%s (pid %d) was %s after touching %s of %s%s%s",
			  result->child ? "'s child" : "",
			  result->child ? (int)result->child : evidence->pid, how,
			  TEXT(verdict->touched), TEXT(evidence->touch), where, status);
}

void death_judge(const struct verdict_evidence *evidence, int signal, struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	struct death death = death_find(signal, oom_evidence);
	char how[1400];

	verdict->outcome = death.outcome;
	verdict->exit_status = EXIT_SIGNAL_BASE + signal;
	verdict->signal = signal;
	if (death.limiter)
		snprintf(verdict->oom_cgroup, sizeof(verdict->oom_cgroup), "%s", death.limiter);
	verdict->oom_limit = death.limit;
	append_how(&death, signal, how, sizeof(how));
	append_end(evidence, how, verdict);
	if (signal == SIGKILL)
		explain_kill(&death, oom_evidence, &verdict->err);
	else
		explain_unknown(&death, &verdict->err);
	/* The first line is the one that is printed without --verbose: what proves most. */
	if (signal == SIGKILL && oom_evidence && oom_evidence->kill_record.chosen_found)
		death_add_choice(&oom_evidence->kill_record.chosen, verdict);
	if (oom_evidence)
		add_counters(oom_evidence, verdict);
	verdict_add_evidence(verdict, "wait status: killed by signal %d (%s), which a shell shows "
			     "as 128 + %d", signal, verdict_signal_name(signal), signal);
	verdict_add_evidence(verdict, "the subject's own count: %" PRIu64 " bytes touched",
			     verdict->touched);
	if (evidence->result->signal)
		verdict_add_evidence(verdict,
				"the observer received %s (signal %d) at the same time, "
				     "as systemd sends it after an OOM kill (OOMPolicy=stop)",
				     verdict_signal_name(evidence->result->signal),
				     evidence->result->signal);
	if (oom_evidence && signal == SIGKILL)
		add_report(oom_evidence, verdict);
}
