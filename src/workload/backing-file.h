/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backing-file.h - the file behind a region: one that is there, unharmed,
 * or one made for the run
 */
#ifndef PT_BACKING_FILE_H
#define PT_BACKING_FILE_H

#include "lib/error.h"
#include "workload/workload.h"

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
