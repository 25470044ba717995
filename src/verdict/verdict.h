/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.h - what the run has shown and why it ended: pure functions over facts */
#ifndef PT_VERDICT_H
#define PT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/size.h"
#include "base/trouble.h"
#include "observe/observer.h"
#include "system/machine.h"

#define VERDICT_MESSAGE_MAX 1536
#define VERDICT_PROOF_MAX 8
#define VERDICT_PROOF_TEXT_MAX 256

/* Exit statuses, as in pagetouch(1). */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_UNMET = 1,		/* --verify found a difference */
	EXIT_USAGE = 2,
	EXIT_GUARD = 3,
	EXIT_FAILED = 125,
	EXIT_SIGNAL_BASE = 128,
};

enum outcome {
	OUTCOME_COMPLETED,
	OUTCOME_GUARD,
	OUTCOME_INTERRUPTED,	/* a signal to the observer */
	OUTCOME_KILLED,		/* a signal to the subject */
	OUTCOME_MAP_REFUSED,
	OUTCOME_FAILED,
};

struct verdict {
	enum outcome outcome;
	int exit_status;
	int signal;			/* of the subject or the observer; 0: none */
	bool quiet_failure;		/* output failed with EPIPE: nobody to tell */
	bool exact;			/* rss and grew are from smaps_rollup */
	uint64_t touched;		/* bytes */
	uint64_t vsz, rss;
	int64_t grew;
	bool measured;			/* vsz, rss and grew are valid */
	struct trouble trouble;		/* empty `what`: all went as planned */
	char summary[VERDICT_MESSAGE_MAX];	/* what was seen; "" when nothing was */
	int proofs;
	char proof[VERDICT_PROOF_MAX][VERDICT_PROOF_TEXT_MAX];
};

struct verdict_evidence {
	const struct region_spec *region;
	const struct ending *ending;
	const struct machine *machine;
	uint64_t touch;			/* bytes that were to be touched */
	int pid;			/* the subject's */
	enum size_unit unit;		/* of the sentences */
	bool verify;			/* --verify */
};

/* Judges the run. */
void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict);

/* "completed", "guard", ... as in the verdict record. */
const char *verdict_outcome_name(enum outcome outcome);

#endif
