/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c - say how what was followed ended, what it held, and whom the OOM killer took */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "verdict/death.h"
#include "verdict/watch.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)

void watch_peaks_add(struct watch_peaks *peaks, const struct sample *sample,
		     const struct tree_largest *largest)
{
	uint64_t rss = MAX(sample->rss, largest->rss);

	if (!peaks->known)
		peaks->pss = peaks->cgroup = SAMPLE_MISSING;
	if (sample->pss != SAMPLE_MISSING &&
	    (peaks->pss == SAMPLE_MISSING || sample->pss >= peaks->pss)) {
		peaks->pss = sample->pss;
		peaks->pss_rss = sample->rss;
	}
	if (peaks->known && rss <= peaks->rss)
		return;
	peaks->known = true;
	peaks->rss = rss;
	peaks->rss_ns = sample->elapsed_ns;
	peaks->procs = sample->procs;
	peaks->largest = *largest;
}

void watch_peaks_take_victims(struct watch_peaks *peaks, const struct oom_evidence *oom_evidence,
			      uint64_t now_ns)
{
	for (size_t i = 0; peaks->known && i < oom_evidence->victim_count; i++) {
		const struct oom_victim_seen *victim = &oom_evidence->victims[i];

		if (victim->rss <= peaks->rss)
			continue;
		peaks->rss = victim->rss;
		peaks->rss_ns = now_ns;
		peaks->largest.pid = (pid_t)victim->pid;
		peaks->largest.rss = victim->rss;
		snprintf(peaks->largest.comm, sizeof(peaks->largest.comm), "%s", victim->comm);
	}
}

/* "1.2 s", "35 ms", "2 min 3 s". Returns text. */
static const char *duration_text(uint64_t ns, char *text, size_t size)
{
	uint64_t seconds = ns / NS_PER_SECOND;

	if (ns < NS_PER_SECOND)
		snprintf(text, size, "%" PRIu64 " ms", ns / NS_PER_MS);
	else if (seconds < 60)
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " s", seconds,
			 ns % NS_PER_SECOND / (100 * NS_PER_MS));
	else
		snprintf(text, size, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
	return text;
}

/* What it held at the most. */
static void watch_say_peaks(const struct watch_evidence *evidence, char *text, size_t size)
{
	const struct watch_peaks *peaks = evidence->peaks;
	enum size_unit unit = evidence->unit;
	char when[48], pss[2 * SIZE_TEXT_MAX + 48] = "", cgroup[SIZE_TEXT_MAX + 64] = "";
	char name[64];

	if (!peaks->known) {
		snprintf(text, size, "It ended before it could be measured.");
		return;
	}
	if (peaks->pss != SAMPLE_MISSING && peaks->pss_rss == peaks->rss)
		snprintf(pss, sizeof(pss), " (PSS %s)", TEXT(peaks->pss));
	else if (peaks->pss != SAMPLE_MISSING)
		snprintf(pss, sizeof(pss), " (PSS %s when RSS was %s)", TEXT(peaks->pss),
			 TEXT(peaks->pss_rss));
	if (peaks->cgroup != SAMPLE_MISSING)
		snprintf(cgroup, sizeof(cgroup),
			 " Its sandbox was charged for %s at the most.", TEXT(peaks->cgroup));
	duration_text(peaks->rss_ns, when, sizeof(when));
	if (peaks->procs > 1)
		snprintf(text, size,
			 "Its peak, as far as seen, was %s RSS%s after %s, in %" PRIu64 " processes, of which %s (pid %d) held most: %s.%s",
			 TEXT(peaks->rss), pss, when, peaks->procs,
			 error_escape(name, sizeof(name), peaks->largest.comm),
			 (int)peaks->largest.pid, TEXT(peaks->largest.rss), cgroup);
	else
		snprintf(text, size, "Its peak, as far as seen, was %s RSS%s after %s.%s", TEXT(peaks->rss),
			 pss, when, cgroup);
}

/* Whether the command itself was. */
static bool watch_was_oom_killed(const struct verdict *verdict)
{
	return verdict->outcome == OUTCOME_OOM_SANDBOX ||
	       verdict->outcome == OUTCOME_OOM_ANCESTOR || verdict->outcome == OUTCOME_OOM_GLOBAL;
}

/* That the command was not among those, and what it made of it. */
static void watch_say_command(const struct watch_evidence *evidence, struct verdict *verdict)
{
	size_t used = strlen(verdict->summary);
	int status = verdict->exit_status, signal = status - EXIT_SIGNAL_BASE;
	char as_signal[32] = "";

	if (signal > 0 && signal <= SIGRTMAX)
		snprintf(as_signal, sizeof(as_signal), " (128 + %s)", verdict_signal_name(signal));
	snprintf(verdict->summary + used, sizeof(verdict->summary) - used,
		 " %s itself was not killed: it ended with status %d%s.", evidence->name, status,
		 as_signal);
}

/* Adds VICTIM, and why the kernel chose it, to the summary. */
static void watch_say_victim(const struct watch_evidence *evidence,
			     const struct oom_victim_seen *victim, struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	bool own = oom_evidence->alone && oom_evidence->count &&
		   !strcmp(victim->memcg, oom_evidence->levels[0].name);
	size_t used = strlen(verdict->summary), size = sizeof(verdict->summary);
	const char *limit = own ? ", at the limit of the sandbox"
			  : victim->memcg[0] ? ", at the limit of memory cgroup "
			  : victim->scope == OOM_SCOPE_MEMCG ? ", at the limit of a memory cgroup"
			  : victim->scope == OOM_SCOPE_UNKNOWN
			  ? "" : ", because the machine ran out of memory";
	enum size_unit unit = evidence->unit;
	char name[64];

	/* How the command itself died has been said. */
	if (victim->pid != evidence->pid)
		used += (size_t)snprintf(verdict->summary + used, size - used,
					 " The OOM killer took %s (pid %" PRId64 "), which held %s of anonymous memory%s%s.",
					 error_escape(name, sizeof(name), victim->comm),
					 victim->pid,
					 TEXT(victim->anon), limit,
					 own ? "" : victim->memcg);
	if (victim->why && used < size &&
	    (victim->pid != evidence->pid || watch_was_oom_killed(verdict)))
		snprintf(verdict->summary + used, size - used, " Why that one: %s", victim->why);
}

/* Whom of the followed the OOM killer took, and what the command made of it. */
static void watch_say_victims(const struct watch_evidence *evidence, struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	const struct run_result *result = evidence->result;
	size_t size = sizeof(verdict->summary), used;
	bool others = false;
	uint64_t kills;

	if (!oom_evidence)
		return;
	kills = oom_evidence->count ? cgroup_events_kills(&oom_evidence->levels[0].before,
							  &oom_evidence->levels[0].after) : 0;
	for (size_t i = 0; i < oom_evidence->victim_count; i++) {
		watch_say_victim(evidence, &oom_evidence->victims[i], verdict);
		others |= oom_evidence->victims[i].pid != evidence->pid;
	}
	used = strlen(verdict->summary);
	/* Nobody else lives in a sandbox: a count is proof, whoever it was. */
	if (!oom_evidence->victim_count && oom_evidence->alone && kills &&
	    !watch_was_oom_killed(verdict)) {
		snprintf(verdict->summary + used, size - used,
			 " The OOM killer took %" PRIu64 " of its processes, by the counter of its sandbox.",
			 kills);
		others = true;
	}
	if (others && evidence->ours && result->reason == STOP_DIED &&
	    WIFEXITED(result->wait_status))
		watch_say_command(evidence, verdict);
}

/* The COUNT largest shares at MOMENT into LARGEST. Returns how many there are. */
static size_t where_find_largest(const struct where *where, enum where_moment moment,
				 size_t count, const struct where_entry *largest[])
{
	size_t found = 0;

	for (size_t i = 0; i < where->count; i++) {
		const struct where_entry *entry = &where->entries[i];
		uint64_t held = where_held(&entry->shares[moment]);
		size_t place = found;

		while (place && held > where_held(&largest[place - 1]->shares[moment]))
			place--;
		if (!held || place == count)
			continue;
		found += found < count;
		memmove(&largest[place + 1], &largest[place],
			(found - place - 1) * sizeof(largest[0]));
		largest[place] = entry;
	}
	return found;
}

/*
 * What it held when the OOM killer came, as far as it was looked into before: at the end, when
 * that was the kill; else at its peak, since what was read last may be of the time after it.
 */
static void watch_say_where(const struct watch_evidence *evidence, struct verdict *verdict)
{
	static const char *const nouns[] = {
		[MAPPING_HEAP] = "heap", [MAPPING_ARENA] = "malloc arenas",
		[MAPPING_STACK] = "stacks", [MAPPING_ANON] = "other anonymous memory",
		[MAPPING_SHMEM] = "shared memory", [MAPPING_FILE] = "files",
		[MAPPING_HUGETLB] = "hugetlb pages", [MAPPING_KERNEL] = "mappings of the kernel",
	};
	const struct where *where = evidence->where;
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	bool died = watch_was_oom_killed(verdict);
	enum where_moment moment = died ? WHERE_LAST : WHERE_PEAK;
	size_t used = strlen(verdict->summary), size = sizeof(verdict->summary), count;
	const struct where_entry *largest[3];
	enum size_unit unit = evidence->unit;
	char when[48], name[80];

	if (!where || used >= size || !(died || (oom_evidence && oom_evidence->victim_count)))
		return;
	duration_text(where->readings[moment].elapsed_ns, when, sizeof(when));
	used += (size_t)snprintf(verdict->summary + used, size - used,
				 " When they were last read%s, after %s, the mappings held %s:",
				 died ? "" : " at a peak", when,
				 TEXT(where_held(&where->readings[moment].all)));
	count = where_find_largest(where, moment, ARRAY_SIZE(largest), largest);
	for (size_t i = 0; i < count && used < size; i++) {
		const struct where_entry *entry = largest[i];

		error_escape(name, sizeof(name), entry->name);
		used += (size_t)snprintf(verdict->summary + used, size - used, "%s %s %s%s%s%s",
					 i ? "," : "", TEXT(where_held(&entry->shares[moment])),
					 nouns[entry->kind], name[0] ? " (" : "", name,
					 name[0] ? ")" : "");
	}
	if (used < size)
		snprintf(verdict->summary + used, size - used, ".");
}

static void judge_command(const struct watch_evidence *evidence, const char *after,
			  struct verdict *verdict)
{
	int status = evidence->result->wait_status;
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	char how[DEATH_TEXT_MAX], hint[DEATH_TEXT_MAX];
	struct death death;

	if (!signal) {
		verdict->exit_status = WEXITSTATUS(status);
		verdict->outcome = verdict->exit_status ? OUTCOME_EXITED : OUTCOME_COMPLETED;
		if (verdict->exit_status)
			error_set(&verdict->err, "%s ended with status %d after %s",
				  evidence->name, verdict->exit_status, after);
		return;
	}
	death = death_find(signal, evidence->oom_evidence);
	death_fill(&death, signal, verdict);
	death_describe(&death, evidence->oom_evidence, signal, "the command", how, hint);
	if (evidence->unexecuted)
		error_set(&verdict->err,
			  "%s was never executed: the process (pid %d) that was to execute it was %s after %s: exit status %d",
			  evidence->name, evidence->pid, how, after, verdict->exit_status);
	else
		error_set(&verdict->err, "%s (pid %d) was %s after %s: exit status %d",
			  evidence->name, evidence->pid, how, after, verdict->exit_status);
	if (hint[0])
		error_hint(&verdict->err, "%s", hint);
	death_add_proof(evidence->oom_evidence, signal, true, "the command", verdict);
}

/* The end of a process that is nobody's child here: its status is its parent's to know. */
static void judge_attached(const struct watch_evidence *evidence, const char *after,
			   struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	struct death death = death_find(SIGKILL, oom_evidence);
	char how[DEATH_TEXT_MAX], hint[DEATH_TEXT_MAX];

	verdict->outcome = OUTCOME_COMPLETED;
	/* That it was killed at all, only the kernel's log or its trace of signals says. */
	if (death.evidence != DEATH_RECORDED && !(oom_evidence && oom_evidence->sender.known))
		return;
	death_fill(&death, SIGKILL, verdict);
	/* With --expect the exit status is going to say whether it was met. */
	if (!evidence->expect.name)
		verdict->exit_status = watch_was_oom_killed(verdict) ? EXIT_UNMET : EXIT_DONE;
	death_describe(&death, oom_evidence, SIGKILL, "the process", how, hint);
	error_set(&verdict->err, "%s (pid %d) was %s after %s", evidence->name, evidence->pid,
		  how, after);
	if (hint[0])
		error_hint(&verdict->err, "%s", hint);
	death_add_proof(oom_evidence, SIGKILL, false, "the process", verdict);
}

/*
 * A cgroup is not ended by an OOM kill, but it is no success. Version 2 counts those below, too;
 * version 1 does not, but the log may name them.
 */
static void judge_cgroup(const struct watch_evidence *evidence, const char *how, const char *after,
			 struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	const struct oom_monitor_level *level;
	uint64_t kills;

	if (!oom_evidence || !oom_evidence->is_cgroup)
		return;
	kills = oom_evidence->victim_count;
	level = oom_evidence->count ? oom_evidence->levels : NULL;
	if (level && level->before.known && level->after.known &&
	    level->after.oom_kill > level->before.oom_kill)
		kills = MAX(kills, level->after.oom_kill - level->before.oom_kill);
	if (!kills)
		return;
	verdict->exit_status = EXIT_UNMET;
	/* That it was to end as it did is no reason to pass over it. */
	verdict->unmet = true;
	error_set(&verdict->err,
		  "%s %s %s, and the OOM killer took %" PRIu64 " of its processes, as far as is known",
		  evidence->name, how, after, kills);
	death_add_kills(oom_evidence, verdict);
}

/* --max-rss, --max-pss: a failure of the command that was not expected comes first. */
static void judge_maximum(const struct watch_evidence *evidence, const char *option,
			  uint64_t peak, uint64_t most, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	char text[512];

	if (!most || verdict->exit_status != EXIT_DONE || (peak <= most && peak != SAMPLE_MISSING))
		return;
	verdict->exit_status = EXIT_UNMET;
	verdict->unmet = true;
	if (peak == SAMPLE_MISSING)
		snprintf(text, sizeof(text),
			 "whether %s met --%s is not known: it was not measured", evidence->name,
			 option);
	else
		snprintf(text, sizeof(text), "the peak of %s was %s, more than --%s allows (%s)",
			 evidence->name, TEXT(peak), option, TEXT(most));
	if (verdict->err.message[0])
		error_hint(&verdict->err, "%s", text);
	else
		error_set(&verdict->err, "%s", text);
}

void watch_decide(const struct watch_evidence *evidence, struct verdict *ret_verdict)
{
	const struct run_result *result = evidence->result;
	const struct watch_peaks *peaks = evidence->peaks;
	const char *how = result->reason == STOP_SIGNAL ? "was followed for" : "ended after";
	char after[48], *summary = ret_verdict->summary;
	size_t used;

	*ret_verdict = (struct verdict){
		.elapsed_ns = result->elapsed_ns,
		.oom_evidence = evidence->oom_evidence,
		.peaks = peaks,
		.oom_limit = SAMPLE_MISSING,
		.limit = evidence->sandbox ? evidence->sandbox->limit : SAMPLE_MISSING,
		.outcome = OUTCOME_FAILED,
		.exit_status = EXIT_FAILED,
	};
	duration_text(result->elapsed_ns, after, sizeof(after));
	if (result->measured) {
		ret_verdict->measured = true;
		ret_verdict->vsz = result->last.vsz;
		ret_verdict->rss = result->last.rss;
		ret_verdict->grew = result->last.grew;
	}
	if (result->reason == STOP_DIED && evidence->ours) {
		judge_command(evidence, after, ret_verdict);
	} else if (result->reason == STOP_DIED || result->reason == STOP_DONE ||
		   result->reason == STOP_SIGNAL) {
		ret_verdict->exit_status = EXIT_DONE;
		ret_verdict->outcome = result->reason == STOP_SIGNAL ? OUTCOME_INTERRUPTED
								     : OUTCOME_COMPLETED;
		if (result->reason == STOP_DIED)
			judge_attached(evidence, after, ret_verdict);
		else
			judge_cgroup(evidence, how, after, ret_verdict);
	} else if (result->reason == STOP_OUTPUT) {
		error_set_errno(&ret_verdict->err, result->error, "cannot write the rows");
	} else {
		ret_verdict->err = result->err;
	}
	/* The error, if there is one, has said how it ended. */
	if (!ret_verdict->err.message[0])
		snprintf(summary, sizeof(ret_verdict->summary), "%s %s %s. ", evidence->name,
			 how, after);
	used = strlen(summary);
	watch_say_peaks(evidence, summary + used, sizeof(ret_verdict->summary) - used);
	watch_say_victims(evidence, ret_verdict);
	watch_say_where(evidence, ret_verdict);
	verdict_judge_expectation(&evidence->expect, ret_verdict);
	judge_maximum(evidence, "max-rss", peaks->known ? peaks->rss : SAMPLE_MISSING,
		      evidence->max_rss, ret_verdict);
	judge_maximum(evidence, "max-pss", peaks->known ? peaks->pss : SAMPLE_MISSING,
		      evidence->max_pss, ret_verdict);
}
