/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stepfail.c - put into words what the kernel would not do */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/macros.h"
#include "sandbox/sandbox.h"
#include "verdict/stepfail.h"

/* The first rule that fits is taken; error 0 fits all. */
static const struct stepfail_rule {
	enum sample_step step;
	enum step_verb verb;	/* of STEP_THEN: VERB_FORK is any fork, and */
	unsigned what;		/* what it does, as in struct step_rule; of a fork 0 */
	int error;
	const char *hint;
} rules[] = {
	{ STEP_TOUCH, 0, 0, -EFAULT,
	  "a page could not be had: the file is shorter than the mapping by now, its file system is full, or the hugetlb pages ran out" },
	{ STEP_TOUCH, 0, 0, -ENOMEM, "the kernel had no memory for it: ask for less" },
	{ STEP_TOUCH, 0, 0, -ENOSPC, "the file system is full: ask for less, or use another one" },
	{ STEP_TOUCH, 0, 0, -EINVAL,
	  "this kernel cannot populate this kind of memory: use --access write or read" },
	{ STEP_LOCK, 0, 0, 0,
	  "how much may be locked is limited (RLIMIT_MEMLOCK): 'ulimit -l unlimited', or run with CAP_IPC_LOCK, or ask for less" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_COLLAPSE, -EINVAL,
	  "it needs Linux 6.1 or later with transparent huge pages, and memory that can be huge: anonymous, or a file whose file system can" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_COLLAPSE, -ENOMEM,
	  "no huge page was free, or the sandbox has no room for one: compact memory (sysctl vm.compact_memory=1), or ask for less" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_COLLAPSE, -EAGAIN,
	  "pages were in use for a moment: try again" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_GUARD, -EINVAL,
	  "it needs Linux 6.13 or later, for files 6.15" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_PAGEOUT, -EINVAL, "it needs Linux 5.4 or later" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_COLD, -EINVAL, "it needs Linux 5.4 or later" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_DONTNEED, -EINVAL,
	  "hugetlb pages can be given back since Linux 5.18" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_MERGE, -EINVAL, "the kernel was built without KSM" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_REMOVE, -EOPNOTSUPP,
	  "the file system cannot punch holes: use another one, as tmpfs or ext4" },
	{ STEP_THEN, VERB_FORK, 0, -EAGAIN,
	  "no more processes are allowed: see ulimit -u and pids.max of the cgroup" },
	{ STEP_THEN, VERB_FORK, 0, -EMFILE, "raise the limit of open files: ulimit -n" },
	{ STEP_THEN, VERB_FORK, 0, -ENOMEM,
	  "the kernel would not promise the memory twice: leave --reserve out, or ask for less" },
	{ STEP_THEN, VERB_BOUND, SANDBOX_LIMIT, -EBUSY,
	  "so much could not be reclaimed, and version 1 of cgroups kills nobody for it: let the sandbox swap (--swap SIZE), give memory back before, or choose a higher limit" },
	{ STEP_THEN, VERB_BOUND, SANDBOX_LIMIT, 0,
	  "see the memory cgroup that the sandbox is in" },
	{ STEP_THEN, VERB_BOUND, SANDBOX_HIGH, 0, "see the memory cgroup that the sandbox is in" },
	{ STEP_THEN, VERB_ADVISE, ADVICE_PROTECT_WRITE, -ENOMEM,
	  "the kernel would not promise so much: leave --reserve out" },
};

void stepfail_explain(const struct workload *workload, enum sample_step step,
		      const struct step *then, int error, struct error *err)
{
	if (step == STEP_LOCK)
		error_set(err, "--lock%s: cannot lock the region: %s",
			  workload->lock == REGION_LOCKED_ONFAULT ? "=onfault" : "",
			  strerror(-error));
	else if (step == STEP_THEN)
		error_set(err, "--then %s: the kernel refused it: %s", then->name,
			  strerror(-error));
	else
		error_set(err, "--access %s: cannot touch the region: %s",
			  touch_access_name(workload->touch_params.access), strerror(-error));
	if (error == -ENOSYS && error_hint_errno(err, error))
		return;
	for (const struct stepfail_rule *rule = rules; rule < rules + ARRAY_SIZE(rules); rule++) {
		bool fits = rule->step == step && (!rule->error || rule->error == error);

		if (step == STEP_THEN && step_forks(then))
			fits = fits && rule->verb == VERB_FORK;
		else if (step == STEP_THEN)
			fits = fits && rule->verb == then->rule->verb &&
			       rule->what == then->rule->what;
		if (!fits)
			continue;
		error_hint(err, "%s", rule->hint);
		return;
	}
	if (error != -EPERM || !error_hint_errno(err, error))
		error_hint(err, "it cannot be done to this kind of memory, or not by this kernel");
}
