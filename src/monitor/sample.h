/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.h - what was read of the subject at one moment, and who reads it */
#ifndef PT_SAMPLE_H
#define PT_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"
#include "proc/cgroup-counters.h"
#include "proc/root.h"

/* A figure that was not read. */
#define SAMPLE_MISSING UINT64_MAX
#define SAMPLE_NO_GROWTH INT64_MAX

/* Room for the name of a step, with its NUL; and for that of a process. */
#define SAMPLE_STEP_MAX 40
#define SAMPLE_COMM_MAX 64

enum sample_step {
	STEP_TOUCH,		/* while pages are touched; seq 0 is the baseline */
	STEP_HOLD,		/* the memory is kept (--hold) */
	STEP_LOCK,		/* the memory was locked (--lock) */
	STEP_THEN,		/* after what --then asked for */
};

/*
 * Sizes in bytes. The proc(5) source of each figure stands in the column table
 * (columns.c). rss and grew are of the same source, named by exact.
 */
struct sample {
	uint64_t seq;		/* 0: the baseline, taken after the mapping */
	uint64_t elapsed_ns;	/* since the baseline */
	enum sample_step step;
	uint64_t step_number;	/* which pass, or which step of --then, from 0 */
	bool exact;		/* rss from smaps_rollup, not from status */
	bool of_child;		/* of a process that the subject has forked */
	uint64_t pid;
	char name[SAMPLE_STEP_MAX];	/* of the step, when it is not that of `step` */
	uint64_t touched;	/* by the subject's own count, in this pass */
	uint64_t covered;	/* of the region, in any pass */
	uint64_t vsz;
	uint64_t rss;
	int64_t grew;		/* rss less the baseline's */
	uint64_t anon, file, shmem, swap;
	uint64_t locked;		/* VmLck, resident or not */
	uint64_t pss, uss, huge;	/* smaps_rollup; SAMPLE_MISSING unless asked for */
	uint64_t hugetlb, lazyfree;	/* the same */
	uint64_t ksm;
	uint64_t pte;
	uint64_t minflt, majflt;	/* of the process since its start, as in ps(1) */
	uint64_t oom_score;
	char comm[SAMPLE_COMM_MAX];	/* of one process of a tree, as it is; else "" */
	/* Of a tree of processes only; else SAMPLE_MISSING. */
	uint64_t procs;
	uint64_t peak;			/* highest RSS of each since the last row, added up */
	uint64_t cpu;			/* since the last row, of one CPU; 1/100 percent */
	uint64_t cg_peak;		/* most that the cgroup was charged since the last row */
	uint64_t psi_some, psi_full;	/* of the cgroup since the last row; 1/100 percent */
	uint64_t swpin, swpout;		/* of the machine since the first row */
	struct cgroup_usage cg;		/* of the sandbox; SAMPLE_MISSING unless asked for */
	int64_t committed;		/* growth; SAMPLE_NO_GROWTH unless asked for */

	/* For the verdict; not columns. */
	uint64_t rss_status;
	uint64_t rss_rollup;		/* SAMPLE_MISSING unless exact was asked for */
	uint64_t anon_rollup;		/* smaps_rollup Anonymous */
	uint64_t shmem_rollup;		/* smaps_rollup Pss_Shmem: the region is mapped once */
	uint64_t region_rss;		/* smaps Rss of the region; SAMPLE_MISSING: not read */
};

/* What costs extra to read, or-ed together. */
enum sample_need {
	NEED_STATUS = 0,	/* status and stat: always read */
	NEED_ROLLUP = 1,	/* smaps_rollup: walks the page tables, 50 to 70 ns a page */
	NEED_PTE = 2,		/* VmPTE, which the library does not offer */
	NEED_OOM_SCORE = 4,
	NEED_KSM = 8,
	NEED_CGROUP_USAGE = 16,	/* memory.current or memory.usage_in_bytes of the sandbox */
	NEED_CGROUP_STAT = 32,	/* its memory.stat */
	NEED_COMMITTED = 64,	/* the machine's Committed_AS */
	NEED_PSI = 256,		/* its memory.pressure */
	NEED_SWAPPING = 512,	/* the machine's /proc/vmstat */
	NEED_CGROUP_PEAK = 1024,	/* its memory.peak, begun anew for us alone */
	NEED_PEAK = 128,	/* VmHWM, which a row of a tree resets (clear_refs) */
};

/* Reads processes again and again. */
struct sampler {
	struct root root;		/* "/" */
	struct pids_info *status, *rollup;	/* libproc2's; NULL: not opened */
};

/*
 * Prepares for readings that ask for NEEDS at the most. Returns 0 or a negative errno; needs
 * sampler_close() either way.
 */
int sampler_open(struct sampler *sampler, unsigned needs);

/*
 * Reads process PID now: the figures of NEEDS that are of a process, and those that cost nothing
 * extra; all others are SAMPLE_MISSING. seq, elapsed_ns, step and name, exact, of_child, touched,
 * covered, rss and grew are the caller's to fill. Returns 0, or a negative errno (-ESRCH: the
 * process is dead or has no memory any more).
 */
int sampler_read(struct sampler *sampler, pid_t pid, unsigned needs,
		 struct sample *ret_sample);

void sampler_close(struct sampler *sampler);

/* What STEP of SAMPLE is called: "touch", "hold", "lock", or the name that it has. */
const char *sample_step_name(const struct sample *sample);

/* Figures that are not the subject's own: its sandbox's usage, the machine's promises. */
struct context_counters {
	const struct root *machine;	/* where /proc/meminfo is read */
	struct root cgroup;		/* the subject's own, or another that is followed; its fd
					 * is -1: none */
	int version;			/* of that: 1 or 2 */
	bool foreign;			/* it was not made here: it may go, or lack a file */
	uint64_t committed;		/* Committed_AS before the mapping, bytes */
	/* At the last reading, and when that was; 0: there was none. */
	struct cgroup_stall stall;
	uint64_t stall_ns;
	int peak_fd;			/* memory.peak, which is reset for this descriptor; 0: not
					 * opened yet, -1: the kernel cannot */
	bool swapping_known;		/* the next two are those of the first reading, bytes */
	uint64_t swpin, swpout;
};

/* Counts the cgroup LEVEL, which was not made here; or that in which process PID lives now. */
void context_counters_follow(struct context_counters *counters, const struct cgroup_level *level);
void context_counters_follow_process(struct context_counters *counters, pid_t pid);

/* Closes what was opened, but for a sandbox. */
void context_counters_close(struct context_counters *counters);

/* Takes the figures that growth is measured from; for the bits of NEEDS that are of here. */
int context_counters_begin(struct context_counters *counters, unsigned needs);

/* Reads what NEEDS asks for into SAMPLE. Both return 0 or a negative errno. */
int context_counters_read(struct context_counters *counters, unsigned needs,
			  struct sample *sample);

/* Which library reads: "libproc2" or "libprocps". */
extern const char sampler_backend[];

#endif
