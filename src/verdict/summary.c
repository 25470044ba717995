/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.c - put the measured figures into sentences */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "verdict/summary.h"

#define TEXT(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)

static int say_vsz(const struct ending *ending, const struct growth *growth, enum size_unit unit,
		   char *text, size_t size)
{
	uint64_t before = ending->vsz_before, mapped = ending->baseline.vsz;

	if (growth->vsz)
		return snprintf(text, size, "VSZ went from %s to %s while pages were touched",
				TEXT(mapped), TEXT(ending->last.vsz));
	if (!before || before > mapped)
		return snprintf(text, size, "VSZ stayed at %s", TEXT(mapped));
	return snprintf(text, size, "Mapping took VSZ from %s to %s, where it stayed",
			TEXT(before), TEXT(mapped));
}

/* "exactly what was touched, by smaps_rollup", or the difference and its reason. */
static int say_difference(const struct growth *growth, uint64_t touched, enum size_unit unit,
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

void summary_write(const struct verdict_evidence *evidence, const struct growth *growth,
		   struct verdict *ret_verdict)
{
	const struct ending *ending = evidence->ending;
	enum size_unit unit = evidence->unit;
	uint64_t touched = ending->last.touched;
	char vsz[256], difference[768];

	say_vsz(ending, growth, unit, vsz, sizeof(vsz));
	if (!touched && !growth->rss) {
		snprintf(ret_verdict->summary, sizeof(ret_verdict->summary),
			 "%s. Nothing was touched, and RSS did not grow.", vsz);
		return;
	}
	say_difference(growth, touched, unit, difference, sizeof(difference));
	snprintf(ret_verdict->summary, sizeof(ret_verdict->summary),
		 "%s. Touching %s made RSS %s by %s: %s, in %" PRId64 " minor faults%s.",
		 vsz, TEXT(touched), growth->rss < 0 ? "fall" : "grow",
		 TEXT(size_magnitude(growth->rss)), difference, growth->minflt,
		 growth->majflt ? " and some major ones" : "");
}
