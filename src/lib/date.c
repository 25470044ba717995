/* SPDX-License-Identifier: GPL-2.0-or-later */
/* date.c - read dates by their format */
#include <config.h>

#include <time.h>

#include "lib/ascii.h"
#include "lib/date.h"
#include "lib/duration.h"

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
	int64_t worth = (int64_t)NS_PER_SECOND, ns = 0;
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

bool date_take(struct strview *text, const char *format, struct date *date)
{
	struct strview rest = *text;
	struct date found = *date;
	bool taken = true;

	for (; *format && taken; format++) {
		switch (*format) {
		case 'Y':
			taken = date_take_digits(&rest, 4, 0, 9999, &found.year);
			break;
		case 'M':
			taken = date_take_digits(&rest, 2, 1, 12, &found.month);
			break;
		case 'D':
			taken = date_take_digits(&rest, 2, 1, 31, &found.day);
			break;
		case 'h':
			taken = date_take_digits(&rest, 2, 0, 24, &found.hour);
			break;
		case 'm':
			taken = date_take_digits(&rest, 2, 0, 59, &found.minute);
			break;
		case 's':
			/* A leap second is the next minute's first. */
			taken = date_take_digits(&rest, 2, 0, 60, &found.second) &&
				!strview_is_digit(strview_byte(rest, 0));
			break;
		case 'f':
			date_take_fraction(&rest, &found.fraction_ns);
			break;
		case 'z':
			date_take_zone(&rest, &found);
			break;
		default:
			taken = strview_byte(rest, 0) == *format;
			rest = strview_from(rest, 1);
		}
	}
	if (!taken)
		return false;
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

	return seconds * (int64_t)NS_PER_SECOND + date->fraction_ns;
}
