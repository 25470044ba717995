/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.h - the reports of each host of a log apart: the lines of many may stand mixed */
#ifndef PT_HOSTS_H
#define PT_HOSTS_H

#include "oomreport/reassemble.h"

/* Reports of more hosts are not kept open at a time. */
#define HOSTS_MAX 64

/* One host of a log, or what has no host's name. */
struct host_reports {
	struct reassembler reassembler;	/* its host is the name */
	uint64_t used;			/* when a line of it came last: struct hosts, clock */
};

struct hosts {
	oom_report_fn *on_report;
	void *context;
	struct host_reports *list[HOSTS_MAX];	/* owned; in the order of their first lines */
	size_t count;
	struct host_reports *last;	/* whose line came last; NULL: none */
	uint64_t clock;			/* lines so far */
};

/*
 * Takes one message of TYPE, also of none. CALLER and HOST may be empty. Returns 0 or a
 * negative errno, of on_report too.
 */
int hosts_take(struct hosts *hosts, enum oom_line_type type, struct strview text,
	       const struct oom_time *time, struct strview caller, struct strview host);

/* The log says that COUNT lines were lost where the last line was. */
void hosts_miss(struct hosts *hosts, uint64_t count);

/* COUNT lines were left out that have no word of a report. */
void hosts_skip(struct hosts *hosts, uint64_t count);

/* What the open reports make the next line be expected to be. */
unsigned hosts_expect(const struct hosts *hosts);

/* Whether a report of any host is open. */
bool hosts_have_reports(const struct hosts *hosts);

/* reassembler_flush() for all hosts. With ALL they are forgotten. */
int hosts_flush(struct hosts *hosts, bool all);

void hosts_free(struct hosts *hosts);

#endif
