/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line-timestamp.c - the times of log lines: every form, years and zones that are not said, and no
 * times
 */
#include <config.h>

#include <time.h>

#include "../tap.h"
#include "kernlog/line-timestamp.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* 2026-11-23 12:00:00 UTC; no log of the tests is newer than a day. */
#define NOW (INT64_C(1795435200) * SECOND)

/* 2026-11-23 07:05:30 UTC */
#define MORNING (INT64_C(1795417530) * SECOND)

/* An hour east of UTC in winter, two in summer. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

struct wanted {
	const char *text;
	enum timestamp_form form;
	const char *rest;		/* what is left */
	int64_t wall;			/* 0: none */
	bool guessed;
	int64_t monotonic;		/* 0: none */
};

static const struct wanted timestamps[] = {
	/* dmesg --time-format iso, RFC 5424, journalctl -o short-iso, rsyslog */
	{ "2026-11-23T07:05:30,507335+00:00 main.out", TIMESTAMP_DMESG, " main.out",
	  MORNING + 507335000, false, 0 },
	{ "2026-11-23T07:05:30.507335Z host", TIMESTAMP_DATED, " host", MORNING + 507335000, false,
	  0 },
	{ "2026-11-23T07:05:30+0000 host", TIMESTAMP_DATED, " host", MORNING, false, 0 },
	{ "2026-11-23T02:05:30-05:00 host", TIMESTAMP_DATED, " host", MORNING, false, 0 },
	{ "2026-11-23T12:35:30+05:30 host", TIMESTAMP_DATED, " host", MORNING, false, 0 },
	{ "2026-11-23T07:05:30.123456789Z x", TIMESTAMP_DATED, " x", MORNING + 123456789, false,
	0 },
	{ "2026-11-23T07:05:30.1234567891Z x", TIMESTAMP_DATED, " x", MORNING + 123456789, false,
	0 },
	{ "2026-11-23 07:05:30 +0000 x", TIMESTAMP_DATED, " x", MORNING, false, 0 },
	{ "2026-11-23 10:05:30+03 x", TIMESTAMP_DATED, " x", MORNING, false, 0 },
	{ "2026-11-23 08:05:30 x", TIMESTAMP_DATED, " x", MORNING, true, 0 },
	{ "2026-11-23 08:05:30,507 x", TIMESTAMP_DATED, " x", MORNING + 507000000, true, 0 },
	{ "2026/11/23 08:05:30 x", TIMESTAMP_DATED, " x", MORNING, true, 0 },
	{ "2026-11-23 08:05:30 -12 x", TIMESTAMP_DATED, " x", MORNING + 13 * HOUR, false, 0 },
	{ "2026-11-23 08:05:30 -1 x", TIMESTAMP_DATED, " -1 x", MORNING, true, 0 },
	{ "2026-11-23 08:05:30 +9900 x", TIMESTAMP_DATED, " +9900 x", MORNING, true, 0 },
	{ "2026-11-23 08:05:30 UTCHOST x", TIMESTAMP_DATED, " UTCHOST x", MORNING, true, 0 },
	{ "2026-11-23T08:05:30Zulu", TIMESTAMP_DATED, "Zulu", MORNING, true, 0 },
	/* journalctl -o short-full: a zone by its name, which may be anybody's */
	{ "Mon 2026-11-23 07:05:30 UTC vmhost", TIMESTAMP_DATED, " vmhost", MORNING, false, 0 },
	{ "Mon 2026-11-23 08:05:30 CET vmhost", TIMESTAMP_DATED, " vmhost", MORNING, true, 0 },
	{ "Mon 2026-11-23 10:05:30 +03 vmhost", TIMESTAMP_DATED, " vmhost", MORNING, false, 0 },
	{ "Mon 2026-11-23 07:05:30.507335 UTC [s=0]", TIMESTAMP_DATED, " [s=0]", MORNING +
		507335000,
	  false, 0 },
	/* date(1), ctime(3) */
	{ "Mon Nov 23 08:05:30 2026 kern.warn", TIMESTAMP_DATED, " kern.warn", MORNING, true, 0 },
	{ "Mon Nov 23 07:05:30 UTC 2026 x", TIMESTAMP_DATED, " x", MORNING, false, 0 },
	{ "Mon Nov 23 08:05:30 CET 2026 x", TIMESTAMP_DATED, " x", MORNING, true, 0 },
	{ "Mon Nov 23 08:05:30 HOST x", TIMESTAMP_DATED, " HOST x", MORNING, true, 0 },
	/* RFC 3164, with a year before or behind */
	{ "Nov 23 08:05:30 host", TIMESTAMP_DATED, " host", MORNING, true, 0 },
	{ "Nov 23 08:05:30.507335 host", TIMESTAMP_DATED, " host", MORNING + 507335000, true, 0 },
	{ "Nov  3 08:05:30 host", TIMESTAMP_DATED, " host", MORNING - 20 * DAY, true, 0 },
	{ "Nov 23 2026 08:05:30 host", TIMESTAMP_DATED, " host", MORNING, true, 0 },
	{ "Nov 23 08:05:30 2026: x", TIMESTAMP_DATED, ": x", MORNING, true, 0 },
	{ "23 Nov 2026 08:05:30 x", TIMESTAMP_DATED, " x", MORNING, true, 0 },
	{ "Nov 23, 2026 @ 08:05:30.507 x", TIMESTAMP_DATED, " x", MORNING + 507000000, true, 0 },
	/* logcat */
	{ "11-23 08:05:30.507   123", TIMESTAMP_LOGCAT, "   123", MORNING + 507000000, true, 0 },
	{ "11-23 07:05:30.507 +0000   1", TIMESTAMP_LOGCAT, "   1", MORNING + 507000000, true, 0 },
	/* Seconds */
	{ "6.966596 x", TIMESTAMP_MONOTONIC, " x", 0, false, 6966596000 },
	{ "1795417530.507335 host", TIMESTAMP_UNIX, " host", MORNING + 507335000, false, 0 },
	{ "999999999.000 x", TIMESTAMP_MONOTONIC, " x", 0, false, 999999999 * SECOND },
};

static const struct wanted brackets[] = {
	{ "    6.333700", TIMESTAMP_MONOTONIC, NULL, 0, false, 6333700000 },
	{ "6.3", TIMESTAMP_MONOTONIC, NULL, 0, false, 6300000000 },
	{ "    6.334471 <    0.000771>", TIMESTAMP_MONOTONIC, NULL, 0, false, 6334471000 },
	{ "<    0.000771>", TIMESTAMP_MONOTONIC, NULL, 0, false, 0 },
	{ "  +0.000029", TIMESTAMP_MONOTONIC, NULL, 0, false, 0 },
	{ "Mon Nov 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
	{ "Mon Nov  3 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING - 20 * DAY, true, 0 },
	{ "2026-11-23T07:05:30,5+00:00", TIMESTAMP_DMESG, NULL, MORNING + SECOND / 2, false, 0 },
	{ "Nov23 08:05", TIMESTAMP_DMESG, NULL, MORNING - 30 * SECOND, true, 0 },
	{ "Nov 3 08:05", TIMESTAMP_DMESG, NULL, MORNING - 20 * DAY - 30 * SECOND, true, 0 },
	/* Of other languages; "mar" is Tuesday too, where it is not March. */
	{ "lun. nov. 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
	{ "mar. nov. 24 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING + DAY, true, 0 },
	{ "mar nov 24 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING + DAY, true, 0 },
	{ "mar. mars 3 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING - 265 * DAY, true, 0 },
	{ "Mo Okt 26 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING - 28 * DAY, true, 0 },
	{ "ma des 23 08:05:30 2025", TIMESTAMP_DMESG, NULL, MORNING - 335 * DAY, true, 0 },
	{ "Пн ноя 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
	{ "月 11月 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
	{ "一 1月 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING - 304 * DAY, true, 0 },
	{ "월 11월 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
	{ "pon lis 23 08:05:30 2026", TIMESTAMP_DMESG, NULL, MORNING, true, 0 },
};

static void check(const struct wanted *wanted, enum timestamp_form form,
		  const struct oom_time *time)
{
	tap_ok(form == wanted->form, "\"%s\" is a time", wanted->text);
	if (form == TIMESTAMP_NONE)
		return;
	tap_is(time->has_wall ? time->wall_ns : 0, wanted->wall, "since 1970");
	tap_ok(time->wall_guessed == wanted->guessed, "%s", wanted->guessed ? "guessed" : "said");
	tap_is(time->has_monotonic ? time->monotonic_ns : 0, wanted->monotonic, "since boot");
}

static void test_timestamps(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(timestamps); i++) {
		const struct wanted *wanted = &timestamps[i];
		struct strview text = strview_of(wanted->text);
		struct oom_time time = { .raw = "" };
		size_t raw;

		check(wanted, timestamp_take(&text, NOW, &time), &time);
		tap_ok(strview_is(text, wanted->rest), "behind it is \"%s\"", wanted->rest);
		raw = strlen(wanted->text) - strlen(wanted->rest);
		tap_ok(strlen(time.raw) == raw && !memcmp(time.raw, wanted->text, raw),
		       "it is kept as it was");
	}
}

static void test_brackets(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(brackets); i++) {
		struct oom_time time = { .raw = "" };
		enum timestamp_form form =
			timestamp_read_bracket(strview_of(brackets[i].text), NOW, &time);

		check(&brackets[i], form, &time);
	}
}

static const char *const no_timestamps[] = {
	"", " ", "x", "main.out invoked", "Nov", "Nov 23", "Nov 23 ", "Nov 23 08:05", "08:05:30",
	"08:05:30 x", "6.9", "6.96", "6", "6.", ".966596", "6,966596", "2026-11-23", "2026-11-23T",
	"2026-11-23T08:05", "2026-13-23 08:05:30", "2026-00-23 08:05:30", "2026-11-00 08:05:30",
	"2026-11-31 08:05:30", "2025-02-29 08:05:30", "1969-11-23 08:05:30", "2200-11-23 08:05:30",
	"2026-11-23 25:05:30", "2026-11-23 08:60:30", "2026-11-23 08:05:61",
	"2026-11-23 08:05:300",
	"11-31 08:05:30", "00-01 08:05:30", "13-01 08:05:30", "Nov 23 [08:05:30]", "x=08:05:30",
	"Nov (23) 08:05:30", "Nov: 23 08:05:30", "a b c d e Nov 23 08:05:30", "Monday 08:05:30",
	"[    6.966596]", "active_anon:163 inactive_anon:64615", "9999999999.123456 x",
	"99999999999999999999.123456", "Node 0 DMA: 1*4kB", "-1", "2026-11-23Z08:05:30",
	"a text in front that is far too long for a date Nov 23 08:05:30",
};

static const char *const no_brackets[] = {
	"", " ", "675", "    675", "pid", "  pid  ", "T5241", "+", "<", "<>", "+x.1", "<1>", "+12",
	"Nov23", "Nov23 08", "Nov23 08:05:", "Nov23 08:5", "23 08:05", "08:05", "pod/x/y", "6",
	"6.",
	"ffffffff81d91389", "s=764e8dee19d94496a4b154ad138f0716",
};

static void test_no_times(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(no_timestamps); i++) {
		struct strview text = strview_of(no_timestamps[i]);
		struct oom_time time = { .raw = "" };

		tap_ok(timestamp_take(&text, NOW, &time) == TIMESTAMP_NONE &&
		       strview_is(text, no_timestamps[i]) &&
		       !time.has_wall && !time.has_monotonic && !time.raw[0],
		       "\"%s\" is no time", no_timestamps[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_brackets); i++) {
		struct oom_time time = { .raw = "" };

		tap_ok(timestamp_read_bracket(strview_of(no_brackets[i]), NOW, &time) ==
		       TIMESTAMP_NONE &&
		       !time.has_wall && !time.has_monotonic && !time.raw[0],
		       "[%s] is no time", no_brackets[i]);
	}
}

/* A date without a year is the latest that is not later than in a day. */
static const struct {
	const char *zone;
	int64_t now;		/* seconds since 1970 */
	const char *text;
	int64_t wall;		/* seconds since 1970; 0: none */
} years[] = {
	/* On New Year's Eve, just after it, and a minute before it. */
	{ "UTC0", 1798761600, "Dec 31 23:59:59", 1798761599 },
	{ "UTC0", 1798761600, "Jan  1 00:00:00", 1798761600 },
	{ "UTC0", 1798761540, "Jan  1 00:00:00", 1798761600 },
	{ "UTC0", 1798761540, "Jan  2 00:00:00", 1767312000 },
	{ "UTC0", 1798761600, "Feb  1 00:00:00", 1769904000 },
	{ "UTC0", 1798761600, "01-01 00:00:00.000", 1798761600 },
	/*
	 * In Tokyo it is the new year when it is not yet by UTC; in New York the other way round.
	 */
	{ "JST-9", 1798731000, "Jan  1 00:10:00", 1798729800 },
	{ "JST-9", 1798731000, "Dec 31 23:50:00", 1798728600 },
	{ "EST5", 1798777800, "Dec 31 23:20:00", 1798777200 },
	{ "EST5", 1798777800, "Jan  1 00:10:00", 1798780200 },
	/* The log of a machine whose clock, or zone, is half a day ahead. */
	{ "UTC0", 1795435200, "Nov 24 00:00:00", 1795478400 },
	{ "UTC0", 1795435200, "Nov 24 13:00:00", 1763989200 },
	/* Only a leap year has the day. */
	{ "UTC0", 1795435200, "Feb 29 12:00:00", 1709208000 },
	{ "UTC0", 1795435200, "Feb 30 12:00:00", 0 },
	{ "UTC0", 1795435200, "Nov 31 12:00:00", 0 },
	/* Clocks that were never set. */
	{ "UTC0", 0, "Jan  1 00:00:05", 5 },
	{ "UTC0", 0, "Jul  1 00:00:00", 0 },
	/* An hour that summer time leaves out, and one that it has twice, are some time. */
	{ BERLIN, 1795435200, "Mar 29 02:30:00", 1774747800 },
};

static void test_years(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(years); i++) {
		struct strview text = strview_of(years[i].text);
		struct oom_time time = { .raw = "" };

		set_zone(years[i].zone);
		timestamp_take(&text, years[i].now * SECOND, &time);
		tap_ok(time.has_wall == (years[i].wall != 0) && time.wall_guessed == time.has_wall,
		       "\"%s\" at %" PRId64 " in %s", years[i].text, years[i].now, years[i].zone);
		tap_is(time.has_wall ? time.wall_ns / SECOND : 0, years[i].wall,
		       "is in that year");
	}
	set_zone(BERLIN);
}

/* A date without a zone is local time, in summer too. */
static void test_zones(void)
{
	struct strview text = strview_of("Jul 23 08:05:30 host");
	struct oom_time time = { .raw = "" };

	timestamp_take(&text, NOW, &time);
	tap_is(time.wall_ns, INT64_C(1784786730) * SECOND, "summer time is known");
	set_zone("UTC0");
	text = strview_of("Nov 23 07:05:30 host");
	time = (struct oom_time){ .raw = "" };
	timestamp_take(&text, NOW, &time);
	tap_ok(time.wall_ns == MORNING && time.wall_guessed, "a machine on UTC guesses UTC");
	set_zone(BERLIN);
}

/* What a line has said already stays: "[host's time] 2026-... message". */
static void test_second_times(void)
{
	struct oom_time time = { .raw = "" };
	struct strview text = strview_of("6.966596");

	timestamp_take(&text, NOW, &time);
	text = strview_of("2026-11-23T07:05:30Z");
	timestamp_take(&text, NOW, &time);
	tap_ok(time.has_monotonic && time.monotonic_ns == 6966596000 && time.has_wall &&
	       time.wall_ns == MORNING, "two times that say two things are both kept");
	tap_is_text(time.raw, "6.966596", "as it was is the first");
	text = strview_of("2025-11-23T07:05:30Z");
	timestamp_take(&text, NOW, &time);
	text = strview_of("7.000000");
	timestamp_take(&text, NOW, &time);
	text = strview_of("1000000000.000000");
	timestamp_take(&text, NOW, &time);
	tap_ok(time.wall_ns == MORNING && time.monotonic_ns == 6966596000,
	       "of two that say one thing the first is");
}

/* Fields of JSON: "time": ... */
static const struct {
	const char *text;
	int64_t wall, monotonic;
} values[] = {
	{ "6.333700", 0, 6333700000 }, { "6.5", 0, 6500000000 },
	{ "1795417530.5", MORNING + SECOND / 2, 0 },
	{ "1795417530", MORNING, 0 }, { "1795417530507", MORNING + 507000000, 0 },
	{ "1795417530507335", MORNING + 507335000, 0 },
	{ "1795417530507335123", MORNING + 507335123, 0 },
	{ "2026-11-23T07:05:30.5Z", MORNING + SECOND / 2, 0 },
	{ "Mon Nov 23 08:05:30 2026", MORNING, 0 },
	{ "", 0, 0 }, { "x", 0, 0 }, { "12", 0, 0 }, { "999999999", 0, 0 }, { "true", 0, 0 },
	{ "18446744073709551615", 0, 0 }, { "99999999999999999999", 0, 0 },
	{ "9223372036854775807", INT64_MAX, 0 }, { "-1", 0, 0 },
};

static void test_values(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct oom_time time = { .raw = "" };

		timestamp_read_value(strview_of(values[i].text), NOW, &time);
		tap_ok((time.has_wall ? time.wall_ns : 0) == values[i].wall &&
		       (time.has_monotonic ? time.monotonic_ns : 0) == values[i].monotonic,
		       "the value \"%s\"", values[i].text);
	}
}

static void test_setting(void)
{
	struct oom_time time = { .raw = "", .wall_guessed = true };

	timestamp_set_monotonic(&time, 0);
	timestamp_set_wall(&time, 1795417530507335);
	tap_ok(time.has_monotonic && !time.monotonic_ns && time.has_wall && !time.wall_guessed &&
	       time.wall_ns == MORNING + 507335000, "microseconds are set");
	timestamp_set_monotonic(&time, UINT64_MAX);
	timestamp_set_wall(&time, UINT64_MAX);
	tap_ok(time.monotonic_ns == INT64_MAX && time.wall_ns == INT64_MAX, "too many are many");
}

/* Every beginning of a time, in memory with nothing behind it. */
static void test_cut(void)
{
	int taken = 0;

	for (size_t i = 0; i < ARRAY_SIZE(timestamps); i++)
		for (size_t length = 0; length <= strlen(timestamps[i].text); length++) {
			char *copy = malloc(length ? length : 1);
			struct strview text = { copy, length };
			struct oom_time time = { .raw = "" };

			if (!copy)
				abort();
			memcpy(copy, timestamps[i].text, length);
			taken += timestamp_take(&text, NOW, &time) != TIMESTAMP_NONE;
			timestamp_read_bracket((struct strview){ copy, length }, NOW, &time);
			free(copy);
		}
	tap_ok(taken > 100, "cut times are read or refused");
}

int main(void)
{
	set_zone(BERLIN);
	test_timestamps();
	test_brackets();
	test_no_times();
	test_years();
	test_zones();
	test_second_times();
	test_values();
	test_setting();
	test_cut();
	return tap_done();
}
