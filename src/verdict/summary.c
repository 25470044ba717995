/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c - put the measured figures into sentences */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/size.h"
#include "verdict/growth.h"
#include "verdict/summary.h"
#include "workload/driver.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)

/* VSZ before and after the mapping; what was touched; how much RSS grew, and by which source. */
static void summary_write(const struct verdict_evidence *evidence, const struct growth *growth,
			  char *summary, size_t size)
{
	const struct workload *workload = evidence->workload;
	const struct workload_result *done = evidence->workload_result;
	enum size_unit unit = evidence->unit;
	uint64_t mapped = evidence->result->baseline.vsz, touched = done->filled.covered;
	bool grows = growth->vsz > 0 && growth->rule.vsz_grows;
	char vsz[256], deed[64], difference[128], reason[GROWTH_REASON_MAX];
	const char *source = growth->exact ? "smaps_rollup" : "status";

	if (growth->vsz)
		snprintf(vsz, sizeof(vsz), "%s from %s to %s%s while pages were touched",
			 !grows ? "VSZ went" : workload->region.backing == REGION_STACK
			 ? "The stack took VSZ" : "Allocating took VSZ",
			 TEXT(mapped), TEXT(done->filled.vsz), grows ? "," : "");
	else if (!done->vsz_before || done->vsz_before > mapped)
		snprintf(vsz, sizeof(vsz), "VSZ stayed at %s", TEXT(mapped));
	else
		snprintf(vsz, sizeof(vsz), "Mapping took VSZ from %s to %s, where it stayed",
			 TEXT(done->vsz_before), TEXT(mapped));

	if (!touched && !growth->rss && !growth->region) {
		snprintf(summary, size, "%s. Nothing was touched, and RSS did not grow.", vsz);
		return;
	}

	if (!touched && region_lock_fills(workload->region.backing, workload->lock))
		snprintf(deed, sizeof(deed), "Locking the region");
	else if (done->passes > 1)
		snprintf(deed, sizeof(deed), "Touching %s %" PRIu64 " times", TEXT(touched),
			 done->passes);
	else
		snprintf(deed, sizeof(deed), "Touching %s", TEXT(touched));

	if (growth->difference)
		snprintf(difference, sizeof(difference), "%s %s than was touched",
			 TEXT(size_magnitude(growth->difference)),
			 growth->difference > 0 ? "more" : "less");
	else
		snprintf(difference, sizeof(difference), "exactly what was touched");

	growth_reason(growth, touched, unit, reason);
	snprintf(summary, size,
		 "%s. %s made RSS %s by %s: %s, by %s%s%s, in %" PRId64 " minor fault%s%s.",
		 vsz, deed, growth->rss < 0 ? "fall" : "grow", TEXT(size_magnitude(growth->rss)),
		 difference, source,
		 !*reason ? "" : growth->difference ? ": " : ", although ", reason,
		 growth->minflt, growth->minflt == 1 ? "" : "s",
		 growth->majflt ? " and some major ones" : "");
}

void summary_of_growth(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct workload *workload = evidence->workload;
	const struct workload_result *done = evidence->workload_result;
	const struct run_result *result = evidence->result;
	const struct sample *baseline = &result->baseline, *last = &result->last;
	enum size_unit unit = evidence->unit;
	uint64_t locked = 0;
	bool rollup = last->rss_rollup != SAMPLE_MISSING;
	const char *source = rollup ? "smaps_rollup" : "status";
	size_t used, size = sizeof(verdict->summary);
	struct growth_rule rule;
	struct growth growth;

	/* How much locking has filled, however far the run came. */
	if (region_lock_fills(workload->region.backing, workload->lock))
		locked = done->passes ? workload->region.bytes : result->step_done;
	rule = growth_expect(workload, done->filled.covered, locked);
	growth = growth_measure(baseline, &done->filled, &rule);
	verdict->measured = true;
	verdict->exact = rollup;
	verdict->vsz = last->vsz;
	verdict->rss = rollup ? last->rss_rollup : last->rss_status;
	verdict->grew = (int64_t)(verdict->rss - (rollup ? baseline->rss_rollup
							 : baseline->rss_status));
	verdict_add_evidence(verdict,
			     "the last row%s, by %s: RSS grew by %" PRId64 " bytes for %" PRIu64 " touched",
			     done->stepped ? " before the steps" : "",
			     growth.exact ? "smaps_rollup" : "status", growth.rss,
			     done->filled.covered);
	summary_write(evidence, &growth, verdict->summary, size);
	used = strlen(verdict->summary);
	/* Where the steps left the subject; a run that ended in one may not have a row of it. */
	if (done->stepped && last->step == STEP_THEN) {
		bool whole = result->reason == STOP_DONE, many = workload->step_count > 1;

		used += (size_t)snprintf(verdict->summary + used, size - used,
					 " After %s%s%s RSS was ",
					 !whole ? "what was done of " :
					 many ? "the last step (" : "",
					 sample_step_name(last), whole && many ? ")" : "");
		snprintf(verdict->summary + used, size - used, "%s%s where it began, by %s.",
			 verdict->grew ? TEXT(size_magnitude(verdict->grew)) : "just",
			 verdict->grew > 0 ? " above" : verdict->grew ? " below" : "", source);
	}
	if (!evidence->verify || growth_verified(&growth) ||
	    (verdict->exit_status != EXIT_DONE && verdict->exit_status != EXIT_GUARD))
		return;
	verdict->exit_status = EXIT_UNMET;
	error_set(&verdict->err, "not verified: %s", verdict->summary);
	verdict->err.message[strlen(verdict->err.message) - 1] = '\0';
}

void summary_of_throttling(const struct oom_evidence *oom_evidence, struct verdict *verdict)
{
	const struct oom_monitor_level *own;
	size_t used = strlen(verdict->summary);
	char waited[96] = "";
	uint64_t times;

	if (!oom_evidence || !oom_evidence->count || !oom_evidence->alone)
		return;
	own = oom_evidence->levels;
	times = own->after.high - own->before.high;
	if (!own->before.known || !own->after.known || !times)
		return;
	verdict->throttled = true;
	verdict_add_evidence(verdict,
			     "memory.events: high went up by %" PRIu64 "; memory.pressure: full avg10 %u.%02u %%",
			     times, own->pressure / 100, own->pressure % 100);
	if (own->pressure)
		snprintf(waited, sizeof(waited),
			 "; all its tasks waited for memory %u.%02u %% of the last ten seconds",
			 own->pressure / 100, own->pressure % 100);
	snprintf(verdict->summary + used, sizeof(verdict->summary) - used,
		 "%sThrottled at memory.high %" PRIu64 " time%s: slow, not hung%s.",
		 used ? " " : "", times, times == 1 ? "" : "s", waited);
}
