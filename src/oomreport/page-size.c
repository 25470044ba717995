/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page-size.c - the size of a page by what proves it: figures that are said in two units */
#include <config.h>

#include "lib/macros.h"
#include "oomreport/reader.h"

/* Sizes that kernels have. */
#define SMALLEST_PAGE (UINT64_C(4) << 10)
#define LARGEST_PAGE (UINT64_C(256) << 10)

/* More victims are not looked up in the table: only a log that was made up has so many. */
#define LOOKED_UP_MAX 1024

/* Of fewer pages a quotient says little. */
#define PAGES_MIN 64

/*
 * PAGE_COUNTER_MAX, which says that there is no limit, is LONG_MAX / PAGE_SIZE pages since 3.19
 * (include/linux/page_counter.h): 2^63 less a page.
 */
static uint64_t page_of_counter(const struct oom_counter *counter)
{
	uint64_t page = (UINT64_C(1) << 63) - counter->limit;

	return counter->limit != OOM_UNKNOWN && page >= SMALLEST_PAGE && page <= LARGEST_PAGE &&
	       !(page & (page - 1)) ? page : 0;
}

/* Of the counters of a cgroup. ret_differ: they contradict each other. */
static uint64_t page_of_counters(const struct oom_partial *partial, bool *ret_differ)
{
	const struct oom_memcg *memcg = &partial->report.memcg;
	const struct oom_counter *const counters[] = {
		&memcg->memory, &memcg->swap, &memcg->memsw, &memcg->kmem,
	};
	uint64_t page = 0;

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		uint64_t other = page_of_counter(counters[i]);

		*ret_differ |= page && other && page != other;
		page = other ? other : page;
	}
	return page;
}

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
static uint64_t page_of_only_task(const struct oom_partial *partial)
{
	const struct oom_report *report = &partial->report;
	const struct oom_figures *stats = &report->memcg.stats;
	uint64_t bytes = oom_figure(stats, "total_rss");

	if (report->tasks_listed != 1 || report->task_count != 1)
		return 0;
	if (bytes == OOM_UNKNOWN)
		bytes = oom_figure(stats, "rss");
	if (bytes == OOM_UNKNOWN)
		bytes = oom_figure(stats, "anon");
	return page_by_quotient(bytes, report->tasks[0].rss);
}

static const struct oom_victim *victim_in_table(const struct oom_report *report,
						const struct oom_task **ret_task)
{
	for (size_t i = 0; i < report->victim_count && i < LOOKED_UP_MAX; i++) {
		const struct oom_victim *victim = &report->victims[i];

		if (victim->total_vm == OOM_UNKNOWN)
			continue;
		*ret_task = oom_find_task(report, victim->pid);
		if (*ret_task && (*ret_task)->total_vm)
			return victim;
	}
	return NULL;
}

/* The victim's size is said in kB and, in the table, in pages: the quotient is a page. */
static uint64_t page_of_victim(const struct oom_partial *partial)
{
	const struct oom_task *task;
	const struct oom_victim *victim = victim_in_table(&partial->report, &task);

	for (uint64_t page = SMALLEST_PAGE; victim && page <= LARGEST_PAGE; page *= 2)
		if (victim->total_vm / page == task->total_vm)
			return page;
	/* It may have grown between the two. */
	return victim ? page_by_quotient(victim->total_vm, task->total_vm) : 0;
}

/* The machine's record counts pages, a node's line kB. */
static uint64_t page_of_nodes(const struct oom_partial *partial)
{
	const struct oom_report *report = &partial->report;
	uint64_t bytes = 0;

	for (size_t i = 0; i < report->node_count; i++) {
		uint64_t part = oom_figure(&report->nodes[i].figures, "inactive_anon");

		if (part == OOM_UNKNOWN || __builtin_add_overflow(bytes, part, &bytes))
			return 0;
	}
	return page_by_quotient(bytes, oom_figure(&report->memory, "inactive_anon"));
}

/* x86 has one size; what else a kernel may be called (arm64, ppc64le, loongson) has several. */
static uint64_t page_of_machine(const struct oom_partial *partial)
{
	static const char *const pieces[] = { "x86_64", "amd64", "i386", "i586", "i686" };
	const char *kernel = partial->report.kernel;

	for (size_t i = 0; kernel && i < ARRAY_SIZE(pieces); i++)
		if (strstr(kernel, pieces[i]))
			return SMALLEST_PAGE;
	return partial->trace.x86 ? SMALLEST_PAGE : 0;
}

uint64_t partial_page_size(const struct oom_partial *partial)
{
	bool differ = false;
	uint64_t counters = page_of_counters(partial, &differ), page = partial->block_page;
	uint64_t only = page_of_only_task(partial), victim = page_of_victim(partial);

	/* What the kernel computes from the size itself decides. */
	if (differ || (page && counters && page != counters))
		return 0;
	if (page || counters)
		return page ? page : counters;
	if (only && victim && only != victim)
		return 0;
	if (victim || only)
		return victim ? victim : only;
	page = page_of_nodes(partial);
	return page ? page : page_of_machine(partial);
}
