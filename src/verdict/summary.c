/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c - put the measured figures into sentences */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/size.h"
#include "verdict/summary.h"
#include "workload/driver.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)

static int append_vsz(const struct verdict_evidence *evidence, const struct growth *growth,
		      char *text, size_t size)
{
	const struct workload_result *done = evidence->workload_result;
	enum size_unit unit = evidence->unit;
	uint64_t before = done->vsz_before, mapped = evidence->result->baseline.vsz;

	if (growth->vsz > 0 && growth->rule.vsz_grows)
		return snprintf(text, size, "%s took VSZ from %s to %s, while pages were touched",
				evidence->workload->region.backing == REGION_STACK ? "The stack"
									  : "Allocating",
				TEXT(mapped), TEXT(done->filled.vsz));
	if (growth->vsz)
		return snprintf(text, size, "VSZ went from %s to %s while pages were touched",
				TEXT(mapped), TEXT(done->filled.vsz));
	if (!before || before > mapped)
		return snprintf(text, size, "VSZ stayed at %s", TEXT(mapped));
	return snprintf(text, size, "Mapping took VSZ from %s to %s, where it stayed",
			TEXT(before), TEXT(mapped));
}

/* "exactly what was touched, by smaps_rollup", or the difference and its reason. */
static int append_difference(const struct growth *growth, uint64_t touched, enum size_unit unit,
			     char *text, size_t size)
{
	const char *source = growth->exact ? "smaps_rollup" : "status";
	char reason[GROWTH_REASON_MAX];

	growth_reason(growth, touched, unit, reason);
	if (!growth->difference)
		return snprintf(text, size, "exactly what was touched, by %s%s%s", source,
				*reason ? ", although " : "", reason);
	return snprintf(text, size, "%s %s than was touched, by %s%s%s",
			TEXT(size_magnitude(growth->difference)),
			growth->difference > 0 ? "more" : "less", source, *reason ? ": " : "",
			reason);
}

/* What was done to the region, as the beginning of a sentence. */
static const char *append_deed(const struct verdict_evidence *evidence, uint64_t touched,
			       enum size_unit unit, char *text, size_t size)
{
	const struct workload *workload = evidence->workload;
	uint64_t passes = evidence->workload_result->passes;
	bool locked = region_lock_fills(workload->region.backing, workload->lock);

	if (!touched && locked)
		snprintf(text, size, "Locking the region");
	else if (passes > 1)
		snprintf(text, size, "Touching %s %" PRIu64 " times", TEXT(touched), passes);
	else
		snprintf(text, size, "Touching %s", TEXT(touched));
	return text;
}

/* Where the steps left the subject. */
static void add_steps(const struct verdict_evidence *evidence, char *summary, size_t size)
{
	const struct run_result *result = evidence->result;
	enum size_unit unit = evidence->unit;
	const struct sample *last = &result->last;
	size_t used = strlen(summary);
	bool rollup = last->rss_rollup != SAMPLE_MISSING;
	int64_t grew = (int64_t)(rollup ? last->rss_rollup - result->baseline.rss_rollup
					: last->rss_status - result->baseline.rss_status);
	bool done = result->reason == STOP_DONE, many;

	/* A run that ended in a step may not have a row of it. */
	if (!evidence->workload_result->stepped || last->step != STEP_THEN)
		return;
	many = evidence->workload->step_count > 1;
	used += (size_t)snprintf(summary + used, size - used, " After %s%s%s RSS was ",
				 !done ? "what was done of " : many ? "the last step (" : "",
				 sample_step_name(last), done && many ? ")" : "");
	if (grew)
		snprintf(summary + used, size - used, "%s %s where it began, by %s.",
			 TEXT(size_magnitude(grew)), grew > 0 ? "above" : "below",
			 rollup ? "smaps_rollup" : "status");
	else
		snprintf(summary + used, size - used, "just where it began, by %s.",
			 rollup ? "smaps_rollup" : "status");
}

void summary_write(const struct verdict_evidence *evidence, const struct growth *growth,
		   struct verdict *ret_verdict)
{
	enum size_unit unit = evidence->unit;
	uint64_t touched = evidence->workload_result->filled.covered;
	char vsz[256], difference[1024], deed[64];
	size_t size = sizeof(ret_verdict->summary);

	append_vsz(evidence, growth, vsz, sizeof(vsz));
	if (!touched && !growth->rss && !growth->region) {
		snprintf(ret_verdict->summary, size,
			 "%s. Nothing was touched, and RSS did not grow.", vsz);
		add_steps(evidence, ret_verdict->summary, size);
		return;
	}
	append_difference(growth, touched, unit, difference, sizeof(difference));
	snprintf(ret_verdict->summary, size,
		 "%s. %s made RSS %s by %s: %s, in %" PRId64 " minor fault%s%s.",
		 vsz, append_deed(evidence, touched, unit, deed, sizeof(deed)),
		 growth->rss < 0 ? "fall" : "grow",
		 TEXT(size_magnitude(growth->rss)), difference, growth->minflt,
		 		growth->minflt == 1 ? "" : "s",
		 growth->majflt ? " and some major ones" : "");
	add_steps(evidence, ret_verdict->summary, size);
}
