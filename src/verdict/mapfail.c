/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapfail.c - find and say why mmap(2) failed */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/size.h"
#include "verdict/mapfail.h"

/* Whether adding BYTES to USED passes LIMIT. */
static bool passes(uint64_t used, uint64_t bytes, uint64_t limit)
{
	return limit != UINT64_MAX && (bytes > limit || used > limit - bytes);
}

enum mapfail_cause mapfail_find(const struct mapfail_evidence *evidence)
{
	const struct region_spec *region = &evidence->region;
	const struct process_space *space = &evidence->space;
	const struct machine *machine = &evidence->machine;
	const struct hugetlb_pool *pool = &evidence->pool;
	bool hugetlb = region_is(region->backing, REGION_IS_HUGETLB), read = space->maps;
	uint64_t bytes = region->bytes;

	if (hugetlb && !pool->known)
		return MAPFAIL_HUGETLB;
	if (evidence->error != -ENOMEM)
		return MAPFAIL_OTHER;
	if (read && passes(space->vm_size, bytes, space->limit_as))
		return MAPFAIL_LIMIT_AS;
	/* What is shared or read only is not charged (mm/mmap.c, is_data_mapping()). */
	if (read && !region_is(region->backing, REGION_IS_SHARED) && !region->read_only &&
	    passes(space->vm_data, bytes, space->limit_data))
		return MAPFAIL_LIMIT_DATA;
	if (machine->max_map_count && space->maps >= machine->max_map_count)
		return MAPFAIL_MAP_COUNT;
	/* All of it is reserved when it is mapped (mm/hugetlb.c, hugetlb_reserve_pages()). */
	if (hugetlb && hugetlb_pool_left(pool) < bytes / region->huge_page)
		return MAPFAIL_HUGETLB;
	if (machine->overcommit_memory == 2 &&
	    passes(machine->committed_as, bytes, machine->commit_limit))
		return MAPFAIL_COMMIT_LIMIT;
	/* Mode 0 looks at one request alone, and at none with MAP_NORESERVE (mm/util.c). */
	if (machine->overcommit_memory == 0 && region->reserve &&
	    bytes > machine->mem_total + machine->swap_total)
		return MAPFAIL_HEURISTIC;
	return read && bytes > space->largest_hole ? MAPFAIL_NO_HOLE : MAPFAIL_OTHER;
}

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static void mapfail_explain_hugetlb(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct hugetlb_pool *pool = &evidence->pool;
	uint64_t page = evidence->region.huge_page, left = hugetlb_pool_left(pool);
	uint64_t needed = evidence->region.bytes / page;
	uint64_t wanted = pool->total + needed - MIN(left, needed);

	if (!pool->known) {
		error_set(err, "cannot map %s: this machine has no hugetlb pages of %s",
			  TEXT(evidence->region.bytes), TEXT(page));
		error_hint(err, "the sizes that there are stand in /sys/kernel/mm/hugepages");
		return;
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
}

/* What the figures do not bear out, or what the error alone says. */
static void mapfail_explain_other(const struct mapfail_evidence *evidence, struct error *err)
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
		return;
	}
	if (region->backing == REGION_STACK && error == -EEXIST) {
		error_set(err, "the stack cannot grow by %s: something is mapped there",
			  TEXT(region->bytes));
		/* And twice as much for the gap below it. */
		error_hint(err,
			   "the room below a stack is what RLIMIT_STACK is when a program starts, 128 MiB at least: ulimit -s %" PRIu64 "; or ask for less",
			   kib + 3072);
		return;
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
}

enum mapfail_cause mapfail_explain(const struct mapfail_evidence *evidence, struct error *err)
{
	const struct process_space *space = &evidence->space;
	const struct machine *machine = &evidence->machine;
	enum mapfail_cause cause = mapfail_find(evidence);
	const char *size = TEXT(evidence->region.bytes);

	switch (cause) {
	case MAPFAIL_LIMIT_AS:
		error_set(err,
			  "cannot map %s: RLIMIT_AS is %s and the process already has %s of VmSize",
			  size, TEXT(space->limit_as), TEXT(space->vm_size));
		error_hint(err, "raise it with 'ulimit -v unlimited', or ask for a smaller SIZE");
		break;
	case MAPFAIL_LIMIT_DATA:
		error_set(err,
			  "cannot map %s: RLIMIT_DATA is %s and the process already has %s of VmData",
			  size, TEXT(space->limit_data), TEXT(space->vm_data));
		error_hint(err,
			   "raise it with 'ulimit -d unlimited', ask for a smaller SIZE, or use --shared, which it does not count");
		break;
	case MAPFAIL_MAP_COUNT:
		error_set(err,
			  "cannot map %s: the process has %" PRIu64 " mappings and vm.max_map_count is %" PRIu64,
			  size, space->maps, machine->max_map_count);
		error_hint(err, "raise it: sysctl vm.max_map_count=%" PRIu64,
			   machine->max_map_count * 2);
		break;
	case MAPFAIL_COMMIT_LIMIT:
		error_set(err,
			  "cannot map %s: vm.overcommit_memory is 2 and Committed_AS %s would pass CommitLimit %s",
			  size, TEXT(machine->committed_as), TEXT(machine->commit_limit));
		error_hint(err,
			   "ask for less than what lies between them (MAP_NORESERVE is ignored in mode 2), or raise vm.overcommit_ratio, or set vm.overcommit_memory to 0");
		break;
	case MAPFAIL_HEURISTIC:
		error_set(err,
			  "cannot map %s: vm.overcommit_memory is 0, which refuses a single request above RAM and swap (%s and %s)",
			  size, TEXT(machine->mem_total), TEXT(machine->swap_total));
		error_hint(err,
			   "leave --reserve out: then the mapping is not accounted (MAP_NORESERVE); or set vm.overcommit_memory to 1");
		break;
	case MAPFAIL_HUGETLB:
		mapfail_explain_hugetlb(evidence, err);
		break;
	case MAPFAIL_NO_HOLE:
		error_set(err,
			  "cannot map %s: the address space has no such hole, the largest is %s",
			  size, TEXT(space->largest_hole));
		error_hint(err, "ask for a SIZE that fits into it");
		break;
	case MAPFAIL_OTHER:
		mapfail_explain_other(evidence, err);
		break;
	}
	return cause;
}
