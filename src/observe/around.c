/* SPDX-License-Identifier: GPL-2.0-or-later */
/* around.c - read the sandbox's usage and the machine's Committed_AS */
#include <config.h>

#include "observe/around.h"
#include "system/cgroup-usage.h"
#include "system/machine.h"

int around_begin(struct around *around, unsigned needs)
{
	if (!(needs & NEED_COMMITTED))
		return 0;
	return machine_read_committed(around->machine, &around->committed);
}

static int read_kinds(const struct around *around, struct sample *sample)
{
	struct cgroup_usage usage = { 0 };
	int r = cgroup_usage_read_kinds(around->cgroup, around->version, &usage);

	if (r < 0)
		return r;
	sample->cg_anon = usage.anon;
	sample->cg_file = usage.file;
	sample->cg_shmem = usage.shmem;
	sample->cg_pte = usage.pte;
	return 0;
}

_Static_assert(CGROUP_UNLIMITED == SAMPLE_MISSING, "what is not known is missing");

int around_read(const struct around *around, unsigned needs, struct sample *sample)
{
	uint64_t committed;
	int r = 0;

	if (needs & NEED_CGROUP_USAGE && around->cgroup >= 0)
		r = cgroup_usage_read_total(around->cgroup, around->version, &sample->cg_usage);
	if (r == 0 && needs & NEED_CGROUP_STAT && around->cgroup >= 0)
		r = read_kinds(around, sample);
	if (r < 0 || !(needs & NEED_COMMITTED))
		return r;
	r = machine_read_committed(around->machine, &committed);
	if (r == 0)
		sample->committed = (int64_t)(committed - around->committed);
	return r;
}
