/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c - from what was asked for to what will be done */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "pagetouch/plan.h"

#define DEFAULT_SIZE (64 * 1024)

/* Where the system has none: the mapping is refused there, and that is explained. */
#define DEFAULT_HUGE_PAGE (UINT64_C(2) << 20)

/* Samples in a run when no INTERVAL is given, the baseline not counted. */
#define DEFAULT_STEPS 16

void plan_default(struct plan *ret_plan)
{
	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->size.bytes = DEFAULT_SIZE;
	ret_plan->workload.region.fd = -1;
	ret_plan->workload.passes = ret_plan->workload.threads = 1;
	ret_plan->guard = true;
	ret_plan->oom_score_adj = 1000;
	ret_plan->output.format = OUTPUT_TABLE;
	ret_plan->output.headings = true;
	ret_plan->output.columns = column_choice_default(false);
}

bool plan_has_share(const struct plan *plan)
{
	const struct workload *workload = &plan->workload;
	bool share = plan->size.permyriad || (plan->has_interval && plan->interval.permyriad) ||
		     (plan->has_touch && plan->touch.permyriad) ||
		     (plan->has_stride && plan->stride.permyriad) ||
		     (plan->has_limit && plan->limit.permyriad) ||
		     (plan->has_swap && plan->swap.permyriad) ||
		     (plan->has_high && plan->high.permyriad);

	for (size_t i = 0; i < workload->step_count; i++)
		share = share || (workload->steps[i].rule->verb == VERB_BOUND &&
				  workload->steps[i].part.permyriad);
	return share;
}

void plan_lead_columns(const struct workload *workload, struct column_choice *choice)
{
	bool forks = false;

	for (size_t i = 0; i < workload->step_count; i++)
		forks = forks || (workload->steps[i].rule &&
				  workload->steps[i].rule->does & STEP_FORKS);
	if (forks)
		column_choice_lead(choice, "STEP,PID");
	else if (workload->step_count || workload->passes > 1 || workload->lock != REGION_UNLOCKED)
		column_choice_lead(choice, "STEP");
}

/* Bytes of SIZE in whole pages of UNIT bytes. */
static int plan_to_pages(const char *name, struct size size, uint64_t available, uint64_t unit,
			 uint64_t *ret_bytes, struct error *err)
{
	uint64_t bytes = size_resolve(size, available);

	if (size.permyriad && !bytes)
		return error_return(err, -ERANGE,
				    "%s is a share of the memory that is left, but nothing is left\n"
				    "give %s in bytes", name, name);
	if (size_round_up(bytes, unit, ret_bytes) < 0)
		return error_return(err, -ERANGE,
				    "%s is too large\n"
				    "rounded up to pages of %" PRIu64 " bytes it is over 2^64 - 1",
				    name, unit);
	return 0;
}

/* What is mapped, and how its pages are visited. DOES is enum step_does, of all steps. */
static int plan_region(struct plan *plan, unsigned does, uint64_t available, uint64_t page_size,
		       struct error *err)
{
	struct touch_params *touch_params = &plan->workload.touch_params;
	struct region_spec *region = &plan->workload.region;
	bool hugetlb = region_is(region->backing, REGION_IS_HUGETLB);
	uint64_t pieces;

	if (!hugetlb)
		region->huge_page = 0;
	else if (!region->huge_page)
		region->huge_page = DEFAULT_HUGE_PAGE;
	region->read_only = !touch_writes(touch_params->access) && !(does & STEP_WRITES);
	touch_params->unit = touch_params->stride = hugetlb ? region->huge_page : page_size;
	touch_params->batch = region->thp == REGION_THP_NEVER ? 1 : TOUCH_BATCH;
	/*
	 * At a limit little is to be missing in TOUCHED, and memory.high may stop the subject for
	 * seconds in each 64 pages of a call.
	 */
	touch_params->chunk = plan->has_limit || plan->has_high ? TOUCH_CHUNK : 0;
	plan->workload.page_size = page_size;
	/* Huge pages may come, so that the region should consist of whole ones. */
	plan->huge = !hugetlb && (region->thp != REGION_THP_NEVER || does & STEP_COLLAPSES);
	if (plan_to_pages("SIZE", plan->size, available, touch_params->unit, &region->bytes,
			  err) < 0)
		return -ERANGE;
	if (region->backing != REGION_HEAP)
		return 0;
	/* A piece above a page is of whole pages, so that each page of it is touched. */
	if (region->piece > touch_params->unit &&
	    size_round_up(region->piece, touch_params->unit, &region->piece) < 0)
		region->piece = region->bytes;
	if (!region->piece || region->piece > region->bytes)
		region->piece = region->bytes;
	pieces = heap_count(region->bytes, region->piece);
	if (pieces <= HEAP_PIECES_MAX)
		return 0;
	return error_return(err, -EINVAL,
			    "--heap: %" PRIu64 " bytes are %" PRIu64 " pieces, more than %" PRIu64 "\n"
			    "make PIECE larger or SIZE smaller", region->bytes, pieces,
			    (uint64_t)HEAP_PIECES_MAX);
}

/* How much of the region is walked over, how much of that is touched, and in which intervals. */
static int plan_touch(struct plan *plan, uint64_t available, struct error *err)
{
	struct workload *workload = &plan->workload;
	uint64_t unit = workload->touch_params.unit, size = workload->region.bytes;
	struct size interval = plan->interval;
	int r = 0;

	workload->span = size;
	if (plan->has_touch)
		r = plan_to_pages("--touch", plan->touch, available, unit, &workload->span, err);
	if (r == 0 && plan->has_stride)
		r = plan_to_pages("--stride", plan->stride, available, unit,
				  &workload->touch_params.stride, err);
	if (r < 0)
		return r;
	if (workload->span > size)
		return error_return(err, -EINVAL,
				    "--touch asks for %" PRIu64 " bytes, but only %" PRIu64 " are mapped\n"
				    "make SIZE larger or --touch smaller", workload->span, size);
	workload->touch = touch_count(&workload->touch_params, workload->span) * unit;
	if (!plan->has_interval)
		interval.bytes = workload->touch / DEFAULT_STEPS +
				 (workload->touch % DEFAULT_STEPS != 0);
	if (!interval.bytes && !interval.permyriad)
		interval.bytes = unit;
	if (plan_to_pages("INTERVAL", interval, available, unit, &workload->interval, err) < 0)
		return -ERANGE;
	if (plan->has_interval && workload->interval > workload->touch)
		plan->note = "INTERVAL is larger than what is touched: there will be one step and no sample within it";
	return 0;
}

/* A process that has yet to touch anything needs some memory too. */
static int check_least(const char *name, uint64_t bytes, struct error *err)
{
	if (bytes >= SANDBOX_LEAST)
		return 0;
	return error_return(err, -EINVAL,
			    "%s of %" PRIu64 " bytes is less than the subject needs to start\n"
			    "%s must be 2M or more", name, bytes, name);
}

static int plan_steps(struct workload *workload, uint64_t available, struct error *err)
{
	uint64_t unit = workload->touch_params.unit, size = workload->region.bytes;

	for (size_t i = 0; i < workload->step_count; i++) {
		struct step *step = &workload->steps[i];
		uint64_t part = step->part.bytes, every = step->every.bytes;
		char name[32];

		step->bytes = size;
		if (step->rule->verb == VERB_BOUND) {
			snprintf(name, sizeof(name), "--then %s", step->rule->name);
			step->bytes = size_resolve(step->part, available);
			if (check_least(name, step->bytes, err) < 0)
				return -EINVAL;
			continue;
		}
		if (!part && !step->part.permyriad)
			continue;
		/* Rounded, or with nothing left out, pieces would show something else. */
		if (every && (part % unit || every % unit))
			return error_return(err, -EINVAL,
					    "--then %s is not in whole pages\n"
					    "SIZE and EVERY must be multiples of %" PRIu64 " bytes",
					    step->name, unit);
		if (every && (part >= every || every > size))
			return error_return(err, -EINVAL,
					    "--then %s takes no piece of each EVERY bytes of the region\n"
					    "SIZE must be below EVERY, and EVERY not above the %" PRIu64 " bytes that are mapped",
					    step->name, size);
		if (size_round_up(size_resolve(step->part, size), unit, &step->bytes) == 0 &&
		    step->bytes <= size)
			continue;
		return error_return(err, -EINVAL,
				    "--then %s asks for more than the %" PRIu64 " bytes that are mapped\n"
				    "make SIZE larger or the step smaller", step->name, size);
	}
	return 0;
}

int plan_make(struct plan *plan, uint64_t available, uint64_t page_size, struct error *err)
{
	struct workload *workload = &plan->workload;
	struct sandbox_spec *sandbox = &plan->sandbox;
	unsigned does = 0;
	int r;

	for (size_t i = 0; i < workload->step_count; i++)
		does |= workload->steps[i].rule->does;
	if (!plan->every)
		plan->every = NS_PER_SECOND;
	plan->needs = column_choice_needs(&plan->output.columns);
	plan->sandboxed = plan->has_limit || plan->has_high;
	sandbox->limit = plan->has_limit ? size_resolve(plan->limit, available) : CGROUP_UNLIMITED;
	sandbox->high = plan->has_high ? size_resolve(plan->high, available) : CGROUP_UNLIMITED;
	sandbox->no_guard = true;
	sandbox->swap = plan->has_swap ? size_resolve(plan->swap, available) : 0;
	r = plan_region(plan, does, available, page_size, err);
	if (r == 0)
		r = plan_touch(plan, available, err);
	if (r == 0)
		r = check_least("--limit", sandbox->limit, err);
	if (r == 0)
		r = check_least("--high", sandbox->high, err);
	if (r == 0)
		r = plan_steps(workload, available, err);
	if (r < 0)
		return r;
	if (!plan->sandboxed && plan->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT))
		return error_return(err, -EINVAL,
				    "--output: CGUSE, CGANON, CGFILE, CGSHMEM and CGPTE are of a sandbox, and there is none\n"
				    "add --limit SIZE, or leave these columns out");
	plan_lead_columns(workload, &plan->output.columns);
	return 0;
}
