/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c - the table of columns, and choosing from it */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/option-table.h"
#include "monitor/columns.h"

#define AT(field) offsetof(struct sample, field)

const struct column columns[] = {
	{ "STEP", "step", COLUMN_TEXT, AT(name), NEED_STATUS, "--then, --passes, --lock, --hold",
	  "what has just been done", COLUMN_WORKLOAD_ONLY },
	{ "PID", "pid", COLUMN_ID, AT(pid), NEED_STATUS, "/proc/PID",
	  "whose row it is", COLUMN_SHARED },
	{ "COMMAND", "comm", COLUMN_NAME, AT(comm), NEED_STATUS, "stat comm",
	  "what that process is called", COLUMN_TREE_ONLY },
	{ "TIME", "elapsed_ns", COLUMN_TIME, AT(elapsed_ns), NEED_STATUS, "CLOCK_MONOTONIC",
	  "seconds since the baseline", COLUMN_SHARED },
	{ "TOUCHED", "touched", COLUMN_SIZE, AT(touched), NEED_STATUS, "the subject's own count",
	  "touched so far", COLUMN_WORKLOAD_ONLY },
	{ "PROCS", "procs", COLUMN_COUNT, AT(procs), NEED_STATUS, "task/TID/children, cgroup.procs",
	  "processes that are followed", COLUMN_TREE_ONLY },
	{ "VSZ", "vsz", COLUMN_SIZE, AT(vsz), NEED_STATUS, "status VmSize",
	  "virtual size: all that is mapped", COLUMN_SHARED },
	{ "RSS", "rss", COLUMN_SIZE, AT(rss), NEED_STATUS, "status VmRSS",
	  "resident set size: has page frames", COLUMN_SHARED },
	{ "GREW", "grew", COLUMN_GROWTH, AT(grew), NEED_STATUS, "RSS",
	  "RSS since the baseline", COLUMN_SHARED },
	{ "PEAK", "peak", COLUMN_SIZE, AT(peak), NEED_PEAK, "status VmHWM, clear_refs",
	  "highest RSS of each since the last row", COLUMN_TREE_ONLY },
	{ "ANON", "anon", COLUMN_SIZE, AT(anon), NEED_STATUS, "status RssAnon",
	  "resident anonymous memory", COLUMN_SHARED },
	{ "FILE", "file", COLUMN_SIZE, AT(file), NEED_STATUS, "status RssFile",
	  "resident file mappings", COLUMN_SHARED },
	{ "SHMEM", "shmem", COLUMN_SIZE, AT(shmem), NEED_STATUS, "status RssShmem",
	  "resident shared memory", COLUMN_SHARED },
	{ "SWAP", "swap", COLUMN_SIZE, AT(swap), NEED_STATUS, "status VmSwap",
	  "swapped-out anonymous memory", COLUMN_SHARED },
	{ "PSS", "pss", COLUMN_SIZE, AT(pss), NEED_ROLLUP, "smaps_rollup Pss",
	  "proportional share of shared pages too", COLUMN_SHARED },
	{ "USS", "uss", COLUMN_SIZE, AT(uss), NEED_ROLLUP, "smaps_rollup Private_*",
	  "pages that nobody else has mapped", COLUMN_SHARED },
	{ "HUGE", "huge", COLUMN_SIZE, AT(huge), NEED_ROLLUP,
	  "smaps_rollup AnonHugePages, ShmemPmdMapped", "mapped as transparent huge pages", COLUMN_SHARED },
	{ "HUGETLB", "hugetlb", COLUMN_SIZE, AT(hugetlb), NEED_ROLLUP, "smaps_rollup *_Hugetlb",
	  "hugetlb pages, which are in no RSS", COLUMN_SHARED },
	{ "LAZYFREE", "lazyfree", COLUMN_SIZE, AT(lazyfree), NEED_ROLLUP, "smaps_rollup LazyFree",
	  "given up with MADV_FREE, still there", COLUMN_SHARED },
	{ "LOCKED", "locked", COLUMN_SIZE, AT(locked), NEED_STATUS, "status VmLck",
	  "locked with mlock, resident or not", COLUMN_SHARED },
	{ "KSM", "ksm", COLUMN_SIZE, AT(ksm), NEED_KSM, "ksm_merging_pages",
	  "merged with equal pages", COLUMN_SHARED },
	{ "PTE", "pte", COLUMN_SIZE, AT(pte), NEED_PTE, "status VmPTE",
	  "page tables, which are in no RSS", COLUMN_SHARED },
	{ "MINFLT", "minflt", COLUMN_COUNT, AT(minflt), NEED_STATUS, "stat minflt",
	  "minor faults of the process so far", COLUMN_SHARED },
	{ "MAJFLT", "majflt", COLUMN_COUNT, AT(majflt), NEED_STATUS, "stat majflt",
	  "major faults: those that read a disk", COLUMN_SHARED },
	{ "CPU%", "cpu", COLUMN_PERCENT, AT(cpu), NEED_STATUS, "stat utime, stime",
	  "of one processor, since the last row", COLUMN_TREE_ONLY },
	{ "PSISOME%", "psi_some", COLUMN_PERCENT, AT(psi_some), NEED_PSI, "memory.pressure some",
	  "time that tasks of the cgroup waited", COLUMN_TREE_ONLY },
	{ "PSIFULL%", "psi_full", COLUMN_PERCENT, AT(psi_full), NEED_PSI, "memory.pressure full",
	  "time that all of them waited", COLUMN_TREE_ONLY },
	{ "SWPIN", "swpin", COLUMN_SIZE, AT(swpin), NEED_SWAPPING, "vmstat pswpin",
	  "swapped in by the machine in the run", COLUMN_TREE_ONLY },
	{ "SWPOUT", "swpout", COLUMN_SIZE, AT(swpout), NEED_SWAPPING, "vmstat pswpout",
	  "swapped out by the machine in the run", COLUMN_TREE_ONLY },
	{ "OOMSCORE", "oom_score", COLUMN_COUNT, AT(oom_score), NEED_OOM_SCORE, "oom_score",
	  "the OOM killer's score for the subject", COLUMN_WORKLOAD_ONLY },
	{ "CGUSE", "cg_usage", COLUMN_SIZE, AT(cg.total), NEED_CGROUP_USAGE, "memory.current",
	  "all that the sandbox is charged for", COLUMN_SHARED },
	{ "CGANON", "cg_anon", COLUMN_SIZE, AT(cg.anon), NEED_CGROUP_STAT, "memory.stat anon",
	  "of that: anonymous memory", COLUMN_SHARED },
	{ "CGFILE", "cg_file", COLUMN_SIZE, AT(cg.file), NEED_CGROUP_STAT,
	  "memory.stat file, less shmem", "of that: page cache, mapped or not", COLUMN_SHARED },
	{ "CGSHMEM", "cg_shmem", COLUMN_SIZE, AT(cg.shmem), NEED_CGROUP_STAT, "memory.stat shmem",
	  "of that: shared memory, tmpfs", COLUMN_SHARED },
	{ "CGPTE", "cg_pte", COLUMN_SIZE, AT(cg.pte), NEED_CGROUP_STAT, "memory.stat pagetables",
	  "of that: page tables", COLUMN_SHARED },
	{ "CGPEAK", "cg_peak", COLUMN_SIZE, AT(cg_peak), NEED_CGROUP_PEAK, "memory.peak",
	  "its highest charge since the last row", COLUMN_TREE_ONLY },
	{ "CGSWPIN", "cg_swpin", COLUMN_SIZE, AT(cg.swpin), NEED_CGROUP_STAT,
	  "memory.stat pswpin", "swapped in by the cgroup so far", COLUMN_TREE_ONLY },
	{ "CGSWPOUT", "cg_swpout", COLUMN_SIZE, AT(cg.swpout), NEED_CGROUP_STAT,
	  "memory.stat pswpout", "swapped out by the cgroup so far", COLUMN_TREE_ONLY },
	{ "COMMITTED", "committed", COLUMN_GROWTH, AT(committed), NEED_COMMITTED,
	  "meminfo Committed_AS", "the machine's growth since the mapping",
	  COLUMN_WORKLOAD_ONLY },
};

const size_t column_count = ARRAY_SIZE(columns);

struct sample sample_blank(pid_t pid)
{
	struct sample sample = {
		.pid = (uint64_t)pid,
		.rss_rollup = SAMPLE_MISSING, .anon_rollup = SAMPLE_MISSING,
		.shmem_rollup = SAMPLE_MISSING, .region_rss = SAMPLE_MISSING,
	};

	for (const struct column *column = columns; column < columns + column_count; column++)
		if (column->needs)
			*(uint64_t *)(void *)((char *)&sample + column->offset) =
				column->kind == COLUMN_GROWTH ? SAMPLE_NO_GROWTH : SAMPLE_MISSING;
	return sample;
}

static const char workload_columns[] = "TOUCHED,VSZ,RSS,GREW,MINFLT";
static const char tree_columns[] = "TIME,PROCS,VSZ,RSS,PSS,PEAK,CPU%";
static const char process_columns[] = "TIME,PID,COMMAND,VSZ,RSS,PSS,PEAK,CPU%";

bool column_is_for(const struct column *column, bool tree)
{
	return column->only == COLUMN_SHARED || (column->only == COLUMN_TREE_ONLY) == tree;
}

static const char *workload_column_name(size_t index)
{
	return column_is_for(&columns[index], false) ? columns[index].name : "";
}

static const char *tree_column_name(size_t index)
{
	return column_is_for(&columns[index], true) ? columns[index].name : "";
}

static int columns_append_list(const char *list, bool tree,
			       struct column_choice *choice, struct error *err)
{
	const struct name_table table = {
		tree ? tree_column_name : workload_column_name, column_count,
		"TIME,RSS"
	};

	return name_list_append(&table, list, choice->index, COLUMN_CHOICE_MAX, &choice->count,
				err);
}

struct column_choice column_choice_default(bool tree)
{
	struct column_choice choice = { 0 };
	struct error err;

	columns_append_list(tree ? tree_columns : workload_columns, tree, &choice, &err);
	return choice;
}

int column_choice_parse(const char *list, bool tree,
			struct column_choice *ret_choice, struct error *err)
{
	struct column_choice choice = { .by_name = *list != '+' };
	int r;

	if (*list == '+') {
		choice = column_choice_default(tree);
		list++;
	}
	r = columns_append_list(list, tree, &choice, err);
	if (r == 0)
		*ret_choice = choice;
	return r;
}

void column_choice_for_processes(struct column_choice *choice)
{
	size_t skipped = column_choice_default(true).count;
	struct column_choice all = { 0 };
	struct error err;

	if (choice->by_name)
		return;
	columns_append_list(process_columns, true, &all, &err);
	for (size_t i = skipped; i < choice->count && all.count < COLUMN_CHOICE_MAX; i++)
		all.index[all.count++] = choice->index[i];
	*choice = all;
}

void columns_print_help(bool tree)
{
	printf("\nColumns (sizes in KiB unless -b or -H; sources as in proc(5)):\n");
	for (size_t i = 0; i < column_count; i++)
		if (column_is_for(&columns[i], tree))
			printf("  %-10s %-38s [%s]\n", columns[i].name, columns[i].help,
			       columns[i].source);
}

void column_choice_lead(struct column_choice *choice, const char *list)
{
	struct column_choice leading = { 0 }, all = { 0 };
	struct error err;

	if (choice->by_name || columns_append_list(list, false, &leading, &err) < 0)
		return;
	for (size_t i = 0; i < leading.count; i++)
		if (!memchr(choice->index, leading.index[i], choice->count))
			all.index[all.count++] = leading.index[i];
	if (all.count + choice->count > COLUMN_CHOICE_MAX)
		return;
	memcpy(all.index + all.count, choice->index, choice->count);
	all.count += choice->count;
	*choice = all;
}

unsigned column_choice_needs(const struct column_choice *choice)
{
	unsigned needs = 0;

	for (size_t i = 0; i < choice->count; i++)
		needs |= columns[choice->index[i]].needs;
	return needs;
}

uint64_t column_value(const struct column *column, const struct sample *sample)
{
	uint64_t value;

	memcpy(&value, (const char *)sample + column->offset, sizeof(value));
	return value;
}

bool column_is_missing(const struct column *column, uint64_t value)
{
	return value == (column->kind == COLUMN_GROWTH ? (uint64_t)SAMPLE_NO_GROWTH
						       : SAMPLE_MISSING);
}
