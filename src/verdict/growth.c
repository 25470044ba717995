/* SPDX-License-Identifier: GPL-2.0-or-later */
/* growth.c - compare what was touched with what became resident */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict/growth.h"

static int64_t change(uint64_t before, uint64_t after)
{
	return (int64_t)(after - before);
}

struct growth growth_measure(const struct sample *baseline, const struct sample *last,
			     enum region_backing backing)
{
	struct growth growth = {
		.vsz = change(baseline->vsz, last->vsz),
		.rss = change(baseline->rss_status, last->rss_status),
		.exact = last->rss_rollup != SAMPLE_MISSING &&
			 baseline->rss_rollup != SAMPLE_MISSING,
		.file = change(baseline->file, last->file),
		.swap = change(baseline->swap, last->swap),
		.minflt = change(baseline->minflt, last->minflt),
		.majflt = change(baseline->majflt, last->majflt),
	};

	if (growth.exact) {
		growth.rss = change(baseline->rss_rollup, last->rss_rollup);
		growth.region = backing == REGION_SHARED
			? change(baseline->shmem_rollup, last->shmem_rollup)
			: change(baseline->anon_rollup, last->anon_rollup);
		growth.huge = last->huge;
	}
	growth.difference = growth.rss - (int64_t)last->touched;
	return growth;
}

bool growth_verified(const struct growth *growth, uint64_t touched)
{
	return growth->exact && growth->vsz == 0 && growth->region == (int64_t)touched;
}

/* Appends ", text" or "text" to reason. */
static void add(char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *reason, const char *format, ...)
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

#define TEXT(value) size_say((char[SIZE_TEXT_MAX]){ 0 }, size_magnitude(value), unit)

const char *growth_reason(const struct growth *growth, uint64_t touched, enum size_unit unit,
			  char reason[static GROWTH_REASON_MAX])
{
	int64_t beyond = growth->region - (int64_t)touched;

	reason[0] = '\0';
	if (growth->vsz)
		add(reason, "VSZ %s by %s during the run", growth->vsz > 0 ? "rose" : "fell",
		    TEXT(growth->vsz));
	if (!growth->difference && (!growth->exact || !beyond))
		return reason;
	if (growth->exact && beyond > 0 && growth->huge)
		add(reason, "transparent huge pages made %s more resident than was touched",
		    TEXT(beyond));
	if (growth->swap > 0)
		add(reason, "%s went to swap", TEXT(growth->swap));
	if (growth->file)
		add(reason, "%s of the program's own file pages %s", TEXT(growth->file),
		    growth->file > 0 ? "came in" : "were reclaimed");
	if (growth->exact && !beyond && !growth->file && growth->swap <= 0)
		add(reason, "%s of other memory of the subject %s", TEXT(growth->difference),
		    growth->difference > 0 ? "came in" : "went");
	if (!growth->exact)
		add(reason, "the figure is from status, which may lag");
	else if (beyond && !(beyond > 0 && growth->huge) && growth->swap <= 0)
		add(reason, "%s of the region's own memory %s for no reason that can be seen",
		    TEXT(beyond), beyond > 0 ? "came in" : "is missing");
	return reason;
}
