/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare.h - the library's own call for the figures that sampler_read() takes, nothing around it */
#ifndef PT_BENCH_BARE_H
#define PT_BENCH_BARE_H

#include <stdbool.h>
#include <sys/types.h>

/* Prepares to read PID. Returns 0 or a negative errno (-ENOTSUP: not with this library). */
int bare_open(pid_t pid);

/* One reading; ROLLUP adds smaps_rollup. Returns whether the process was read. */
bool bare_read(bool rollup);

void bare_close(void);

#endif
