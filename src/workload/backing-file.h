/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backing-file.h - the file behind a region: one that is there, unharmed,
 * or one made for the run
 */
#ifndef PT_BACKING_FILE_H
#define PT_BACKING_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

/* What a region asks of its file. */
struct backing_file_params {
	const char *path;
	uint64_t bytes;		/* of the region, whole pages */
	uint64_t page_size;
	bool writes;		/* the file itself is going to be changed */
};

struct backing_file {
	int fd;			/* to map; the caller closes it */
	bool created;		/* made for the run; its name is gone already */
	bool on_tmpfs;		/* the kernel counts its pages as shared memory */
};

/*
 * Opens the file at PATH for reading, or makes one of `bytes` if there is none. The new one loses
 * its name at once, so that nothing is left however the run ends: it lives as long as it is open
 * or mapped. Of one that was there nothing is changed, not even its access to writers.
 * Returns 0, or a negative errno with *err set: -EDOM when the file is not what the command
 * line takes it for (too small, or to be written to), else why it could not be had.
 */
int backing_file_open(const struct backing_file_params *params, struct backing_file *ret_file,
		      struct error *err);

#endif
