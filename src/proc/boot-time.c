/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot-time.c - when the machine was booted, seen through a time namespace */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/duration.h"
#include "proc/boot-time.h"
#include "proc/root.h"

int boot_time_parse_offset(const char *text, int64_t *ret_ns)
{
	const char *line = strstr(text, "boottime");
	int64_t seconds, rest;

	if (!line || sscanf(line, "boottime %" SCNd64 " %" SCNd64, &seconds, &rest) != 2 ||
	    __builtin_mul_overflow(seconds, (int64_t)NS_PER_SECOND, &seconds) ||
	    __builtin_add_overflow(seconds, rest, &seconds))
		return -EINVAL;
	*ret_ns = seconds;
	return 0;
}

int boot_time_read(int64_t *ret_ns)
{
	char text[256], own[64] = "", children[64] = "";
	struct timespec now, up;
	int64_t offset = 0;
	struct root live;
	int r = root_open("/", &live);

	if (r < 0)
		return r;
	r = root_read(&live, "/proc/self/timens_offsets", text, sizeof(text));
	root_close(&live);
	if (r == -ENOENT) {
		/* A kernel without it, before 5.6 or configured so, has no time namespaces. */
		r = access("/proc/self/ns", F_OK) < 0 ? -EXDEV : 0;
	} else if (r >= 0) {
		/* The offsets are those of our children's namespace: is it ours, too? */
		r = readlink("/proc/self/ns/time", own, sizeof(own) - 1) > 0 &&
		    readlink("/proc/self/ns/time_for_children", children,
			     sizeof(children) - 1) > 0 && !strcmp(own, children)
			    ? boot_time_parse_offset(text, &offset) : -EXDEV;
	}
	if (r < 0)
		return r;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_BOOTTIME, &up) < 0)
		return -errno;
	*ret_ns = (now.tv_sec - up.tv_sec) * (int64_t)NS_PER_SECOND + now.tv_nsec - up.tv_nsec +
		  offset;
	return 0;
}
