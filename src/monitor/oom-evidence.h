/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom-evidence.h - watch the kernel's counters and its log for what happens to the subject */
#ifndef PT_OOM_EVIDENCE_H
#define PT_OOM_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/kill-sender.h"
#include "oomreport/kill-record.h"
#include "proc/cgroup-counters.h"
#include "proc/cgroup.h"
#include "proc/root.h"

/* One memory cgroup over the subject, as it was counted before and after. */
struct oom_monitor_level {
	int version;
	char *name;			/* path in its hierarchy, escaped;
					 * owned by the evidence */
	struct cgroup_events before, after;
	struct cgroup_peak peak;	/* after */
	unsigned pressure;		/* after: PSI full avg10, hundredths of a percent */
};

#define OOM_VICTIMS_SEEN 8

/* A process that was followed with the subject, and that the kernel's log says it killed. */
struct oom_victim_seen {
	int64_t pid;
	char comm[64];			/* as the kernel named it: may hold anything */
	uint64_t anon, rss;		/* bytes; 0: the kernel does not say */
	enum oom_scope scope;		/* what ran out */
	char memcg[OOM_PATH_MAX];	/* whose limit ran out, escaped; "": no cgroup's, or not
					 * known */
	char *why;			/* why the kernel chose it, or whom it chose, sentences;
					 * NULL: not known; owned by the evidence */
};

/*
 * All that was seen; the subject's own cgroup comes first, its ancestors follow. Where a cgroup is
 * the subject itself, it is the only one.
 */
struct oom_evidence {
	struct oom_monitor_level *levels;
	size_t count;
	bool is_cgroup;			/* the subject is the first level: all
					 * who live in it and below it */
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
	struct oom_kill_record kill_record;		/* what the kernel's report says of the
							 * subject */
	struct oom_victim_seen victims[OOM_VICTIMS_SEEN];
	size_t victim_count;
	struct kill_sender sender;	/* of the SIGKILL that the subject died of */
	bool oomd;			/* systemd-oomd marked the cgroup: user.oomd_kill */
};

struct oom_monitor {
	struct root live;
	struct cgroup_chain chain;	/* the subject's */
	int kmsg;			/* /dev/kmsg, from the start of the run;
					 * or negative errno */
	pid_t observed;			/* the subject, at the beginning */
	pid_t pid;			/* of whom the death is looked into */
	const char *comm;		/* his name */
	uint64_t vsz;			/* his VSZ, bytes; OOM_UNKNOWN: not known, or it changed */
	bool (*is_followed)(const void *context, pid_t pid);	/* with it; NULL: nobody */
	const void *context;		/* of that */
	/* Says why that one, in fresh memory, or NULL. NULL: that is not asked. */
	char *(*explain)(struct oom_report *report);
	bool oomd_before;
	uint64_t seen, seen_ns;		/* OOM kills in the first level, as last
					 * looked at, and when they were new */
	struct oom_evidence oom_evidence;
};

/* Opens the log at its end. To be called before the subject starts; no failure is an error. */
void oom_monitor_open(struct oom_monitor *oom_monitor);

/*
 * Takes the counters of subject PID's cgroups before the run. COMM is its name (kept, not copied);
 * ALONE says that its cgroup is a sandbox, made for it.
 */
void oom_monitor_begin(struct oom_monitor *oom_monitor, pid_t pid, const char *comm, bool alone);

/*
 * The same where LEVEL, and all below it, is the subject. The report that is looked for at the end
 * is then any whose victim lived there, or was followed if the log does not say where it lived.
 */
void oom_monitor_begin_cgroup(struct oom_monitor *oom_monitor, const struct cgroup_level *level);

/*
 * Looks, at the time NOW_NS, whether the subject outlives OOM kills that are counted in its own
 * cgroup. Not to be called while it has children, of whom one may be the victim.
 */
void oom_monitor_look(struct oom_monitor *oom_monitor, uint64_t now_ns);

/*
 * Takes the counters again. With KILLED, also looks for the kernel's report about the subject,
 * waiting for it up to 200 ms. The evidence lives until oom_monitor_close().
 */
void oom_monitor_end(struct oom_monitor *oom_monitor, bool killed);

/* Whether an OOM kill has been counted since the beginning that may be the subject's. */
bool oom_monitor_counted(const struct oom_monitor *oom_monitor);

/* Counts of memory.high reached by the subject's own cgroup since the beginning. */
uint64_t oom_monitor_throttled(const struct oom_monitor *oom_monitor);

void oom_monitor_close(struct oom_monitor *oom_monitor);

#endif
