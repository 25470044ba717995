/* SPDX-License-Identifier: GPL-2.0-or-later */
/* witness.h - watch the kernel's counters and its log for what happens to the subject */
#ifndef PT_WITNESS_H
#define PT_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "oom/fate.h"
#include "system/cgroup-events.h"
#include "system/cgroup.h"
#include "system/root.h"

/* One memory cgroup over the subject, as it was counted before and after. */
struct witness_level {
	int version;
	char *name;			/* path in its hierarchy, escaped;
					 * owned by the testimony */
	struct cgroup_events before, after;
	struct cgroup_peak peak;	/* after */
	unsigned pressure;		/* after: PSI full avg10, hundredths of a percent */
};

/* All that was seen; the subject's own cgroup comes first, its ancestors follow. */
struct testimony {
	struct witness_level *levels;
	size_t count;
	bool alone;			/* the first level is a sandbox
					 * that held the subject only */
	bool shared;			/* other processes live in the first level, too */
	bool whole_paths;		/* names of levels begin at the root, as in the log;
					 * else where our cgroup namespace does */
	bool foreign_pids;		/* the log's pids are not ours: of another namespace */
	uint64_t survived;		/* OOM kills counted in the first level
					 * that the subject has outlived */
	bool vmstat_known;		/* /proc/vmstat has oom_kill (4.13 and later) */
	uint64_t vmstat_before, vmstat_after;	/* OOM kills of the whole machine */
	int kmsg_error;			/* why the kernel's log was not read; 0: it was;
					 * -EPIPE: not all of it */
	struct oom_fate fate;		/* what the kernel's report says of the subject */
	bool oomd;			/* systemd-oomd marked the cgroup: user.oomd_kill */
};

struct witness {
	struct root live;
	struct cgroup_chain chain;	/* the subject's */
	int kmsg;			/* /dev/kmsg, from the start of the run;
					 * or negative errno */
	pid_t observed;			/* the subject, at the beginning */
	pid_t pid;			/* of whom the death is looked into */
	const char *comm;		/* his name */
	uint64_t vsz;			/* his VSZ, bytes; OOM_UNKNOWN: not known, or it changed */
	bool oomd_before;
	uint64_t seen, seen_ns;		/* OOM kills in the first level, as last
					 * looked at, and when they were new */
	struct testimony testimony;
};

/* Opens the log at its end. To be called before the subject starts; no failure is an error. */
void witness_open(struct witness *witness);

/*
 * Takes the counters of subject PID's cgroups before the run. COMM is its name (kept, not copied);
 * ALONE says that its cgroup is a sandbox, made for it.
 */
void witness_begin(struct witness *witness, pid_t pid, const char *comm, bool alone);

/*
 * Looks, at the time NOW_NS, whether the subject outlives OOM kills that are counted in its own
 * cgroup. Not to be called while it has children, of whom one may be the victim.
 */
void witness_look(struct witness *witness, uint64_t now_ns);

/*
 * Takes the counters again. With KILLED, also looks for the kernel's report about the subject,
 * waiting for it up to 200 ms. The testimony lives until witness_close().
 */
void witness_end(struct witness *witness, bool killed);

/* Whether an OOM kill has been counted since the beginning that may be the subject's. */
bool witness_counted(const struct witness *witness);

/* Counts of memory.high reached by the subject's own cgroup since the beginning. */
uint64_t witness_throttled(const struct witness *witness);

void witness_close(struct witness *witness);

#endif
