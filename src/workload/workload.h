/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workload.h - what the subject is going to do, from its region to its last step */
#ifndef PT_WORKLOAD_H
#define PT_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "workload/region.h"
#include "workload/step.h"
#include "workload/touch.h"

/*
 * Made once, with the plan, and pointed to by all who need it. Sizes in bytes and multiples of
 * touch_params.unit; times in nanoseconds.
 */
struct workload {
	struct region_spec region;	/* what is mapped */
	struct touch_params touch_params;	/* how it is touched */
	enum region_lock lock;		/* to be locked before it is touched */
	uint64_t threads;		/* that touch at once, 1 to TOUCH_THREADS_MAX */
	const char *file;		/* behind the region, for people; NULL: none */
	uint64_t page_size;		/* of anonymous memory */
	uint64_t span;			/* how much of the region is walked over */
	uint64_t touch;			/* how much of that is touched, in each pass */
	uint64_t interval;		/* touched between two rows, above 0 */
	uint64_t passes;		/* how often, 1 or more */
	uint64_t rate;			/* bytes per second; 0: as fast as possible */
	uint64_t hold;			/* keep the memory so long after touching */
	struct step steps[STEPS_MAX];	/* what follows, in this order */
	size_t step_count;
};

/*
 * Opens the file of WORKLOAD for reading, or makes one of the region's size if there is none, and
 * fills in the region's fd, which the caller closes, and on_tmpfs. The new one loses its name at
 * once, so that nothing is left however the run ends: it lives as long as it is open or mapped. Of
 * one that was there nothing is changed, not even its access to writers.
 * Returns 0, or a negative errno with *err set: -EDOM when the file is not what the command
 * line takes it for (too small, or to be written to), else why it could not be had.
 */
int backing_file_open(struct workload *workload, struct error *err);

#endif
