/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reassemble.h - which report of a host a line belongs to: several may be open, of several CPUs */
#ifndef PT_REASSEMBLE_H
#define PT_REASSEMBLE_H

#include "lib/strview.h"
#include "oomreport/message.h"
#include "oomreport/partial-line.h"

/* More reports are not kept open; reaper lines may come late, others do not. */
#define REASSEMBLER_MAX 4

/* Victims whose reaper lines may come when their report has been given out. */
#define REASSEMBLER_EMITTED_MAX 64

struct reassembler {
	oom_report_fn *on_report;
	void *context;
	struct oom_partial *open[REASSEMBLER_MAX];	/* owned; the oldest first */
	size_t count;
	bool interleaved;		/* lines of the newest two have been seen mixed */
	int64_t emitted[REASSEMBLER_EMITTED_MAX];	/* victims of the reports given out
							 * last, a ring */
	size_t emitted_count;
	uint64_t line;			/* messages so far */
	uint64_t crash_kernel;		/* the line with the command line of kdump's; 0: none */
	char host[72];			/* whose reports these are; "" */
	struct oom_time last;		/* of the last line of a report */
};

/*
 * Takes one message of TYPE, also of none. CALLER may be empty. A report that is open ends where
 * the line is of another boot, or comes after a minute in which none of a report's did. Returns 0
 * or a negative errno, of on_report too.
 */
int reassembler_take(struct reassembler *reassembler, enum oom_line_type type, struct strview text,
		     const struct oom_time *time, struct strview caller);

/* The log says that COUNT lines were lost here. */
void reassembler_miss(struct reassembler *reassembler, uint64_t count);

/* What the open reports make the next line be expected to be. */
unsigned reassembler_expects(const struct reassembler *reassembler);

/*
 * Gives out the reports that are done: those that have their kill, and what is older. With ALL
 * every one, and forgets what has been: another log may begin. Returns as reassembler_take().
 */
int reassembler_flush(struct reassembler *reassembler, bool all);

void reassembler_free(struct reassembler *reassembler);

#endif
