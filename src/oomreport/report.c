/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - an empty report, what it owns, and what can be looked up in it */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"
#include "oomreport/list-add.h"
#include "oomreport/report.h"

#define FIGURES_MAX 256

/* Most machines' page, until the report tells. */
#define PAGE_SIZE_GUESS (UINT64_C(4) << 10)

void oom_report_init(struct oom_report *report)
{
	*report = (struct oom_report){
		.scope = OOM_SCOPE_UNKNOWN,
		.trigger = { .pid = OOM_NO_NUMBER, .uid = OOM_NO_NUMBER, .cpu = OOM_NO_NUMBER,
			     .adj = OOM_NO_NUMBER, .old_adj = OOM_NO_NUMBER },
		.gfp_value = OOM_UNKNOWN,
		.order = OOM_NO_NUMBER,
		.page_size = PAGE_SIZE_GUESS,
		.swap_total = OOM_UNKNOWN,
		.swap_free = OOM_UNKNOWN,
		.choice = { .pid = OOM_NO_NUMBER, .score = OOM_NO_NUMBER },
		.selected = OOM_TASK_UNKNOWN,
	};
	for (size_t i = 0; i < ARRAY_SIZE(report->in_pages); i++)
		report->in_pages[i] = OOM_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(report->memcg.counters); i++)
		report->memcg.counters[i] = (struct oom_counter){
			.usage = OOM_UNKNOWN, .limit = OOM_UNKNOWN, .failcnt = OOM_UNKNOWN,
		};
}

void oom_report_free(struct oom_report *report)
{
	void *const owned[] = {
		report->nodes, report->zones, report->huge, report->memory.list,
		report->slabs.list, report->allocations.list, report->tasks, report->victims,
		report->memcg.path, report->memcg.task_path, report->memcg.stats.list,
		report->host, report->kernel, report->machine, report->constraint,
		report->gfp_mask, report->nodemask, report->cpuset, report->mems_allowed,
		report->group_path, report->panic,
	};

	for (size_t i = 0; i < report->node_count; i++)
		free(report->nodes[i].figures.list);
	for (size_t i = 0; i < report->zone_count; i++)
		free(report->zones[i].figures.list);
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		free(owned[i]);
	oom_report_init(report);
}

uint64_t oom_figure(const struct oom_figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->count; i++)
		if (!strcmp(figures->list[i].name, name))
			return figures->list[i].bytes;
	return OOM_UNKNOWN;
}

/* Adds a figure, or its BYTES to one of its name if SUM. */
static int add_figure(struct oom_figures *figures, const char *name, size_t length,
		      uint64_t bytes, bool sum)
{
	struct oom_figure new = { .bytes = sum ? MIN(bytes, OOM_UNKNOWN - 1) : bytes };

	length = strnlen(name, length);
	memcpy(new.name, name, MIN(length, sizeof(new.name) - 1));
	for (size_t i = 0; i < figures->count; i++) {
		struct oom_figure *old = &figures->list[i];

		if (!strcmp(old->name, new.name)) {
			if (sum)
				old->bytes = MIN(number_add_saturated(old->bytes, bytes),
						 OOM_UNKNOWN - 1);
			return 0;
		}
	}
	return MIN(LIST_ADD(figures->list, figures->count, FIGURES_MAX, new), 0);
}

int oom_figure_add(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes)
{
	return add_figure(figures, name, length, bytes, false);
}

int oom_figure_plus(struct oom_figures *figures, const char *name, size_t length, uint64_t bytes)
{
	return add_figure(figures, name, length, bytes, true);
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
		[OOM_SCOPE_UNKNOWN] = "unknown", [OOM_SCOPE_GLOBAL] = "global",
		[OOM_SCOPE_MEMCG] = "memcg", [OOM_SCOPE_CPUSET] = "cpuset",
		[OOM_SCOPE_MEMPOLICY] = "mempolicy", [OOM_SCOPE_SYSRQ] = "sysrq",
	};

	return names[scope];
}

unsigned oom_kernel_number(const char *kernel)
{
	unsigned long major, minor;
	char *end;

	if (!kernel || !strview_is_digit(*kernel))
		return 0;
	major = strtoul(kernel, &end, 10);
	if (*end != '.' || !strview_is_digit(end[1]))
		return 0;
	minor = strtoul(end + 1, NULL, 10);
	return major < 100 && minor < 100 ? (unsigned)(major * 100 + minor) : 0;
}
