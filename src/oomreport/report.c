/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - an empty report, what it owns, and what can be looked up in it */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "oomreport/list-add.h"
#include "oomreport/report.h"

#define FIGURES_MAX 256

/* Most machines' page, until the report tells. */
#define PAGE_SIZE_GUESS (UINT64_C(4) << 10)

static const struct oom_counter unknown_counter = {
	.usage = OOM_UNKNOWN, .limit = OOM_UNKNOWN, .failcnt = OOM_UNKNOWN,
};

void oom_report_init(struct oom_report *report)
{
	*report = (struct oom_report){
		.scope = OOM_SCOPE_UNKNOWN,
		.trigger = { .pid = OOM_NO_NUMBER, .uid = OOM_NO_NUMBER, .cpu = OOM_NO_NUMBER,
			     .adj = OOM_NO_NUMBER, .old_adj = OOM_NO_NUMBER },
		.gfp_value = OOM_UNKNOWN,
		.order = OOM_NO_NUMBER,
		.page_size = PAGE_SIZE_GUESS,
		.pagecache = OOM_UNKNOWN,
		.swapcache = OOM_UNKNOWN,
		.swap_free = OOM_UNKNOWN,
		.swap_total = OOM_UNKNOWN,
		.ram = OOM_UNKNOWN,
		.ram_reserved = OOM_UNKNOWN,
		.ram_highmem = OOM_UNKNOWN,
		.ram_cma = OOM_UNKNOWN,
		.ram_hwpoisoned = OOM_UNKNOWN,
		.memcg = { .memory = unknown_counter, .swap = unknown_counter,
			   .memsw = unknown_counter, .kmem = unknown_counter },
		.choice = { .pid = OOM_NO_NUMBER, .score = OOM_NO_NUMBER },
		.selected = OOM_TASK_UNKNOWN,
	};
}

void oom_report_free(struct oom_report *report)
{
	for (size_t i = 0; i < report->node_count; i++)
		free(report->nodes[i].figures.list);
	for (size_t i = 0; i < report->zone_count; i++)
		free(report->zones[i].figures.list);
	free(report->nodes);
	free(report->zones);
	free(report->huge);
	free(report->memory.list);
	free(report->slabs.list);
	free(report->allocations.list);
	free(report->tasks);
	free(report->victims);
	free(report->memcg.path);
	free(report->memcg.task_path);
	free(report->memcg.stats.list);
	free(report->host);
	free(report->kernel);
	free(report->machine);
	free(report->constraint);
	free(report->gfp_mask);
	free(report->nodemask);
	free(report->cpuset);
	free(report->mems_allowed);
	free(report->group_path);
	free(report->panic);
	oom_report_init(report);
}

uint64_t oom_figure(const struct oom_figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->count; i++)
		if (!strcmp(figures->list[i].name, name))
			return figures->list[i].bytes;
	return OOM_UNKNOWN;
}

/*
 * Finds the figure called NAME, or makes it, of 0 bytes. NULL in it: too many. Returns whether it
 * is new, or -ENOMEM.
 */
static int find_figure(struct oom_figures *figures, const char *name, size_t length,
		       struct oom_figure **ret_figure)
{
	struct oom_figure new = { .bytes = 0 };
	size_t count = figures->count;
	int r;

	*ret_figure = NULL;
	length = strnlen(name, length);
	memcpy(new.name, name, MIN(length, sizeof(new.name) - 1));
	for (size_t i = 0; i < count && !*ret_figure; i++)
		if (!strcmp(figures->list[i].name, new.name))
			*ret_figure = &figures->list[i];
	if (*ret_figure || count == FIGURES_MAX)
		return 0;
	r = LIST_ADD(figures->list, figures->count, FIGURES_MAX, new);
	*ret_figure = r < 0 ? NULL : &figures->list[count];
	return r < 0 ? r : 1;
}

int oom_figure_add(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes)
{
	struct oom_figure *figure;
	int r = find_figure(figures, name, length, &figure);

	if (r > 0)
		figure->bytes = bytes;
	return r < 0 ? r : 0;
}

int oom_figure_plus(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes)
{
	struct oom_figure *figure;
	int r = find_figure(figures, name, length, &figure);

	if (figure)
		figure->bytes = MIN(number_add_saturated(figure->bytes, bytes), OOM_UNKNOWN - 1);
	return r < 0 ? r : 0;
}

const struct oom_task *oom_find_task(const struct oom_report *report, int64_t pid)
{
	if (pid == OOM_NO_NUMBER)
		return NULL;
	for (size_t i = 0; i < report->task_count; i++)
		if (report->tasks[i].pid == pid)
			return &report->tasks[i];
	return NULL;
}

bool oom_names_two_threads(const struct oom_report *report)
{
	return report->selected.pid != OOM_NO_NUMBER && !report->choice.present &&
	       !report->group &&
	       report->victim_count && report->victims[0].pid != report->selected.pid &&
	       !oom_find_task(report, report->selected.pid);
}

const char *oom_boot_name(enum oom_boot boot)
{
	static const char *const names[] = {
		[OOM_BOOT_KERNEL] = "kernel", [OOM_BOOT_INITRAMFS] = "initramfs",
	};

	return (size_t)boot < ARRAY_SIZE(names) ? names[boot] : NULL;
}

const char *oom_scope_name(enum oom_scope scope)
{
	static const char *const names[] = {
		[OOM_SCOPE_UNKNOWN] = "unknown",
		[OOM_SCOPE_GLOBAL] = "global",
		[OOM_SCOPE_MEMCG] = "memcg",
		[OOM_SCOPE_CPUSET] = "cpuset",
		[OOM_SCOPE_MEMPOLICY] = "mempolicy",
		[OOM_SCOPE_SYSRQ] = "sysrq",
	};

	return names[scope];
}

/* Takes digits, of a number of at most two of them that can be a version's, or nothing. */
static bool report_take_number(const char **text, unsigned *ret_number)
{
	unsigned number = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text)
		number = number < 100 ? number * 10 + (unsigned)(**text - '0') : number;
	*ret_number = number;
	return number < 100;
}

unsigned oom_kernel_number(const char *kernel)
{
	unsigned major, minor;

	if (!kernel || !report_take_number(&kernel, &major) || *kernel++ != '.' ||
	    !report_take_number(&kernel, &minor))
		return 0;
	return major * 100 + minor;
}
