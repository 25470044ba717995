/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reassemble.h - which report a line belongs to: the lines of many hosts may stand mixed, and of
 * each several reports may be open, of several CPUs
 */
#ifndef PT_REASSEMBLE_H
#define PT_REASSEMBLE_H

#include "oomreport/partial.h"

/* Reports of more hosts are not kept open at a time. */
#define REASSEMBLER_HOSTS_MAX 64

struct host_reports;

struct reassembler {
	oom_report_fn *on_report;
	void *context;
	struct host_reports *hosts[REASSEMBLER_HOSTS_MAX];	/* owned */
	size_t host_count;
	uint64_t clock;			/* lines of hosts so far */
};

/*
 * Takes LINE, whose type says what it is: also none. A report of its host that is open ends where
 * the line is of another boot, or comes after a minute in which none of a report's did. Returns 0
 * or a negative errno, of on_report too.
 */
int reassembler_take(struct reassembler *reassembler, const struct oom_line *line);

/* The log says that COUNT lines were lost where the last line was. */
void reassembler_miss(struct reassembler *reassembler, uint64_t count);

/* COUNT lines were left out that have no word of a report. */
void reassembler_skip(struct reassembler *reassembler, uint64_t count);

/* What the open reports make the next line be expected to be: enum oom_list. */
unsigned reassembler_expects(const struct reassembler *reassembler);

/* Whether a report of any host is open. */
bool reassembler_has_reports(const struct reassembler *reassembler);

/*
 * Gives out the reports that are done: those that have their kill, and what is older. With ALL
 * every one, and forgets what has been: another log may begin. Returns as reassembler_take().
 */
int reassembler_flush(struct reassembler *reassembler, bool all);

void reassembler_free(struct reassembler *reassembler);

#endif
