/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.h - whether RSS grew by what was touched, and if not, why: pure functions */
#ifndef PT_GROWTH_H
#define PT_GROWTH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/size.h"
#include "monitor/sample.h"
#include "verdict/verdict.h"
#include "workload/workload.h"

#define GROWTH_REASON_MAX 640

/* Of glibc: 8 bytes of header, sizes in steps of 16 from 32 on; an arena, its ends, a cache. */
#define GROWTH_PIECE_EXTRA 24
#define GROWTH_ARENA_EXTRA (UINT64_C(64) << 10)

/* By which figure the region's own memory is measured. */
enum growth_kind {
	GROWTH_ANON,		/* smaps_rollup Anonymous */
	GROWTH_SHMEM,		/* smaps_rollup Pss_Shmem */
	GROWTH_REGION,		/* smaps Rss of the region: of a file */
	GROWTH_HUGETLB,		/* smaps_rollup *_Hugetlb, which is in no RSS */
};

/* Why it is not simply what was touched. */
enum growth_cause {
	GROWTH_PLAIN,
	GROWTH_ZERO_PAGE,	/* anonymous memory that was only read */
	GROWTH_AROUND,		/* a file: the kernel maps what is near, too */
	GROWTH_LOCKED,		/* mlock(2) made all of it resident */
	GROWTH_NO_RSS,		/* hugetlb pages */
	GROWTH_CALLED,		/* the file was read or written, not the memory */
	GROWTH_ALLOCATOR,	/* what malloc(3) spends, or has to spare */
};

/* By how much the region's memory must have grown, bytes. */
struct growth_rule {
	enum growth_kind kind;
	enum growth_cause cause;
	uint64_t least, most;
	bool vsz_grows;		/* VSZ does not stay: it grows by vsz_least at the least */
	uint64_t vsz_least;
};

/* What changed between baseline and last sample; bytes. */
struct growth {
	struct growth_rule rule;
	int64_t vsz;		/* should be 0, unless rule.vsz_grows */
	int64_t rss;		/* by the best source that both samples have */
	bool exact;		/* that source is smaps_rollup, and region is known */
	int64_t region;		/* the region's own memory; valid when exact */
	int64_t difference;	/* rss less touched */
	int64_t file, swap;	/* explain a difference; file: of the program itself */
	uint64_t huge;		/* in the last sample; 0: none or not read */
	int64_t minflt, majflt;	/* faults */
};

/*
 * What WORKLOAD must have made resident, of whose region COVERED bytes have been touched in any
 * pass, and LOCKED bytes of its beginning locked by mlock(2), not on fault. Facts: anonymous pages
 * that are read are the zero page until they are written (mm/memory.c, do_anonymous_page()), where
 * there is one; shared memory has no zero page; a read fault on a file maps cached pages near by
 * (do_fault_around()), a write fault on a shared one the whole large folio that the page is in,
 * since 6.16 (finish_fault()), of which ext4, XFS and others make some of 2 MiB, and else the one
 * page alone; mlock(2) writes to what is private and writable and reads all else. A stack grows by
 * the page that is touched (mm/mmap.c, expand_downwards()), so that VSZ and RSS are as long as
 * each other. An allocator spends GROWTH_PIECE_EXTRA bytes on a piece at the most, and
 * GROWTH_ARENA_EXTRA on an arena, one for each thread; as much may have been there before.
 */
struct growth_rule growth_expect(const struct workload *workload, uint64_t covered,
				 uint64_t locked);

/* Compares BASELINE with LAST by RULE. */
struct growth growth_measure(const struct sample *baseline, const struct sample *last,
			     const struct growth_rule *rule);

/*
 * --verify: VSZ stayed, or grew where it has to, and the region's memory grew by what the rule
 * demands.
 */
bool growth_verified(const struct growth *growth);

/* Says why RSS did not grow by exactly the TOUCHED bytes; "" when it did. Returns reason. */
const char *growth_reason(const struct growth *growth, uint64_t touched, enum size_unit unit,
			  char reason[static GROWTH_REASON_MAX]);

/* Fills in what a measured run has shown: figures, summary, evidence, and --verify's end. */
void growth_judge(const struct verdict_evidence *evidence, struct verdict *verdict);

#endif
