/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.c - compare what was touched with what became resident, and say it */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/size.h"
#include "verdict/growth.h"
#include "workload/driver.h"

struct growth_rule growth_expect(const struct workload *workload, uint64_t covered,
				 uint64_t locked)
{
	const struct region_spec *region = &workload->region;
	bool anonymous = region_is(region->backing, REGION_IS_ANONYMOUS);
	bool file = region_is(region->backing, REGION_IS_FILE);
	bool writes = touch_writes(workload->touch_params.access);
	bool calls = touch_calls(workload->touch_params.access);
	/* What goes to the file is in the page cache, which is mapped nowhere by that. */
	uint64_t brought = calls || (anonymous && !writes && !region->own_zeros) ? 0 : covered;
	struct growth_rule rule = {
		.kind = anonymous ? GROWTH_ANON : file ? GROWTH_REGION : GROWTH_SHMEM,
		.vsz_grows = region_is(region->backing, REGION_IS_GROWING),
	};

	/* Locking writes to what is writable. */
	if (anonymous && region->read_only && !region->own_zeros)
		locked = 0;
	rule.least = rule.most = MAX(brought, locked);
	if (region->backing == REGION_HEAP) {
		uint64_t piece = region->piece ? region->piece : region->bytes;
		uint64_t pieces = covered ? (covered - 1) / piece + 1 : 0;
		uint64_t spare = GROWTH_ARENA_EXTRA * MAX(workload->threads, 1);

		/* Headers are written even where the pieces are only read. */
		rule.most = covered + pieces * GROWTH_PIECE_EXTRA + spare;
		rule.vsz_least = covered > spare ? covered - spare : 0;
		rule.least = brought ? rule.vsz_least : 0;
		rule.cause = writes || region->own_zeros ? GROWTH_ALLOCATOR : GROWTH_ZERO_PAGE;
		return rule;
	}
	if (rule.vsz_grows)
		rule.vsz_least = covered;
	if (locked > brought)
		rule.cause = GROWTH_LOCKED;
	else if (calls)
		rule.cause = GROWTH_CALLED;
	else if (anonymous && !brought)
		rule.cause = GROWTH_ZERO_PAGE;
	/* A private page that is written is a copy: of that page alone. */
	if (file && !calls && rule.least &&
	    !(writes && region->backing != REGION_FILE_SHARED)) {
		rule.most = region->bytes;
		if (rule.cause == GROWTH_PLAIN)
			rule.cause = GROWTH_AROUND;
	}
	if (region_is(region->backing, REGION_IS_HUGETLB)) {
		rule.kind = GROWTH_HUGETLB;
		rule.cause = GROWTH_NO_RSS;
	}
	return rule;
}

#define CHANGE(member) ((int64_t)(last->member - baseline->member))

struct growth growth_measure(const struct sample *baseline, const struct sample *last,
			     const struct growth_rule *rule)
{
	/* What a region is measured by; SAMPLE_MISSING: it was not read. */
	const uint64_t figures[][2] = {
		[GROWTH_ANON] = { baseline->anon_rollup, last->anon_rollup },
		[GROWTH_SHMEM] = { baseline->shmem_rollup, last->shmem_rollup },
		[GROWTH_REGION] = { baseline->region_rss, last->region_rss },
		[GROWTH_HUGETLB] = { baseline->hugetlb, last->hugetlb },
	};
	uint64_t before = figures[rule->kind][0], after = figures[rule->kind][1];
	struct growth growth = {
		.rule = *rule,
		.vsz = CHANGE(vsz),
		.rss = CHANGE(rss_status),
		.exact = last->rss_rollup != SAMPLE_MISSING &&
			 baseline->rss_rollup != SAMPLE_MISSING &&
			 before != SAMPLE_MISSING && after != SAMPLE_MISSING,
		.file = CHANGE(file),
		.swap = CHANGE(swap),
		.minflt = CHANGE(minflt),
		.majflt = CHANGE(majflt),
	};

	if (growth.exact) {
		growth.rss = CHANGE(rss_rollup);
		growth.region = (int64_t)(after - before);
		growth.huge = last->huge;
	}
	/* A file's own pages are in RssFile too, or in RssAnon, or on tmpfs in RssShmem. */
	if (rule->kind == GROWTH_REGION)
		growth.file = growth.exact ? growth.rss - growth.region : 0;
	growth.difference = growth.rss - (int64_t)last->covered;
	return growth;
}

static bool vsz_is_right(const struct growth *growth)
{
	return growth->rule.vsz_grows ? growth->vsz >= (int64_t)growth->rule.vsz_least
				      : growth->vsz == 0;
}

bool growth_verified(const struct growth *growth)
{
	return growth->exact && vsz_is_right(growth) &&
	       growth->region >= (int64_t)growth->rule.least &&
	       growth->region <= (int64_t)growth->rule.most;
}

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)

const char *growth_reason(const struct growth *growth, uint64_t touched, enum size_unit unit,
			  char reason[static GROWTH_REASON_MAX])
{
	bool exact = growth->exact, grows = growth->rule.vsz_grows, swapped = growth->swap > 0;
	int64_t least = (int64_t)growth->rule.least, most = (int64_t)growth->rule.most;
	int64_t region = growth->region, more = region - (int64_t)touched;
	enum growth_cause cause = growth->rule.cause;
	/* Of the region's memory: beyond the rule, within it. */
	int64_t ineligible = exact ? region - MAX(least, MIN(region, most)) : 0;
	int64_t due = cause == GROWTH_NO_RSS ? 0 : region - ineligible;
	bool huge = ineligible > 0 && growth->huge;
	/*
	 * A figure stands between the texts, if there is a second one. All but the first explain
	 * why RSS differs from what was touched.
	 */
	const struct { bool holds; const char *before; int64_t figure; const char *behind; }
	reasons[] = {
		{ !vsz_is_right(growth), growth->vsz > 0 ? "VSZ rose by " : "VSZ fell by ",
		  growth->vsz, " during the run" },
		{ exact && cause == GROWTH_NO_RSS, "hugetlb pages are in no RSS, but ",
		  region, " came into use" },
		{ cause == GROWTH_ZERO_PAGE && touched && more < 0,
		  "what is only read stays the one page of zeros, which is in no RSS", 0, NULL },
		{ cause == GROWTH_CALLED && touched,
		  "what pread and pwrite reach is the file, not the mapping", 0, NULL },
		{ exact && grows && more > 0, "malloc(3) itself took ", more, "" },
		{ exact && cause == GROWTH_ALLOCATOR && more < 0, "malloc(3) had ", more,
		  " of it resident already" },
		{ exact && cause == GROWTH_LOCKED && more > 0 && !grows, "mlock made ", more,
		  " more of the region resident" },
		{ exact && cause == GROWTH_AROUND && more > 0, "the kernel mapped ", more,
		  " more of the file around what was touched" },
		{ huge, "transparent huge pages made ", ineligible,
		  " more resident than was touched" },
		{ swapped, "", growth->swap, " went to swap" },
		{ growth->file, "", growth->file, growth->file > 0
		  ? " of the program's own file pages came in"
		  : " of the program's own file pages were reclaimed" },
		{ exact && !ineligible && !growth->file && !swapped && growth->rss != due, "",
		  growth->rss - due, growth->rss > due ? " of other memory of the subject came in"
						       : " of other memory of the subject went" },
		{ !exact, "the figure is from status, which may lag", 0, NULL },
		{ ineligible && !huge && !swapped, "", ineligible, ineligible > 0
		  ? " of the region's own memory came in for no reason that can be seen"
		  : " of the region's own memory is missing for no reason that can be seen" },
	};
	size_t count = growth->difference || ineligible ? ARRAY_SIZE(reasons) : 1, used = 0;

	reason[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *behind = reasons[i].behind;

		if (reasons[i].holds && used < GROWTH_REASON_MAX)
			used += (size_t)snprintf(reason + used, GROWTH_REASON_MAX - used,
				"%s%s%s%s", used ? ", " : "", reasons[i].before, !behind ? ""
				: TEXT(size_magnitude(reasons[i].figure)), behind ? behind : "");
	}
	return reason;
}

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

void growth_judge(const struct verdict_evidence *evidence, struct verdict *verdict)
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
	verdict->unmet = true;
	error_set(&verdict->err, "not verified: %s", verdict->summary);
	verdict->err.message[strlen(verdict->err.message) - 1] = '\0';
}
