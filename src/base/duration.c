/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duration.c - parse lengths of time */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/number.h"

static const struct {
	const char *suffix;
	uint64_t ns;
} units[] = {
	{ "", NS_PER_SECOND },
	{ "s", NS_PER_SECOND },
	{ "ms", NS_PER_MS },
	{ "us", 1000 },
	{ "ns", 1 },
	{ "m", 60 * NS_PER_SECOND },
	{ "min", 60 * NS_PER_SECOND },
	{ "h", 3600 * NS_PER_SECOND },
	{ "d", 86400 * NS_PER_SECOND },
};

static int refuse(const char *name, const char *text, const char *why, int error,
		  struct trouble *trouble)
{
	char escaped[128];

	trouble_set(trouble, "%s '%s' %s", name,
		    trouble_escape(escaped, sizeof(escaped), text), why);
	trouble_remedy(trouble, "write seconds (2, 0.5), or a number with ns, us, ms, s, m, h "
		       "or d, or 'infinity'");
	return error;
}

int duration_parse(const char *name, const char *text, uint64_t *ret_ns,
		   struct trouble *trouble)
{
	struct decimal number;
	const char *rest;
	uint64_t ns;
	int r;

	if (!strcmp(text, "infinity")) {
		*ret_ns = DURATION_INFINITE;
		return 0;
	}
	if (!*text)
		return refuse(name, text, "is empty", -EINVAL, trouble);
	r = decimal_parse(text, &number, &rest);
	if (r == -ERANGE)
		return refuse(name, text, "is too long", -ERANGE, trouble);
	if (r < 0)
		return refuse(name, text, "is not a length of time", -EINVAL, trouble);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(rest, units[i].suffix))
			continue;
		if (decimal_scale(number, units[i].ns, &ns) < 0 || ns >= INT64_MAX)
			return refuse(name, text, "is too long", -ERANGE, trouble);
		*ret_ns = ns;
		return 0;
	}
	return refuse(name, text, "is not a length of time", -EINVAL, trouble);
}

uint64_t duration_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}
