/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refusal.c - find and say why mmap(2) failed, and what else the kernel would not do */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/size.h"
#include "sandbox/sandbox.h"
#include "verdict/refusal.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static enum mapfail_cause mapfail_explain_hugetlb(const struct mapfail_evidence *evidence,
						  struct error *err)
{
	const struct hugetlb_pool *pool = &evidence->pool;
	uint64_t page = evidence->region.huge_page, left = hugetlb_pool_left(pool);
	uint64_t needed = evidence->region.bytes / page;
	uint64_t wanted = pool->total + needed - MIN(left, needed);

	if (!pool->known) {
		error_set(err, "cannot map %s: this machine has no hugetlb pages of %s",
			  TEXT(evidence->region.bytes), TEXT(page));
		error_hint(err, "the sizes that there are stand in /sys/kernel/mm/hugepages");
		return MAPFAIL_HUGETLB;
	}
	error_set(err,
		  "cannot map %s: that takes %" PRIu64 " hugetlb page%s of %s, and %" PRIu64 " %s free",
		  TEXT(evidence->region.bytes), needed, needed == 1 ? "" : "s", TEXT(page), left,
		  left == 1 ? "is" : "are");
	if (page == evidence->machine.huge_page)
		error_hint(err, "reserve them: sysctl vm.nr_hugepages=%" PRIu64, wanted);
	else
		error_hint(err,
			   "reserve them: echo %" PRIu64 " >/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
			   wanted, page / 1024);
	return MAPFAIL_HUGETLB;
}

/* What the figures do not bear out, or what the error alone says. */
static enum mapfail_cause mapfail_explain_other(const struct mapfail_evidence *evidence,
						struct error *err)
{
	const struct region_spec *region = &evidence->region;
	uint64_t kib = region->bytes / 1024;
	int error = evidence->error;

	/* What region_map() says of a stack, nothing else can have said. */
	if (region->backing == REGION_STACK && error == -EPERM) {
		error_set(err,
			  "the stack may not grow by %s: the hard limit of RLIMIT_STACK is lower",
			  TEXT(region->bytes));
		/* 1 MiB for what the stack has got already. */
		error_hint(err,
			   "raise it: ulimit -s %" PRIu64 ", as root if need be; or ask for less",
			   kib + 1024);
		return MAPFAIL_OTHER;
	}
	if (region->backing == REGION_STACK && error == -EEXIST) {
		error_set(err, "the stack cannot grow by %s: something is mapped there",
			  TEXT(region->bytes));
		/* And twice as much for the gap below it. */
		error_hint(err,
			   "the room below a stack is what RLIMIT_STACK is when a program starts, 128 MiB at least: ulimit -s %" PRIu64 "; or ask for less",
			   kib + 3072);
		return MAPFAIL_OTHER;
	}
	error_set(err, "cannot map %s: %s", TEXT(region->bytes), strerror(-error));
	if (error == -EINVAL && region->thp == REGION_THP_ALWAYS)
		error_hint(err, "this kernel has no transparent huge pages: leave --thp out");
	else if (error == -EFBIG)
		error_hint(err,
			   "a file may not be so large (RLIMIT_FSIZE): ulimit -f unlimited, or ask for less");
	else if (error == -ENOMEM && !evidence->space.maps)
		error_hint(err,
			   "which limit it was is not known: the subject's status or maps cannot be read");
	/* Of a mapping these two speak of other limits. */
	else if (error == -ENOMEM || error == -EAGAIN || !error_hint_errno(err, error))
		error_hint(err,
			   "none of the usual limits (RLIMIT_AS, RLIMIT_DATA, vm.max_map_count, overcommit, address space) explains it");
	return MAPFAIL_OTHER;
}

/* Whether adding BYTES to USED passes LIMIT. */
static bool passes(uint64_t used, uint64_t bytes, uint64_t limit)
{
	return limit != UINT64_MAX && (bytes > limit || used > limit - bytes);
}

/* The limits of the process itself. Returns MAPFAIL_OTHER, and says nothing, if it was none. */
static enum mapfail_cause mapfail_explain_own_limit(const struct mapfail_evidence *evidence,
						    struct error *err)
{
	const struct region_spec *region = &evidence->region;
	const struct process_space *space = &evidence->space;
	uint64_t bytes = region->bytes, most_maps = evidence->machine.max_map_count;
	bool read = space->maps;

	if (read && passes(space->vm_size, bytes, space->limit_as)) {
		error_set(err,
			  "cannot map %s: RLIMIT_AS is %s and the process already has %s of VmSize",
			  TEXT(bytes), TEXT(space->limit_as), TEXT(space->vm_size));
		error_hint(err, "raise it with 'ulimit -v unlimited', or ask for a smaller SIZE");
		return MAPFAIL_LIMIT_AS;
	}
	/* What is shared or read only is not charged (mm/mmap.c, is_data_mapping()). */
	if (read && !region_is(region->backing, REGION_IS_SHARED) && !region->read_only &&
	    passes(space->vm_data, bytes, space->limit_data)) {
		error_set(err,
			  "cannot map %s: RLIMIT_DATA is %s and the process already has %s of VmData",
			  TEXT(bytes), TEXT(space->limit_data), TEXT(space->vm_data));
		error_hint(err,
			   "raise it with 'ulimit -d unlimited', ask for a smaller SIZE, or use --shared, which it does not count");
		return MAPFAIL_LIMIT_DATA;
	}
	if (most_maps && space->maps >= most_maps) {
		error_set(err,
			  "cannot map %s: the process has %" PRIu64 " mappings and vm.max_map_count is %" PRIu64,
			  TEXT(bytes), space->maps, most_maps);
		error_hint(err, "raise it: sysctl vm.max_map_count=%" PRIu64, most_maps * 2);
		return MAPFAIL_MAP_COUNT;
	}
	return MAPFAIL_OTHER;
}

enum mapfail_cause mapfail_explain(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct region_spec *region = &evidence->region;
	const struct process_space *space = &evidence->space;
	const struct machine *machine = &evidence->machine;
	bool hugetlb = region_is(region->backing, REGION_IS_HUGETLB);
	uint64_t bytes = region->bytes;
	enum mapfail_cause cause;

	if (hugetlb && !evidence->pool.known)
		return mapfail_explain_hugetlb(evidence, err);
	if (evidence->error != -ENOMEM)
		return mapfail_explain_other(evidence, err);
	cause = mapfail_explain_own_limit(evidence, err);
	if (cause != MAPFAIL_OTHER)
		return cause;
	/* All of it is reserved when it is mapped (mm/hugetlb.c, hugetlb_reserve_pages()). */
	if (hugetlb && hugetlb_pool_left(&evidence->pool) < bytes / region->huge_page)
		return mapfail_explain_hugetlb(evidence, err);
	if (machine->overcommit_memory == 2 &&
	    passes(machine->committed_as, bytes, machine->commit_limit)) {
		error_set(err,
			  "cannot map %s: vm.overcommit_memory is 2 and Committed_AS %s would pass CommitLimit %s",
			  TEXT(bytes), TEXT(machine->committed_as), TEXT(machine->commit_limit));
		error_hint(err,
			   "ask for less than what lies between them (MAP_NORESERVE is ignored in mode 2), or raise vm.overcommit_ratio, or set vm.overcommit_memory to 0");
		return MAPFAIL_COMMIT_LIMIT;
	}
	/* Mode 0 looks at one request alone, and at none with MAP_NORESERVE (mm/util.c). */
	if (machine->overcommit_memory == 0 && region->reserve &&
	    bytes > machine->mem_total + machine->swap_total) {
		error_set(err,
			  "cannot map %s: vm.overcommit_memory is 0, which refuses a single request above RAM and swap (%s and %s)",
			  TEXT(bytes), TEXT(machine->mem_total), TEXT(machine->swap_total));
		error_hint(err,
			   "leave --reserve out: then the mapping is not accounted (MAP_NORESERVE); or set vm.overcommit_memory to 1");
		return MAPFAIL_HEURISTIC;
	}
	if (!space->maps || bytes <= space->largest_hole)
		return mapfail_explain_other(evidence, err);
	error_set(err, "cannot map %s: the address space has no such hole, the largest is %s",
		  TEXT(bytes), TEXT(space->largest_hole));
	error_hint(err, "ask for a SIZE that fits into it");
	return MAPFAIL_NO_HOLE;
}

/* The first rule that fits is taken; error 0 fits all. */
static const struct stepfail_rule {
	enum sample_step step;
	enum step_verb verb;	/* of STEP_THEN: VERB_FORK is any fork, and */
	unsigned what;		/* what it does, as in struct step_rule; of a fork 0 */
	int error;
	const char *hint;
} stepfail_rules[] = {
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
	for (const struct stepfail_rule *rule = stepfail_rules;
	     rule < stepfail_rules + ARRAY_SIZE(stepfail_rules); rule++) {
		bool fits = rule->step == step && (!rule->error || rule->error == error);

		if (step == STEP_THEN && then->rule->does & STEP_FORKS)
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
