/* SPDX-License-Identifier: GPL-2.0-or-later */
/* totalpages.h - the memory that ran out, in pages: what badness is a share of */
#ifndef PT_TOTALPAGES_H
#define PT_TOTALPAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oomreport/report.h"

struct oom_totalpages {
	uint64_t pages;		/* OOM_UNKNOWN: the log does not say */
	bool guessed;		/* the kernel's number may be another */
	const char *name;	/* "RAM and swap", "the limit of the cgroup", ...: static */
};

/*
 * totalpages of constrained_alloc() in mm/oom_kill.c: RAM that the kernel manages and swap, or
 * the nodes of a cpuset or of a memory policy and swap (pages present since 5.4, before pages
 * spanned, which no report has), or mem_cgroup_get_max() in mm/memcontrol.c: the limit, and
 * what swap it leaves to the cgroup (which depends on the machine's, of which a cgroup's report
 * does not speak, and on swappiness).
 */
struct oom_totalpages oom_totalpages_of(const struct oom_report *report);

/*
 * Other totals that *report may be about when its scope was not printed (before 5.0) and the
 * usual one does not fit: the nodes of mems_allowed, then each single node. Returns false when
 * there is no INDEX-th, counted from 0.
 */
bool oom_totalpages_other(const struct oom_report *report, size_t index,
			  struct oom_totalpages *ret_totalpages);

/* Whether NODE is in a list of nodes as printed ("0-1,4"); LIST may be NULL. */
bool oom_node_listed(const char *list, int node);

#endif
