/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.c - what samples have in common, whoever reads them */
#include <config.h>

#include "monitor/sample.h"

struct sample sample_blank(pid_t pid)
{
	return (struct sample){
		.pid = (uint64_t)pid,
		.pss = SAMPLE_MISSING, .uss = SAMPLE_MISSING, .huge = SAMPLE_MISSING,
		.hugetlb = SAMPLE_MISSING, .lazyfree = SAMPLE_MISSING, .ksm = SAMPLE_MISSING,
		.pte = SAMPLE_MISSING, .oom_score = SAMPLE_MISSING,
		.cg_usage = SAMPLE_MISSING, .cg_anon = SAMPLE_MISSING, .cg_file = SAMPLE_MISSING,
		.cg_shmem = SAMPLE_MISSING, .cg_pte = SAMPLE_MISSING,
		.committed = SAMPLE_NO_GROWTH,
		.rss_rollup = SAMPLE_MISSING, .anon_rollup = SAMPLE_MISSING,
		.shmem_rollup = SAMPLE_MISSING, .region_rss = SAMPLE_MISSING,
	};
}

const char *sample_step_name(const struct sample *sample)
{
	static const char *const names[] = {
		[STEP_TOUCH] = "touch",
		[STEP_HOLD] = "hold",
		[STEP_LOCK] = "lock",
		[STEP_THEN] = "then",
	};

	return sample->name[0] ? sample->name : names[sample->step];
}
