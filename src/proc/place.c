/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.c - look for a service manager, for traces of a container manager, and at namespaces */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "proc/place.h"
#include "proc/root.h"

bool place_has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

bool place_is_container(void)
{
	static const char *const traces[] = {
		"/run/.containerenv",		/* podman */
		"/.dockerenv",
		"/run/systemd/container",
		"/sys/fs/cgroup/memory.max",	/* no root of a hierarchy has it */
	};

	for (size_t i = 0; i < ARRAY_SIZE(traces); i++)
		if (access(traces[i], F_OK) == 0)
			return true;
	return getenv("container") != NULL || getenv("KUBERNETES_SERVICE_HOST") != NULL;
}

static bool shows_us(void)
{
	CLEANUP_FREE char *text = NULL;
	const char *numbers;
	struct stat status;
	struct root live;
	char target[32];
	ssize_t length;
	int r;

	/* If there is no /proc, whatever needs it will say so. */
	if (lstat("/proc/self", &status) < 0)
		return true;
	length = readlink("/proc/self", target, sizeof(target) - 1);
	if (length < 0)
		return errno != ENOENT;
	target[length] = '\0';
	if (strtol(target, NULL, 10) != getpid())
		return false;
	/*
	 * This may be by chance. NSpid has a number for each pid namespace from that of /proc down
	 * to our own (proc(5), since 4.1).
	 */
	if (root_open("/", &live) < 0)
		return true;
	r = root_read_all(&live, "/proc/self/status", &text);
	root_close(&live);
	numbers = r < 0 ? NULL : keyed_find(text, "NSpid");
	return !numbers || numbers[strspn(numbers, "0123456789")] == '\n';
}

bool namespace_is_initial(const char *kind)
{
	/* The numbers are fixed: include/linux/proc_ns.h. */
	const ino_t number = strcmp(kind, "pid") ? 0xEFFFFFFB : 0xEFFFFFFC;
	struct stat status;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &status) == 0 && status.st_ino == number;
}

int pid_namespace_check(struct error *err)
{
	char own[64] = "", children[64] = "";
	struct stat status;

	if (!shows_us()) {
		error_set(err, "cannot watch the subject: /proc shows another pid namespace");
		error_hint(err,
			   "mount proc in this one: unshare --mount-proc, bwrap --proc /proc");
		return -EXDEV;
	}
	/* Before 4.12 there is no such file. A namespace without a process cannot be read yet. */
	if (lstat("/proc/self/ns/pid_for_children", &status) < 0 ||
	    readlink("/proc/self/ns/pid", own, sizeof(own) - 1) < 0 ||
	    (readlink("/proc/self/ns/pid_for_children", children, sizeof(children) - 1) < 0
	     ? errno != ENOENT : !strcmp(own, children)))
		return 0;
	error_set(err, "cannot watch the subject: our children are born in another pid namespace");
	error_hint(err, "start this program in it, too: unshare --fork --pid --mount-proc");
	return -EXDEV;
}

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
