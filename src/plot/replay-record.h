/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay-record.h - a line of pagetouch --json back into what it was made of: a pure function */
#ifndef PT_REPLAY_RECORD_H
#define PT_REPLAY_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "output/printer.h"
#include "verdict/verdict.h"
#include "workload/workload.h"

enum record_kind {
	RECORD_OTHER,		/* JSON, but none of ours: to be left out */
	RECORD_PLAN,
	RECORD_SAMPLE,
	RECORD_VERDICT,
};

/* What a plan record says, and what its struct plan_record points to. */
struct record_plan {
	struct host host;	/* without the scheduler's variables */
	struct machine machine;	/* not read: all zero */
	struct workload workload;	/* as far as it is told; of the steps the names */
	uint64_t limit;
	int pid;
};

/*
 * `outcome` is what was written, also when it is no outcome that we know (verdict.outcome is then
 * OUTCOME_FAILED); verdict.err has no remedy if there is none in the record.
 */
struct record_verdict {
	struct verdict verdict;
	char outcome[24];
};

struct record {
	enum record_kind kind;
	char run[HOST_RUN_MAX];	/* "": written before records had it */
	union {
		struct record_plan plan;
		struct sample sample;
		struct record_verdict verdict;
	};
};

/*
 * Reads LINE of LENGTH bytes and a NUL. Fields that are not known are left out, and those that are
 * missing or null are unknown, but for a few without which a row is none. Texts come out fit for a
 * terminal. Returns 0; -EAGAIN: it is JSON that breaks off; -EBADMSG: it is no JSON; or -EINVAL: a
 * field is wrong; with *err saying what, for the caller to say in which line. Kind and run are
 * valid with -EINVAL, too.
 */
int record_parse(const char *line, size_t length, struct record *ret_record,
		 struct error *err);

/* PLAN as the printers want it; it must outlive the result. */
struct plan_record record_plan_view(const struct record_plan *plan);

#endif
