/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.h - how a command or process that was followed ended, and what it held: pure functions */
#ifndef PT_WATCH_H
#define PT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/tree-sampler.h"
#include "monitor/where.h"
#include "verdict/verdict.h"

/* The most that a run has shown. Bytes; times in ns since the first row. */
struct watch_peaks {
	bool known;
	uint64_t rss;			/* at one moment: of all together, or of one alone */
	uint64_t rss_ns;		/* when that was read */
	uint64_t pss;			/* of all together; SAMPLE_MISSING: not read */
	uint64_t pss_rss;		/* RSS of all together when that was read */
	uint64_t procs;			/* at that row */
	struct tree_largest largest;	/* in that row */
	/* By the end, of all that were waited for; SAMPLE_MISSING: not known. */
	uint64_t minflt, majflt;
	uint64_t cgroup;		/* charged to the sandbox; SAMPLE_MISSING: not known */
};

/* Takes SAMPLE, in which LARGEST is the process that held most, now or since the row before. */
void watch_peaks_add(struct watch_peaks *peaks, const struct sample *sample,
		     const struct tree_largest *largest);

/* What the kernel says that its victims held was there, too: after NOW_NS since the first row. */
void watch_peaks_take_victims(struct watch_peaks *peaks, const struct oom_evidence *oom_evidence,
			      uint64_t now_ns);

struct watch_evidence {
	const struct run_result *result;
	const struct watch_peaks *peaks;
	const char *name;		/* of the command, process, cgroup or unit; escaped */
	int pid;			/* 0: a cgroup or unit */
	bool ours;			/* a command that was run here: its status is known */
	bool unexecuted;		/* that died before it was executed */
	enum size_unit unit;		/* of the sentences */
	struct expectation expect;	/* --expect */
	uint64_t max_rss, max_pss;	/* bytes; 0: any */
	const struct oom_evidence *oom_evidence;	/* NULL: nothing was watched */
	const struct sandbox_spec *sandbox;	/* NULL: it had no cgroup of its own */
	const struct where *where;	/* what it held, by kind of mapping; NULL: not known */
};

void watch_decide(const struct watch_evidence *evidence, struct verdict *ret_verdict);

#endif
