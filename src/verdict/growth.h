/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.h - whether RSS grew by what was touched, and if not, why: pure functions */
#ifndef PT_GROWTH_H
#define PT_GROWTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/size.h"
#include "memory/region.h"
#include "observe/sample.h"

#define GROWTH_REASON_MAX 512

/* What changed between baseline and last sample; bytes. */
struct growth {
	int64_t vsz;		/* should be 0 */
	int64_t rss;		/* by the best source that both samples have */
	bool exact;		/* that source is smaps_rollup */
	int64_t region;		/* memory of the region's kind alone; valid when exact */
	int64_t difference;	/* rss less touched */
	int64_t file, swap;	/* explain a difference */
	uint64_t huge;		/* in the last sample; 0: none or not read */
	int64_t minflt, majflt;	/* faults */
};

/* Compares BASELINE with LAST for a region of BACKING. */
struct growth growth_measure(const struct sample *baseline, const struct sample *last,
			     enum region_backing backing);

/* --verify: VSZ stayed and the region's kind of memory grew by exactly TOUCHED bytes. */
bool growth_verified(const struct growth *growth, uint64_t touched);

/* Says why RSS did not grow by exactly what was touched; "" when it did. Returns reason. */
const char *growth_reason(const struct growth *growth, uint64_t touched, enum size_unit unit,
			  char reason[static GROWTH_REASON_MAX]);

#endif
