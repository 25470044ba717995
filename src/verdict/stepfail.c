/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stepfail.c - put into words what the kernel would not do */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "verdict/stepfail.h"

/* The first rule that fits is taken; error 0 fits all. */
static const struct {
	const char *step;	/* which its name begins with; "": the touching */
	int error;
	const char *hint;
} rules[] = {
	{ "", -EFAULT,
	  "a page could not be had: the file is shorter than the mapping by now, "
	  "its file system is full, or the hugetlb pages ran out" },
	{ "", -ENOMEM, "the kernel had no memory for it: ask for less" },
	{ "", -ENOSPC, "the file system is full: ask for less, or use another one" },
	{ "", -EINVAL,
	  "this kernel cannot populate this kind of memory: use --access write or read" },
	{ "lock", 0,
	  "how much may be locked is limited (RLIMIT_MEMLOCK): 'ulimit -l unlimited', "
	  "or run with CAP_IPC_LOCK, or ask for less" },
	{ "collapse", -EINVAL,
	  "it needs Linux 6.1 or later with transparent huge pages, and memory that can be huge: "
	  "anonymous, or a file whose file system can" },
	{ "collapse", -ENOMEM,
	  "no huge page was free, or the sandbox has no room for one: "
	  "compact memory (sysctl vm.compact_memory=1), or ask for less" },
	{ "collapse", -EAGAIN, "pages were in use for a moment: try again" },
	{ "guard", -EINVAL, "it needs Linux 6.13 or later, for files 6.15" },
	{ "pageout", -EINVAL, "it needs Linux 5.4 or later" },
	{ "cold", -EINVAL, "it needs Linux 5.4 or later" },
	{ "dontneed", -EINVAL, "hugetlb pages can be given back since Linux 5.18" },
	{ "merge", -EINVAL, "the kernel was built without KSM" },
	{ "remove", -EOPNOTSUPP,
	  "the file system cannot punch holes: use another one, as tmpfs or ext4" },
	{ "fork", -EAGAIN,
	  "no more processes are allowed: see ulimit -u and pids.max of the cgroup" },
	{ "fork", -EMFILE, "raise the limit of open files: ulimit -n" },
	{ "fork", -ENOMEM,
	  "the kernel would not promise the memory twice: leave --reserve out, or ask for less" },
	{ "limit", -EBUSY,
	  "so much could not be reclaimed, and version 1 of cgroups kills nobody for it: let the sandbox swap (--swap SIZE), give memory back before, or choose a higher limit" },
	{ "limit", 0, "see the memory cgroup that the sandbox is in" },
	{ "high", 0, "see the memory cgroup that the sandbox is in" },
	{ "protect:write", -ENOMEM, "the kernel would not promise so much: leave --reserve out" },
};

static bool stepfail_fits(size_t i, const char *step, int error)
{
	const char *name = rules[i].step;

	if (rules[i].error && rules[i].error != error)
		return false;
	return *name ? !strncmp(step, name, strlen(name)) : !*step || !strncmp(step, "pass:", 5);
}

void stepfail_explain(const char *step, const char *access, int error, struct error *err)
{
	bool locking = !strncmp(step, "lock", 4);
	bool touching = !*step || !strncmp(step, "pass:", 5);

	if (locking)
		error_set(err, "--lock%s: cannot lock the region: %s",
			  step[4] ? "=onfault" : "", strerror(-error));
	else if (touching)
		error_set(err, "--access %s: cannot touch the region: %s", access,
			  strerror(-error));
	else
		error_set(err, "--then %s: the kernel refused it: %s", step,
			  strerror(-error));
	if (error == -ENOSYS && error_hint_errno(err, error))
		return;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!stepfail_fits(i, step, error))
			continue;
		error_hint(err, "%s", rules[i].hint);
		return;
	}
	if (error != -EPERM || !error_hint_errno(err, error))
		error_hint(err, "it cannot be done to this kind of memory, or not by this kernel");
}
