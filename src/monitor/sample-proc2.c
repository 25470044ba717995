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

#include "monitor/sample.h"
#include "proc/process.h"

const char sampler_backend[] = "libproc2";

/* The items and, in the same order, their places in the library's result. */
static enum pids_item items[] = {
	PIDS_VM_SIZE, PIDS_VM_RSS, PIDS_VM_RSS_ANON, PIDS_VM_RSS_FILE, PIDS_VM_RSS_SHARED,
	PIDS_VM_SWAP, PIDS_VM_RSS_LOCKED, PIDS_FLT_MIN, PIDS_FLT_MAJ,
	PIDS_SMAP_RSS, PIDS_SMAP_ANONYMOUS, PIDS_SMAP_PSS_SHMEM, PIDS_SMAP_PSS,
	PIDS_SMAP_PRV_TOTAL, PIDS_SMAP_HUGE_ANON, PIDS_SMAP_HUGE_SHMEM,
	PIDS_SMAP_HUGE_TLBPRV, PIDS_SMAP_HUGE_TLBSHR, PIDS_SMAP_LAZY_FREE,
};

enum proc2_place {
	VM_SIZE, VM_RSS, VM_RSS_ANON, VM_RSS_FILE, VM_RSS_SHARED,
	VM_SWAP, VM_RSS_LOCKED, FLT_MIN, FLT_MAJ,
	STATUS_ITEMS,
	SMAP_RSS = STATUS_ITEMS, SMAP_ANONYMOUS, SMAP_PSS_SHMEM, SMAP_PSS,
	SMAP_PRV_TOTAL, SMAP_HUGE_ANON, SMAP_HUGE_SHMEM,
	SMAP_HUGE_TLBPRV, SMAP_HUGE_TLBSHR, SMAP_LAZY_FREE,
	ALL_ITEMS,
};

struct sampler {
	struct root root;
	struct pids_info *status;	/* the first STATUS_ITEMS items */
	struct pids_info *rollup;	/* all items; NULL unless needed */
};

/* What the library's tables and buffers take, and some more. */
#define HEAP_BYTES ((size_t)1 << 20)

static int proc2_set_error(struct error *err, int error)
{
	error_set(err, "cannot read /proc through libproc2: %s", strerror(-error));
	if (!error_hint_errno(err, error))
		error_hint(err, "is proc mounted on /proc?");
	return error;
}

/*
 * The library begins by writing to half a MiB of tables. Room in the heap for them comes in one
 * call: where a fault is dear (12 us in some virtual machines) they were a sixth of our start.
 * Where this cannot be done, nothing is lost.
 */
static void ready_heap(void)
{
#if defined(M_MMAP_THRESHOLD) && defined(MADV_POPULATE_WRITE)
	static bool is_ready;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *block;

	if (is_ready)
		return;
	is_ready = true;
	mallopt(M_MMAP_THRESHOLD, 2 * HEAP_BYTES);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP_BYTES);
	block = malloc(HEAP_BYTES);
	if (block)
		madvise(block + page - (uintptr_t)block % page, HEAP_BYTES - page,
			MADV_POPULATE_WRITE);
	free(block);
#endif
}

int sampler_new(unsigned needs, struct sampler **ret_sampler, struct error *err)
{
	struct sampler *sampler;
	int r;

	ready_heap();
	sampler = calloc(1, sizeof(*sampler));
	if (!sampler)
		return proc2_set_error(err, -ENOMEM);
	r = root_open("/", &sampler->root);
	if (r < 0) {
		free(sampler);
		return proc2_set_error(err, r);
	}
	r = procps_pids_new(&sampler->status, items, STATUS_ITEMS);
	if (r >= 0 && needs & NEED_ROLLUP)
		r = procps_pids_new(&sampler->rollup, items, ALL_ITEMS);
	if (r < 0) {
		sampler_free(sampler);
		return proc2_set_error(err, r);
	}
	*ret_sampler = sampler;
	return 0;
}

void sampler_free(struct sampler *sampler)
{
	if (!sampler)
		return;
	if (sampler->status)
		procps_pids_unref(&sampler->status);
	if (sampler->rollup)
		procps_pids_unref(&sampler->rollup);
	root_close(&sampler->root);
	free(sampler);
}

/* Selects the one process; NULL when it is gone. The result is the library's. */
static const struct pids_result *select_one(struct pids_info *info, pid_t pid)
{
	unsigned selected = (unsigned)pid;
	struct pids_fetch *fetch = procps_pids_select(info, &selected, 1, PIDS_SELECT_PID);

	return fetch && fetch->counts->total == 1 ? fetch->stacks[0]->head : NULL;
}

static uint64_t proc2_kib(const struct pids_result *result, enum proc2_place place)
{
	return (uint64_t)result[place].result.ul_int * 1024;
}

static void proc2_fill_status(const struct pids_result *result, struct sample *sample)
{
	sample->vsz = proc2_kib(result, VM_SIZE);
	sample->rss_status = proc2_kib(result, VM_RSS);
	sample->anon = proc2_kib(result, VM_RSS_ANON);
	sample->file = proc2_kib(result, VM_RSS_FILE);
	sample->shmem = proc2_kib(result, VM_RSS_SHARED);
	sample->swap = proc2_kib(result, VM_SWAP);
	sample->locked = proc2_kib(result, VM_RSS_LOCKED);
	sample->minflt = result[FLT_MIN].result.ul_int;
	sample->majflt = result[FLT_MAJ].result.ul_int;
}

static void fill_rollup(const struct pids_result *result, struct sample *sample)
{
	sample->rss_rollup = proc2_kib(result, SMAP_RSS);
	sample->anon_rollup = proc2_kib(result, SMAP_ANONYMOUS);
	sample->shmem_rollup = proc2_kib(result, SMAP_PSS_SHMEM);
	sample->pss = proc2_kib(result, SMAP_PSS);
	sample->uss = proc2_kib(result, SMAP_PRV_TOTAL);
	sample->huge = proc2_kib(result, SMAP_HUGE_ANON) + proc2_kib(result, SMAP_HUGE_SHMEM);
	sample->hugetlb = proc2_kib(result, SMAP_HUGE_TLBPRV) +
		proc2_kib(result, SMAP_HUGE_TLBSHR);
	sample->lazyfree = proc2_kib(result, SMAP_LAZY_FREE);
}

static int proc2_read_extras(struct sampler *sampler, pid_t pid, unsigned needs,
			     struct sample *sample)
{
	return process_extras_read(&sampler->root, pid,
				   needs & NEED_PTE ? &sample->pte : NULL,
				   needs & NEED_KSM ? &sample->ksm : NULL,
				   needs & NEED_OOM_SCORE ? &sample->oom_score : NULL);
}

/* A zombie has a status file but no memory. */
static bool is_dead(const struct pids_result *result)
{
	return !result || !result[VM_SIZE].result.ul_int;
}

/* The library left smaps_rollup out: it cannot be read, or the process died after its status. */
static int why_no_rollup(struct sampler *sampler, pid_t pid)
{
	char path[64], text[4096];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	r = root_read(&sampler->root, path, text, sizeof(text));
	if (is_dead(select_one(sampler->status, pid)))
		return -ESRCH;
	return r < 0 ? r : -EIO;
}

int sampler_read(struct sampler *sampler, pid_t pid, unsigned needs, struct sample *ret_sample)
{
	bool rollup = needs & NEED_ROLLUP;
	const struct pids_result *result;
	struct sample sample = sample_blank(pid);
	int r;

	result = select_one(rollup ? sampler->rollup : sampler->status, pid);
	if (is_dead(result))
		return -ESRCH;
	if (rollup && !result[SMAP_RSS].result.ul_int)
		return why_no_rollup(sampler, pid);
	proc2_fill_status(result, &sample);
	if (rollup)
		fill_rollup(result, &sample);
	r = proc2_read_extras(sampler, pid, needs, &sample);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	*ret_sample = sample;
	return 0;
}
