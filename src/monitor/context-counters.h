/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context-counters.h - figures that are not the subject's own:
 * its sandbox's usage, the machine's promises
 */
#ifndef PT_CONTEXT_COUNTERS_H
#define PT_CONTEXT_COUNTERS_H

#include <stdint.h>

#include "monitor/sample.h"
#include "proc/root.h"

struct context_counters {
	const struct root *machine;	/* where /proc/meminfo is read */
	struct root cgroup;		/* the subject's own; its fd is -1: it has none */
	int version;			/* of that: 1 or 2 */
	uint64_t committed;		/* Committed_AS before the mapping, bytes */
};

/* Takes the figures that growth is measured from; for the bits of NEEDS that are of here. */
int context_counters_begin(struct context_counters *counters, unsigned needs);

/* Reads what NEEDS asks for into SAMPLE. Both return 0 or a negative errno. */
int context_counters_read(const struct context_counters *counters, unsigned needs,
			  struct sample *sample);

#endif
