/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c - the table of columns, and choosing from it */
#include <config.h>

#include <string.h>

#include "lib/macros.h"
#include "lib/name-list.h"
#include "monitor/columns.h"

#define AT(field) offsetof(struct sample, field)

const struct column columns[] = {
	{ "STEP", "step", COLUMN_TEXT, AT(name), NEED_STATUS, "--then, --passes, --lock, --hold",
	  "what has just been done" },
	{ "PID", "pid", COLUMN_ID, AT(pid), NEED_STATUS, "the subject, or its child",
	  "whose row it is" },
	{ "TIME", "elapsed_ns", COLUMN_TIME, AT(elapsed_ns), NEED_STATUS, "CLOCK_MONOTONIC",
	  "seconds since the baseline" },
	{ "TOUCHED", "touched", COLUMN_SIZE, AT(touched), NEED_STATUS, "the subject's own count",
	  "touched so far" },
	{ "VSZ", "vsz", COLUMN_SIZE, AT(vsz), NEED_STATUS, "status VmSize",
	  "virtual size: all that is mapped" },
	{ "RSS", "rss", COLUMN_SIZE, AT(rss), NEED_STATUS, "status VmRSS",
	  "resident set size: has page frames" },
	{ "GREW", "grew", COLUMN_GROWTH, AT(grew), NEED_STATUS, "RSS",
	  "RSS since the baseline" },
	{ "ANON", "anon", COLUMN_SIZE, AT(anon), NEED_STATUS, "status RssAnon",
	  "resident anonymous memory" },
	{ "FILE", "file", COLUMN_SIZE, AT(file), NEED_STATUS, "status RssFile",
	  "resident file mappings" },
	{ "SHMEM", "shmem", COLUMN_SIZE, AT(shmem), NEED_STATUS, "status RssShmem",
	  "resident shared memory" },
	{ "SWAP", "swap", COLUMN_SIZE, AT(swap), NEED_STATUS, "status VmSwap",
	  "swapped-out anonymous memory" },
	{ "PSS", "pss", COLUMN_SIZE, AT(pss), NEED_ROLLUP, "smaps_rollup Pss",
	  "proportional share of shared pages too" },
	{ "USS", "uss", COLUMN_SIZE, AT(uss), NEED_ROLLUP, "smaps_rollup Private_*",
	  "pages that nobody else has mapped" },
	{ "HUGE", "huge", COLUMN_SIZE, AT(huge), NEED_ROLLUP,
	  "smaps_rollup AnonHugePages, ShmemPmdMapped", "mapped as transparent huge pages" },
	{ "HUGETLB", "hugetlb", COLUMN_SIZE, AT(hugetlb), NEED_ROLLUP, "smaps_rollup *_Hugetlb",
	  "hugetlb pages, which are in no RSS" },
	{ "LAZYFREE", "lazyfree", COLUMN_SIZE, AT(lazyfree), NEED_ROLLUP, "smaps_rollup LazyFree",
	  "given up with MADV_FREE, still there" },
	{ "LOCKED", "locked", COLUMN_SIZE, AT(locked), NEED_STATUS, "status VmLck",
	  "locked with mlock, resident or not" },
	{ "KSM", "ksm", COLUMN_SIZE, AT(ksm), NEED_KSM, "ksm_merging_pages",
	  "merged with equal pages" },
	{ "PTE", "pte", COLUMN_SIZE, AT(pte), NEED_PTE, "status VmPTE",
	  "page tables, which are in no RSS" },
	{ "MINFLT", "minflt", COLUMN_COUNT, AT(minflt), NEED_STATUS, "stat minflt",
	  "minor faults of the process so far" },
	{ "MAJFLT", "majflt", COLUMN_COUNT, AT(majflt), NEED_STATUS, "stat majflt",
	  "major faults: those that read a disk" },
	{ "OOMSCORE", "oom_score", COLUMN_COUNT, AT(oom_score), NEED_OOM_SCORE, "oom_score",
	  "the OOM killer's score for the subject" },
	{ "CGUSE", "cg_usage", COLUMN_SIZE, AT(cg.total), NEED_CGROUP_USAGE, "memory.current",
	  "all that the sandbox is charged for" },
	{ "CGANON", "cg_anon", COLUMN_SIZE, AT(cg.anon), NEED_CGROUP_STAT, "memory.stat anon",
	  "of that: anonymous memory" },
	{ "CGFILE", "cg_file", COLUMN_SIZE, AT(cg.file), NEED_CGROUP_STAT,
	  "memory.stat file, less shmem", "of that: page cache, mapped or not" },
	{ "CGSHMEM", "cg_shmem", COLUMN_SIZE, AT(cg.shmem), NEED_CGROUP_STAT, "memory.stat shmem",
	  "of that: shared memory, tmpfs" },
	{ "CGPTE", "cg_pte", COLUMN_SIZE, AT(cg.pte), NEED_CGROUP_STAT, "memory.stat pagetables",
	  "of that: page tables" },
	{ "COMMITTED", "committed", COLUMN_GROWTH, AT(committed), NEED_COMMITTED,
	  "meminfo Committed_AS", "the machine's growth since the mapping" },
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

static const char *column_name(size_t index)
{
	return columns[index].name;
}

static int columns_append_list(const char *list, struct column_choice *choice, struct error *err)
{
	const struct name_table table = { column_name, column_count, "TIME,RSS" };

	return name_list_append(&table, list, choice->index, COLUMN_CHOICE_MAX, &choice->count,
				err);
}

struct column_choice column_choice_default(void)
{
	struct column_choice choice = { 0 };
	struct error err;

	columns_append_list("TOUCHED,VSZ,RSS,GREW,MINFLT", &choice, &err);
	return choice;
}

int column_choice_parse(const char *list, struct column_choice *ret_choice,
			struct error *err)
{
	struct column_choice choice = { .by_name = *list != '+' };
	int r;

	if (*list == '+') {
		choice = column_choice_default();
		list++;
	}
	r = columns_append_list(list, &choice, err);
	if (r == 0)
		*ret_choice = choice;
	return r;
}

void column_choice_lead(struct column_choice *choice, const char *list)
{
	struct column_choice leading = { 0 }, all = { 0 };
	struct error err;

	if (choice->by_name || columns_append_list(list, &leading, &err) < 0)
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
