/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.h - what the run has shown and why it ended, and what that is concluded from */
#ifndef PT_VERDICT_H
#define PT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/option-table.h"
#include "lib/size.h"
#include "monitor/monitor.h"
#include "monitor/oom-evidence.h"
#include "proc/host.h"
#include "proc/machine.h"
#include "sandbox/sandbox.h"

#define VERDICT_MESSAGE_MAX 3072
#define VERDICT_EVIDENCE_MAX 24
#define VERDICT_EVIDENCE_TEXT_MAX 640
#define VERDICT_CGROUP_MAX 1024

/* Exit statuses, as in pagetouch(1). */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_UNMET = 1,		/* --verify found a difference, or --expect another end */
	EXIT_USAGE = 2,
	EXIT_GUARD = 3,
	EXIT_FAILED = 125,
	EXIT_SIGNAL_BASE = 128,
};

enum outcome {
	OUTCOME_COMPLETED,
	OUTCOME_GUARD,
	OUTCOME_INTERRUPTED,	/* a signal to the observer */
	OUTCOME_OOM_SANDBOX,	/* OOM-killed at the limit of its own cgroup */
	OUTCOME_OOM_ANCESTOR,	/* OOM-killed at the limit of a cgroup above */
	OUTCOME_OOM_GLOBAL,	/* OOM-killed because the machine ran out */
	OUTCOME_OOMD,		/* killed by systemd-oomd */
	OUTCOME_SIGTERM,
	OUTCOME_SIGBUS,
	OUTCOME_SIGSEGV,
	OUTCOME_KILLED,		/* any other signal, or SIGKILL by who knows whom */
	OUTCOME_MAP_REFUSED,
	OUTCOME_EXITED,		/* a command with a status other than 0 */
	OUTCOME_FAILED,
};

struct verdict {
	enum outcome outcome;
	int exit_status;
	bool unmet;			/* a demand: --expect, --verify, --max-rss ... */
	int signal;			/* of the subject or the observer; 0: none */
	bool quiet_failure;		/* output failed with EPIPE: nobody to tell */
	bool exact;			/* rss and grew are from smaps_rollup */
	uint64_t elapsed_ns;		/* since the baseline; 0: there was none */
	uint64_t touched;		/* bytes */
	uint64_t vsz, rss;
	int64_t grew;
	bool measured;			/* vsz, rss and grew are valid */
	struct error err;		/* empty `what`: all went as planned */
	char summary[VERDICT_MESSAGE_MAX];	/* what was seen; "" when nothing was */
	int evidence_count;		/* the first line is what proves most */
	char evidence_line[VERDICT_EVIDENCE_MAX][VERDICT_EVIDENCE_TEXT_MAX];
	char step[SAMPLE_STEP_MAX];	/* what was under way when it was cut short; "" */
	int child;			/* the pid of the subject's child that died; 0: none did */
	uint64_t limit;			/* the sandbox's at the end, bytes; SAMPLE_MISSING: none */
	char oom_cgroup[VERDICT_CGROUP_MAX];	/* whose limit the OOM kill was at; "": none,
						 * or not known */
	uint64_t oom_limit;		/* that limit, bytes; SAMPLE_MISSING: not known */
	char time[HOST_TIME_MAX];	/* when it was found; "": not known */
	const struct oom_evidence *oom_evidence;	/* the counters; NULL: not watched */
	const struct watch_peaks *peaks;	/* of a tree of processes; NULL: of a workload */
};

struct watch_peaks;

/* What --expect names: one outcome, or any kind of OOM kill. */
struct expectation {
	const char *name;		/* as the user wrote it; NULL: nothing is expected */
	unsigned outcomes;		/* bits: 1 << enum outcome */
};

struct workload;
struct workload_result;

struct verdict_evidence {
	const struct workload *workload;
	const struct hugetlb_pool *pool;	/* of the region's hugetlb pages; NULL: none */
	const struct run_result *result;
	const struct workload_result *workload_result;
	const struct machine *machine;
	uint64_t touch;			/* bytes that were to be touched */
	int pid;			/* the subject's */
	enum size_unit unit;		/* of the sentences */
	bool verify;			/* --verify */
	struct expectation expect;	/* --expect */
	const struct oom_evidence *oom_evidence;	/* NULL: nothing was watched */
	const struct sandbox_spec *sandbox;	/* NULL: the subject had no cgroup of its own */
};

/*
 * Finds what NAME expects: an outcome's name, or ok, oom, enomem. Returns 0, or -EINVAL with
 * *err listing the names.
 */
int expectation_parse(const char *name, struct expectation *ret_expectation,
		      struct error *err);

/* For an option's row: fills a struct expectation. A value other than 0: of a command. */
int option_expect(const struct option_row *row, const char *text, void *filled,
		  struct error *err);

/* Sets the exit status by --expect; a failure of the program itself stays one. */
void verdict_judge_expectation(const struct expectation *expect, struct verdict *verdict);

/* Adds a line of evidence to *verdict, as long as there is room. */
void verdict_add_evidence(struct verdict *verdict, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "completed", "guard", ... as in the verdict record. */
const char *verdict_outcome_name(enum outcome outcome);

/* From what is known of a run of a workload to its verdict: a pure function over facts. */
void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict);

#endif
