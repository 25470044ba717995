/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stamp.c - read the times in front of log lines */
#include <config.h>

#include <time.h>

#include "base/duration.h"
#include "log/stamp.h"

#define DAY_NS (INT64_C(86400) * (int64_t)NS_PER_SECOND)

/* A date may stand in so many bytes in front of a time of day. */
#define DATE_MAX 40

/* Beginnings of month names, in the languages that dmesg -T and journalctl are met with. */
static const char *const months[12][10] = {
	{ "Jan", "jan", "ene", "gen", "янв", "sty", "1月" },
	{ "Feb", "feb", "fév", "fev", "фев", "lut", "2月" },
	{ "Mar", "mar", "Mär", "Mrz", "mär", "maa", "mrt", "3月" },
	{ "Apr", "apr", "avr", "abr", "апр", "kwi", "4月" },
	{ "May", "may", "mai", "Mai", "mag", "mei", "май", "мая", "maj", "5月" },
	{ "Jun", "jun", "juin", "giu", "июн", "cze", "6月" },
	{ "Jul", "jul", "juil", "lug", "июл", "lip", "7月" },
	{ "Aug", "aug", "août", "aoû", "ago", "авг", "sie", "8月" },
	{ "Sep", "sep", "set", "сен", "wrz", "9月" },
	{ "Oct", "oct", "Okt", "okt", "out", "ott", "окт", "paź", "10月" },
	{ "Nov", "nov", "ноя", "lis", "11月" },
	{ "Dec", "dec", "déc", "Dez", "dez", "dic", "дек", "gru", "12月" },
};

struct date {
	int64_t year;		/* 0: not said */
	int month, day;		/* from 1; 0: not said */
	int hour, minute;
	int second;
	int64_t fraction_ns;
	bool zone_known;
	int64_t zone_s;		/* east of UTC */
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static int month_of(struct text word)
{
	/* "10月" begins with no "1月", but "11月" must not be found as "1月" of a longer word. */
	for (int month = 0; month < 12; month++)
		for (size_t i = 0; i < 10 && months[month][i]; i++)
			if (text_starts(word, months[month][i]))
				return month + 1;
	return 0;
}

/* Takes COUNT digits. */
static bool take_digits(struct text *text, size_t count, int *ret_value)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_digit(text_byte(*text, i)))
			return false;
		value = value * 10 + (text->at[i] - '0');
	}
	*text = text_from(*text, count);
	*ret_value = value;
	return true;
}

/* ".966596" or ",333700" */
static void take_fraction(struct text *text, int64_t *ret_ns)
{
	int64_t unit = (int64_t)NS_PER_SECOND;
	size_t count = 1;

	*ret_ns = 0;
	if ((text_byte(*text, 0) != '.' && text_byte(*text, 0) != ',') || !is_digit(text_byte(*text, 1)))
		return;
	for (; is_digit(text_byte(*text, count)); count++) {
		unit /= 10;
		*ret_ns += (text->at[count] - '0') * unit;
	}
	*text = text_from(*text, count);
}

/* "07:39:10" with a fraction */
static bool take_time_of_day(struct text *text, struct date *date)
{
	struct text rest = *text;

	if (!take_digits(&rest, 2, &date->hour) || !text_skip(&rest, ":") ||
	    !take_digits(&rest, 2, &date->minute) || !text_skip(&rest, ":") ||
	    !take_digits(&rest, 2, &date->second) || date->hour > 24 || date->minute > 59 ||
	    date->second > 60 || is_digit(text_byte(rest, 0)))
		return false;
	take_fraction(&rest, &date->fraction_ns);
	*text = rest;
	return true;
}

/* "Z", "+00:00", "-0500", " UTC" */
static void take_zone(struct text *text, struct date *date)
{
	struct text rest = *text;
	bool west = text_starts(rest, "-");
	int hours, minutes;

	if (text_skip(&rest, "Z") || text_skip(&rest, " UTC") || text_skip(&rest, " GMT")) {
		date->zone_known = true;
		date->zone_s = 0;
		*text = rest;
		return;
	}
	text_skip(&rest, " ");
	west = text_starts(rest, "-");
	if (!text_skip(&rest, west ? "-" : "+") || !take_digits(&rest, 2, &hours))
		return;
	text_skip(&rest, ":");
	if (!take_digits(&rest, 2, &minutes))
		return;
	date->zone_known = true;
	date->zone_s = (hours * 60 + minutes) * INT64_C(60) * (west ? -1 : 1);
	*text = rest;
}

/* Seconds since 1970 of DATE in YEAR, in its own zone or the local one. */
static int64_t seconds_of(const struct date *date, int64_t year)
{
	struct tm tm = {
		.tm_year = (int)(year - 1900), .tm_mon = date->month - 1, .tm_mday = date->day,
		.tm_hour = date->hour, .tm_min = date->minute, .tm_sec = date->second,
		.tm_isdst = -1,
	};

	return date->zone_known ? (int64_t)timegm(&tm) - date->zone_s : (int64_t)mktime(&tm);
}

static void set_wall(struct oom_time *time, const struct date *date, int64_t now_ns)
{
	struct tm today;
	time_t now = (time_t)(now_ns / (int64_t)NS_PER_SECOND);
	int64_t year = date->year;

	if (time->has_wall || !date->month || !date->day || !gmtime_r(&now, &today))
		return;
	if (!year) {
		year = today.tm_year + 1900;
		if (seconds_of(date, year) * (int64_t)NS_PER_SECOND > now_ns + DAY_NS)
			year--;
	}
	time->has_wall = true;
	time->wall_guessed = !date->year || !date->zone_known;
	time->wall_ns = seconds_of(date, year) * (int64_t)NS_PER_SECOND + date->fraction_ns;
}

static void set_raw(struct oom_time *time, const char *from, const char *to)
{
	if (!time->raw[0])
		text_copy_to(text_trim((struct text){ from, (size_t)(to - from) }), time->raw,
			     sizeof(time->raw));
}

/* "2026-11-23" or "2026/11/23" */
static bool take_iso_date(struct text *text, struct date *date)
{
	struct text rest = *text;
	const char *dash = text_byte(rest, 4) == '/' ? "/" : "-";
	int year;

	if (!take_digits(&rest, 4, &year) || !text_skip(&rest, dash) ||
	    !take_digits(&rest, 2, &date->month) || !text_skip(&rest, dash) ||
	    !take_digits(&rest, 2, &date->day) || date->month > 12 || date->day > 31 ||
	    year < 1970 || year >= 2200)
		return false;
	date->year = year;
	*text = rest;
	return true;
}

static enum stamp_form take_iso(struct text *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	struct text rest = *text;
	bool joined, comma;

	if (!take_iso_date(&rest, &date))
		return STAMP_NONE;
	joined = text_skip(&rest, "T");
	if (!joined && !text_skip(&rest, " "))
		return STAMP_NONE;
	comma = text_byte(rest, 8) == ',';
	if (!take_time_of_day(&rest, &date))
		return STAMP_NONE;
	take_zone(&rest, &date);
	set_raw(time, text->at, rest.at);
	set_wall(time, &date, now_ns);
	*text = rest;
	return joined && comma ? STAMP_DMESG : STAMP_DATED;
}

/* "11-23 07:05:30.507", or with a year in front as logcat -v year */
static enum stamp_form take_logcat(struct text *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	struct text rest = *text;

	if (!take_digits(&rest, 2, &date.month) || !text_skip(&rest, "-") ||
	    !take_digits(&rest, 2, &date.day) || !text_skip(&rest, " ") ||
	    date.month > 12 || date.day > 31 || !take_time_of_day(&rest, &date))
		return STAMP_NONE;
	set_raw(time, text->at, rest.at);
	set_wall(time, &date, now_ns);
	*text = rest;
	return STAMP_LOGCAT;
}

/* Where in the first bytes of TEXT a time of day stands, or TEXT_NONE. */
static size_t find_time_of_day(struct text text)
{
	struct date date;

	for (size_t at = 0; at + 8 <= text.length && at <= DATE_MAX; at++) {
		struct text rest = text_from(text, at);

		if (at && (is_digit(text.at[at - 1]) || text.at[at - 1] == ':'))
			continue;
		if (text.at[at] == '[' || text.at[at] == ']' || text.at[at] == '=')
			break;
		if (is_digit(text.at[at]) && take_time_of_day(&rest, &date))
			return at;
	}
	return TEXT_NONE;
}

static void read_date_word(struct text word, struct date *date)
{
	struct text rest = word;
	uint64_t number;
	int month = month_of(word);

	if (take_iso_date(&rest, date))
		return;
	if (month && !date->month) {
		date->month = month;
		/* "Nov23" */
		for (size_t at = 0; at < word.length; at++)
			if (is_digit(word.at[at]) && at >= 3 && !date->day) {
				rest = text_from(word, at);
				if (text_take_u64(&rest, &number) && number <= 31)
					date->day = (int)number;
			}
		return;
	}
	if (!text_take_u64(&rest, &number))
		return;
	if (number >= 1970 && number < 2200)
		date->year = (int64_t)number;
	else if (number >= 1 && number <= 31 && !date->day)
		date->day = (int)number;
}

/* The words of a date: at most four, none that only a message would have. Returns whether they are. */
static bool read_date_words(struct text words, struct date *date)
{
	size_t count = 0;

	for (; text_skip_blanks(&words), words.length; count++) {
		struct text word = text_take_word(&words);

		if (!word.length || count == 5)
			return false;
		read_date_word(word, date);
	}
	return date->month && date->day;
}

/* "Nov 23 07:05:30", "Mon Nov 23 07:39:10 2026", "Mon 2026-09-21 14:13:26 UTC", in any language */
static enum stamp_form take_dated(struct text *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	size_t at = find_time_of_day(*text);
	struct text rest, year;
	uint64_t number;

	if (at == TEXT_NONE || at == 0 || !read_date_words(text_head(*text, at), &date))
		return STAMP_NONE;
	rest = text_from(*text, at);
	take_time_of_day(&rest, &date);
	year = rest;
	if (text_skip(&year, " ") && text_take_u64(&year, &number) && number >= 1970 && number < 2200 &&
	    (!year.length || year.at[0] == ' ' || year.at[0] == ':')) {
		date.year = (int64_t)number;
		rest = year;
	}
	take_zone(&rest, &date);
	set_raw(time, text->at, rest.at);
	set_wall(time, &date, now_ns);
	*text = rest;
	return STAMP_DATED;
}

/* "6.966596" or "1790000006.966596", with at least DIGITS behind the point */
static enum stamp_form take_seconds(struct text *text, size_t digits, struct oom_time *time)
{
	struct text rest = *text;
	uint64_t seconds;
	int64_t fraction, total;

	if (!text_take_u64(&rest, &seconds) || text_byte(rest, 0) != '.' ||
	    seconds > UINT64_C(9000000000))
		return STAMP_NONE;
	for (size_t i = 1; i <= digits; i++)
		if (!is_digit(text_byte(rest, i)))
			return STAMP_NONE;
	take_fraction(&rest, &fraction);
	total = (int64_t)seconds * (int64_t)NS_PER_SECOND + fraction;
	set_raw(time, text->at, rest.at);
	*text = rest;
	if (seconds >= UINT64_C(1000000000)) {
		time->has_wall = true;
		time->wall_ns = total;
		return STAMP_UNIX;
	}
	if (!time->has_monotonic) {
		time->has_monotonic = true;
		time->monotonic_ns = total;
	}
	return STAMP_MONOTONIC;
}

enum stamp_form stamp_take(struct text *text, int64_t now_ns, struct oom_time *time)
{
	enum stamp_form form = take_iso(text, now_ns, time);

	if (form == STAMP_NONE)
		form = take_logcat(text, now_ns, time);
	if (form == STAMP_NONE && is_digit(text_byte(*text, 0)) && text_byte(*text, 2) != ':')
		form = take_seconds(text, 3, time);
	return form == STAMP_NONE ? take_dated(text, now_ns, time) : form;
}

enum stamp_form stamp_read_bracket(struct text content, int64_t now_ns, struct oom_time *time)
{
	struct text rest = content;
	struct date date = { 0 };
	size_t colon;

	text_skip_blanks(&rest);
	if (text_skip(&rest, "<") || text_skip(&rest, "+")) {
		/* Only the distance to the line before. */
		text_skip_blanks(&rest);
		return is_digit(text_byte(rest, 0)) && text_find(rest, ".") != TEXT_NONE
			? STAMP_MONOTONIC : STAMP_NONE;
	}
	if (is_digit(text_byte(rest, 0)) && take_seconds(&rest, 1, time) != STAMP_NONE)
		return STAMP_MONOTONIC;
	if (take_iso(&rest, now_ns, time) != STAMP_NONE || take_dated(&rest, now_ns, time) != STAMP_NONE)
		return STAMP_DMESG;
	/* dmesg -e: "Nov23 07:05", without seconds */
	colon = text_find(rest, ":");
	if (colon == TEXT_NONE || rest.length > 16 || !month_of(rest) || text_find(rest, " ") == TEXT_NONE)
		return STAMP_NONE;
	read_date_word(text_head(rest, text_find(rest, " ")), &date);
	rest = text_from(rest, text_find(rest, " ") + 1);
	if (!take_digits(&rest, 2, &date.hour) || !text_skip(&rest, ":") ||
	    !take_digits(&rest, 2, &date.minute))
		return STAMP_NONE;
	set_raw(time, content.at, content.at + content.length);
	set_wall(time, &date, now_ns);
	return STAMP_DMESG;
}

void stamp_set_monotonic(struct oom_time *time, uint64_t microseconds)
{
	time->has_monotonic = true;
	time->monotonic_ns = microseconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)microseconds * 1000;
}

void stamp_set_wall(struct oom_time *time, uint64_t microseconds)
{
	time->has_wall = true;
	time->wall_guessed = false;
	time->wall_ns = microseconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)microseconds * 1000;
}
