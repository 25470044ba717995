/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timestamp.h - points in time as people write them, for --since and --until */
#ifndef PT_TIMESTAMP_H
#define PT_TIMESTAMP_H

#include <stdint.h>

#include "lib/error.h"

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
