/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot-time.h - when the machine was booted, by the clock of its log: time_namespaces(7) */
#ifndef PT_BOOT_TIME_H
#define PT_BOOT_TIME_H

#include <stdint.h>

/*
 * Reads when the machine was booted, in ns since 1970, by its own clock: a time namespace adds to
 * CLOCK_BOOTTIME, but not to the times in the kernel's log. Returns 0 or a negative errno (-EXDEV:
 * what it adds cannot be known).
 */
int boot_time_read(int64_t *ret_ns);

/*
 * Parses /proc/PID/timens_offsets: what is added to CLOCK_BOOTTIME, in ns, which may be negative.
 * Returns 0 or -EINVAL.
 */
int boot_time_parse_offset(const char *text, int64_t *ret_ns);

#endif
