/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmsg.h - follow the kernel's log from now on: /dev/kmsg,
 * kernel Documentation/ABI/testing/dev-kmsg
 */
#ifndef PT_KMSG_H
#define PT_KMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* The kernel gives a record whole or not at all; longer ones do not exist. */
#define KMSG_RECORD_MAX 8192

/* Whether STATUS is that of /dev/kmsg: Documentation/admin-guide/devices.txt. */
bool kmsg_is(const struct stat *status);

/*
 * Opens PATH (/dev/kmsg, or a recording) at its end. Returns a descriptor or a negative errno
 * (-ENXIO: there is something else, as containers have it).
 */
int kmsg_open(const char *path);

/*
 * Waits until DEADLINE (monotonic ns) for the next record and copies its text, without prefix and
 * continuation fields, into TEXT. Returns 1, 0 when the deadline has come, or a negative errno;
 * -EPIPE says that records were overwritten before they were read, and the next call goes on.
 */
int kmsg_next(int fd, uint64_t deadline_ns, char text[static KMSG_RECORD_MAX]);

#endif
