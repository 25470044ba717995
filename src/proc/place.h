/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h - what kind of system this process runs in: systemd, a container */
#ifndef PT_PLACE_H
#define PT_PLACE_H

#include <stdbool.h>

/* Whether systemd manages this system: sd_booted(3). */
bool place_has_systemd(void);

/*
 * Whether this is a container: a container manager says so (systemd's Container Interface,
 * podman, Docker), or the cgroup file system begins below its root.
 */
bool place_is_container(void);

#endif
