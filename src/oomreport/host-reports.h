/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host-reports.h - the reports of one host that are open: which of them a line belongs to */
#ifndef PT_HOST_REPORTS_H
#define PT_HOST_REPORTS_H

#include "lib/duration.h"
#include "oomreport/stages.h"

/* More reports are not kept open; reaper lines may come late, others do not. */
#define OPEN_MAX 4

/* Victims whose reaper lines may come when their report has been given out. */
#define EMITTED_MAX 64

/* A report whose last line is so much older by the log's own times waits for no other. */
#define SILENCE_NS (60 * (int64_t)NS_PER_SECOND)

/* One host of a log, or what has no host's name. */
struct host_reports {
	const struct reassembler *reassembler;
	char name[72];				/* ""; as long as a name is kept */
	uint64_t used;				/* when a line of it came last, by the clock */
	uint64_t line;				/* lines so far, with those left out */
	struct oom_partial *open[OPEN_MAX];	/* owned; the oldest first */
	size_t count;
	bool interleaved;			/* lines of the newest two have been seen mixed */
	int64_t emitted[EMITTED_MAX];		/* a ring: the last victims given out */
	size_t emitted_count;
	uint64_t crash_kernel;			/* the line with kdump's command line; 0: none */
	struct oom_time last;			/* of the last line of a report */
};

/* LINE is of one of the reports of HOST, or begins one. Returns 0 or a negative errno. */
int host_take(struct host_reports *host, const struct oom_line *line);

/* Lines were lost, or held back by the kernel, while the newest report was written. */
void host_lose(struct host_reports *host, uint64_t missed, uint64_t suppressed);

/* How many of HOST's reports are done, with those that began before one that is. */
size_t host_done(const struct host_reports *host);

/* Gives out the first COUNT reports of HOST. Returns 0 or a negative errno, of on_report too. */
int host_flush(struct host_reports *host, size_t count);

/* The same of the oldest, unless it was no report after all. */
int host_give_out(struct host_reports *host);

#endif
