/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timestamp.h - points in time, as people write them for --since and --until, and log programs */
#ifndef PT_TIMESTAMP_H
#define PT_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "lib/strview.h"

struct date {
	int year;		/* 0: not said */
	int month, day;		/* from 1; 0: not said */
	int hour, minute, second;
	int64_t fraction_ns;
	bool zone_known;
	int zone_s;		/* east of UTC */
};

/*
 * Takes from the front of *text what FORMAT says, and adds it to *date:
 *   Y   2026			four digits
 *   M   11			month, day, hour (to 24: the end of a day), minute and second, with
 *   D   23			two digits each; behind a second there is no further digit
 *   h m s   07 39 10
 *   f   .966596  ,333700	a fraction of the second, or nothing; below a nanosecond it is cut
 *   z   Z  UTC  GMT  +00:00	a zone, or nothing; a blank may be in front of it
 *       -0500  +03
 *   any other byte		itself
 * Returns whether all was there; if not, both are left alone. That the month has such a day is not
 * looked at.
 */
bool date_take(struct strview *text, const char *format, struct date *date);

/* Whether YEAR has the month and the day of DATE. */
bool date_has_day(const struct date *date, int year);

/* Nanoseconds since 1970 of DATE, whose year is within 1970 and 2261; local where no zone is. */
int64_t date_to_ns(const struct date *date);

/* Longest text that timestamp_format makes, with its NUL. */
#define TIMESTAMP_TEXT_MAX 48

/*
 * Parses TEXT, called NAME in messages, into nanoseconds since 1970, UTC:
 *   2026-11-24, or with 10:20, 10:20:30 or 10:20:30.5 behind T or a blank, and then with Z, UTC or
 *   +hh[[:]mm], or in the local time zone; 10:20 and so on of today; @SECONDS[.5];
 *   now, today, yesterday (the beginning of the day);
 *   before now: 2h, -2h, 2h ago, 1h 30min ago (s, m or min, h, d, w, and in full)
 * NOW_NS is the present. Returns 0, or -EINVAL or -ERANGE (before 1970, or after 2261) with
 * *err set and *ret_ns untouched.
 */
int timestamp_parse(const char *name, const char *text, int64_t now_ns, int64_t *ret_ns,
		    struct error *err);

/* Nanoseconds since 1970 on CLOCK_REALTIME. */
int64_t timestamp_now(void);

/* How a time is written: RFC 3339, ISO 8601. */
enum timestamp_style {
	TIMESTAMP_LOCAL,	/* 2026-11-24T10:20:30 */
	TIMESTAMP_LOCAL_ZONE,	/* 2026-11-24T10:20:30.123456+01:00 */
	TIMESTAMP_UTC,		/* 2026-11-24T09:20:30Z, 2026-11-24T09:20:30.123456Z */
};

/* Writes NS, since 1970. Returns text, "" for a year that cannot be said. */
const char *timestamp_format(char text[static TIMESTAMP_TEXT_MAX], int64_t ns,
			     enum timestamp_style style);

#endif
