/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample-proc2.c - read the subject through libproc2 (procps-ng 4.0.1 and later) */
#include <config.h>

#include <errno.h>
#include <libproc2/pids.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/macros.h"
#include "monitor/columns.h"
#include "monitor/sample.h"
#include "proc/process.h"

const char sampler_backend[] = "libproc2";

#define AT(member) offsetof(struct sample, member)

/* What is asked of the library, and the figure of a sample that it is, or is a part of. */
static const struct {
	enum pids_item item;
	size_t offset;
	unsigned unit;			/* bytes */
	bool is_part;			/* it is added */
} figures[] = {
	{ PIDS_VM_SIZE, AT(vsz), 1024, false },
	{ PIDS_VM_RSS, AT(rss_status), 1024, false },
	{ PIDS_VM_RSS_ANON, AT(anon), 1024, false },
	{ PIDS_VM_RSS_FILE, AT(file), 1024, false },
	{ PIDS_VM_RSS_SHARED, AT(shmem), 1024, false },
	{ PIDS_VM_SWAP, AT(swap), 1024, false },
	{ PIDS_VM_RSS_LOCKED, AT(locked), 1024, false },
	{ PIDS_FLT_MIN, AT(minflt), 1, false },
	{ PIDS_FLT_MAJ, AT(majflt), 1, false },
	/* From here on they are of smaps_rollup. */
	{ PIDS_SMAP_RSS, AT(rss_rollup), 1024, false },
	{ PIDS_SMAP_ANONYMOUS, AT(anon_rollup), 1024, false },
	{ PIDS_SMAP_PSS_SHMEM, AT(shmem_rollup), 1024, false },
	{ PIDS_SMAP_PSS, AT(pss), 1024, false },
	{ PIDS_SMAP_PRV_TOTAL, AT(uss), 1024, false },
	{ PIDS_SMAP_HUGE_ANON, AT(huge), 1024, false },
	{ PIDS_SMAP_HUGE_SHMEM, AT(huge), 1024, true },
	{ PIDS_SMAP_HUGE_TLBPRV, AT(hugetlb), 1024, false },
	{ PIDS_SMAP_HUGE_TLBSHR, AT(hugetlb), 1024, true },
	{ PIDS_SMAP_LAZY_FREE, AT(lazyfree), 1024, false },
};

/* Places in it: of VmSize, and of the first figure of smaps_rollup. */
enum { FIGURE_VSZ = 0, FIGURE_ROLLUP = 9 };

/* What the library's tables and buffers take, and some more. */
#define HEAP_BYTES ((size_t)1 << 20)

/*
 * The library begins by writing to half a MiB of tables. Room in the heap for them comes in one
 * call: where a fault is dear (12 us in some virtual machines) they were a sixth of our start.
 * Where this cannot be done, nothing is lost.
 */
static void proc2_ready_heap(void)
{
#if defined(M_MMAP_THRESHOLD) && defined(MADV_POPULATE_WRITE)
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *block;

	mallopt(M_MMAP_THRESHOLD, 2 * HEAP_BYTES);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP_BYTES);
	block = malloc(HEAP_BYTES);
	if (block)
		madvise(block + page - (uintptr_t)block % page, HEAP_BYTES - page,
			MADV_POPULATE_WRITE);
	free(block);
#endif
}

int sampler_open(struct sampler *sampler, unsigned needs)
{
	enum pids_item items[ARRAY_SIZE(figures)];
	int r;

	*sampler = (struct sampler){ .root.fd = -1 };
	proc2_ready_heap();
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		items[i] = figures[i].item;
	r = root_open("/", &sampler->root);
	if (r >= 0)
		r = procps_pids_new(&sampler->status, items, FIGURE_ROLLUP);
	if (r >= 0 && needs & NEED_ROLLUP)
		r = procps_pids_new(&sampler->rollup, items, ARRAY_SIZE(figures));
	return MIN(r, 0);
}

void sampler_close(struct sampler *sampler)
{
	if (sampler->status)
		procps_pids_unref(&sampler->status);
	if (sampler->rollup)
		procps_pids_unref(&sampler->rollup);
	root_close(&sampler->root);
}

/* Reads one process; NULL when it is gone or, a zombie, has no memory. It is the library's. */
static const struct pids_result *proc2_select(struct pids_info *info, pid_t pid)
{
	unsigned selected = (unsigned)pid;
	struct pids_fetch *fetch = procps_pids_select(info, &selected, 1, PIDS_SELECT_PID);
	const struct pids_result *result =
		fetch && fetch->counts->total == 1 ? fetch->stacks[0]->head : NULL;

	return result && result[FIGURE_VSZ].result.ul_int ? result : NULL;
}

int sampler_read(struct sampler *sampler, pid_t pid, unsigned needs, struct sample *ret_sample)
{
	bool rollup = needs & NEED_ROLLUP;
	size_t count = rollup ? ARRAY_SIZE(figures) : FIGURE_ROLLUP;
	const struct pids_result *result;
	struct sample sample = sample_blank(pid);
	char path[64], text[4096];
	int r;

	result = proc2_select(rollup ? sampler->rollup : sampler->status, pid);
	if (!result)
		return -ESRCH;
	if (rollup && !result[FIGURE_ROLLUP].result.ul_int) {
		/* It was left out: it cannot be read, or the process died after its status. */
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
		r = root_read(&sampler->root, path, text, sizeof(text));
		if (!proc2_select(sampler->status, pid))
			return -ESRCH;
		return r < 0 ? r : -EIO;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t *figure = (void *)((char *)&sample + figures[i].offset);

		*figure = (figures[i].is_part ? *figure : 0) +
			  (uint64_t)result[i].result.ul_int * figures[i].unit;
	}
	r = process_extras_read(&sampler->root, pid,
				needs & NEED_PTE ? &sample.pte : NULL,
				needs & NEED_KSM ? &sample.ksm : NULL,
				needs & NEED_OOM_SCORE ? &sample.oom_score : NULL);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	*ret_sample = sample;
	return 0;
}
