/* SPDX-License-Identifier: GPL-2.0-or-later */
/* death.c - tell an OOM kill from any other death, and name whose limit it was */
#include <config.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "verdict/death.h"

#define TEXT(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static uint64_t rise(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

/*
 * OOM kills counted in the subject's own cgroup since the beginning. In one that it shares
 * with others they are not about it when the log could be read and does not name it.
 */
static uint64_t own_kills(const struct testimony *testimony)
{
	const struct witness_level *own = testimony->levels;

	if (!testimony->count || !own->before.known || !own->after.known)
		return 0;
	if (!testimony->alone && !testimony->kmsg_error)
		return 0;
	return rise(own->before.oom_kill, own->after.oom_kill);
}

/* v2: where memory.events.local's oom rose; v1 does not say, but a peak at the limit does. */
static bool ran_out(const struct witness_level *level)
{
	if (level->version == 2)
		return level->before.known && level->after.known &&
		       rise(level->before.local_oom, level->after.local_oom) > 0;
	return level->peak.limit != CGROUP_UNLIMITED && level->peak.peak != CGROUP_UNLIMITED &&
	       level->peak.peak >= level->peak.limit;
}

static void blame_level(const struct testimony *testimony, size_t i, struct death *death)
{
	death->outcome = i == 0 && testimony->alone ? OUTCOME_OOM_SANDBOX : OUTCOME_OOM_ANCESTOR;
	death->limiter = testimony->levels[i].name;
	death->limit = testimony->levels[i].peak.limit;
}

/* Finds by the counters alone whose limit ran out; nobody's means the machine. */
static void blame_by_counters(const struct testimony *testimony, struct death *death)
{
	death->outcome = OUTCOME_OOM_GLOBAL;
	for (size_t i = 0; i < testimony->count; i++) {
		if (ran_out(&testimony->levels[i])) {
			blame_level(testimony, i, death);
			return;
		}
	}
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), suffix_length = strlen(suffix);

	return length >= suffix_length && !strcmp(text + length - suffix_length, suffix);
}

/*
 * The record has the path as the initial cgroup namespace sees it, ours may be shorter: the
 * nearest level whose path the record's ends with is meant.
 */
static void blame_by_record(const struct testimony *testimony, struct death *death)
{
	const struct oom_chosen *chosen = &testimony->fate.chosen;

	if (chosen->global) {
		death->outcome = OUTCOME_OOM_GLOBAL;
		return;
	}
	for (size_t i = 0; i < testimony->count; i++) {
		if (strcmp(testimony->levels[i].name, "/") != 0 &&
		    has_suffix(chosen->memcg, testimony->levels[i].name)) {
			blame_level(testimony, i, death);
			return;
		}
	}
	death->outcome = OUTCOME_OOM_ANCESTOR;
	death->limiter = chosen->memcg;
}

static struct death find_killer(const struct testimony *testimony)
{
	struct death death = { .outcome = OUTCOME_KILLED, .limit = CGROUP_UNLIMITED };

	if (testimony->fate.chosen_found) {
		death.proof = DEATH_RECORDED;
		blame_by_record(testimony, &death);
	} else if (testimony->fate.killed_found || own_kills(testimony)) {
		death.proof = testimony->fate.killed_found ? DEATH_RECORDED : DEATH_COUNTED;
		if (testimony->fate.killed_found && testimony->fate.killed.global)
			death.outcome = OUTCOME_OOM_GLOBAL;
		else
			blame_by_counters(testimony, &death);
		/* A limit it was, but of none of the cgroups that can be seen from here. */
		if (testimony->fate.killed.memcg && death.outcome == OUTCOME_OOM_GLOBAL)
			death.outcome = OUTCOME_OOM_ANCESTOR;
	} else if (testimony->oomd) {
		death.outcome = OUTCOME_OOMD;
		death.proof = DEATH_HINTED;
	} else if (testimony->vmstat_known &&
		   rise(testimony->vmstat_before, testimony->vmstat_after)) {
		death.proof = DEATH_HINTED;
	}
	return death;
}

struct death death_find(int signal, const struct testimony *testimony)
{
	struct death death = { .outcome = OUTCOME_KILLED, .limit = CGROUP_UNLIMITED };

	switch (signal) {
	case SIGKILL:
		return testimony ? find_killer(testimony) : death;
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

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	return "a signal";
}

/* "OOM-killed at the limit of its sandbox (512 MiB)" */
static void say_how(const struct death *death, int signal, char *text, size_t size)
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

static void add_counters(const struct testimony *testimony, struct verdict *verdict)
{
	for (size_t i = 0; i < testimony->count; i++) {
		const struct witness_level *level = &testimony->levels[i];

		if (!level->before.known || !level->after.known)
			continue;
		if (level->after.oom_kill != level->before.oom_kill)
			verdict_add_proof(verdict, "%s of memory cgroup %s: oom_kill went "
					  "from %" PRIu64 " to %" PRIu64,
					  level->version == 1 ? "memory.oom_control"
							      : "memory.events",
					  level->name, level->before.oom_kill,
					  level->after.oom_kill);
		if (level->version == 2 && level->after.local_oom != level->before.local_oom)
			verdict_add_proof(verdict, "memory.events.local of %s: oom went "
					  "from %" PRIu64 " to %" PRIu64
					  ": its limit ran out", level->name,
					  level->before.local_oom, level->after.local_oom);
	}
	if (testimony->vmstat_known && testimony->vmstat_after != testimony->vmstat_before)
		verdict_add_proof(verdict, "/proc/vmstat: oom_kill went from %" PRIu64
				  " to %" PRIu64 " on this machine", testimony->vmstat_before,
				  testimony->vmstat_after);
}

static void add_report(const struct testimony *testimony, struct verdict *verdict)
{
	const struct oom_killed *killed = &testimony->fate.killed;

	if (testimony->fate.chosen_found && testimony->fate.chosen.global)
		verdict_add_proof(verdict, "the kernel's log names the subject, for the whole "
				  "machine (global_oom)");
	else if (testimony->fate.chosen_found)
		verdict_add_proof(verdict, "the kernel's log names the subject, for the limit "
				  "of %s", testimony->fate.chosen.memcg);
	if (testimony->fate.killed_found && killed->sized)
		verdict_add_proof(verdict, "the kernel's log: it held %s anonymous, %s file, %s "
				  "shared memory, and %s of page tables", HUMAN(killed->anon),
				  HUMAN(killed->file), HUMAN(killed->shmem),
				  HUMAN(killed->pgtables));
	if (!testimony->fate.chosen_found && !testimony->fate.killed_found)
		verdict_add_proof(verdict, testimony->kmsg_error
				  ? "the kernel's log may not be read (/dev/kmsg: "
				    "needs CAP_SYSLOG)"
				  : "the kernel's log has no record about the subject");
}

/* What is known of a death that no OOM killer explains. */
static void explain_unknown(const struct death *death, int signal, struct trouble *trouble)
{
	if (death->outcome == OUTCOME_SIGTERM)
		trouble_remedy(trouble, "SIGTERM asks politely: earlyoom, a kubelet's eviction, a "
			       "service manager or a person sends it, the kernel does not");
	else if (death->outcome == OUTCOME_SIGBUS)
		trouble_remedy(trouble,
			       "a page could not be had: hugetlb pages, a tmpfs or a file system "
			       "ran out, or a file was truncated");
	else if (death->outcome == OUTCOME_SIGSEGV)
		trouble_remedy(trouble, "touching the mapping was an invalid access, or somebody "
			       "sent the signal");
	else if (signal == SIGKILL && death->outcome == OUTCOME_KILLED)
		trouble_remedy(trouble, death->proof == DEATH_HINTED
			       ? "sender unknown: an OOM kill was counted on this machine "
				 "meanwhile, but not for the subject's cgroup"
			       : "sender unknown: no counter and no record says that it was "
				 "the OOM killer");
}

/* A child counts for itself in the step that makes it touch; else the count is the subject's. */
static void say_end(const struct verdict_evidence *evidence, const char *how,
		    struct verdict *verdict)
{
	const struct ending *ending = evidence->ending;
	enum size_unit unit = evidence->unit;
	bool own = ending->child && !strncmp(ending->step, "fork:", 5);
	char status[32] = "", where[VERDICT_WHERE_MAX];

	/* With --expect the exit status says whether it was met. */
	if (!evidence->expect.name)
		snprintf(status, sizeof(status), ": exit status %d", verdict->exit_status);
	verdict_where(ending, where);
	if (own)
		trouble_set(&verdict->trouble,
			    "the subject's child (pid %d) was %s after touching %s itself%s%s",
			    (int)ending->child, how, TEXT(ending->step_done), where, status);
	else
		trouble_set(&verdict->trouble,
			    "the subject%s (pid %d) was %s after touching %s of %s%s%s",
			    ending->child ? "'s child" : "",
			    ending->child ? (int)ending->child : evidence->pid, how,
			    TEXT(verdict->touched), TEXT(evidence->touch), where, status);
}

void death_judge(const struct verdict_evidence *evidence, int signal, struct verdict *verdict)
{
	struct death death = death_find(signal, evidence->testimony);
	char how[1400];

	verdict->outcome = death.outcome;
	verdict->exit_status = EXIT_SIGNAL_BASE + signal;
	verdict->signal = signal;
	if (death.limiter)
		snprintf(verdict->oom_cgroup, sizeof(verdict->oom_cgroup), "%s", death.limiter);
	verdict->oom_limit = death.limit;
	say_how(&death, signal, how, sizeof(how));
	say_end(evidence, how, verdict);
	explain_unknown(&death, signal, &verdict->trouble);
	verdict_add_proof(verdict, "wait status: killed by signal %d (%s), which a shell shows "
			  "as 128 + %d", signal, verdict_signal_name(signal), signal);
	verdict_add_proof(verdict, "the subject's own count: %" PRIu64 " bytes touched",
			  verdict->touched);
	if (evidence->ending->signal)
		verdict_add_proof(verdict, "the observer received %s (signal %d) at the same time, "
				  "as systemd sends it after an OOM kill (OOMPolicy=stop)",
				  verdict_signal_name(evidence->ending->signal),
				  evidence->ending->signal);
	if (evidence->testimony)
		add_counters(evidence->testimony, verdict);
	if (evidence->testimony && signal == SIGKILL)
		add_report(evidence->testimony, verdict);
}
