/* SPDX-License-Identifier: GPL-2.0-or-later */
/* death.h - whose doing the subject's death was: pure functions over counters and records */
#ifndef PT_DEATH_H
#define PT_DEATH_H

#include "monitor/oom-evidence.h"
#include "verdict/verdict.h"

#define DEATH_TEXT_MAX 1400

/* How well a finding is supported, from nothing upwards. */
enum death_evidence {
	DEATH_UNPROVEN,		/* a signal came, nobody knows whose */
	DEATH_HINTED,		/* something was counted, but not about the subject alone */
	DEATH_COUNTED,		/* the kernel's counter of the subject's cgroup rose */
	DEATH_RECORDED,		/* the kernel's log names the subject */
};

struct death {
	enum outcome outcome;
	enum death_evidence evidence;
	const char *limiter;	/* the cgroup whose limit ran out; NULL: none or not known */
	uint64_t limit;		/* its limit, bytes; CGROUP_UNLIMITED: not known */
};

/*
 * Judges a death by SIGNAL. OOM is never claimed without a counter that rose or a record of the
 * kernel. Of the counters, v2's "oom" and memory.failcnt are never relied on alone, and oom_kill
 * is compared with its value before, not with 1: see Documentation/admin-guide/cgroup-v2.rst.
 */
struct death death_find(int signal, const struct oom_evidence *oom_evidence);

/* "SIGKILL", "SIGRTMIN+3", ...; "a signal without a name" for those that the C library keeps. */
const char *verdict_signal_name(int number);

/* Fills outcome, exit status, signal and whose limit it was of *verdict. */
void death_fill(const struct death *death, int signal, struct verdict *verdict);

/*
 * Writes how NOUN ("the subject") died of SIGNAL: "OOM-killed at the limit of its sandbox (512
 * MiB)". In HINT, which is empty when there is nothing to say: what is known of a death that is
 * not proved to be the OOM killer's, or how sure a count is.
 */
void death_describe(const struct death *death, const struct oom_evidence *oom_evidence, int signal,
		    const char *noun, char how[static DEATH_TEXT_MAX],
		    char hint[static DEATH_TEXT_MAX]);

/*
 * Adds what counters and log say of the death of NOUN by SIGNAL, who was WAITED for, or whose wait
 * status is not ours to know; what proves most first.
 */
void death_add_proof(const struct oom_evidence *oom_evidence, int signal, bool waited,
		     const char *noun, struct verdict *verdict);

/* Adds what counters and log say of OOM kills in a cgroup that is the subject itself. */
void death_add_kills(const struct oom_evidence *oom_evidence, struct verdict *verdict);

#endif
