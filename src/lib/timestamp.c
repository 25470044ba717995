/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timestamp.c - parse points in time: calendar dates, seconds, and lengths of time ago */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/ascii.h"
#include "lib/date.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/timestamp.h"

#define SECOND ((int64_t)NS_PER_SECOND)

/* The last whole year whose nanoseconds fit. */
#define YEAR_MAX 2261

/* A date, a date with a time of day, or a time of today. */
static const char *const date_formats[] = {
	"Y-M-D",		/* 2026-11-24 */
	"Y-M-DTh:mz",		/* 2026-11-24T10:20 */
	"Y-M-D h:mz",		/* 2026-11-24 10:20 +0100 */
	"Y-M-DTh:m:sfz",	/* 2026-11-24T10:20:30.5Z */
	"Y-M-D h:m:sfz",	/* 2026-11-24 10:20:30 UTC */
	"h:mz",			/* 10:20 */
	"h:m:sfz",		/* 10:20:30.5 */
};

static bool parse_date(const char *text, struct date *date)
{
	for (size_t i = 0; i < ARRAY_SIZE(date_formats); i++) {
		struct strview rest = strview_of(text);
		struct date found = *date;

		if (date_take(&rest, date_formats[i], &found) && !rest.length &&
		    found.hour < 24 && date_has_day(&found, found.year)) {
			*date = found;
			return true;
		}
	}
	return false;
}

static const struct {
	const char *names[5];
	int64_t seconds;
} date_units[] = {
	{ { "s", "sec", "secs", "second", "seconds" }, 1 },
	{ { "m", "min", "mins", "minute", "minutes" }, 60 },
	{ { "h", "hr", "hrs", "hour", "hours" }, 3600 },
	{ { "d", "day", "days", NULL, NULL }, 86400 },
	{ { "w", "week", "weeks", NULL, NULL }, 7 * 86400 },
};

/* Takes a unit's name, a whole word. Returns its seconds, 0: it is none. */
static int64_t take_unit(const char **text)
{
	size_t length = 0;

	while (ascii_is_letter((*text)[length]))
		length++;
	for (size_t i = 0; i < ARRAY_SIZE(date_units); i++) {
		for (int j = 0; j < 5 && date_units[i].names[j]; j++) {
			if (strlen(date_units[i].names[j]) != length ||
			    strncmp(*text, date_units[i].names[j], length) != 0)
				continue;
			*text += length;
			return date_units[i].seconds;
		}
	}
	return 0;
}

/* "2h", "1.5d", "1h 30min", each with "-" in front or "ago" behind. Returns 0 or as the whole. */
static int parse_ago(const char *text, int64_t now_ns, int64_t *ret_ns)
{
	bool minus = *text == '-';
	int64_t then_ns = now_ns;

	text += minus;
	do {
		struct decimal number;
		uint64_t ns;
		int64_t unit;

		if (decimal_parse(text, &number, &text) < 0)
			return -EINVAL;
		text += strspn(text, " ");
		unit = take_unit(&text);
		if (!unit)
			return -EINVAL;
		if (decimal_scale(number, (uint64_t)(unit * SECOND), &ns) < 0 || ns > INT64_MAX ||
		    __builtin_sub_overflow(then_ns, (int64_t)ns, &then_ns) || then_ns < 0)
			return -ERANGE;
		text += strspn(text, " ");
	} while (isdigit((unsigned char)*text));
	if (!minus && !strncmp(text, "ago", 3))
		text += 3;
	*ret_ns = then_ns;
	return *text ? -EINVAL : 0;
}

static int parse(const char *text, int64_t now_ns, int64_t *ret_ns)
{
	time_t now = (time_t)(now_ns / SECOND);
	struct decimal number;
	struct date date;
	struct tm tm;
	uint64_t ns;
	int r;

	if (!strcmp(text, "now")) {
		*ret_ns = now_ns;
		return 0;
	}
	if (*text == '@') {
		r = decimal_parse(text + 1, &number, &text);
		if (r < 0 || *text)
			return r < 0 ? r : -EINVAL;
		if (decimal_scale(number, NS_PER_SECOND, &ns) < 0 || ns > INT64_MAX)
			return -ERANGE;
		*ret_ns = (int64_t)ns;
		return 0;
	}
	if (!localtime_r(&now, &tm))
		return -ERANGE;
	date = (struct date){ .year = tm.tm_year + 1900, .month = tm.tm_mon + 1,
			      .day = tm.tm_mday };
	/* mktime(3) takes the day before the first, and finds out about summer time. */
	if (!strcmp(text, "yesterday"))
		date.day--;
	else if (strcmp(text, "today") && !parse_date(text, &date))
		return parse_ago(text, now_ns, ret_ns);
	if (date.year < 1970 || date.year > YEAR_MAX || date_to_ns(&date) < 0)
		return -ERANGE;
	*ret_ns = date_to_ns(&date);
	return 0;
}

int timestamp_parse(const char *name, const char *text, int64_t now_ns, int64_t *ret_ns,
		    struct error *err)
{
	char escaped[128];
	int64_t ns = 0;
	int r = parse(text, now_ns, &ns);

	if (r == 0) {
		*ret_ns = ns;
		return 0;
	}
	error_set(err, "%s '%s' %s", name, error_escape(escaped, sizeof(escaped), text),
		  !*text ? "is empty" : r == -ERANGE ? "is too far away" : "is not a time");
	error_hint(err,
		   "write '2026-11-24 10:20:30', '10:20', '2h ago', 'yesterday' or '@SECONDS'");
	return r;
}

int64_t timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

const char *timestamp_format(char text[static TIMESTAMP_TEXT_MAX], int64_t ns,
			     enum timestamp_style style)
{
	int64_t fraction_ns = ns % SECOND < 0 ? ns % SECOND + SECOND : ns % SECOND;
	time_t seconds = (time_t)(ns / SECOND - (ns % SECOND < 0));
	char clock[24], fraction[8] = "", zone[8] = "";
	struct tm tm;

	text[0] = '\0';
	if (!(style == TIMESTAMP_UTC ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)) ||
	    !strftime(clock, sizeof(clock), "%FT%T", &tm))
		return text;
	if (style == TIMESTAMP_LOCAL_ZONE || (style == TIMESTAMP_UTC && fraction_ns))
		snprintf(fraction, sizeof(fraction), ".%06u",
			 (unsigned)(fraction_ns / 1000) % 1000000);
	if (style == TIMESTAMP_LOCAL_ZONE && strftime(zone, sizeof(zone), "%z", &tm))
		snprintf(text, TIMESTAMP_TEXT_MAX, "%s%s%.3s:%.2s", clock, fraction, zone,
			 zone + 3);
	else
		snprintf(text, TIMESTAMP_TEXT_MAX, "%s%s%s", clock, fraction,
			 style == TIMESTAMP_UTC ? "Z" : "");
	return text;
}
