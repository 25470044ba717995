/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h - in what kind of system this process runs: systemd, a container, namespaces */
#ifndef PT_PLACE_H
#define PT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

/* Whether systemd manages this system: sd_booted(3). */
bool place_has_systemd(void);

/*
 * Whether this is a container: a container manager says so (systemd's Container Interface,
 * podman, Docker), or the cgroup file system begins below its root.
 */
bool place_is_container(void);

/*
 * Whether /proc and our children are in our pid namespace: pid_namespaces(7). Returns 0, also
 * where there is no /proc, or -EXDEV with *err set: /proc shows the processes of another pid
 * namespace, or our children would be in another one.
 */
int pid_namespace_check(struct error *err);

/* Whether we are in the initial namespace of KIND, "pid" or "cgroup"; false: not known, too. */
bool namespace_is_initial(const char *kind);

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
