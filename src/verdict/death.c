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

#define HUMAN(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static bool is_recorded(const struct oom_evidence *oom_evidence)
{
	return oom_evidence->kill_record.chosen_found || oom_evidence->kill_record.killed_found;
}

/*
 * Which level's limit ran out by the record; -1: that of a cgroup which cannot be seen from here.
 * The record's paths begin at the root: our cgroup namespace may hide their first bytes.
 */
static int limiter_by_record(const struct oom_evidence *oom_evidence)
{
	const struct oom_chosen *chosen = &oom_evidence->kill_record.chosen;
	size_t hidden = 0;

	if (!oom_evidence->count)
		return -1;
	if (!oom_evidence->whole_paths) {
		const char *own = oom_evidence->levels[0].name;
		size_t length = strlen(chosen->task_memcg), own_length;

		own = strcmp(own, "/") ? own : "";
		own_length = strlen(own);
		if (oom_evidence->kill_record.elsewhere || length < own_length ||
		    strcmp(chosen->task_memcg + length - own_length, own))
			return -1;
		hidden = length - own_length;
	}
	if (hidden > strlen(chosen->memcg) ||
	    strncmp(chosen->memcg, chosen->task_memcg, hidden))
		return -1;
	for (size_t i = 0; i < oom_evidence->count; i++) {
		const char *name = oom_evidence->levels[i].name;

		if (!strcmp(chosen->memcg + hidden, strcmp(name, "/") ? name : ""))
			return (int)i;
	}
	return -1;
}

/* Finds whose limit an OOM kill was at that is RECORDED, or known by its counters alone. */
static void death_find_limiter(const struct oom_evidence *oom_evidence, bool recorded,
			       struct death *death)
{
	const struct oom_kill_record *record = &oom_evidence->kill_record;
	bool named = recorded && record->chosen_found && record->chosen.memcg[0];
	int count = (int)oom_evidence->count, limiter = -1;

	if (recorded && (record->chosen_found ? record->chosen.global
			 : record->killed.global && !record->killed.memcg)) {
		death->outcome = OUTCOME_OOM_GLOBAL;
		return;
	}
	if (named)
		limiter = limiter_by_record(oom_evidence);
	/* Version 2 counts it where it was; of version 1 a peak at the limit says it. */
	for (int i = 0; !named && limiter < 0 && i < count; i++) {
		const struct oom_monitor_level *level = &oom_evidence->levels[i];
		const struct cgroup_events *before = &level->before, *after = &level->after;
		const struct cgroup_peak *peak = &level->peak;

		if (level->version == 2
		    ? before->known && after->known && after->local_oom > before->local_oom
		    : peak->limit != CGROUP_UNLIMITED && peak->peak != CGROUP_UNLIMITED &&
		      peak->peak >= peak->limit)
			limiter = i;
	}
	if (limiter >= 0) {
		death->outcome = limiter == 0 && oom_evidence->alone ? OUTCOME_OOM_SANDBOX
								     : OUTCOME_OOM_ANCESTOR;
		death->limiter = oom_evidence->levels[limiter].name;
		death->limit = oom_evidence->levels[limiter].peak.limit;
		return;
	}
	/* By the record it was a cgroup's limit, then of none that can be seen from here. */
	if (recorded && (record->chosen_found || record->killed.memcg))
		death->outcome = OUTCOME_OOM_ANCESTOR;
	else
		death->outcome = OUTCOME_OOM_GLOBAL;
	if (named)
		death->limiter = record->chosen.memcg;
}

/* Whether more OOM kills were counted on the machine than those whose victims are known. */
static bool has_unexplained_kills(const struct oom_evidence *oom_evidence)
{
	/* If the subject were one of the victims, the log would name it. */
	uint64_t others = is_recorded(oom_evidence) ? 0 : oom_evidence->victim_count;

	return oom_evidence->vmstat_known &&
	       oom_evidence->vmstat_after > oom_evidence->vmstat_before + others;
}

struct death death_find(int signal, const struct oom_evidence *oom_evidence)
{
	struct death death = { .outcome = OUTCOME_KILLED, .limit = CGROUP_UNLIMITED };
	const struct oom_kill_record *record;
	const struct oom_monitor_level *own;
	bool recorded, machine;
	uint64_t kills;

	if (signal == SIGTERM)
		death.outcome = OUTCOME_SIGTERM;
	else if (signal == SIGBUS)
		death.outcome = OUTCOME_SIGBUS;
	else if (signal == SIGSEGV)
		death.outcome = OUTCOME_SIGSEGV;
	if (signal != SIGKILL || !oom_evidence)
		return death;
	record = &oom_evidence->kill_record;
	own = oom_evidence->count ? oom_evidence->levels : NULL;
	kills = own ? cgroup_events_kills(&own->before, &own->after) : 0;
	machine = oom_evidence->vmstat_known &&
		  oom_evidence->vmstat_after > oom_evidence->vmstat_before;
	/* What the log says, a counter must say too: in another cgroup it is the machine's. */
	recorded = is_recorded(oom_evidence) &&
		   (own && own->before.known && own->after.known && !record->elsewhere
		    ? kills : machine || !oom_evidence->vmstat_known);
	/*
	 * In a cgroup that it shares, kills are not about the subject when the log is of its pid
	 * namespace and does not name it.
	 */
	if (!oom_evidence->alone && !oom_evidence->kmsg_error && !oom_evidence->foreign_pids)
		kills = 0;
	/* Nor is what was counted about a subject that somebody else has killed. */
	if (oom_evidence->sender.known && !oom_evidence->sender.kernel)
		kills = 0;
	/* Nor are those that were of others, by the log, or that it has outlived. */
	if (recorded || kills > MAX(record->others, oom_evidence->survived)) {
		death.evidence = recorded ? DEATH_RECORDED : DEATH_COUNTED;
		death_find_limiter(oom_evidence, recorded, &death);
	} else if (oom_evidence->oomd) {
		death.outcome = OUTCOME_OOMD;
		death.evidence = DEATH_HINTED;
	} else if (has_unexplained_kills(oom_evidence) &&
		   (!oom_evidence->sender.known || oom_evidence->sender.kernel)) {
		death.evidence = DEATH_HINTED;
	}
	return death;
}

#define SIGNAL_NAME(signal) [signal] = #signal
#define REAL_TIME_NAMES(ten) \
	"SIGRTMIN+" ten "0", "SIGRTMIN+" ten "1", "SIGRTMIN+" ten "2", "SIGRTMIN+" ten "3", \
	"SIGRTMIN+" ten "4", "SIGRTMIN+" ten "5", "SIGRTMIN+" ten "6", "SIGRTMIN+" ten "7", \
	"SIGRTMIN+" ten "8", "SIGRTMIN+" ten "9"

/* glibc has sigabbrev_np(3) since 2.32, and no function for real-time signals. */
const char *verdict_signal_name(int number)
{
	static const char *const names[] = {
		SIGNAL_NAME(SIGHUP), SIGNAL_NAME(SIGINT), SIGNAL_NAME(SIGQUIT),
		SIGNAL_NAME(SIGILL), SIGNAL_NAME(SIGTRAP), SIGNAL_NAME(SIGABRT),
		SIGNAL_NAME(SIGBUS), SIGNAL_NAME(SIGFPE), SIGNAL_NAME(SIGKILL),
		SIGNAL_NAME(SIGUSR1), SIGNAL_NAME(SIGSEGV), SIGNAL_NAME(SIGUSR2),
		SIGNAL_NAME(SIGPIPE), SIGNAL_NAME(SIGALRM), SIGNAL_NAME(SIGTERM),
		SIGNAL_NAME(SIGCHLD), SIGNAL_NAME(SIGCONT), SIGNAL_NAME(SIGSTOP),
		SIGNAL_NAME(SIGTSTP), SIGNAL_NAME(SIGTTIN), SIGNAL_NAME(SIGTTOU),
		SIGNAL_NAME(SIGURG), SIGNAL_NAME(SIGXCPU), SIGNAL_NAME(SIGXFSZ),
		SIGNAL_NAME(SIGVTALRM), SIGNAL_NAME(SIGPROF), SIGNAL_NAME(SIGWINCH),
		SIGNAL_NAME(SIGIO), SIGNAL_NAME(SIGPWR), SIGNAL_NAME(SIGSYS),
#ifdef SIGSTKFLT
		SIGNAL_NAME(SIGSTKFLT),
#endif
	};
	/* "SIGRTMIN+0" is never said. */
	static const char *const real_time[] = {
		REAL_TIME_NAMES(""), REAL_TIME_NAMES("1"), REAL_TIME_NAMES("2"), "SIGRTMIN+30",
	};
	int above = number - SIGRTMIN;

	if (above == 0)
		return "SIGRTMIN";
	if (above > 0 && above < (int)ARRAY_SIZE(real_time))
		return real_time[above];
	return number > 0 && number < (int)ARRAY_SIZE(names) && names[number]
	       ? names[number] : "a signal without a name";
}

/* By whom it was sent, as far as is known: "sent by sh (pid 7)". Returns text. */
static const char *sender_text(const struct kill_sender *sender, char *text, size_t size)
{
	char name[KILL_SENDER_COMM_MAX], who[KILL_SENDER_COMM_MAX + 32];

	snprintf(who, sizeof(who), sender->comm[0] ? "%s (pid %d)" : "%sprocess %d",
		 error_escape(name, sizeof(name), sender->comm), (int)sender->pid);
	if (!sender->known)
		snprintf(text, size, "sender unknown");
	else if (sender->self)
		snprintf(text, size, "it sent the signal to itself");
	else
		snprintf(text, size, sender->kernel ? "sent by the kernel, while %s ran"
						     : "sent by %s", who);
	return text;
}

void death_describe(const struct death *death, const struct oom_evidence *oom_evidence, int signal,
		    const char *noun, char how[static DEATH_TEXT_MAX],
		    char hint[static DEATH_TEXT_MAX])
{
	char limit[SIZE_TEXT_MAX + 4] = "";
	char sender[KILL_SENDER_COMM_MAX + 64] = "sender unknown";
	const size_t size = DEATH_TEXT_MAX;

	if (death->limit != CGROUP_UNLIMITED)
		snprintf(limit, sizeof(limit), " (%s)", HUMAN(death->limit));
	if (death->outcome == OUTCOME_OOM_SANDBOX)
		snprintf(how, size, "OOM-killed at the limit of its sandbox%s", limit);
	else if (death->outcome == OUTCOME_OOM_ANCESTOR && !death->limiter)
		snprintf(how, size, "OOM-killed at the limit of a memory cgroup above");
	else if (death->outcome == OUTCOME_OOM_ANCESTOR)
		snprintf(how, size, "OOM-killed at the limit of memory cgroup %s%s",
			 death->limiter, limit);
	else if (death->outcome == OUTCOME_OOM_GLOBAL)
		snprintf(how, size, "OOM-killed because the machine ran out of memory");
	else if (death->outcome == OUTCOME_OOMD)
		snprintf(how, size, "killed by systemd-oomd");
	else
		snprintf(how, size, "killed by %s (signal %d)", verdict_signal_name(signal),
			 signal);

	hint[0] = '\0';
	if (signal == SIGTERM)
		snprintf(hint, size, "SIGTERM asks politely: earlyoom, a kubelet's eviction, a service manager or a person sends it, the kernel does not");
	if (signal != SIGKILL)
		return;
	if (oom_evidence)
		sender_text(&oom_evidence->sender, sender, sizeof(sender));
	if (death->outcome != OUTCOME_KILLED) {
		if (death->evidence == DEATH_COUNTED && oom_evidence->shared)
			snprintf(hint, size, "the kill was counted in a cgroup that holds other processes too: that it was %s's is concluded from its SIGKILL",
				 noun);
	} else if (oom_evidence && is_recorded(oom_evidence)) {
		snprintf(hint, size, "%s: the kernel's log names %s, but no counter of OOM kills went up",
			 sender, noun);
	} else if (death->evidence == DEATH_HINTED) {
		snprintf(hint, size, "%s: an OOM kill was counted on this machine meanwhile, but nothing says that it was %s's",
			 sender, noun);
	} else {
		snprintf(hint, size, "%s: no counter and no record says that it was the OOM killer",
			 sender);
	}
}

/*
 * The counters that bear on a death by SIGNAL: of others' cgroups and of the machine only with
 * SIGKILL, or with SIGTERM, which a service manager may send because of an OOM kill in its cgroup.
 */
static void add_counters(const struct oom_evidence *oom_evidence, int signal, const char *noun,
			 struct verdict *verdict)
{
	size_t count = signal == SIGKILL || signal == SIGTERM ? oom_evidence->count
		     : oom_evidence->alone ? MIN(oom_evidence->count, 1) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct oom_monitor_level *level = &oom_evidence->levels[i];
		const struct cgroup_events *before = &level->before, *after = &level->after;

		if (!before->known || !after->known)
			continue;
		if (after->oom_kill != before->oom_kill)
			verdict_add_evidence(verdict,
					     "%s of memory cgroup %s: oom_kill went from %" PRIu64 " to %" PRIu64,
					     level->version == 1 ? "memory.oom_control"
								 : "memory.events",
					     level->name, before->oom_kill, after->oom_kill);
		if (level->version == 2 && after->local_oom != before->local_oom)
			verdict_add_evidence(verdict,
					     "memory.events.local of %s: oom went from %" PRIu64 " to %" PRIu64 ": its limit ran out",
					     level->name, before->local_oom, after->local_oom);
	}
	if (oom_evidence->survived)
		verdict_add_evidence(verdict,
				     "%s outlived %" PRIu64 " OOM kill%s counted in %s",
				     noun, oom_evidence->survived,
				     oom_evidence->survived == 1 ? "" : "s",
				     oom_evidence->levels[0].name);
	if (signal == SIGKILL && oom_evidence->vmstat_known &&
	    oom_evidence->vmstat_after != oom_evidence->vmstat_before)
		verdict_add_evidence(verdict,
				     "/proc/vmstat: oom_kill went from %" PRIu64 " to %" PRIu64 " on this machine",
				     oom_evidence->vmstat_before, oom_evidence->vmstat_after);
}

/* What else the kernel's log says, or why it says nothing about the subject. */
static void add_report(const struct oom_evidence *oom_evidence, const char *noun,
		       struct verdict *verdict)
{
	const struct oom_kill_record *record = &oom_evidence->kill_record;
	const struct oom_killed *killed = &record->killed;
	int error = oom_evidence->kmsg_error;
	bool silent = !is_recorded(oom_evidence) &&
		      !(oom_evidence->is_cgroup && oom_evidence->victim_count);

	if (record->killed_found && killed->sized)
		verdict_add_evidence(verdict,
				     "the kernel's log: it held %s anonymous, %s file, %s shared memory, and %s of page tables",
				     HUMAN(killed->anon), HUMAN(killed->file),
				     HUMAN(killed->shmem), HUMAN(killed->pgtables));
	if (silent && error == -EPIPE)
		verdict_add_evidence(verdict,
				     "the kernel's log, of which a part was overwritten before it was read, has no record about %s",
				     noun);
	else if (silent && error)
		verdict_add_evidence(verdict, "the kernel's log was not read (/dev/kmsg: %s%s)",
				     strerror(-error), error == -EPERM
				     ? "; it needs CAP_SYSLOG where kernel.dmesg_restrict is 1"
				     : "");
	else if (silent)
		verdict_add_evidence(verdict, oom_evidence->foreign_pids
				     ? "the kernel's log has no record that can be told to be about %s: its pids are of another pid namespace"
				     : "the kernel's log has no record about %s", noun);
	if (record->others)
		verdict_add_evidence(verdict,
				     "the kernel's log names %" PRIu64 " other process%s of that cgroup",
				     record->others, record->others == 1 ? "" : "es");
}

/* Adds who sent the SIGKILL, if that is known. */
static void add_sender(const struct kill_sender *sender, struct verdict *verdict)
{
	char text[KILL_SENDER_COMM_MAX + 64];

	if (sender->known)
		verdict_add_evidence(verdict, "the kernel's trace of signals: SIGKILL, %s",
				     sender_text(sender, text, sizeof(text)));
}

void death_add_proof(const struct oom_evidence *oom_evidence, int signal, bool waited,
		     const char *noun, struct verdict *verdict)
{
	bool by_process = oom_evidence && signal == SIGKILL && oom_evidence->sender.known &&
			  !oom_evidence->sender.kernel;

	/* The first line is the one that is printed without --verbose: what proves most. */
	if (signal == SIGKILL && oom_evidence && oom_evidence->kill_record.chosen_found) {
		const struct oom_chosen *chosen = &oom_evidence->kill_record.chosen;

		if (chosen->global)
			verdict_add_evidence(verdict,
					     "the kernel's log names %s, for the whole machine (global_oom)",
					     noun);
		else
			verdict_add_evidence(verdict,
					     "the kernel's log names %s, for the limit of %s", noun,
					     chosen->memcg[0] ? chosen->memcg : "a memory cgroup");
	}
	/* Whom another process has killed, no counter is about. */
	if (by_process)
		add_sender(&oom_evidence->sender, verdict);
	if (oom_evidence)
		add_counters(oom_evidence, signal, noun, verdict);
	if (waited)
		verdict_add_evidence(verdict,
				     "wait status: killed by signal %d (%s), which a shell shows as 128 + %d",
				     signal, verdict_signal_name(signal), signal);
	if (oom_evidence && signal == SIGKILL && !by_process)
		add_sender(&oom_evidence->sender, verdict);
	if (oom_evidence && signal == SIGKILL)
		add_report(oom_evidence, noun, verdict);
}

void death_add_kills(const struct oom_evidence *oom_evidence, struct verdict *verdict)
{
	add_counters(oom_evidence, SIGKILL, "the cgroup", verdict);
	add_report(oom_evidence, "the cgroup", verdict);
}

void death_fill(const struct death *death, int signal, struct verdict *verdict)
{
	verdict->outcome = death->outcome;
	verdict->exit_status = EXIT_SIGNAL_BASE + signal;
	verdict->signal = signal;
	if (death->limiter)
		snprintf(verdict->oom_cgroup, sizeof(verdict->oom_cgroup), "%s", death->limiter);
	verdict->oom_limit = death->limit;
}
