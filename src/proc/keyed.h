/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyed.h - the "key value" files of /proc and of cgroups */
#ifndef PT_KEYED_H
#define PT_KEYED_H

#include <stdint.h>

/* The line behind LINE, or the end of the text. */
const char *keyed_next_line(const char *line);

/*
 * Finds the line of TEXT that begins with KEY and then ':' or white space. Returns what stands
 * behind these, or NULL.
 */
const char *keyed_find(const char *text, const char *key);

/*
 * The same, and parses the unsigned number that stands there; a unit "kB" makes it KiB times 1024
 * (meminfo, status, smaps_rollup), else it is taken as it stands (memory.stat).
 * Returns 0, -ENOENT (no such line) or -EINVAL (no number there).
 */
int keyed_u64(const char *text, const char *key, uint64_t *ret_value);

#endif
