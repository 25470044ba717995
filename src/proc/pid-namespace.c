/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pid-namespace.c - compare /proc/self with ourselves */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "proc/keyed.h"
#include "proc/pid-namespace.h"
#include "proc/root.h"

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

static bool has_children_here(void)
{
	char own[64] = "", children[64] = "";
	struct stat status;

	/* Before 4.12 there is no such file. */
	if (lstat("/proc/self/ns/pid_for_children", &status) < 0 ||
	    readlink("/proc/self/ns/pid", own, sizeof(own) - 1) < 0)
		return true;
	/* One without a process cannot be read yet. */
	if (readlink("/proc/self/ns/pid_for_children", children, sizeof(children) - 1) < 0)
		return errno != ENOENT;
	return !strcmp(own, children);
}

int pid_namespace_check(struct error *err)
{
	if (!shows_us()) {
		error_set(err, "cannot watch the subject: /proc shows another pid namespace");
		error_hint(err,
			   "mount proc in this one: unshare --mount-proc, bwrap --proc /proc");
		return -EXDEV;
	}
	if (!has_children_here()) {
		error_set(err,
			  "cannot watch the subject: our children are born in another pid namespace");
		error_hint(err,
			   "start this program in it, too: unshare --fork --pid --mount-proc");
		return -EXDEV;
	}
	return 0;
}
