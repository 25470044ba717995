/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree-sampler.h - rows of processes that are followed together: their figures added up */
#ifndef PT_TREE_SAMPLER_H
#define PT_TREE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/sample.h"
#include "proc/cgroup.h"
#include "proc/root.h"
#include "proc/tree.h"

/* Who is followed. */
enum tree_scope {
	TREE_PROCESS,		/* `top` alone */
	TREE_DESCENDANTS,	/* `top` and all that descends from it */
	TREE_BELOW,		/* all that descends from `top`, which is ourselves */
	TREE_CGROUP,		/* who lives in `level` and below it */
};

/* How much a reading reads. */
enum tree_reading {
	TREE_RESIDENT,		/* RSS and the peaks alone: the least that a look can cost */
	TREE_FIGURES,		/* all that is asked for */
	TREE_ROW,		/* the same, and from now on peaks begin anew */
};

/* The process that held most in a reading, or since the reading before if that can be known. */
struct tree_largest {
	pid_t pid;
	char comm[TREE_COMM_MAX];	/* as it is: may hold anything */
	uint64_t rss;			/* at its highest */
};

/* Sizes in bytes, times in ns. The first part is the caller's to fill. */
struct tree_sampler {
	const struct root *root;
	enum tree_scope scope;
	pid_t top;
	const struct cgroup_level *level;
	bool resets_peaks;	/* VmHWM may be reset: it is ours, or we are asked to */
	bool keeps_each;	/* `each` is filled */
	/* Of the dead for whom we have waited: in no living process's figures. */
	uint64_t dead_minflt, dead_majflt, dead_ticks;

	struct process_tree tree;
	struct tree_largest largest;	/* of the last reading */
	pid_t peak_refused;	/* the last whose VmHWM we were not permitted to reset; 0: none */
	/* What each process showed in the last row, the largest RSS first: rss, comm, no PROCS. */
	struct sample *each;
	size_t each_count, each_room;
	/* CPU time at the last reading and at the row before it, and when they were. */
	uint64_t ticks, read_ns, row_ticks, row_ns;
	struct process_tree row;	/* who there was at that row */
	unsigned char *known;		/* a bit for each pid that has ever been in it */
	size_t known_size;
};

/*
 * Reads all processes now and adds up what NEEDS asks for, or as much of it as READING reads; a
 * figure that one of them does not show is SAMPLE_MISSING. VSZ, RSS and what it consists of count
 * a page once for each process that has mapped it, PSS once. minflt, majflt and cpu are also of
 * those who have died, as far as their parent or this process has waited for them. Returns 0 or a
 * negative errno (-ESRCH: none is left that has memory).
 */
int tree_sampler_read(struct tree_sampler *tree_sampler, struct sampler *sampler, unsigned needs,
		      enum tree_reading reading, struct sample *ret_sample);

/* What follows is measured from the last reading on, which was a row. Returns 0 or -ENOMEM. */
int tree_sampler_mark_row(struct tree_sampler *tree_sampler);

/* Whether PID has ever been in the tree. */
bool tree_sampler_knows(const struct tree_sampler *tree_sampler, pid_t pid);

void tree_sampler_free(struct tree_sampler *tree_sampler);

#endif
