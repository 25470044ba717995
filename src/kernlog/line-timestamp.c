/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-timestamp.c - read the times in front of log lines */
#include <config.h>

#include <time.h>

#include "kernlog/line-timestamp.h"
#include "lib/ascii.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/timestamp.h"

#define SECOND_NS ((int64_t)NS_PER_SECOND)
#define DAY_NS (86400 * SECOND_NS)

/* A date may stand in so many bytes in front of a time of day, and has so many words at most. */
#define DATE_MAX 40
#define DATE_WORDS_MAX 5

/*
 * Beginnings of month names, in the languages that dmesg -T and journalctl are met with; a number
 * with such a word behind it is Chinese, Japanese or Korean.
 */
static const char *const months[] = {
	"Jan jan ene gen янв sty",
	"Feb feb fév fev фев lut",
	"Mar mar Mär Mrz mär maa mrt",
	"Apr apr avr abr апр kwi",
	"May may mai Mai mag mei май мая maj",
	"Jun jun juin giu июн cze",
	"Jul jul juil lug июл lip",
	"Aug aug août aoû ago авг sie",
	"Sep sep set сен wrz",
	"Oct oct Okt okt out ott окт paź",
	"Nov nov ноя lis",
	"Dec dec déc Dez dez des dic дек gru",
};

/* Returns 0: WORD begins with no month. */
static int month_of(struct strview word)
{
	uint64_t number;

	for (size_t month = 0; month < ARRAY_SIZE(months); month++) {
		struct strview names = strview_of(months[month]), name;

		for (; name = strview_take_word(&names), name.length; strview_skip_blanks(&names))
			if (word.length >= name.length && !memcmp(word.at, name.at, name.length))
				return (int)month + 1;
	}
	return strview_take_u64(&word, &number) && number <= ARRAY_SIZE(months) &&
	       (strview_starts(word, "月") || strview_starts(word, "월")) ? (int)number : 0;
}

static bool is_year(uint64_t number)
{
	return number >= 1970 && number < 2200;
}

static void set_raw(struct oom_time *time, const char *from, const char *to)
{
	if (!time->raw[0])
		strview_copy_to(strview_trim((struct strview){ from, (size_t)(to - from) }),
				time->raw, sizeof(time->raw));
}

/*
 * The text from FROM to TO says DATE. Without a year the latest is taken that has it and does not
 * make it more than a day later than now: by local time it may be next year already.
 */
static void set_date(struct oom_time *time, struct strview from, struct strview to,
		     struct date date, int64_t now_ns)
{
	time_t now = (time_t)(now_ns / SECOND_NS);
	bool guessed = !date.year || !date.zone_known;
	struct tm today;

	set_raw(time, from.at, to.at);
	if (time->has_wall || (!date.year && !gmtime_r(&now, &today)))
		return;
	if (!date.year) {
		date.year = today.tm_year + 1901;
		while (date.year >= 1970 && (!date_has_day(&date, date.year) ||
					     date_to_ns(&date) > now_ns + DAY_NS))
			date.year--;
	}
	if (!is_year((uint64_t)date.year) || !date_has_day(&date, date.year))
		return;
	time->has_wall = true;
	time->wall_guessed = guessed;
	time->wall_ns = date_to_ns(&date);
}

/* Dates in figures. */
static const struct {
	const char *format;
	enum timestamp_form form;
} numeric_dates[] = {
	{ "Y-M-DTh:m:sfz", TIMESTAMP_DATED },	/* 2026-11-23T07:39:10.333700+00:00 */
	{ "Y-M-D h:m:sfz", TIMESTAMP_DATED },	/* 2026-11-23 07:39:10 UTC */
	{ "Y/M/DTh:m:sfz", TIMESTAMP_DATED },
	{ "Y/M/D h:m:sfz", TIMESTAMP_DATED },	/* 2026/11/23 07:39:10 */
	{ "M-D h:m:sfz", TIMESTAMP_LOGCAT },	/* 11-23 07:05:30.507, with -v zone " +0100" */
};

static enum timestamp_form take_numeric(struct strview *text, int64_t now_ns,
					struct oom_time *time)
{
	if (!strview_is_digit(strview_byte(*text, 0)))
		return TIMESTAMP_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(numeric_dates); i++) {
		enum timestamp_form form = numeric_dates[i].form;
		struct strview from = *text, rest = *text;
		struct date date = { 0 };

		if (!date_take(&rest, numeric_dates[i].format, &date) ||
		    (date.year && !is_year((uint64_t)date.year)) ||
		    !date_has_day(&date, date.year ? date.year : 2000))
			continue;
		set_date(time, from, rest, date, now_ns);
		*text = rest;
		return strview_byte(from, 10) == 'T' && strview_byte(from, 19) == ','
			? TIMESTAMP_DMESG : form;
	}
	return TIMESTAMP_NONE;
}

/*
 * Returns whether WORDS are a date and nothing else. Of two that are months the last is: the first
 * is a Tuesday ("mar. nov. 24" in French, Spanish and Italian). ret_iso: one was "2026-11-23".
 */
static bool read_date_words(struct strview words, struct date *date, bool *ret_iso)
{
	*ret_iso = false;
	for (size_t count = 0; strview_skip_blanks(&words), words.length; count++) {
		struct strview word = strview_take_word(&words), rest = word;
		struct date found = *date;
		uint64_t number;
		int month = month_of(word);

		/* Letters of any language, digits and what stands between them in dates. */
		for (size_t i = 0; i < word.length; i++)
			if (!((unsigned char)word.at[i] >= 128 ||
			      ascii_is_alphanumeric(word.at[i]) || strchr("-/.,@", word.at[i])))
				return false;
		if (!word.length || count == DATE_WORDS_MAX)
			return false;
		if (month) {
			date->month = month;
			/* "Nov23", but not "11月" */
			strview_take_u64(&word, &number);
			while (word.length && !strview_is_digit(word.at[0]))
				word = strview_from(word, 1);
		} else if ((date_take(&rest, "Y-M-D", &found) ||
			    date_take(&rest, "Y/M/D", &found)) &&
			   is_year((uint64_t)found.year) && date_has_day(&found, found.year)) {
			*date = found;
			*ret_iso = true;
			continue;
		}
		/* "23", "23,", "2026" */
		if (!strview_take_u64(&word, &number))
			continue;
		if (is_year(number))
			date->year = (int)number;
		else if (number >= 1 && number <= 31 && !date->day)
			date->day = (int)number;
	}
	return date->month && date->day;
}

/* " 2026" behind a time of day, where no year was in front of it. */
static void take_year(struct strview *text, struct date *date)
{
	struct strview rest = *text;
	uint64_t number;

	if (!date->year && strview_skip(&rest, " ") && strview_take_u64(&rest, &number) &&
	    is_year(number) && (!rest.length || rest.at[0] == ' ' || rest.at[0] == ':')) {
		date->year = (int)number;
		*text = rest;
	}
}

/*
 * What stands behind a time of day: " 2026", " UTC", " UTC 2026", " CET 2026", and behind an ISO
 * date " CEST". A zone's name does not tell the zone: such names are not unique.
 */
static void take_year_and_zone(struct strview *text, bool iso, struct date *date)
{
	struct strview name;
	size_t length = 0;

	take_year(text, date);
	date_take(text, "z", date);
	name = *text;
	if (date->zone_known)
		take_year(text, date);
	if (date->zone_known || (date->year && !iso) || !strview_skip(&name, " "))
		return;
	while (strview_byte(name, length) >= 'A' && strview_byte(name, length) <= 'Z')
		length++;
	name = strview_from(name, length);
	if (length < 2 || length > 5 || (name.length && !strview_is_blank(name.at[0])))
		return;
	take_year(&name, date);
	if (date->year)
		*text = name;
}

/*
 * "Nov 23 07:05:30", "Mon Nov 23 07:39:10 2026", "Mon 2026-09-21 14:13:26 UTC", in any language;
 * FORMAT is the time of day's. One without seconds must be the last.
 */
static enum timestamp_form take_dated(struct strview *text, const char *format, int64_t now_ns,
				      struct oom_time *time)
{
	for (size_t at = 0; at < text->length && at <= DATE_MAX; at++) {
		struct strview rest = strview_from(*text, at);
		struct date date = { 0 };
		bool iso;

		if (rest.at[0] == '[' || rest.at[0] == ']' || rest.at[0] == '=')
			break;
		if (!at || !strview_is_blank(text->at[at - 1]) || !strview_is_digit(rest.at[0]) ||
		    !date_take(&rest, format, &date) || (rest.length && !strchr(format, 's')))
			continue;
		if (!read_date_words(strview_head(*text, at), &date, &iso))
			break;
		take_year_and_zone(&rest, iso, &date);
		set_date(time, *text, rest, date, now_ns);
		*text = rest;
		return TIMESTAMP_DATED;
	}
	return TIMESTAMP_NONE;
}

static void set_unix(struct oom_time *time, int64_t ns)
{
	if (time->has_wall)
		return;
	time->has_wall = true;
	time->wall_guessed = false;
	time->wall_ns = ns;
}

/* "6.966596" or "1790000006.966596", with at least DIGITS behind the point */
static enum timestamp_form take_seconds(struct strview *text, size_t digits, struct oom_time *time)
{
	struct strview rest = *text;
	struct date date = { 0 };
	uint64_t seconds;
	int64_t total;

	if (!strview_take_u64(&rest, &seconds) || strview_byte(rest, 0) != '.' ||
	    seconds > UINT64_C(9000000000))
		return TIMESTAMP_NONE;
	for (size_t i = 1; i <= digits; i++)
		if (!strview_is_digit(strview_byte(rest, i)))
			return TIMESTAMP_NONE;
	date_take(&rest, "f", &date);
	total = (int64_t)seconds * SECOND_NS + date.fraction_ns;
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
	enum timestamp_form form = take_numeric(text, now_ns, time);

	if (form == TIMESTAMP_NONE)
		form = take_seconds(text, 3, time);
	return form == TIMESTAMP_NONE ? take_dated(text, "h:m:sf", now_ns, time) : form;
}

enum timestamp_form timestamp_read_bracket(struct strview content, int64_t now_ns,
					   struct oom_time *time)
{
	struct strview rest = content, distance;
	uint64_t seconds;

	strview_skip_blanks(&rest);
	distance = rest;
	if (strview_skip(&distance, "<") || strview_skip(&distance, "+")) {
		strview_skip_blanks(&distance);
		if (strview_take_u64(&distance, &seconds) && strview_starts(distance, "."))
			return TIMESTAMP_MONOTONIC;
	}
	if (take_seconds(&rest, 1, time) != TIMESTAMP_NONE)
		return TIMESTAMP_MONOTONIC;
	/* dmesg -e: "Nov23 07:05", "Nov 3 07:05" */
	return take_numeric(&rest, now_ns, time) != TIMESTAMP_NONE ||
	       take_dated(&rest, "h:m:sf", now_ns, time) != TIMESTAMP_NONE ||
	       take_dated(&rest, "h:m", now_ns, time) != TIMESTAMP_NONE
		? TIMESTAMP_DMESG : TIMESTAMP_NONE;
}

void timestamp_read_value(struct strview value, int64_t now_ns, struct oom_time *time)
{
	struct strview rest = value;
	int64_t unit = SECOND_NS;
	uint64_t count;

	if (!strview_take_u64(&rest, &count) || rest.length) {
		rest = value;
		if (take_seconds(&rest, 1, time) == TIMESTAMP_NONE)
			timestamp_take(&rest, now_ns, time);
		return;
	}
	if (count < UINT64_C(1000000000) || count > (uint64_t)INT64_MAX)
		return;
	/* A whole number of the unit that brings it nearest to our days. */
	while (unit > 1 && count >= UINT64_C(10000000000) * (uint64_t)(SECOND_NS / unit))
		unit /= 1000;
	set_raw(time, value.at, value.at + value.length);
	set_unix(time, count > (uint64_t)(INT64_MAX / unit) ? INT64_MAX : (int64_t)count * unit);
}

void timestamp_set_monotonic(struct oom_time *time, uint64_t microseconds)
{
	time->has_monotonic = true;
	time->monotonic_ns = microseconds > INT64_MAX / 1000
		? INT64_MAX : (int64_t)microseconds * 1000;
}

void timestamp_set_wall(struct oom_time *time, uint64_t microseconds)
{
	time->has_wall = false;
	set_unix(time, microseconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)microseconds * 1000);
}
