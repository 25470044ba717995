/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapfail.c - find and say why mmap(2) failed */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/size.h"
#include "verdict/mapfail.h"

/* Whether adding BYTES to USED passes LIMIT. */
static bool passes(uint64_t used, uint64_t bytes, uint64_t limit)
{
	return limit != UINT64_MAX && (bytes > limit || used > limit - bytes);
}

/* What is shared or read only is not charged to RLIMIT_DATA (mm/mmap.c, is_data_mapping()). */
static bool breaks_data_limit(const struct mapfail_evidence *evidence)
{
	return !region_is_shared(evidence->region.backing) && !evidence->region.read_only &&
	       passes(evidence->space.vm_data, evidence->region.bytes, evidence->space.limit_data);
}

/* Mode 0 looks at one request alone, and at none with MAP_NORESERVE (mm/util.c). */
static bool breaks_heuristic(const struct mapfail_evidence *evidence)
{
	const struct machine *machine = &evidence->machine;

	return machine->overcommit_memory == 0 && evidence->region.reserve &&
	       evidence->region.bytes > machine->mem_total + machine->swap_total;
}

/* All of a hugetlb mapping is reserved when it is made (mm/hugetlb.c, hugetlb_reserve_pages()). */
static bool lacks_hugetlb(const struct mapfail_evidence *evidence)
{
	const struct region_spec *region = &evidence->region;

	return region_is_hugetlb(region->backing) &&
	       (!evidence->pool.known ||
		hugetlb_pool_left(&evidence->pool) < region->bytes / region->huge_page);
}

enum mapfail_cause mapfail_find(const struct mapfail_evidence *evidence)
{
	const struct process_space *space = &evidence->space;
	const struct machine *machine = &evidence->machine;
	uint64_t bytes = evidence->region.bytes;

	if (region_is_hugetlb(evidence->region.backing) && !evidence->pool.known)
		return MAPFAIL_HUGETLB;
	if (evidence->error != -ENOMEM)
		return MAPFAIL_OTHER;
	if (space->maps && passes(space->vm_size, bytes, space->limit_as))
		return MAPFAIL_LIMIT_AS;
	if (space->maps && breaks_data_limit(evidence))
		return MAPFAIL_LIMIT_DATA;
	if (machine->max_map_count && space->maps >= machine->max_map_count)
		return MAPFAIL_MAP_COUNT;
	if (lacks_hugetlb(evidence))
		return MAPFAIL_HUGETLB;
	if (machine->overcommit_memory == 2 &&
	    passes(machine->committed_as, bytes, machine->commit_limit))
		return MAPFAIL_COMMIT_LIMIT;
	if (breaks_heuristic(evidence))
		return MAPFAIL_HEURISTIC;
	if (space->maps && bytes > space->largest_hole)
		return MAPFAIL_NO_HOLE;
	return MAPFAIL_OTHER;
}

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static void explain_limits(const struct mapfail_evidence *evidence, enum mapfail_cause cause,
			   struct error *err)
{
	const struct process_space *space = &evidence->space;
	bool as = cause == MAPFAIL_LIMIT_AS;

	error_set(err, "cannot map %s: RLIMIT_%s is %s and the process already has %s of %s",
		  TEXT(evidence->region.bytes), as ? "AS" : "DATA",
		  TEXT(as ? space->limit_as : space->limit_data),
		  TEXT(as ? space->vm_size : space->vm_data), as ? "VmSize" : "VmData");
	if (as)
		error_hint(err, "raise it with 'ulimit -v unlimited', or ask for a smaller SIZE");
	else
		error_hint(err,
			   "raise it with 'ulimit -d unlimited', ask for a smaller SIZE, "
			   "or use --shared, which it does not count");
}

static void explain_commit_limit(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct machine *machine = &evidence->machine;

	error_set(err,
		  "cannot map %s: "
		  "vm.overcommit_memory is 2 and Committed_AS %s would pass CommitLimit %s",
		  TEXT(evidence->region.bytes),
		  TEXT(machine->committed_as), TEXT(machine->commit_limit));
	error_hint(err,
		   "ask for less than what lies between them "
		   "(MAP_NORESERVE is ignored in mode 2), or raise vm.overcommit_ratio, "
		   "or set vm.overcommit_memory to 0");
}

static void explain_heuristic(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct machine *machine = &evidence->machine;

	error_set(err,
		  "cannot map %s: vm.overcommit_memory is 0, "
		  "which refuses a single request above RAM and swap (%s and %s)",
		  TEXT(evidence->region.bytes),
		  TEXT(machine->mem_total), TEXT(machine->swap_total));
	error_hint(err,
		   "leave --reserve out: then the mapping is not accounted (MAP_NORESERVE); "
		   "or set vm.overcommit_memory to 1");
}

static void explain_hugetlb(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct hugetlb_pool *pool = &evidence->pool;
	uint64_t page = evidence->region.huge_page, left = hugetlb_pool_left(pool);
	uint64_t needed = evidence->region.bytes / page, wanted;

	if (!pool->known) {
		error_set(err, "cannot map %s: this machine has no hugetlb pages of %s",
			  TEXT(evidence->region.bytes), TEXT(page));
		error_hint(err,
			   "the sizes that there are stand in /sys/kernel/mm/hugepages");
		return;
	}
	error_set(err,
		  "cannot map %s: that takes %llu hugetlb page%s of %s, and %llu %s free",
		  TEXT(evidence->region.bytes), (unsigned long long)needed,
		  needed == 1 ? "" : "s", TEXT(page), (unsigned long long)left,
		  left == 1 ? "is" : "are");
	wanted = pool->total + needed - (left < needed ? left : needed);
	if (page == evidence->machine.huge_page)
		error_hint(err, "reserve them: sysctl vm.nr_hugepages=%llu",
			   (unsigned long long)wanted);
	else
		error_hint(err,
			   "reserve them: "
			   "echo %llu >/sys/kernel/mm/hugepages/hugepages-%llukB/nr_hugepages",
			   (unsigned long long)wanted, (unsigned long long)page / 1024);
}

static void explain_other(const struct mapfail_evidence *evidence, struct error *err)
{
	error_set(err, "cannot map %s: %s", TEXT(evidence->region.bytes),
		  strerror(-evidence->error));
	if (evidence->error == -EINVAL && evidence->region.thp == REGION_THP_ALWAYS)
		error_hint(err, "this kernel has no transparent huge pages: "
			   "leave --thp out");
	else if (evidence->error == -EFBIG)
		error_hint(err,
			   "a file may not be so large (RLIMIT_FSIZE): ulimit -f unlimited, "
			   "or ask for less");
	else if (evidence->error == -ENOMEM && !evidence->space.maps)
		error_hint(err,
			   "which limit it was is not known: "
			   "the subject's status or maps cannot be read");
	/* Of a mapping these two speak of other limits. */
	else if (evidence->error == -ENOMEM || evidence->error == -EAGAIN ||
		 !error_hint_errno(err, evidence->error))
		error_hint(err, "none of the usual limits (RLIMIT_AS, RLIMIT_DATA, "
			   "vm.max_map_count, overcommit, address space) explains it");
}

/* What stack_find() says that nothing else can have said. Returns whether it was that. */
static bool explain_stack(const struct mapfail_evidence *evidence, struct error *err)
{
	uint64_t kib = evidence->region.bytes / 1024;

	if (evidence->region.backing != REGION_STACK ||
	    (evidence->error != -EPERM && evidence->error != -EEXIST))
		return false;
	/* 1 MiB for what the stack has got already, twice as much for the gap below it. */
	if (evidence->error == -EPERM) {
		error_set(err,
			  "the stack may not grow by %s: the hard limit of RLIMIT_STACK is lower",
			  TEXT(evidence->region.bytes));
		error_hint(err,
			   "raise it: ulimit -s %llu, as root if need be; or ask for less",
			   (unsigned long long)kib + 1024);
		return true;
	}
	error_set(err, "the stack cannot grow by %s: something is mapped there",
		  TEXT(evidence->region.bytes));
	error_hint(err,
		   "the room below a stack is what RLIMIT_STACK is when a program starts, "
		   "128 MiB at least: ulimit -s %llu; or ask for less",
		   (unsigned long long)kib + 3072);
	return true;
}

enum mapfail_cause mapfail_explain(const struct mapfail_evidence *evidence,
				   struct error *err)
{
	enum mapfail_cause cause = mapfail_find(evidence);

	if (explain_stack(evidence, err))
		return MAPFAIL_OTHER;
	switch (cause) {
	case MAPFAIL_LIMIT_AS:
	case MAPFAIL_LIMIT_DATA:
		explain_limits(evidence, cause, err);
		break;
	case MAPFAIL_MAP_COUNT:
		error_set(err,
			  "cannot map %s: "
			  "the process has %llu mappings and vm.max_map_count is %llu",
			  TEXT(evidence->region.bytes),
			  (unsigned long long)evidence->space.maps,
			  (unsigned long long)evidence->machine.max_map_count);
		error_hint(err, "raise it: sysctl vm.max_map_count=%llu",
			   (unsigned long long)evidence->machine.max_map_count * 2);
		break;
	case MAPFAIL_COMMIT_LIMIT:
		explain_commit_limit(evidence, err);
		break;
	case MAPFAIL_HEURISTIC:
		explain_heuristic(evidence, err);
		break;
	case MAPFAIL_HUGETLB:
		explain_hugetlb(evidence, err);
		break;
	case MAPFAIL_NO_HOLE:
		error_set(err,
			  "cannot map %s: the address space has no such hole, the largest is %s",
			  TEXT(evidence->region.bytes),
			  TEXT(evidence->space.largest_hole));
		error_hint(err, "ask for a SIZE that fits into it");
		break;
	case MAPFAIL_OTHER:
		explain_other(evidence, err);
		break;
	}
	return cause;
}
