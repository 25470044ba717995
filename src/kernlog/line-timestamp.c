/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-timestamp.c - read the times in front of log lines */
#include <config.h>

#include <time.h>

#include "kernlog/line-timestamp.h"
#include "lib/duration.h"

#define SECOND_NS ((int64_t)NS_PER_SECOND)
#define DAY_NS (86400 * SECOND_NS)

/* A date may stand in so many bytes in front of a time of day, and has so many words at most. */
#define DATE_MAX 40
#define DATE_WORDS_MAX 5

#define MONTHS 12
#define LANGUAGES 12

/* Beginnings of month names, in the languages that dmesg -T and journalctl are met with. */
static const char *const months[MONTHS][LANGUAGES] = {
	{ "Jan", "jan", "ene", "gen", "янв", "sty" },
	{ "Feb", "feb", "fév", "fev", "фев", "lut" },
	{ "Mar", "mar", "Mär", "Mrz", "mär", "maa", "mrt" },
	{ "Apr", "apr", "avr", "abr", "апр", "kwi" },
	{ "May", "may", "mai", "Mai", "mag", "mei", "май", "мая", "maj" },
	{ "Jun", "jun", "juin", "giu", "июн", "cze" },
	{ "Jul", "jul", "juil", "lug", "июл", "lip" },
	{ "Aug", "aug", "août", "aoû", "ago", "авг", "sie" },
	{ "Sep", "sep", "set", "сен", "wrz" },
	{ "Oct", "oct", "Okt", "okt", "out", "ott", "окт", "paź" },
	{ "Nov", "nov", "ноя", "lis" },
	{ "Dec", "dec", "déc", "Dez", "dez", "des", "dic", "дек", "gru" },
};

struct date {
	int64_t year;		/* 0: not said */
	int month, day;		/* from 1; 0: not said */
	int hour, minute;
	int second;
	int64_t fraction_ns;
	bool iso;		/* 2026-11-23: a zone's name may follow, as journalctl writes it */
	bool zone_known;
	int64_t zone_s;		/* east of UTC */
};

/* "11月", "11월": Chinese, Japanese, Korean */
static int numbered_month_of(struct strview word)
{
	uint64_t number;

	if (!strview_take_u64(&word, &number) || number < 1 || number > MONTHS)
		return 0;
	return strview_starts(word, "月") || strview_starts(word, "월") ? (int)number : 0;
}

static int month_of(struct strview word)
{
	for (int month = 0; month < MONTHS; month++)
		for (size_t i = 0; i < LANGUAGES && months[month][i]; i++)
			if (strview_starts(word, months[month][i]))
				return month + 1;
	return numbered_month_of(word);
}

static bool is_year(uint64_t number)
{
	return number >= 1970 && number < 2200;
}

/* Takes COUNT digits. */
static bool take_digits(struct strview *text, size_t count, int *ret_value)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (!strview_is_digit(strview_byte(*text, i)))
			return false;
		value = value * 10 + (text->at[i] - '0');
	}
	*text = strview_from(*text, count);
	*ret_value = value;
	return true;
}

/* ".966596" or ",333700" */
static void timestamp_take_fraction(struct strview *text, int64_t *ret_ns)
{
	int64_t unit = SECOND_NS;
	size_t count = 1;
	char point = strview_byte(*text, 0);

	*ret_ns = 0;
	if ((point != '.' && point != ',') || !strview_is_digit(strview_byte(*text, 1)))
		return;
	for (; strview_is_digit(strview_byte(*text, count)); count++) {
		unit /= 10;
		*ret_ns += (text->at[count] - '0') * unit;
	}
	*text = strview_from(*text, count);
}

/* "07:39" */
static bool take_minute(struct strview *text, struct date *date)
{
	return take_digits(text, 2, &date->hour) && strview_skip(text, ":") &&
	       take_digits(text, 2, &date->minute) && date->hour <= 24 && date->minute <= 59;
}

/* "07:39:10" with a fraction */
static bool take_time_of_day(struct strview *text, struct date *date)
{
	struct strview rest = *text;

	if (!take_minute(&rest, date) || !strview_skip(&rest, ":") ||
	    !take_digits(&rest, 2, &date->second) || date->second > 60 ||
	    strview_is_digit(strview_byte(rest, 0)))
		return false;
	timestamp_take_fraction(&rest, &date->fraction_ns);
	*text = rest;
	return true;
}

static bool is_capital(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* Whether a word ends in front of TEXT. */
static bool is_word_end(struct strview text)
{
	char next = strview_byte(text, 0);

	return !strview_is_digit(next) && !is_capital(next) && !(next >= 'a' && next <= 'z');
}

/* "+00:00", "-0500", "+03" */
static bool take_offset(struct strview *text, struct date *date)
{
	bool west = strview_starts(*text, "-");
	int hours, minutes = 0;

	if (!strview_skip(text, west ? "-" : "+") || !take_digits(text, 2, &hours))
		return false;
	strview_skip(text, ":");
	if (!is_word_end(*text) && !take_digits(text, 2, &minutes))
		return false;
	date->zone_s = (hours * 60 + minutes) * INT64_C(60) * (west ? -1 : 1);
	return is_word_end(*text) && hours <= 14 && minutes <= 59;
}

/* "CEST": whose offset is not known, since such names are not unique */
static bool timestamp_take_zone_name(struct strview *text)
{
	size_t length = 0;

	while (is_capital(strview_byte(*text, length)))
		length++;
	*text = strview_from(*text, length);
	return length >= 2 && length <= 5 && (!text->length || strview_is_blank(text->at[0]));
}

/* "Z", "+00:00", "-0500", " UTC", and behind an ISO date " CEST", " +03" */
static void timestamp_take_zone(struct strview *text, struct date *date)
{
	struct strview rest = *text, name;

	if (!strview_skip(&rest, "Z")) {
		strview_skip(&rest, " ");
		name = rest;
		if (!strview_skip(&rest, "UTC") && !strview_skip(&rest, "GMT") &&
		    !take_offset(&rest, date)) {
			date->zone_s = 0;
			if (date->iso && timestamp_take_zone_name(&name))
				*text = name;
			return;
		}
	}
	date->zone_known = is_word_end(rest);
	if (date->zone_known)
		*text = rest;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Whether YEAR has the day of DATE. */
static bool has_day(int64_t year, const struct date *date)
{
	static const int days[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool february = date->month == 2;

	return date->month >= 1 && date->month <= MONTHS && date->day >= 1 &&
	       date->day <= days[date->month - 1] + (february && is_leap(year));
}

/* Since 1970, of DATE in YEAR, in its own zone or the local one. */
static int64_t wall_of(const struct date *date, int64_t year)
{
	struct tm tm = {
		.tm_year = (int)(year - 1900), .tm_mon = date->month - 1, .tm_mday = date->day,
		.tm_hour = date->hour, .tm_min = date->minute, .tm_sec = date->second,
		.tm_isdst = -1,
	};
	int64_t seconds = date->zone_known ? (int64_t)timegm(&tm) - date->zone_s
					   : (int64_t)mktime(&tm);

	return seconds * SECOND_NS + date->fraction_ns;
}

/* The latest year that has DATE and does not make it more than a day later than now; 0: none. */
static int64_t find_year(const struct date *date, int64_t now_ns)
{
	time_t now = (time_t)(now_ns / SECOND_NS);
	struct tm today;
	int64_t year;

	if (!gmtime_r(&now, &today))
		return 0;
	/* By local time it may be next year already. */
	for (year = today.tm_year + 1901; year >= 1970; year--)
		if (has_day(year, date) && wall_of(date, year) <= now_ns + DAY_NS)
			return year;
	return 0;
}

static void set_wall(struct oom_time *time, const struct date *date, int64_t now_ns)
{
	int64_t year = date->year ? date->year : find_year(date, now_ns);

	if (time->has_wall || !is_year((uint64_t)year) || !has_day(year, date))
		return;
	time->has_wall = true;
	time->wall_guessed = !date->year || !date->zone_known;
	time->wall_ns = wall_of(date, year);
}

static void set_raw(struct oom_time *time, const char *from, const char *to)
{
	if (!time->raw[0])
		strview_copy_to(strview_trim((struct strview){ from, (size_t)(to - from) }),
				time->raw,
				sizeof(time->raw));
}

static void set_times(struct oom_time *time, struct strview from, struct strview to,
		      const struct date *date, int64_t now_ns)
{
	set_raw(time, from.at, to.at);
	set_wall(time, date, now_ns);
}

/* "2026-11-23" or "2026/11/23" */
static bool take_iso_date(struct strview *text, struct date *date)
{
	struct strview rest = *text;
	const char *dash = strview_byte(rest, 4) == '/' ? "/" : "-";
	struct date found = { .iso = true };
	int year;

	if (!take_digits(&rest, 4, &year) || !strview_skip(&rest, dash) ||
	    !take_digits(&rest, 2, &found.month) || !strview_skip(&rest, dash) ||
	    !take_digits(&rest, 2, &found.day) || !is_year((uint64_t)year) ||
	    !has_day(year, &found))
		return false;
	found.year = year;
	*date = found;
	*text = rest;
	return true;
}

/* "2026-11-23T07:39:10,333700+00:00", "2026-11-23 07:39:10" */
static enum timestamp_form take_iso(struct strview *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	struct strview rest = *text;
	bool joined, comma;

	if (!take_iso_date(&rest, &date))
		return TIMESTAMP_NONE;
	joined = strview_skip(&rest, "T");
	if (!joined && !strview_skip(&rest, " "))
		return TIMESTAMP_NONE;
	comma = strview_byte(rest, 8) == ',';
	if (!take_time_of_day(&rest, &date))
		return TIMESTAMP_NONE;
	date.iso = false;
	timestamp_take_zone(&rest, &date);
	set_times(time, *text, rest, &date, now_ns);
	*text = rest;
	return joined && comma ? TIMESTAMP_DMESG : TIMESTAMP_DATED;
}

/* "11-23 07:05:30.507", with -v zone " +0100" behind it */
static enum timestamp_form take_logcat(struct strview *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	struct strview rest = *text;

	if (!take_digits(&rest, 2, &date.month) || !strview_skip(&rest, "-") ||
	    !take_digits(&rest, 2, &date.day) || !strview_skip(&rest, " ") ||
	    !has_day(2000, &date) || !take_time_of_day(&rest, &date))
		return TIMESTAMP_NONE;
	timestamp_take_zone(&rest, &date);
	set_times(time, *text, rest, &date, now_ns);
	*text = rest;
	return TIMESTAMP_LOGCAT;
}

/* Where in the first bytes of TEXT a time of day stands, or STRVIEW_NONE. */
static size_t find_time_of_day(struct strview text)
{
	struct date date;

	for (size_t at = 0; at + 8 <= text.length && at <= DATE_MAX; at++) {
		struct strview rest = strview_from(text, at);

		if (text.at[at] == '[' || text.at[at] == ']' || text.at[at] == '=')
			break;
		if (at && strview_is_blank(text.at[at - 1]) && take_time_of_day(&rest, &date))
			return at;
	}
	return STRVIEW_NONE;
}

/* Letters of any language, digits and what stands between them in dates. */
static bool is_date_word(struct strview word)
{
	for (size_t i = 0; i < word.length; i++) {
		unsigned char byte = (unsigned char)word.at[i];

		if (byte < 128 && is_word_end((struct strview){ word.at + i, 1 }) &&
		    !strchr("-/.,@", byte))
			return false;
	}
	return word.length > 0;
}

/* "23", "23,", "2026" */
static void read_date_number(struct strview word, struct date *date)
{
	uint64_t number;

	if (!strview_take_u64(&word, &number))
		return;
	if (is_year(number))
		date->year = (int64_t)number;
	else if (number >= 1 && number <= 31 && !date->day)
		date->day = (int)number;
}

/*
 * One of a date's words. Of two that are months the last is: the first is a Tuesday ("mar. nov.
 * 24" in French, Spanish and Italian).
 */
static void read_date_word(struct strview word, struct date *date)
{
	int month = month_of(word);
	uint64_t number;

	if (month) {
		date->month = month;
		/* "Nov23", but not "11月" */
		strview_take_u64(&word, &number);
		while (word.length && !strview_is_digit(word.at[0]))
			word = strview_from(word, 1);
		read_date_number(word, date);
	} else if (!take_iso_date(&word, date)) {
		read_date_number(word, date);
	}
}

/* Returns whether WORDS are a date and nothing else. */
static bool read_date_words(struct strview words, struct date *date)
{
	for (size_t count = 0; strview_skip_blanks(&words), words.length; count++) {
		struct strview word = strview_take_word(&words);

		if (!is_date_word(word) || count == DATE_WORDS_MAX)
			return false;
		read_date_word(word, date);
	}
	return date->month && date->day;
}

/* " 2026" behind a time of day */
static void take_year(struct strview *text, struct date *date)
{
	struct strview rest = *text;
	uint64_t number;

	if (strview_skip(&rest, " ") && strview_take_u64(&rest, &number) && is_year(number) &&
	    (!rest.length || rest.at[0] == ' ' || rest.at[0] == ':')) {
		date->year = (int64_t)number;
		*text = rest;
	}
}

/* What stands behind a time of day: " 2026", " UTC", " UTC 2026", " CET 2026" */
static void take_year_and_zone(struct strview *text, struct date *date)
{
	struct strview named = *text;

	take_year(text, date);
	timestamp_take_zone(text, date);
	if (date->year)
		return;
	take_year(text, date);
	if (!date->year && strview_skip(&named, " ") && timestamp_take_zone_name(&named)) {
		take_year(&named, date);
		if (date->year)
			*text = named;
	}
}

/* "Nov 23 07:05:30", "Mon Nov 23 07:39:10 2026", "Mon 2026-09-21 14:13:26 UTC", in any language */
static enum timestamp_form take_dated(struct strview *text, int64_t now_ns, struct oom_time *time)
{
	struct date date = { 0 };
	size_t at = find_time_of_day(*text);
	struct strview rest;

	if (at == STRVIEW_NONE || !read_date_words(strview_head(*text, at), &date))
		return TIMESTAMP_NONE;
	rest = strview_from(*text, at);
	take_time_of_day(&rest, &date);
	take_year_and_zone(&rest, &date);
	set_times(time, *text, rest, &date, now_ns);
	*text = rest;
	return TIMESTAMP_DATED;
}

static void set_unix(struct oom_time *time, int64_t ns)
{
	if (!time->has_wall) {
		time->has_wall = true;
		time->wall_guessed = false;
		time->wall_ns = ns;
	}
}

/* "6.966596" or "1790000006.966596", with at least DIGITS behind the point */
static enum timestamp_form take_seconds(struct strview *text, size_t digits, struct oom_time *time)
{
	struct strview rest = *text;
	uint64_t seconds;
	int64_t fraction, total;

	if (!strview_take_u64(&rest, &seconds) || strview_byte(rest, 0) != '.' ||
	    seconds > UINT64_C(9000000000))
		return TIMESTAMP_NONE;
	for (size_t i = 1; i <= digits; i++)
		if (!strview_is_digit(strview_byte(rest, i)))
			return TIMESTAMP_NONE;
	timestamp_take_fraction(&rest, &fraction);
	total = (int64_t)seconds * SECOND_NS + fraction;
	set_raw(time, text->at, rest.at);
	*text = rest;
	if (seconds >= UINT64_C(1000000000)) {
		set_unix(time, total);
		return TIMESTAMP_UNIX;
	}
	if (!time->has_monotonic) {
		time->has_monotonic = true;
		time->monotonic_ns = total;
	}
	return TIMESTAMP_MONOTONIC;
}

enum timestamp_form timestamp_take(struct strview *text, int64_t now_ns, struct oom_time *time)
{
	enum timestamp_form form = take_iso(text, now_ns, time);

	if (form == TIMESTAMP_NONE)
		form = take_logcat(text, now_ns, time);
	if (form == TIMESTAMP_NONE && strview_is_digit(strview_byte(*text, 0)))
		form = take_seconds(text, 3, time);
	return form == TIMESTAMP_NONE ? take_dated(text, now_ns, time) : form;
}

/* "<    0.000012>", "  +0.000012" */
static bool is_distance(struct strview text)
{
	uint64_t seconds;

	if (!strview_skip(&text, "<") && !strview_skip(&text, "+"))
		return false;
	strview_skip_blanks(&text);
	return strview_take_u64(&text, &seconds) && strview_starts(text, ".");
}

/* dmesg -e: "Nov23 07:05", "Nov 3 07:05" */
static enum timestamp_form read_minute(struct strview content, int64_t now_ns,
				       struct oom_time *time)
{
	size_t blank = strview_find_last(content, " ");
	struct strview rest =
		strview_from(content, blank == STRVIEW_NONE ? content.length : blank + 1);
	struct date date = { 0 };

	if (!take_minute(&rest, &date) || rest.length ||
	    !read_date_words(strview_head(content, blank), &date))
		return TIMESTAMP_NONE;
	set_times(time, content, rest, &date, now_ns);
	return TIMESTAMP_DMESG;
}

enum timestamp_form timestamp_read_bracket(struct strview content, int64_t now_ns,
					   struct oom_time *time)
{
	struct strview rest = content;

	strview_skip_blanks(&rest);
	if (is_distance(rest))
		return TIMESTAMP_MONOTONIC;
	if (strview_is_digit(strview_byte(rest, 0)) && take_seconds(&rest, 1, time) !=
	    TIMESTAMP_NONE)
		return TIMESTAMP_MONOTONIC;
	if (take_iso(&rest, now_ns, time) != TIMESTAMP_NONE ||
	    take_dated(&rest, now_ns, time) != TIMESTAMP_NONE)
		return TIMESTAMP_DMESG;
	return read_minute(rest, now_ns, time);
}

/* A whole number of the unit that brings it nearest to our days. */
static void timestamp_read_count(struct strview value, uint64_t count, struct oom_time *time)
{
	int64_t unit = SECOND_NS;

	if (count < UINT64_C(1000000000) || count > (uint64_t)INT64_MAX)
		return;
	while (unit > 1 && count >= UINT64_C(10000000000) * (uint64_t)(SECOND_NS / unit))
		unit /= 1000;
	set_raw(time, value.at, value.at + value.length);
	set_unix(time, count > (uint64_t)(INT64_MAX / unit) ? INT64_MAX : (int64_t)count * unit);
}

void timestamp_read_value(struct strview value, int64_t now_ns, struct oom_time *time)
{
	struct strview rest = value, number = value;
	uint64_t count;

	if (strview_take_u64(&number, &count) && !number.length)
		timestamp_read_count(value, count, time);
	else if (take_seconds(&rest, 1, time) == TIMESTAMP_NONE)
		timestamp_take(&rest, now_ns, time);
}

static int64_t from_us(uint64_t microseconds)
{
	return microseconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)microseconds * 1000;
}

void timestamp_set_monotonic(struct oom_time *time, uint64_t microseconds)
{
	time->has_monotonic = true;
	time->monotonic_ns = from_us(microseconds);
}

void timestamp_set_wall(struct oom_time *time, uint64_t microseconds)
{
	time->has_wall = true;
	time->wall_guessed = false;
	time->wall_ns = from_us(microseconds);
}
