/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timestamp.c - parse points in time: dates by their format, seconds, and lengths of time ago */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/ascii.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/timestamp.h"

#define SECOND ((int64_t)NS_PER_SECOND)

/* No zone is farther from UTC. */
#define ZONE_HOURS_MAX 14

/* Takes COUNT digits that are a number from LEAST to MOST. */
static bool date_take_digits(struct strview *text, size_t count, int least, int most,
			     int *ret_value)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (!strview_is_digit(strview_byte(*text, i)))
			return false;
		value = value * 10 + (text->at[i] - '0');
	}
	if (value < least || value > most)
		return false;
	*text = strview_from(*text, count);
	*ret_value = value;
	return true;
}

static void date_take_fraction(struct strview *text, int64_t *ret_ns)
{
	int64_t worth = SECOND, ns = 0;
	char point = strview_byte(*text, 0);
	size_t count = 1;

	if ((point != '.' && point != ',') || !strview_is_digit(strview_byte(*text, 1)))
		return;
	for (; strview_is_digit(strview_byte(*text, count)); count++) {
		worth /= 10;
		ns += (text->at[count] - '0') * worth;
	}
	*text = strview_from(*text, count);
	*ret_ns = ns;
}

static void date_take_zone(struct strview *text, struct date *date)
{
	struct strview rest = *text, minute;
	int hours = 0, minutes = 0, sign;

	strview_skip(&rest, " ");
	sign = strview_byte(rest, 0) == '-' ? -1 : 1;
	if (strview_skip(&rest, "+") || strview_skip(&rest, "-")) {
		if (!date_take_digits(&rest, 2, 0, ZONE_HOURS_MAX, &hours))
			return;
		minute = rest;
		strview_skip(&minute, ":");
		if (date_take_digits(&minute, 2, 0, 59, &minutes))
			rest = minute;
	} else if (!strview_skip(&rest, "Z") && !strview_skip(&rest, "UTC") &&
		   !strview_skip(&rest, "GMT")) {
		return;
	}
	/* "Zulu" */
	if (ascii_is_alphanumeric(strview_byte(rest, 0)))
		return;
	date->zone_known = true;
	date->zone_s = sign * (hours * 60 + minutes) * 60;
	*text = rest;
}

/* The numbers of a date, by their letter in a format. */
static const struct {
	char letter;
	unsigned char digits;
	int least, most;
	size_t field;
} date_parts[] = {
	{ 'Y', 4, 0, 9999, offsetof(struct date, year) },
	{ 'M', 2, 1, 12, offsetof(struct date, month) },
	{ 'D', 2, 1, 31, offsetof(struct date, day) },
	{ 'h', 2, 0, 24, offsetof(struct date, hour) },
	{ 'm', 2, 0, 59, offsetof(struct date, minute) },
	/* A leap second is the next minute's first. */
	{ 's', 2, 0, 60, offsetof(struct date, second) },
};

bool date_take(struct strview *text, const char *format, struct date *date)
{
	struct strview rest = *text;
	struct date found = *date;

	for (; *format; format++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(date_parts) && date_parts[i].letter != *format)
			i++;
		if (i < ARRAY_SIZE(date_parts)) {
			if (!date_take_digits(&rest, date_parts[i].digits, date_parts[i].least,
					      date_parts[i].most,
					      (int *)((char *)&found + date_parts[i].field)))
				return false;
			if (*format == 's' && strview_is_digit(strview_byte(rest, 0)))
				return false;
		} else if (*format == 'f') {
			date_take_fraction(&rest, &found.fraction_ns);
		} else if (*format == 'z') {
			date_take_zone(&rest, &found);
		} else if (strview_byte(rest, 0) == *format) {
			rest = strview_from(rest, 1);
		} else {
			return false;
		}
	}
	*text = rest;
	*date = found;
	return true;
}

bool date_has_day(const struct date *date, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= days[date->month - 1] + (leap && date->month == 2);
}

int64_t date_to_ns(const struct date *date)
{
	struct tm tm = {
		.tm_year = date->year - 1900, .tm_mon = date->month - 1, .tm_mday = date->day,
		.tm_hour = date->hour, .tm_min = date->minute, .tm_sec = date->second,
		.tm_isdst = -1,
	};
	int64_t seconds = date->zone_known ? (int64_t)timegm(&tm) - date->zone_s
					   : (int64_t)mktime(&tm);

	return seconds * SECOND + date->fraction_ns;
}

/* The last whole year whose nanoseconds fit. */
#define YEAR_MAX 2261

static const struct {
	const char *names;
	uint64_t ns;
} date_units[] = {
	{ "s sec secs second seconds", NS_PER_SECOND },
	{ "m min mins minute minutes", 60 * NS_PER_SECOND },
	{ "h hr hrs hour hours", 3600 * NS_PER_SECOND },
	{ "d day days", 86400 * NS_PER_SECOND },
	{ "w week weeks", 7 * 86400 * NS_PER_SECOND },
};

/* "2h", "1.5d", "1h 30min", each with "-" in front or "ago" behind. Returns 0 or as the whole. */
static int parse_ago(const char *text, int64_t now_ns, int64_t *ret_ns)
{
	bool minus = *text == '-';
	int64_t then_ns = now_ns;

	text += minus;
	do {
		struct strview name = { text, 0 };
		struct decimal number;
		size_t unit = 0;
		uint64_t ns;

		if (decimal_parse(text, &number, &text) < 0)
			return -EINVAL;
		text += strspn(text, " ");
		for (name.at = text; ascii_is_letter(*text); text++)
			name.length++;
		while (unit < ARRAY_SIZE(date_units) &&
		       !strview_is_among(name, date_units[unit].names))
			unit++;
		if (unit == ARRAY_SIZE(date_units))
			return -EINVAL;
		if (decimal_scale(number, date_units[unit].ns, &ns) < 0 || ns > INT64_MAX ||
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
	/* A date, a date with a time of day, or a time of today. */
	static const char *const formats[] = {
		"Y-M-D",		/* 2026-11-24 */
		"Y-M-DTh:mz",		/* 2026-11-24T10:20 */
		"Y-M-D h:mz",		/* 2026-11-24 10:20 +0100 */
		"Y-M-DTh:m:sfz",	/* 2026-11-24T10:20:30.5Z */
		"Y-M-D h:m:sfz",	/* 2026-11-24 10:20:30 UTC */
		"h:mz",			/* 10:20 */
		"h:m:sfz",		/* 10:20:30.5 */
	};
	time_t now = (time_t)(now_ns / SECOND);
	struct date today, date;
	struct decimal number;
	bool found = true;
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
	today = date = (struct date){ .year = tm.tm_year + 1900, .month = tm.tm_mon + 1,
				      .day = tm.tm_mday };
	/* mktime(3) takes the day before the first, and finds out about summer time. */
	if (!strcmp(text, "yesterday"))
		date.day--;
	else
		found = !strcmp(text, "today");
	for (size_t i = 0; !found && i < ARRAY_SIZE(formats); i++) {
		struct strview rest = strview_of(text);

		date = today;
		found = date_take(&rest, formats[i], &date) && !rest.length && date.hour < 24 &&
			date_has_day(&date, date.year);
	}
	if (!found)
		return parse_ago(text, now_ns, ret_ns);
	if (date.year < 1970 || date.year > YEAR_MAX || date_to_ns(&date) < 0)
		return -ERANGE;
	*ret_ns = date_to_ns(&date);
	return 0;
}

int timestamp_parse(const char *name, const char *text, int64_t now_ns, int64_t *ret_ns,
		    struct error *err)
{
	int64_t ns = 0;
	int r = parse(text, now_ns, &ns);

	if (r < 0)
		return error_set_value(err, r, name, text, !*text ? "is empty" : r == -ERANGE
				       ? "is too far away" : "is not a time",
				       "write '2026-11-24 10:20:30', '10:20', '2h ago', 'yesterday' or '@SECONDS'");
	*ret_ns = ns;
	return 0;
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
