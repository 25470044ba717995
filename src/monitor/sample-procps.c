/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample-procps.c - read the subject through libprocps (procps-ng 3.3.12 to 3.3.17) */
#include <config.h>

#include <errno.h>
#include <proc/readproc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/columns.h"
#include "monitor/sample.h"
#include "proc/process.h"
#include "proc/root.h"

const char sampler_backend[] = "libprocps";

int sampler_open(struct sampler *sampler, unsigned needs)
{
	(void)needs;	/* nothing is kept open between two readings */
	*sampler = (struct sampler){ .root.fd = -1 };
	/* To the library a process without /proc is a process that does not exist. */
	if (access("/proc/self/status", R_OK) < 0)
		return -errno;
	return root_open("/", &sampler->root);
}

void sampler_close(struct sampler *sampler)
{
	root_close(&sampler->root);
}

/* A line that this kernel does not write is a figure that was not read. */
static uint64_t procps_figure(const char *text, const char *key)
{
	uint64_t value;

	return keyed_u64(text, key, &value) < 0 ? SAMPLE_MISSING : value;
}

static uint64_t procps_sum(const char *text, const char *one_key, const char *other_key)
{
	uint64_t one = procps_figure(text, one_key), other = procps_figure(text, other_key);

	return one == SAMPLE_MISSING || other == SAMPLE_MISSING ? SAMPLE_MISSING : one + other;
}

/* The library does not know smaps_rollup. */
static int procps_read_rollup(struct sampler *sampler, pid_t pid, struct sample *sample)
{
	char path[64], text[4096];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	r = root_read(&sampler->root, path, text, sizeof(text));
	if (r < 0)
		return r;
	sample->rss_rollup = procps_figure(text, "Rss");
	sample->anon_rollup = procps_figure(text, "Anonymous");
	sample->shmem_rollup = procps_figure(text, "Pss_Shmem");
	sample->pss = procps_figure(text, "Pss");
	sample->uss = procps_sum(text, "Private_Clean", "Private_Dirty");
	sample->huge = procps_sum(text, "AnonHugePages", "ShmemPmdMapped");
	sample->hugetlb = procps_sum(text, "Private_Hugetlb", "Shared_Hugetlb");
	sample->lazyfree = procps_figure(text, "LazyFree");
	return 0;
}

static uint64_t procps_kib(unsigned long size)
{
	return (uint64_t)size * 1024;
}

int sampler_read(struct sampler *sampler, pid_t pid, unsigned needs, struct sample *ret_sample)
{
	struct sample sample = sample_blank(pid);
	pid_t list[] = { pid, 0 };
	/* A PROCTAB is good for one pass over its list, so each reading opens one. */
	PROCTAB *table = openproc(PROC_PID | PROC_FILLSTATUS | PROC_FILLSTAT, list);
	proc_t *process = table ? readproc(table, NULL) : NULL;
	int r = 0;

	if (table)
		closeproc(table);
	if (!process)
		return -ESRCH;
	/* The vm_ fields are of status and in kB; rss, of stat, is in pages and lags behind. */
	sample.vsz = procps_kib(process->vm_size);
	sample.rss_status = procps_kib(process->vm_rss);
	sample.anon = procps_kib(process->vm_rss_anon);
	sample.file = procps_kib(process->vm_rss_file);
	sample.shmem = procps_kib(process->vm_rss_shared);
	sample.swap = procps_kib(process->vm_swap);
	sample.locked = procps_kib(process->vm_lock);
	/* The process's own: those with a c in front add its waited-for children. */
	sample.minflt = process->min_flt;
	sample.majflt = process->maj_flt;
	freeproc(process);
	/* A zombie has a status file but no memory. */
	if (!sample.vsz)
		return -ESRCH;
	if (needs & NEED_ROLLUP)
		r = procps_read_rollup(sampler, pid, &sample);
	if (r == 0)
		r = process_extras_read(&sampler->root, pid,
					needs & NEED_PTE ? &sample.pte : NULL,
					needs & NEED_KSM ? &sample.ksm : NULL,
					needs & NEED_OOM_SCORE ? &sample.oom_score : NULL);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	*ret_sample = sample;
	return 0;
}
