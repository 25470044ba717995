/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refusal.h - why the kernel refused to map, to lock, to populate or to carry out a step: pure */
#ifndef PT_REFUSAL_H
#define PT_REFUSAL_H

#include "lib/error.h"
#include "monitor/sample.h"
#include "proc/machine.h"
#include "proc/process.h"
#include "workload/workload.h"

enum mapfail_cause {
	MAPFAIL_LIMIT_AS,	/* RLIMIT_AS, ulimit -v */
	MAPFAIL_LIMIT_DATA,	/* RLIMIT_DATA, ulimit -d: private writable memory only */
	MAPFAIL_MAP_COUNT,	/* vm.max_map_count mappings exist already */
	MAPFAIL_COMMIT_LIMIT,	/* overcommit mode 2: Committed_AS would pass CommitLimit */
	MAPFAIL_HEURISTIC,	/* overcommit mode 0: one request above RAM and swap */
	MAPFAIL_HUGETLB,	/* not enough hugetlb pages are reserved, or none of this size */
	MAPFAIL_NO_HOLE,	/* no hole of that size in the address space */
	MAPFAIL_OTHER,		/* none of these explains it */
};

struct mapfail_evidence {
	int error;			/* negative errno of mmap(2) or madvise(2) */
	struct region_spec region;
	struct process_space space;	/* all zero: could not be read */
	struct machine machine;
	struct hugetlb_pool pool;	/* of the region's hugetlb pages */
};

/*
 * Puts into *err the first cause of a refused mapping that the figures bear out, with the figures
 * and the way out, in the order in which the kernel checks them in mm/mmap.c (RLIMIT_AS and
 * RLIMIT_DATA in may_expand_vm(), the count, then __vm_enough_memory() in mm/util.c; the hole
 * comes last, being the least likely). Returns the cause.
 */
enum mapfail_cause mapfail_explain(const struct mapfail_evidence *evidence,
				   struct error *err);

/*
 * Puts into *err what of WORKLOAD failed with ERROR, a negative errno, and the way out. STEP is
 * what was under way, of STEP_THEN it was THEN.
 */
void stepfail_explain(const struct workload *workload, enum sample_step step,
		      const struct step *then, int error, struct error *err);

#endif
