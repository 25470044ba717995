/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree-sampler.c - read the processes of a tree, and add their figures up */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "monitor/columns.h"
#include "monitor/tree-sampler.h"
#include "proc/process.h"

/* What is written to clear_refs to make VmHWM the RSS of now, proc_pid_clear_refs(5). */
#define CLEAR_PEAK "5"

_Static_assert(TREE_COMM_MAX == SAMPLE_COMM_MAX, "a name fits into a sample");

/* The figures that are added up. */
static const size_t sums[] = {
	offsetof(struct sample, vsz), offsetof(struct sample, rss_status),
	offsetof(struct sample, anon), offsetof(struct sample, file),
	offsetof(struct sample, shmem), offsetof(struct sample, swap),
	offsetof(struct sample, locked), offsetof(struct sample, pss),
	offsetof(struct sample, uss), offsetof(struct sample, huge),
	offsetof(struct sample, hugetlb), offsetof(struct sample, lazyfree),
	offsetof(struct sample, ksm), offsetof(struct sample, pte),
	offsetof(struct sample, peak),
};

static void add_up(struct sample *sum, const struct sample *sample)
{
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		uint64_t *into = (uint64_t *)((char *)sum + sums[i]);
		const uint64_t *figure = (const uint64_t *)((const char *)sample + sums[i]);

		*into = *into == SAMPLE_MISSING || *figure == SAMPLE_MISSING
			? SAMPLE_MISSING : *into + *figure;
	}
}

/* Has the peak of PID begin anew. Returns whether that was allowed; who refused is kept. */
static bool tree_reset_peak(struct tree_sampler *tree_sampler, pid_t pid)
{
	CLEANUP_FD int fd = -1;
	char path[48];

	snprintf(path, sizeof(path), "proc/%d/clear_refs", (int)pid);
	fd = openat(tree_sampler->root->fd, path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, CLEAR_PEAK, strlen(CLEAR_PEAK)) > 0)
		return true;
	if (errno == EACCES || errno == EPERM)
		tree_sampler->peak_refused = pid;
	return false;
}

/*
 * Whether the peak of PROCESS may be of a time before it was followed: that of one that we have
 * started is not, nor that of a child that one which is followed has had since the last row.
 */
static bool tree_peak_is_older(const struct tree_sampler *tree_sampler,
			       const struct tree_process *process)
{
	const struct tree_process *then;

	if (tree_sampler->scope == TREE_BELOW ||
	    (tree_sampler->scope == TREE_DESCENDANTS && tree_sampler->row_ns))
		return false;
	then = tree_find(&tree_sampler->row, process->pid);
	return !then || then->start != process->start;
}

/* Reads one process. Returns 0 or a negative errno (-ESRCH: it has no memory any more). */
static int tree_read_figures(struct tree_sampler *tree_sampler, struct sampler *sampler,
			     const struct tree_process *process, unsigned needs,
			     enum tree_reading reading, struct sample *ret_sample)
{
	pid_t pid = process->pid;
	struct sample sample = sample_blank(pid);
	uint64_t rss, peak;
	bool reads_peak = needs & NEED_PEAK && tree_sampler->resets_peaks;
	int r = 0;

	if (reading != TREE_RESIDENT) {
		r = sampler_read(sampler, pid, needs, &sample);
		/* smaps_rollup of somebody else's process: its share is not known. */
		if (r == -EACCES || r == -EPERM)
			r = sampler_read(sampler, pid, needs & ~(unsigned)NEED_ROLLUP, &sample);
	}
	if (r == 0 && (reading == TREE_RESIDENT || reads_peak)) {
		r = tree_read_resident(tree_sampler->root, process, &rss, &peak);
		if (r == 0 && reading == TREE_RESIDENT)
			sample.rss_status = rss;
		if (r == 0 && reads_peak &&
		    (reading != TREE_ROW || tree_reset_peak(tree_sampler, pid)))
			sample.peak = tree_peak_is_older(tree_sampler, process) ? rss : peak;
	}
	if (r == 0)
		*ret_sample = sample;
	return r == -ENOENT ? -ESRCH : r;
}

static int remember(struct tree_sampler *tree_sampler, pid_t pid)
{
	size_t byte = (size_t)pid / CHAR_BIT, size = tree_sampler->known_size;

	if (byte >= size) {
		unsigned char *grown;

		size = MAX(2 * size, byte + 4096);
		grown = realloc(tree_sampler->known, size);
		if (!grown)
			return -ENOMEM;
		memset(grown + tree_sampler->known_size, 0, size - tree_sampler->known_size);
		tree_sampler->known = grown;
		tree_sampler->known_size = size;
	}
	tree_sampler->known[byte] |= (unsigned char)(1 << pid % CHAR_BIT);
	return 0;
}

bool tree_sampler_knows(const struct tree_sampler *tree_sampler, pid_t pid)
{
	size_t byte = (size_t)pid / CHAR_BIT;

	return pid > 0 && byte < tree_sampler->known_size &&
	       tree_sampler->known[byte] >> pid % CHAR_BIT & 1;
}

static int read_tree(struct tree_sampler *tree_sampler)
{
	const struct root *root = tree_sampler->root;
	struct process_tree *tree = &tree_sampler->tree;

	switch (tree_sampler->scope) {
	case TREE_PROCESS:
		return tree_read_process(root, tree_sampler->top, tree);
	case TREE_CGROUP:
		return tree_read_cgroup(root, tree_sampler->level, tree);
	case TREE_DESCENDANTS:
	case TREE_BELOW:
		break;
	}
	return tree_read_descendants(root, tree_sampler->top,
				     tree_sampler->scope == TREE_DESCENDANTS, tree);
}

/*
 * CPU time since the last row, in ticks, of processes that are not ours, and come and go: what
 * each that was there then has used itself.
 */
static uint64_t foreign_ticks(const struct tree_sampler *tree_sampler)
{
	const struct process_tree *tree = &tree_sampler->tree;
	uint64_t ticks = 0;

	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_process *now = &tree->processes[i];
		const struct tree_process *then = tree_find(&tree_sampler->row, now->pid);

		if (then && then->start == now->start)
			ticks += now->own_ticks - MIN(then->own_ticks, now->own_ticks);
	}
	return ticks;
}

/* Which share of one processor's time until NOW since the last row TICKS are, in 1/100 percent. */
static uint64_t share_of_cpu(const struct tree_sampler *tree_sampler, uint64_t ticks, uint64_t now)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	if (!tree_sampler->row_ns || now <= tree_sampler->row_ns)
		return SAMPLE_MISSING;
	return number_portion(ticks * (NS_PER_SECOND / hz), 10000, now - tree_sampler->row_ns);
}

/* Keeps what PROCESS, which is still there after a row, shows in SAMPLE. Returns 0 or -ENOMEM. */
static int keep_each(struct tree_sampler *tree_sampler, const struct tree_process *process,
		     const struct sample *sample)
{
	const struct tree_process *then = tree_find(&tree_sampler->row, process->pid);
	bool is_new = !then || then->start != process->start;
	/* A foreign process that is new may have run before it was followed. */
	bool known = !is_new || tree_sampler->scope == TREE_BELOW;
	uint64_t ticks = process->own_ticks - (is_new ? 0 : MIN(then->own_ticks,
								process->own_ticks));
	struct sample *kept;

	if (tree_sampler->each_count == tree_sampler->each_room) {
		size_t room = tree_sampler->each_room ? 2 * tree_sampler->each_room : 16;
		struct sample *grown = reallocarray(tree_sampler->each, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		tree_sampler->each = grown;
		tree_sampler->each_room = room;
	}
	kept = &tree_sampler->each[tree_sampler->each_count++];
	*kept = *sample;
	kept->rss = kept->rss_status;
	kept->grew = SAMPLE_NO_GROWTH;
	kept->procs = SAMPLE_MISSING;
	kept->cpu = known ? share_of_cpu(tree_sampler, ticks, duration_now()) : SAMPLE_MISSING;
	memcpy(kept->comm, process->comm, sizeof(kept->comm));
	return 0;
}

static int compare_each(const void *one, const void *other)
{
	const struct sample *a = one, *b = other;

	if (a->rss != b->rss)
		return a->rss > b->rss ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/*
 * The share of one processor's time since the last row, in hundredths of a percent. TICKS: of all
 * our descendants so far, the dead included.
 */
static uint64_t take_cpu(struct tree_sampler *tree_sampler, uint64_t ticks)
{
	uint64_t now = duration_now();
	uint64_t since = tree_sampler->scope == TREE_BELOW
			 ? ticks - MIN(ticks, tree_sampler->row_ticks)
			 : foreign_ticks(tree_sampler);

	tree_sampler->ticks = ticks;
	tree_sampler->read_ns = now;
	return share_of_cpu(tree_sampler, since, now);
}

int tree_sampler_mark_row(struct tree_sampler *tree_sampler)
{
	tree_sampler->row_ticks = tree_sampler->ticks;
	tree_sampler->row_ns = tree_sampler->read_ns;
	return tree_copy(&tree_sampler->tree, &tree_sampler->row);
}

int tree_sampler_read(struct tree_sampler *tree_sampler, struct sampler *sampler, unsigned needs,
		      enum tree_reading reading, struct sample *ret_sample)
{
	struct sample sum = sample_blank(tree_sampler->top);
	struct tree_largest largest = { 0 };
	const struct process_tree *tree = &tree_sampler->tree;
	bool keeps = tree_sampler->keeps_each && reading == TREE_ROW;
	uint64_t ticks = tree_sampler->dead_ticks;
	int r = read_tree(tree_sampler);

	for (size_t i = 0; i < ARRAY_SIZE(sums); i++)
		*(uint64_t *)(void *)((char *)&sum + sums[i]) = 0;
	sum.pid = SAMPLE_MISSING;
	if (keeps)
		tree_sampler->each_count = 0;
	sum.minflt = tree_sampler->dead_minflt;
	sum.majflt = tree_sampler->dead_majflt;
	for (size_t i = 0; r == 0 && i < tree->count; i++) {
		const struct tree_process *process = &tree->processes[i];
		struct sample sample;
		uint64_t rss;

		sum.minflt += process->minflt;
		sum.majflt += process->majflt;
		ticks += process->ticks;
		r = remember(tree_sampler, process->pid);
		if (r < 0 || process->zombie)
			continue;
		r = tree_read_figures(tree_sampler, sampler, process, needs, reading, &sample);
		if (r == -ESRCH) {
			r = 0;
			continue;
		}
		if (r < 0)
			return r;
		add_up(&sum, &sample);
		sum.procs++;
		if (keeps)
			r = keep_each(tree_sampler, process, &sample);
		rss = MAX(sample.rss_status, sample.peak == SAMPLE_MISSING ? 0 : sample.peak);
		if (rss > largest.rss) {
			largest = (struct tree_largest){ .pid = process->pid, .rss = rss };
			memcpy(largest.comm, process->comm, sizeof(largest.comm));
		}
	}
	if (r < 0)
		return r;
	/* A cgroup without processes may get some again. */
	if (!sum.procs && tree_sampler->scope != TREE_CGROUP)
		return -ESRCH;
	if (keeps && tree_sampler->each_count)
		qsort(tree_sampler->each, tree_sampler->each_count, sizeof(*tree_sampler->each),
		      compare_each);
	tree_sampler->largest = largest;
	sum.cpu = take_cpu(tree_sampler, ticks);
	*ret_sample = sum;
	return 0;
}

void tree_sampler_free(struct tree_sampler *tree_sampler)
{
	tree_free(&tree_sampler->tree);
	tree_free(&tree_sampler->row);
	free(tree_sampler->each);
	tree_sampler->each = NULL;
	tree_sampler->each_count = tree_sampler->each_room = 0;
	free(tree_sampler->known);
	tree_sampler->known = NULL;
	tree_sampler->known_size = 0;
}
