/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context-counters.c - read the sandbox's usage and the machine's Committed_AS */
#include <config.h>

#include "monitor/context-counters.h"
#include "proc/cgroup-usage.h"
#include "proc/machine.h"

int context_counters_begin(struct context_counters *counters, unsigned needs)
{
	if (!(needs & NEED_COMMITTED))
		return 0;
	return machine_read_meminfo(counters->machine, "Committed_AS", &counters->committed);
}

static int read_kinds(const struct context_counters *counters, struct sample *sample)
{
	struct cgroup_usage usage = { 0 };
	int r = cgroup_usage_read_kinds(&counters->cgroup, counters->version, &usage);

	if (r < 0)
		return r;
	sample->cg_anon = usage.anon;
	sample->cg_file = usage.file;
	sample->cg_shmem = usage.shmem;
	sample->cg_pte = usage.pte;
	return 0;
}

_Static_assert(CGROUP_UNLIMITED == SAMPLE_MISSING, "what is not known is missing");

int context_counters_read(const struct context_counters *counters, unsigned needs,
			  struct sample *sample)
{
	uint64_t committed;
	int r = 0;

	if (needs & NEED_CGROUP_USAGE && counters->cgroup.fd >= 0)
		r = cgroup_usage_read_total(&counters->cgroup, counters->version,
					    &sample->cg_usage);
	if (r == 0 && needs & NEED_CGROUP_STAT && counters->cgroup.fd >= 0)
		r = read_kinds(counters, sample);
	if (r < 0 || !(needs & NEED_COMMITTED))
		return r;
	r = machine_read_meminfo(counters->machine, "Committed_AS", &committed);
	if (r == 0)
		sample->committed = (int64_t)(committed - counters->committed);
	return r;
}
