/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page-size.c - the size of a page by what proves it: figures that are said in two units */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/reader.h"

/* Sizes that kernels have. */
#define SMALLEST_PAGE (UINT64_C(4) << 10)
#define LARGEST_PAGE (UINT64_C(256) << 10)

/* Of fewer pages a quotient says little. */
#define PAGES_MIN 64

/* The page for which PAGES are BYTES, give or take an eighth; 0: none. */
static uint64_t page_by_quotient(uint64_t bytes, uint64_t pages)
{
	if (bytes == OOM_UNKNOWN || pages == OOM_UNKNOWN || pages < PAGES_MIN)
		return 0;
	for (uint64_t page = SMALLEST_PAGE; page <= LARGEST_PAGE; page *= 2)
		if (bytes / page >= pages - pages / 8 && bytes / page <= pages + pages / 8)
			return page;
	return 0;
}

/* The only process of a cgroup has what the cgroup's figures count, and some pages of files. */
static uint64_t page_of_only_task(const struct oom_report *report)
{
	static const char *const names[] = { "total_rss", "rss", "anon" };
	uint64_t bytes = OOM_UNKNOWN;

	if (report->tasks_listed != 1 || report->task_count != 1)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names) && bytes == OOM_UNKNOWN; i++)
		bytes = oom_figure(&report->memcg.stats, names[i]);
	return page_by_quotient(bytes, report->tasks[0].rss);
}

/* A victim's size is said in kB and, in the table, in pages: the quotient is a page. */
static uint64_t page_of_victim(const struct oom_report *report)
{
	for (size_t i = 0; i < report->victim_count && i < PARTIAL_LOOKED_UP_MAX; i++) {
		uint64_t size = report->victims[i].total_vm;
		const struct oom_task *task = size == OOM_UNKNOWN
			? NULL : oom_find_task(report, report->victims[i].pid);

		if (!task || !task->total_vm)
			continue;
		for (uint64_t page = SMALLEST_PAGE; page <= LARGEST_PAGE; page *= 2)
			if (size / page == task->total_vm)
				return page;
		/* It may have grown between the two. */
		return page_by_quotient(size, task->total_vm);
	}
	return 0;
}

/* The machine's record counts pages, a node's line kB. */
static uint64_t page_of_nodes(const struct oom_report *report)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < report->node_count; i++) {
		uint64_t part = oom_figure(&report->nodes[i].figures, "inactive_anon");

		if (part == OOM_UNKNOWN || __builtin_add_overflow(bytes, part, &bytes))
			return 0;
	}
	return page_by_quotient(bytes, oom_figure(&report->memory, "inactive_anon"));
}

uint64_t partial_page_size(const struct oom_partial *partial)
{
	/* x86 has one size; what else a kernel may be called (arm64, loongson) has several. */
	static const char *const x86[] = { "x86_64", "amd64", "i386", "i586", "i686" };
	const struct oom_report *report = &partial->report;
	const uint64_t limits[] = {
		report->memcg.memory.limit, report->memcg.swap.limit, report->memcg.memsw.limit,
		report->memcg.kmem.limit,
	};
	uint64_t only = page_of_only_task(report), victim = page_of_victim(report);
	uint64_t page = partial->block_page;
	bool is_x86 = partial->trace.x86;

	/*
	 * What the kernel computes from the size itself decides. PAGE_COUNTER_MAX, which says that
	 * there is no limit, is LONG_MAX / PAGE_SIZE pages since 3.19
	 * (include/linux/page_counter.h): 2^63 less a page.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		uint64_t counted = (UINT64_C(1) << 63) - limits[i];

		if (limits[i] == OOM_UNKNOWN || counted < SMALLEST_PAGE ||
		    counted > LARGEST_PAGE || counted & (counted - 1))
			continue;
		if (page && page != counted)
			return 0;
		page = counted;
	}
	if (page)
		return page;
	if (only && victim && only != victim)
		return 0;
	if (victim || only)
		return victim ? victim : only;
	page = page_of_nodes(report);
	for (size_t i = 0; report->kernel && i < ARRAY_SIZE(x86); i++)
		is_x86 |= strstr(report->kernel, x86[i]) != NULL;
	return page || !is_x86 ? page : SMALLEST_PAGE;
}
