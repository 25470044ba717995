/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.c - compare what was touched with what became resident */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "verdict/growth.h"

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

/* The figure that a region is measured by; SAMPLE_MISSING: it was not read. */
static uint64_t figure_of(const struct sample *sample, enum growth_kind kind)
{
	const uint64_t figures[] = {
		[GROWTH_ANON] = sample->anon_rollup, [GROWTH_SHMEM] = sample->shmem_rollup,
		[GROWTH_REGION] = sample->region_rss, [GROWTH_HUGETLB] = sample->hugetlb,
	};

	return figures[kind];
}

#define CHANGE(member) ((int64_t)(last->member - baseline->member))

struct growth growth_measure(const struct sample *baseline, const struct sample *last,
			     const struct growth_rule *rule)
{
	uint64_t before = figure_of(baseline, rule->kind), after = figure_of(last, rule->kind);
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

/* Appends ", text" or "text" to reason. */
__attribute__((format(printf, 2, 3)))
static void growth_add(char *reason, const char *format, ...)
{
	size_t used = strlen(reason);
	va_list arguments;

	if (used && used + 2 < GROWTH_REASON_MAX) {
		memcpy(reason + used, ", ", 3);
		used += 2;
	}
	va_start(arguments, format);
	vsnprintf(reason + used, GROWTH_REASON_MAX - used, format, arguments);
	va_end(arguments);
}

#define TEXT(value) size_text((char[SIZE_TEXT_MAX]){ 0 }, size_magnitude(value), unit)

/* Why it had to differ from what was touched. */
static void add_cause(const struct growth *growth, uint64_t touched, enum size_unit unit,
		      char *reason)
{
	int64_t more = growth->region - (int64_t)touched;

	if (growth->exact && growth->rule.cause == GROWTH_NO_RSS)
		growth_add(reason, "hugetlb pages are in no RSS, but %s came into use",
			   TEXT(growth->region));
	else if (growth->rule.cause == GROWTH_ZERO_PAGE && touched && more < 0)
		growth_add(reason,
			   "what is only read stays the one page of zeros, which is in no RSS");
	else if (growth->rule.cause == GROWTH_CALLED && touched)
		growth_add(reason, "what pread and pwrite reach is the file, not the mapping");
	else if (growth->exact && growth->rule.vsz_grows && more > 0)
		growth_add(reason, "malloc(3) itself took %s", TEXT(more));
	else if (growth->exact && growth->rule.cause == GROWTH_ALLOCATOR && more < 0)
		growth_add(reason, "malloc(3) had %s of it resident already", TEXT(more));
	else if (growth->exact && growth->rule.cause == GROWTH_LOCKED && more > 0)
		growth_add(reason, "mlock made %s more of the region resident", TEXT(more));
	else if (growth->exact && growth->rule.cause == GROWTH_AROUND && more > 0)
		growth_add(reason, "the kernel mapped %s more of the file around what was touched",
			   TEXT(more));
}

const char *growth_reason(const struct growth *growth, uint64_t touched, enum size_unit unit,
			  char reason[static GROWTH_REASON_MAX])
{
	int64_t least = (int64_t)growth->rule.least, most = (int64_t)growth->rule.most;
	int64_t ineligible = 0, due;	/* of the region's memory: beyond the rule, within it */
	bool swapped = growth->swap > 0;

	if (growth->exact && growth->region < least)
		ineligible = growth->region - least;
	else if (growth->exact && growth->region > most)
		ineligible = growth->region - most;
	due = growth->rule.cause == GROWTH_NO_RSS ? 0 : growth->region - ineligible;
	reason[0] = '\0';
	if (!vsz_is_right(growth))
		growth_add(reason, "VSZ %s by %s during the run",
			   growth->vsz > 0 ? "rose" : "fell", TEXT(growth->vsz));
	if (!growth->difference && !ineligible)
		return reason;
	add_cause(growth, touched, unit, reason);
	if (ineligible > 0 && growth->huge)
		growth_add(reason, "transparent huge pages made %s more resident than was touched",
			   TEXT(ineligible));
	if (swapped)
		growth_add(reason, "%s went to swap", TEXT(growth->swap));
	if (growth->file)
		growth_add(reason, "%s of the program's own file pages %s", TEXT(growth->file),
			   growth->file > 0 ? "came in" : "were reclaimed");
	if (growth->exact && !ineligible && !growth->file && !swapped && growth->rss != due)
		growth_add(reason, "%s of other memory of the subject %s", TEXT(growth->rss - due),
			   growth->rss > due ? "came in" : "went");
	if (!growth->exact)
		growth_add(reason, "the figure is from status, which may lag");
	else if (ineligible && !(ineligible > 0 && growth->huge) && !swapped)
		growth_add(reason,
			   "%s of the region's own memory %s for no reason that can be seen",
			   TEXT(ineligible), ineligible > 0 ? "came in" : "is missing");
	return reason;
}
