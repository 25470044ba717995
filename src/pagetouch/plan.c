/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c - from what was asked for to what will be done */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "pagetouch/plan.h"
#include "workload/heap.h"

#define DEFAULT_SIZE (64 * 1024)

/* Where the system has none: the mapping is refused there, and that is explained. */
#define DEFAULT_HUGE_PAGE (UINT64_C(2) << 20)

/* Samples in a run when no INTERVAL is given, the baseline not counted. */
#define DEFAULT_STEPS 16

void request_default(struct request *ret_request)
{
	memset(ret_request, 0, sizeof(*ret_request));
	ret_request->size.bytes = DEFAULT_SIZE;
	ret_request->passes = ret_request->threads = 1;
	ret_request->guard = true;
	ret_request->oom_score_adj = 1000;
	ret_request->output.format = OUTPUT_TABLE;
	ret_request->output.headings = true;
	ret_request->output.columns = column_choice_default();
}

static bool has_share_step(const struct request *request)
{
	for (size_t i = 0; i < request->step_count; i++)
		if (request->steps[i].rule->verb == VERB_BOUND &&
		    request->steps[i].part.permyriad)
			return true;
	return false;
}

bool request_has_share(const struct request *request)
{
	return request->size.permyriad || (request->has_interval && request->interval.permyriad) ||
	       (request->has_touch && request->touch.permyriad) ||
	       (request->has_stride && request->stride.permyriad) ||
	       (request->has_limit && request->limit.permyriad) ||
	       (request->has_swap && request->swap.permyriad) ||
	       (request->has_high && request->high.permyriad) || has_share_step(request);
}

/* Bytes of SIZE in whole pages of UNIT bytes. */
static int plan_to_pages(const char *name, struct size size, uint64_t available, uint64_t unit,
			 uint64_t *ret_bytes, struct error *err)
{
	uint64_t bytes = size_resolve(size, available);

	if (size.permyriad && !bytes) {
		error_set(err, "%s is a share of the memory that is left, "
			  "but nothing is left", name);
		error_hint(err, "give %s in bytes", name);
		return -ERANGE;
	}
	if (size_round_up(bytes, unit, ret_bytes) < 0) {
		error_set(err, "%s is too large", name);
		error_hint(err, "rounded up to pages of %llu bytes it is over 2^64 - 1",
			   (unsigned long long)unit);
		return -ERANGE;
	}
	return 0;
}

/* A piece above a page is of whole pages, so that each page of it is touched. */
static int plan_heap(const struct request *request, struct plan *plan, struct error *err)
{
	uint64_t size = plan->workload.region.bytes, unit = plan->workload.touch_params.unit;
	uint64_t piece = request->piece;

	if (request->backing != REGION_HEAP)
		return 0;
	if (piece > unit && size_round_up(piece, unit, &piece) < 0)
		piece = size;
	if (!piece || piece > size)
		piece = size;
	plan->workload.region.piece = piece;
	if (heap_count(size, piece) <= HEAP_PIECES_MAX)
		return 0;
	error_set(err, "--heap: %llu bytes are %llu pieces, more than %llu",
		  (unsigned long long)size, (unsigned long long)heap_count(size, piece),
		  (unsigned long long)HEAP_PIECES_MAX);
	error_hint(err, "make PIECE larger or SIZE smaller");
	return -EINVAL;
}

/* How much of the region is walked over, and how much of that is touched. */
static int plan_touch(const struct request *request, uint64_t available, struct plan *plan,
		      struct error *err)
{
	struct workload *workload = &plan->workload;
	uint64_t unit = workload->touch_params.unit;
	uint64_t size = plan->workload.region.bytes;
	int r = 0;

	workload->span = size;
	if (request->has_touch)
		r = plan_to_pages("--touch", request->touch, available, unit, &workload->span,
				  err);
	if (r == 0 && request->has_stride)
		r = plan_to_pages("--stride", request->stride, available, unit,
				  &plan->workload.touch_params.stride, err);
	if (r < 0)
		return r;
	if (workload->span <= size) {
		workload->touch = touch_count(&plan->workload.touch_params, workload->span) * unit;
		return 0;
	}
	error_set(err, "--touch asks for %llu bytes, but only %llu are mapped",
		  (unsigned long long)workload->span, (unsigned long long)size);
	error_hint(err, "make SIZE larger or --touch smaller");
	return -EINVAL;
}

static int plan_interval(const struct request *request, uint64_t available, struct plan *plan,
			 struct error *err)
{
	struct workload *workload = &plan->workload;
	uint64_t unit = workload->touch_params.unit;
	struct size interval = request->interval;

	if (!request->has_interval)
		interval = (struct size){ .bytes = workload->touch / DEFAULT_STEPS +
						   (workload->touch % DEFAULT_STEPS != 0) };
	if (!interval.bytes && !interval.permyriad)
		interval.bytes = unit;
	if (plan_to_pages("INTERVAL", interval, available, unit, &workload->interval, err) < 0)
		return -ERANGE;
	if (request->has_interval && workload->interval > workload->touch)
		plan->note = "INTERVAL is larger than what is touched: "
			     "there will be one step and no sample within it";
	return 0;
}

/* A process that has yet to touch anything needs some memory too. */
static int check_least(const char *name, uint64_t bytes, struct error *err)
{
	if (bytes >= SANDBOX_LEAST)
		return 0;
	error_set(err, "%s of %llu bytes is less than the subject needs to start", name,
		  (unsigned long long)bytes);
	error_hint(err, "%s must be 2M or more", name);
	return -EINVAL;
}

static int plan_sandbox(const struct request *request, uint64_t available, struct plan *plan,
			struct error *err)
{
	struct sandbox_spec *sandbox = &plan->sandbox;

	plan->sandboxed = request->has_limit || request->has_high;
	sandbox->limit = sandbox->high = CGROUP_UNLIMITED;
	if (request->has_limit)
		sandbox->limit = size_resolve(request->limit, available);
	if (request->has_high)
		sandbox->high = size_resolve(request->high, available);
	if (request->has_swap)
		sandbox->swap = size_resolve(request->swap, available);
	if (check_least("--limit", sandbox->limit, err) < 0)
		return -EINVAL;
	return check_least("--high", sandbox->high, err);
}

/* A piece that is rounded, or of which nothing is left out, would show something else. */
static int check_pieces(const struct step *step, uint64_t size, uint64_t unit,
			struct error *err)
{
	uint64_t part = step->part.bytes, every = step->every.bytes;

	if (part % unit || every % unit) {
		error_set(err, "--then %s is not in whole pages", step->name);
		error_hint(err, "SIZE and EVERY must be multiples of %llu bytes",
			   (unsigned long long)unit);
		return -EINVAL;
	}
	if (part < every && every <= size)
		return 0;
	error_set(err, "--then %s takes no piece of each EVERY bytes of the region",
		  step->name);
	error_hint(err, "SIZE must be below EVERY, and EVERY not above the %llu bytes "
		   "that are mapped", (unsigned long long)size);
	return -EINVAL;
}

static int plan_bound(struct step *step, uint64_t available, struct error *err)
{
	char name[32];

	snprintf(name, sizeof(name), "--then %s", step->rule->name);
	step->bytes = size_resolve(step->part, available);
	return check_least(name, step->bytes, err);
}

static int plan_steps(const struct request *request, uint64_t available, struct plan *plan,
		      struct error *err)
{
	struct workload *workload = &plan->workload;
	uint64_t unit = workload->touch_params.unit;

	workload->step_count = request->step_count;
	for (size_t i = 0; i < request->step_count; i++) {
		struct step *step = &workload->steps[i];
		uint64_t size = plan->workload.region.bytes;
		int r;

		*step = request->steps[i];
		step->bytes = size;
		if (step->rule->verb == VERB_BOUND) {
			if (plan_bound(step, available, err) < 0)
				return -EINVAL;
			continue;
		}
		if (!step->part.bytes && !step->part.permyriad)
			continue;
		if (step->every.bytes && check_pieces(step, size, unit, err) < 0)
			return -EINVAL;
		r = size_round_up(size_resolve(step->part, size), unit, &step->bytes);
		if (r == 0 && step->bytes <= size)
			continue;
		error_set(err, "--then %s asks for more than the %llu bytes that are mapped",
			  step->name, (unsigned long long)size);
		error_hint(err, "make SIZE larger or the step smaller");
		return -EINVAL;
	}
	return 0;
}

/* What the steps do, all together: enum step_does, or-ed. */
static unsigned steps_do(const struct request *request)
{
	unsigned all = 0;

	for (size_t i = 0; i < request->step_count; i++)
		all |= request->steps[i].rule->does;
	return all;
}

/* Rows of several kinds say which kind they are of, and rows of several processes of which. */
static void plan_columns(const struct request *request, struct plan *plan)
{
	if (steps_do(request) & STEP_FORKS)
		column_choice_lead(&plan->output.columns, "STEP,PID");
	else if (request->step_count || request->passes > 1 || request->lock != REGION_UNLOCKED)
		column_choice_lead(&plan->output.columns, "STEP");
}

static int check_columns(const struct plan *plan, struct error *err)
{
	if (plan->sandboxed || !(plan->needs & (NEED_CGROUP_USAGE | NEED_CGROUP_STAT)))
		return 0;
	error_set(err,
		  "--output: CGUSE, CGANON, CGFILE, CGSHMEM and CGPTE are of a sandbox, and "
		  "there is none");
	error_hint(err, "add --limit SIZE, or leave these columns out");
	return -EINVAL;
}

static void plan_outline(const struct request *request, uint64_t page_size, struct plan *plan)
{
	uint64_t huge_page = request->huge_page ? request->huge_page : DEFAULT_HUGE_PAGE;
	uint64_t unit = region_is_hugetlb(request->backing) ? huge_page : page_size;
	unsigned does = steps_do(request);

	memset(plan, 0, sizeof(*plan));
	plan->workload.region = (struct region_spec){
		.backing = request->backing,
		.thp = request->thp,
		.reserve = request->reserve,
		.read_only = !touch_writes(request->access) && !(does & STEP_WRITES),
		.huge_page = region_is_hugetlb(request->backing) ? huge_page : 0,
		.fd = -1,
	};
	plan->workload.touch_params = (struct touch_params){
		.access = request->access,
		.order = request->order,
		.seed = request->seed,
		.unit = unit,
		.stride = unit,
		.batch = request->thp == REGION_THP_NEVER ? 1 : TOUCH_BATCH,
		/*
		 * At a limit little is to be missing in TOUCHED, and memory.high may stop the
		 * subject for seconds in each 64 pages of a call.
		 */
		.chunk = request->has_limit || request->has_high ? TOUCH_CHUNK : 0,
	};
	plan->workload.lock = request->lock;
	plan->workload.threads = request->threads ? (unsigned)request->threads : 1;
	plan->workload.file = region_is_file(request->backing) ? request->file : NULL;
	plan->workload.page_size = page_size;
	plan->workload.passes = request->passes ? request->passes : 1;
	plan->workload.rate = request->has_rate ? request->rate.bytes : 0;
	plan->workload.hold = request->hold;
	plan->every = request->every ? request->every : NS_PER_SECOND;
	plan->exact = request->exact;
	plan->needs = column_choice_needs(&request->output.columns);
	plan->output = request->output;
	plan->plot = request->plot;
	plan->oom_score_adj = request->oom_score_adj;
	plan->expect = request->expect;
	plan->guard = request->guard;
	plan->verify = request->verify;
	plan->verbose = request->verbose;
	plan->seeded = request->has_seed;
	/* Huge pages may come, so that the region should consist of whole ones. */
	plan->huge = (request->thp != REGION_THP_NEVER || does & STEP_COLLAPSES) &&
		     !region_is_hugetlb(request->backing);
}

int plan_make(const struct request *request, uint64_t available, uint64_t page_size,
	      struct plan *ret_plan, struct error *err)
{
	/* Too large for the stack that some limit leaves. */
	static struct plan plan;
	int r;

	plan_outline(request, page_size, &plan);
	r = plan_to_pages("SIZE", request->size, available, plan.workload.touch_params.unit,
			  &plan.workload.region.bytes, err);
	if (r == 0)
		r = plan_heap(request, &plan, err);
	if (r == 0)
		r = plan_touch(request, available, &plan, err);
	if (r == 0)
		r = plan_interval(request, available, &plan, err);
	if (r == 0)
		r = plan_sandbox(request, available, &plan, err);
	if (r == 0)
		r = plan_steps(request, available, &plan, err);
	if (r == 0)
		r = check_columns(&plan, err);
	if (r < 0)
		return r;
	plan_columns(request, &plan);
	*ret_plan = plan;
	return 0;
}
