/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan-record.c - say in a plan record, and in a picture's title, what a workload consists of */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "output/json-object.h"
#include "plot/plot.h"

void workload_print_title(FILE *stream, const struct workload *workload)
{
	char size[SIZE_TEXT_MAX];

	fprintf(stream, "%s %s", size_text(size, workload->region.bytes, SIZE_HUMAN),
		region_backing_name(workload->region.backing));
	if (workload->touch_params.access != TOUCH_WRITE)
		fprintf(stream, ", %s", touch_access_name(workload->touch_params.access));
	if (workload->touch_params.order != ORDER_FORWARD)
		fprintf(stream, ", %s", order_name(workload->touch_params.order));
	if (workload->passes > 1)
		fprintf(stream, ", %" PRIu64 " passes", workload->passes);
	if (workload->threads > 1)
		fprintf(stream, ", %" PRIu64 " threads", workload->threads);
}

static void plan_describe(const struct plan_record *record, struct json_object *object)
{
	static const char *const locks[] = {
		[REGION_UNLOCKED] = NULL,
		[REGION_LOCKED] = "all",
		[REGION_LOCKED_ONFAULT] = "onfault",
	};
	const struct workload *workload = record->described;
	const struct touch_params *touch_params = &workload->touch_params;
	const struct region_spec *region = &workload->region;
	bool random = touch_params->order == ORDER_RANDOM;
	struct json_object *steps = json_object_new_array();

	json_add_size(object, "page_size", workload->page_size);
	json_add_size(object, "size", region->bytes);
	json_add_size(object, "interval", workload->interval);
	json_add_size(object, "touch", workload->touch);
	json_add_text(object, "backing", region_backing_name(region->backing));
	json_add_size(object, "piece", region->piece ? region->piece : SAMPLE_MISSING);
	json_add_text(object, "access", touch_access_name(touch_params->access));
	json_add_text(object, "order", order_name(touch_params->order));
	json_add_size(object, "seed", random ? touch_params->seed : SAMPLE_MISSING);
	json_add_size(object, "unit", touch_params->unit);
	json_add_size(object, "stride", touch_params->stride);
	json_add_size(object, "passes", workload->passes);
	json_add_size(object, "threads", workload->threads);
	json_add_text(object, "lock", locks[workload->lock]);
	json_add_text(object, "file", workload->file);
	json_add_flag(object, "shared", region_is(region->backing, REGION_IS_SHARED));
	for (size_t i = 0; i < workload->step_count; i++)
		json_object_array_add(steps, json_new_text(workload->steps[i].name));
	json_add(object, "steps", steps);
	json_add_size(object, "limit", record->limit);
	json_add_integer(object, "pid", record->pid);
}

struct plan_record plan_record_of(const struct workload *workload, const struct host *host,
				  const struct machine *machine, int pid, uint64_t limit)
{
	uint64_t page_size = workload->page_size ? workload->page_size : 1;
	struct plan_record record = {
		.host = host,
		.machine = machine,
		.pid = pid,
		.limit = limit,
		.size = workload->region.bytes,
		.touches = (workload->passes + workload->step_count) * workload->region.bytes /
			   page_size,
		.describe = plan_describe,
		.described = workload,
	};

	if (workload->passes > 1)
		record.step_width = (size_t)snprintf(NULL, 0, "pass:%" PRIu64, workload->passes);
	if (workload->lock == REGION_LOCKED_ONFAULT)
		record.step_width = MAX(record.step_width, strlen("lock:onfault"));
	for (size_t i = 0; i < workload->step_count; i++)
		record.step_width = MAX(record.step_width, strlen(workload->steps[i].name));
	return record;
}
