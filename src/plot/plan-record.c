/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan-record.c - name what a workload consists of */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "plot/plot.h"

_Static_assert(PLAN_RECORD_STEPS_MAX == STEPS_MAX, "a record has all steps");

struct plan_record plan_record_of(const struct workload *workload, const struct host *host,
				  const struct machine *machine, int pid, uint64_t limit)
{
	static const char *const locks[] = {
		[REGION_UNLOCKED] = NULL,
		[REGION_LOCKED] = "all",
		[REGION_LOCKED_ONFAULT] = "onfault",
	};
	const struct touch_params *touch_params = &workload->touch_params;
	const struct region_spec *region = &workload->region;
	struct plan_record record = {
		.host = host,
		.machine = machine,
		.pid = pid,
		.limit = limit,
		.size = region->bytes,
		.page_size = workload->page_size,
		.interval = workload->interval,
		.touch = workload->touch,
		.backing = region_backing_name(region->backing),
		.piece = region->piece ? region->piece : SAMPLE_MISSING,
		.access = touch_access_name(touch_params->access),
		.order = order_name(touch_params->order),
		.seed = touch_params->order == ORDER_RANDOM ? touch_params->seed : SAMPLE_MISSING,
		.unit = touch_params->unit,
		.stride = touch_params->stride,
		.passes = workload->passes,
		.threads = workload->threads,
		.lock = locks[workload->lock],
		.file = workload->file,
		.shared = region_is(region->backing, REGION_IS_SHARED),
		.step_count = workload->step_count,
		.step_width = strlen("touch"),
	};

	if (workload->passes > 1)
		record.step_width = (size_t)snprintf(NULL, 0, "pass:%" PRIu64, workload->passes);
	if (workload->lock == REGION_LOCKED_ONFAULT)
		record.step_width = MAX(record.step_width, strlen("lock:onfault"));
	for (size_t i = 0; i < workload->step_count; i++) {
		record.steps[i] = workload->steps[i].name;
		record.step_width = MAX(record.step_width, strlen(record.steps[i]));
	}
	return record;
}
