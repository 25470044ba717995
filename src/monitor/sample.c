/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.c - what samples have in common, whoever reads them, and what surrounds the subject */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/number.h"
#include "monitor/sample.h"
#include "proc/machine.h"

#define NS_PER_MICROSECOND 1000

_Static_assert(CGROUP_UNLIMITED == SAMPLE_MISSING, "what is not known is missing");

const char *sample_step_name(const struct sample *sample)
{
	static const char *const names[] = {
		[STEP_TOUCH] = "touch", [STEP_HOLD] = "hold", [STEP_LOCK] = "lock",
		[STEP_THEN] = "then",
	};

	return sample->name[0] ? sample->name : names[sample->step];
}

void context_counters_follow(struct context_counters *counters, const struct cgroup_level *level)
{
	counters->foreign = true;
	counters->version = level->version;
	counters->cgroup.fd = openat(counters->machine->fd, level->directory + 1,
				     O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void context_counters_follow_process(struct context_counters *counters, pid_t pid)
{
	struct cgroup_chain chain = { 0 };
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (cgroup_chain_read(counters->machine, text, &chain) == 0 && chain.count)
		context_counters_follow(counters, &chain.levels[0]);
	cgroup_chain_free(&chain);
}

void context_counters_close(struct context_counters *counters)
{
	if (counters->peak_fd > 0)
		close(counters->peak_fd);
	counters->peak_fd = -1;
	if (counters->foreign)
		root_close(&counters->cgroup);
}

int context_counters_begin(struct context_counters *counters, unsigned needs)
{
	if (!(needs & NEED_COMMITTED))
		return 0;
	return machine_read_meminfo(counters->machine, "Committed_AS", &counters->committed);
}

/* The share of the time since the last reading in which tasks waited for memory. */
static void context_read_stall(struct context_counters *counters, struct sample *sample)
{
	uint64_t now = duration_now(), passed = now - counters->stall_ns;
	struct cgroup_stall stall, last = counters->stall;
	char text[512];

	if (root_read(&counters->cgroup, "memory.pressure", text, sizeof(text)) < 0 ||
	    cgroup_stall_parse(text, &stall) < 0)
		return;
	if (counters->stall_ns && passed) {
		sample->psi_some = number_portion((stall.some - last.some) * NS_PER_MICROSECOND,
						  10000, passed);
		sample->psi_full = number_portion((stall.full - last.full) * NS_PER_MICROSECOND,
						  10000, passed);
	}
	counters->stall = stall;
	counters->stall_ns = now;
}

/*
 * The most that the cgroup was charged for since the last reading. Since Linux 6.12 memory.peak
 * begins anew when it is written to, for this descriptor alone.
 */
static void context_read_peak(struct context_counters *counters, struct sample *sample)
{
	bool is_first = !counters->peak_fd;
	char text[32];

	if (is_first)
		counters->peak_fd = openat(counters->cgroup.fd, "memory.peak", O_RDWR | O_CLOEXEC);
	if (counters->peak_fd < 0)
		return;
	if (!is_first && root_reread(counters->peak_fd, text, sizeof(text)) > 0)
		number_parse_u64(text, &sample->cg_peak);
	if (pwrite(counters->peak_fd, "reset\n", 6, 0) == 6)
		return;
	close(counters->peak_fd);
	counters->peak_fd = -1;
	sample->cg_peak = SAMPLE_MISSING;
}

/* What the machine has swapped, whoever it was: not every kernel counts it for a cgroup. */
static void context_read_swapping(struct context_counters *counters, struct sample *sample)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), in, out;
	CLEANUP_FREE char *text = NULL;

	if (root_read_all(counters->machine, "/proc/vmstat", &text) < 0 ||
	    keyed_u64(text, "pswpin", &in) < 0 || keyed_u64(text, "pswpout", &out) < 0)
		return;
	if (!counters->swapping_known) {
		counters->swapping_known = true;
		counters->swpin = in * page;
		counters->swpout = out * page;
	}
	sample->swpin = in * page - counters->swpin;
	sample->swpout = out * page - counters->swpout;
}

static int context_read_cgroup(struct context_counters *counters, unsigned needs,
			       struct sample *sample)
{
	const struct root *cgroup = &counters->cgroup;
	int r = 0;

	if (needs & NEED_CGROUP_PEAK)
		context_read_peak(counters, sample);
	if (needs & NEED_PSI)
		context_read_stall(counters, sample);
	if (needs & NEED_CGROUP_USAGE)
		r = cgroup_usage_read_total(cgroup, counters->version, &sample->cg.total);
	if (r == 0 && needs & NEED_CGROUP_STAT)
		r = cgroup_usage_read_kinds(cgroup, counters->version, &sample->cg);
	return counters->foreign ? 0 : r;
}

int context_counters_read(struct context_counters *counters, unsigned needs,
			  struct sample *sample)
{
	uint64_t committed;
	int r = counters->cgroup.fd < 0 ? 0 : context_read_cgroup(counters, needs, sample);

	if (needs & NEED_SWAPPING)
		context_read_swapping(counters, sample);
	if (r < 0 || !(needs & NEED_COMMITTED))
		return r;
	r = machine_read_meminfo(counters->machine, "Committed_AS", &committed);
	if (r == 0)
		sample->committed = (int64_t)(committed - counters->committed);
	return r;
}
