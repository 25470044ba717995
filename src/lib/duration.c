/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duration.c - parse lengths of time */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"

static const struct {
	const char *suffix;
	uint64_t ns;
} duration_units[] = {
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

int duration_parse(const char *name, const char *text, uint64_t *ret_ns,
		   struct error *err)
{
	static const char hint[] =
		"write seconds (2, 0.5), or a number with ns, us, ms, s, m, h or d, or 'infinity'";
	struct decimal number;
	const char *rest;
	uint64_t ns;
	int r;

	if (!strcmp(text, "infinity")) {
		*ret_ns = DURATION_INFINITE;
		return 0;
	}
	r = decimal_parse(text, &number, &rest);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(duration_units); i++) {
		if (strcmp(rest, duration_units[i].suffix))
			continue;
		r = decimal_scale(number, duration_units[i].ns, &ns);
		if (r < 0 || ns >= INT64_MAX) {
			r = -ERANGE;
			break;
		}
		*ret_ns = ns;
		return 0;
	}
	return error_set_value(err, r < 0 ? r : -EINVAL, name, text, !*text ? "is empty"
			       : r == -ERANGE ? "is too long" : "is not a length of time", hint);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t duration_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t duration_of_thread(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}
