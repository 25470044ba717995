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
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/timestamp.h"

#define SECOND ((int64_t)NS_PER_SECOND)

/* The last whole year whose nanoseconds fit. */
#define YEAR_MAX 2261

/* A clock's face, as far as it is written. */
struct face {
	struct tm tm;
	int64_t fraction_ns;
	bool has_zone;
	int east_s;		/* of UTC; valid when has_zone */
};

static bool date_skip(const char **text, const char *piece)
{
	size_t length = strlen(piece);

	if (strncmp(*text, piece, length))
		return false;
	*text += length;
	return true;
}

/* Takes exactly DIGITS digits, of a number from LEAST to MOST. */
static bool date_take_number(const char **text, int digits, int least, int most, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return false;
		number = number * 10 + ((*text)[i] - '0');
	}
	if (number < least || number > most || isdigit((unsigned char)(*text)[digits]))
		return false;
	*text += digits;
	*ret_number = number;
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (leap && month == 2);
}

/* "2026-11-24" */
static bool take_date(const char **text, struct tm *tm)
{
	int year, month, day;

	if (!date_take_number(text, 4, 0, 9999, &year) || !date_skip(text, "-") ||
	    !date_take_number(text, 2, 1, 12, &month) || !date_skip(text, "-") ||
	    !date_take_number(text, 2, 1, days_in(year, month), &day))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

/* ".123456" behind seconds; digits below a nanosecond are dropped. */
static bool date_take_fraction(const char **text, int64_t *ret_ns)
{
	int64_t ns = 0, worth = SECOND;

	if (!date_skip(text, ".") && !date_skip(text, ","))
		return true;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); ++*text) {
		worth /= 10;
		ns += worth * (**text - '0');
	}
	*ret_ns = ns;
	return true;
}

/* "10:20", "10:20:30", "10:20:30.5" */
static bool take_clock(const char **text, struct face *face)
{
	if (!date_take_number(text, 2, 0, 23, &face->tm.tm_hour) || !date_skip(text, ":") ||
	    !date_take_number(text, 2, 0, 59, &face->tm.tm_min))
		return false;
	if (!date_skip(text, ":"))
		return true;
	/* A leap second is the next minute's first. */
	return date_take_number(text, 2, 0, 60, &face->tm.tm_sec) &&
	       date_take_fraction(text, &face->fraction_ns);
}

/* Nothing, "Z", " UTC", "+01:00", " +0100", "-05" */
static bool date_take_zone(const char **text, struct face *face)
{
	const char *at = *text;
	int hours, minutes = 0, sign;

	if (!*at)
		return true;
	date_skip(&at, " ");
	face->has_zone = true;
	*text = at;
	if (date_skip(text, "Z") || date_skip(text, "UTC"))
		return true;
	sign = *at == '+' ? 1 : *at == '-' ? -1 : 0;
	*text = at + 1;
	if (!sign)
		return false;
	if (isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) &&
	    isdigit((unsigned char)at[3])) {
		int both;

		if (!date_take_number(text, 4, 0, 2359, &both))
			return false;
		hours = both / 100;
		minutes = both % 100;
	} else if (!date_take_number(text, 2, 0, 23, &hours) ||
		   (date_skip(text, ":") && !date_take_number(text, 2, 0, 59, &minutes))) {
		return false;
	}
	face->east_s = sign * (hours * 3600 + minutes * 60);
	return minutes < 60;
}

/* Parses TEXT as a date, a clock's time of TODAY, or both. */
static bool take_face(const char *text, const struct tm *today, struct face *ret_face)
{
	struct face face = { .tm = { .tm_isdst = -1 } };
	bool clock_alone = strlen(text) > 2 && text[2] == ':';

	if (clock_alone) {
		face.tm.tm_year = today->tm_year;
		face.tm.tm_mon = today->tm_mon;
		face.tm.tm_mday = today->tm_mday;
	} else if (!take_date(&text, &face.tm)) {
		return false;
	}
	if ((clock_alone || date_skip(&text, "T") || date_skip(&text, " ")) &&
	    (!take_clock(&text, &face) || !date_take_zone(&text, &face)))
		return false;
	*ret_face = face;
	return !*text;
}

/* Returns 0 or -ERANGE. */
static int face_to_ns(struct face *face, int64_t *ret_ns)
{
	int year = face->tm.tm_year + 1900;
	int64_t seconds;

	if (year < 1970 || year > YEAR_MAX)
		return -ERANGE;
	seconds = face->has_zone ? timegm(&face->tm) - face->east_s : mktime(&face->tm);
	if (seconds < 0)
		return -ERANGE;
	*ret_ns = seconds * SECOND + face->fraction_ns;
	return 0;
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
	bool minus = date_skip(&text, "-");
	int64_t then_ns = now_ns;

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
	if (!minus)
		date_skip(&text, "ago");
	*ret_ns = then_ns;
	return *text ? -EINVAL : 0;
}

/* "@1790000006.5", behind the "@". */
static int parse_seconds(const char *text, int64_t *ret_ns)
{
	struct decimal number;
	uint64_t ns;
	int r = decimal_parse(text, &number, &text);

	if (r < 0 || *text)
		return r < 0 ? r : -EINVAL;
	if (decimal_scale(number, NS_PER_SECOND, &ns) < 0 || ns > INT64_MAX)
		return -ERANGE;
	*ret_ns = (int64_t)ns;
	return 0;
}

static int parse(const char *text, int64_t now_ns, int64_t *ret_ns)
{
	bool today = !strcmp(text, "today"), yesterday = !strcmp(text, "yesterday");
	time_t now = (time_t)(now_ns / SECOND);
	struct face face = { 0 };
	struct tm tm;

	if (!strcmp(text, "now")) {
		*ret_ns = now_ns;
		return 0;
	}
	if (*text == '@')
		return parse_seconds(text + 1, ret_ns);
	if (!localtime_r(&now, &tm))
		return -ERANGE;
	if (today || yesterday)
		/* mktime(3) takes the day before the first, and finds out about summer time. */
		face.tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon,
				       .tm_mday = tm.tm_mday - yesterday, .tm_isdst = -1 };
	else if (!take_face(text, &tm, &face))
		return parse_ago(text, now_ns, ret_ns);
	return face_to_ns(&face, ret_ns);
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
	error_hint(err, "write '2026-11-24 10:20:30', '10:20', '2h ago', 'yesterday' "
		   "or '@SECONDS'");
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
		snprintf(fraction, sizeof(fraction), ".%06d", (int)(fraction_ns / 1000));
	if (style == TIMESTAMP_LOCAL_ZONE && strftime(zone, sizeof(zone), "%z", &tm))
		snprintf(text, TIMESTAMP_TEXT_MAX, "%s%s%.3s:%.2s", clock, fraction, zone,
			 zone + 3);
	else
		snprintf(text, TIMESTAMP_TEXT_MAX, "%s%s%s", clock, fraction,
			 style == TIMESTAMP_UTC ? "Z" : "");
	return text;
}
