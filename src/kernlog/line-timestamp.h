/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line-timestamp.h - the times in front of log lines, in the forms that log programs write */
#ifndef PT_LINE_TIMESTAMP_H
#define PT_LINE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/strview.h"

/* When a line was logged, as far as its log says. */
struct oom_time {
	char raw[72];		/* as logged; "" when the log has no times */
	bool has_monotonic, has_wall;
	int64_t monotonic_ns;	/* since boot, by the kernel's clock */
	int64_t wall_ns;	/* since 1970, UTC */
	bool inherited;		/* the time of the line before: this one has none */
	bool wall_guessed;	/* year or time zone is not in the log, ours was taken */
	bool wall_derived;	/* from the time since boot,
				 * by the clocks of the machine it runs on */
};

/* What a time looks like, and so how a line goes on behind it. */
enum timestamp_form {
	TIMESTAMP_NONE,
	TIMESTAMP_MONOTONIC,	/* 6.966596: seconds since boot */
	TIMESTAMP_UNIX,		/* 1790000006.966596: seconds since 1970 */
	TIMESTAMP_DMESG,	/* 2026-11-23T07:39:10,333700+00:00: the message follows */
	TIMESTAMP_DATED,	/* any other date with a time of day: host and tag may follow */
	TIMESTAMP_LOGCAT,	/* 11-23 07:05:30.507: process, thread, priority, tag follow */
};

/*
 * In all of these, NOW_NS, since 1970, serves to find a year where the text has none: the latest
 * that is not in the future, clocks and time zones allowed for. A date without a zone is taken as
 * local time. wall_guessed says that either was. What *time already says stays, and so does raw
 * unless it is empty.
 */

/*
 * Takes a time from the front of *text and adds what it says to *time. Returns its form,
 * TIMESTAMP_NONE with nothing taken.
 */
enum timestamp_form timestamp_take(struct strview *text, int64_t now_ns, struct oom_time *time);

/*
 * Reads the content of a pair of brackets: "    6.333700", "Mon Nov 23 07:39:10 2026", "Nov23
 * 07:05", "6.334471 <    0.000771>"; or "  +0.000012", "<    0.000012>", which are the distance to
 * the line before and say nothing of when. Returns TIMESTAMP_NONE where it is no time.
 */
enum timestamp_form timestamp_read_bracket(struct strview content, int64_t now_ns,
					   struct oom_time *time);

/*
 * Reads the value of a field that holds a time: one that timestamp_take() knows, or a number of
 * seconds since boot or 1970, or of milli-, micro- or nanoseconds since 1970.
 */
void timestamp_read_value(struct strview value, int64_t now_ns, struct oom_time *time);

/* Sets the fields from microseconds, as kmsg and the journal have them. */
void timestamp_set_monotonic(struct oom_time *time, uint64_t microseconds);
void timestamp_set_wall(struct oom_time *time, uint64_t microseconds);

#endif
