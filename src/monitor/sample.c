/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.c - what samples have in common, whoever reads them, and what surrounds the subject */
#include <config.h>

#include "monitor/sample.h"
#include "proc/machine.h"

_Static_assert(CGROUP_UNLIMITED == SAMPLE_MISSING, "what is not known is missing");

const char *sample_step_name(const struct sample *sample)
{
	static const char *const names[] = {
		[STEP_TOUCH] = "touch", [STEP_HOLD] = "hold", [STEP_LOCK] = "lock",
		[STEP_THEN] = "then",
	};

	return sample->name[0] ? sample->name : names[sample->step];
}

int context_counters_begin(struct context_counters *counters, unsigned needs)
{
	if (!(needs & NEED_COMMITTED))
		return 0;
	return machine_read_meminfo(counters->machine, "Committed_AS", &counters->committed);
}

int context_counters_read(const struct context_counters *counters, unsigned needs,
			  struct sample *sample)
{
	bool sandboxed = counters->cgroup.fd >= 0;
	uint64_t committed;
	int r = 0;

	if (needs & NEED_CGROUP_USAGE && sandboxed)
		r = cgroup_usage_read_total(&counters->cgroup, counters->version,
					    &sample->cg.total);
	if (r == 0 && needs & NEED_CGROUP_STAT && sandboxed)
		r = cgroup_usage_read_kinds(&counters->cgroup, counters->version, &sample->cg);
	if (r < 0 || !(needs & NEED_COMMITTED))
		return r;
	r = machine_read_meminfo(counters->machine, "Committed_AS", &committed);
	if (r == 0)
		sample->committed = (int64_t)(committed - counters->committed);
	return r;
}
