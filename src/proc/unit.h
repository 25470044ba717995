/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit.h - find a cgroup by its path, or by a systemd unit: cgroups(7), systemd.unit(5) */
#ifndef PT_UNIT_H
#define PT_UNIT_H

#include "lib/error.h"
#include "proc/cgroup.h"

/*
 * Finds the memory cgroup with PATH, as /proc/PID/cgroup has it or below where it is mounted; or,
 * if that is NULL, the one whose directory is named as the unit UNIT is; without a suffix
 * ".service" is meant. Where there are several (a unit of each user's) it is an error. The caller
 * frees directory and name of *ret_level. Returns 0, or a negative errno with *err set.
 */
int unit_find_cgroup(const struct root *root, const char *path, const char *unit,
		     struct cgroup_level *ret_level, struct error *err);

#endif
