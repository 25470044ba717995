/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c - from what was asked for to what will be done */
#include <config.h>

#include <errno.h>

#include "base/duration.h"
#include "options/plan.h"

#define DEFAULT_SIZE (64 * 1024)

/* Samples in a run when no INTERVAL is given, the baseline not counted. */
#define DEFAULT_STEPS 16

struct request request_default(void)
{
	return (struct request){
		.size.bytes = DEFAULT_SIZE,
		.guard = true,
		.oom_score_adj = 1000,
		.output = {
			.format = OUTPUT_TABLE,
			.headings = true,
			.columns = column_choice_default(),
		},
	};
}

bool request_has_share(const struct request *request)
{
	return request->size.permyriad || (request->has_interval && request->interval.permyriad) ||
	       (request->has_touch && request->touch.permyriad) ||
	       (request->has_limit && request->limit.permyriad) ||
	       (request->has_swap && request->swap.permyriad) ||
	       (request->has_high && request->high.permyriad);
}

/* Bytes of SIZE in whole pages. */
static int to_pages(const char *name, struct size size, uint64_t room, uint64_t page_size,
		    uint64_t *ret_bytes, struct trouble *trouble)
{
	uint64_t bytes = size_resolve(size, room);

	if (size.permyriad && !bytes) {
		trouble_set(trouble, "%s is a share of the memory that is left, but nothing is left",
			    name);
		trouble_remedy(trouble, "give %s in bytes", name);
		return -ERANGE;
	}
	if (size_round_up(bytes, page_size, ret_bytes) < 0) {
		trouble_set(trouble, "%s is too large", name);
		trouble_remedy(trouble, "rounded up to pages of %llu bytes it is over 2^64 - 1",
			       (unsigned long long)page_size);
		return -ERANGE;
	}
	return 0;
}

static int plan_touch(const struct request *request, uint64_t room, struct plan *plan,
		      struct trouble *trouble)
{
	uint64_t size = plan->region.bytes;

	plan->observe.touch = size;
	if (!request->has_touch)
		return 0;
	if (to_pages("--touch", request->touch, room, plan->observe.page_size,
		     &plan->observe.touch, trouble) < 0)
		return -ERANGE;
	if (plan->observe.touch <= size)
		return 0;
	trouble_set(trouble, "--touch asks for %llu bytes, but only %llu are mapped",
		    (unsigned long long)plan->observe.touch, (unsigned long long)size);
	trouble_remedy(trouble, "make SIZE larger or --touch smaller");
	return -EINVAL;
}

static int plan_interval(const struct request *request, uint64_t room, struct plan *plan,
			 struct trouble *trouble)
{
	struct observe_plan *observe = &plan->observe;
	struct size interval = request->interval;

	if (!request->has_interval)
		interval = (struct size){ .bytes = observe->touch / DEFAULT_STEPS +
						   (observe->touch % DEFAULT_STEPS != 0) };
	if (!interval.bytes && !interval.permyriad)
		interval.bytes = observe->page_size;
	if (to_pages("INTERVAL", interval, room, observe->page_size, &observe->interval,
		     trouble) < 0)
		return -ERANGE;
	if (request->has_interval && observe->interval > observe->touch)
		plan->note = "INTERVAL is larger than what is touched: "
			     "there will be one step and no sample within it";
	return 0;
}

/* A process that has yet to touch anything needs some memory too. */
static int check_least(const char *name, uint64_t bytes, struct trouble *trouble)
{
	if (bytes >= SANDBOX_LEAST)
		return 0;
	trouble_set(trouble, "%s of %llu bytes is less than the subject needs to start", name,
		    (unsigned long long)bytes);
	trouble_remedy(trouble, "%s must be 2M or more", name);
	return -EINVAL;
}

static int plan_sandbox(const struct request *request, uint64_t room, struct plan *plan,
			struct trouble *trouble)
{
	struct sandbox_spec *sandbox = &plan->sandbox;

	plan->sandboxed = request->has_limit || request->has_high;
	sandbox->limit = sandbox->high = CGROUP_UNLIMITED;
	if (request->has_limit)
		sandbox->limit = size_resolve(request->limit, room);
	if (request->has_high)
		sandbox->high = size_resolve(request->high, room);
	if (request->has_swap)
		sandbox->swap = size_resolve(request->swap, room);
	if (check_least("--limit", sandbox->limit, trouble) < 0)
		return -EINVAL;
	return check_least("--high", sandbox->high, trouble);
}

int plan_make(const struct request *request, uint64_t room, uint64_t page_size,
	      struct plan *ret_plan, struct trouble *trouble)
{
	struct plan plan = {
		.region = {
			.backing = request->backing,
			.thp = request->thp,
			.reserve = request->reserve,
		},
		.observe = {
			.page_size = page_size,
			.rate = request->has_rate ? request->rate.bytes : 0,
			.hold = request->hold,
			.every = request->every ? request->every : NS_PER_SECOND,
			.exact = request->exact,
			.needs = column_choice_needs(&request->output.columns),
		},
		.output = request->output,
		.oom_score_adj = request->oom_score_adj,
		.expect = request->expect,
		.guard = request->guard,
		.verify = request->verify,
		.verbose = request->verbose,
	};
	int r = to_pages("SIZE", request->size, room, page_size, &plan.region.bytes, trouble);

	if (r == 0)
		r = plan_touch(request, room, &plan, trouble);
	if (r == 0)
		r = plan_interval(request, room, &plan, trouble);
	if (r == 0)
		r = plan_sandbox(request, room, &plan, trouble);
	if (r == 0)
		*ret_plan = plan;
	return r;
}
