/* SPDX-License-Identifier: GPL-2.0-or-later */
/* date.h - dates and times of day, as people and log programs write them in figures */
#ifndef PT_DATE_H
#define PT_DATE_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
