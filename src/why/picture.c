/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture.c - put the figures of Mem-Info together: where the machine's memory was */
#include <config.h>

#include "base/number.h"
#include "why/picture.h"

uint64_t oom_plus(uint64_t a, uint64_t b)
{
	if (a == OOM_UNKNOWN || b == OOM_UNKNOWN)
		return a == OOM_UNKNOWN ? b : a;
	return a > OOM_UNKNOWN - 1 - b ? OOM_UNKNOWN - 1 : a + b;
}

uint64_t oom_minus(uint64_t a, uint64_t b)
{
	if (a == OOM_UNKNOWN || b == OOM_UNKNOWN)
		return a;
	return a > b ? a - b : 0;
}

uint64_t oom_times(uint64_t pages, uint64_t page_size)
{
	uint64_t bytes;

	if (pages == OOM_UNKNOWN || page_size == OOM_UNKNOWN)
		return OOM_UNKNOWN;
	if (__builtin_mul_overflow(pages, page_size, &bytes) || bytes == OOM_UNKNOWN)
		return OOM_UNKNOWN - 1;
	return bytes;
}

bool oom_at_least(uint64_t part, unsigned percent, uint64_t whole)
{
	if (part == OOM_UNKNOWN || whole == OOM_UNKNOWN || !whole)
		return false;
	return number_portion(part, 100, whole) >= percent;
}

static uint64_t sum_nodes(const struct oom_report *report, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->node_count; i++)
		sum = oom_plus(sum, oom_figure(&report->nodes[i].figures, name));
	return sum;
}

static uint64_t sum_zones(const struct oom_report *report, const char *name)
{
	uint64_t sum = OOM_UNKNOWN;

	for (size_t i = 0; i < report->zone_count; i++)
		sum = oom_plus(sum, oom_figure(&report->zones[i].figures, name));
	return sum;
}

/* A figure is the machine's, or by node, or by zone, and moved between them over the years. */
static uint64_t machine_figure(const struct oom_report *report, const char *name)
{
	uint64_t bytes = oom_figure(&report->memory, name);

	if (bytes == OOM_UNKNOWN)
		bytes = sum_nodes(report, name);
	return bytes == OOM_UNKNOWN ? sum_zones(report, name) : bytes;
}

static uint64_t machine_sum(const struct oom_report *report, const char *const names[])
{
	uint64_t sum = OOM_UNKNOWN;

	for (; *names; names++)
		sum = oom_plus(sum, machine_figure(report, *names));
	return sum;
}

static void take_huge(const struct oom_report *report, struct oom_picture *picture)
{
	for (size_t i = 0; i < report->huge_count; i++) {
		const struct oom_huge *huge = &report->huge[i];

		picture->hugetlb = oom_plus(picture->hugetlb,
					    oom_times(huge->total, huge->page_size));
		picture->hugetlb_unused =
			oom_plus(picture->hugetlb_unused, oom_times(huge->free, huge->page_size));
	}
}

static void take_kinds(const struct oom_report *report, struct oom_picture *picture)
{
	static const char *const anon[] = { "active_anon", "inactive_anon", "isolated_anon",
					    NULL };
	static const char *const file[] = { "active_file", "inactive_file", "isolated_file",
					    NULL };
	static const char *const dirty[] = { "dirty", "writeback", "unstable", NULL };

	picture->anon = machine_sum(report, anon);
	picture->file = machine_sum(report, file);
	picture->dirty = machine_sum(report, dirty);
	picture->shmem = machine_figure(report, "shmem");
	picture->unevictable = machine_figure(report, "unevictable");
	picture->slab = machine_figure(report, "slab");
	picture->slab_reclaimable = machine_figure(report, "slab_reclaimable");
	picture->slab_unreclaimable = machine_figure(report, "slab_unreclaimable");
	picture->pagetables = machine_figure(report, "pagetables");
	picture->stacks = machine_figure(report, "kernel_stack");
	picture->free = machine_figure(report, "free");
	picture->free_cma = machine_figure(report, "free_cma");
	take_huge(report, picture);
}

/* RAM, and what of it is in no count. Only where the report has all of the large counts. */
static void take_ram(const struct oom_report *report, struct oom_picture *picture)
{
	static const char *const small[] = { "free_pcp", "sec_pagetables", "bounce",
					     "kernel_misc_reclaimable", NULL };
	uint64_t managed = sum_zones(report, "managed"), known = machine_sum(report, small);
	const uint64_t parts[] = {
		picture->anon, picture->file, picture->unevictable, picture->slab,
		picture->slab_reclaimable, picture->slab_unreclaimable, picture->pagetables,
		picture->stacks, picture->hugetlb, picture->free,
	};

	picture->ram = oom_minus(report->ram, report->ram_reserved);
	/* Of a cpuset or a NUMA policy only the zones of its nodes are printed. */
	picture->torn = report->scope == OOM_SCOPE_GLOBAL && picture->ram != OOM_UNKNOWN &&
			managed != OOM_UNKNOWN && !oom_at_least(managed, 75, picture->ram);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		known = oom_plus(known, parts[i]);
	if (picture->ram == OOM_UNKNOWN && managed != OOM_UNKNOWN &&
	    report->scope != OOM_SCOPE_CPUSET && report->scope != OOM_SCOPE_MEMPOLICY) {
		picture->torn = known != OOM_UNKNOWN && known > managed;
		picture->ram = picture->torn ? OOM_UNKNOWN : managed;
	}
	if (report->scope != OOM_SCOPE_CPUSET && report->scope != OOM_SCOPE_MEMPOLICY &&
	    picture->ram != OOM_UNKNOWN && !picture->torn && picture->anon != OOM_UNKNOWN &&
	    picture->file != OOM_UNKNOWN && picture->free != OOM_UNKNOWN &&
	    (picture->slab_unreclaimable != OOM_UNKNOWN || picture->slab != OOM_UNKNOWN))
		picture->unaccounted = oom_minus(picture->ram, known);
}

void oom_picture_take(const struct oom_report *report, struct oom_picture *ret_picture)
{
	*ret_picture = (struct oom_picture){
		.ram = OOM_UNKNOWN, .hugetlb = OOM_UNKNOWN, .hugetlb_unused = OOM_UNKNOWN,
		.swap_total = report->swap_total, .swap_free = report->swap_free,
		.unaccounted = OOM_UNKNOWN, .reach_free = OOM_UNKNOWN, .beyond_free = OOM_UNKNOWN,
		.beyond = "", .nodes_ram = OOM_UNKNOWN, .nodes_anon = OOM_UNKNOWN,
		.nodes_free = OOM_UNKNOWN, .others_free = OOM_UNKNOWN,
		.page_size = report->page_size_known ? report->page_size : 0,
	};
	take_kinds(report, ret_picture);
	take_ram(report, ret_picture);
	oom_picture_zones(report, ret_picture);
}
