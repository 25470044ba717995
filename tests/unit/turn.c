/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.c - logs that have their newest line first are turned, and no others */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "oomreport/stages.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * A log is a word for each line: what it is (i invoked, c CPU, t table's header, r row, d
 * oom-kill, k killed, x none), and a time ("-": none, and no tag).
 */
static const struct {
	const char *log, *wanted;
	int error;
} logs[] = {
	{ "", "", 0 }, { "x1 x2", "x1 x2 ", 0 }, { "x2 x1", "x2 x1 ", 0 },
	{ "k1", "k1 ", 0 }, { "i1 c1 t1 r1 k1 i2", "i1 c1 t1 r1 k1 i2 ", 0 },
	/* All of a report; also at one time, or at none */
	{ "k9 d8 r7 t6 c5 i4", "i4 c5 t6 r7 d8 k9 ", 0 },
	{ "k1 d1 r1 t1 c1 i1", "i1 c1 t1 r1 d1 k1 ", 0 },
	{ "k- d- r- t- c- i-", "i- c- t- r- d- k- ", 0 },
	/* What is in front of it, and behind it */
	{ "x9 x9 k8 d8 r8 t7 i6 x5 k4 d3 x2", "x2 d3 k4 x5 i6 t7 r8 d8 k8 x9 x9 ", 0 },
	/* Lines without a time belong to the one above them. */
	{ "k9 d8 x- r7 t6 c5 x- i4", "i4 c5 x- t6 r7 d8 x- k9 ", 0 },
	/* CPUs are a little out of order. */
	{ "x99 x98 x97 x96 x95 x94 x93 k92 d91 r92 t90 c89", "c89 t90 r92 d91 k92 x93 x94 x95 "
	  "x96 x97 x98 x99 ", 0 },
	/* Nothing but kills */
	{ "k9 d8 k6 d5", "d5 k6 d8 k9 ", 0 }, { "d1 k2 d4 k5", "d1 k2 d4 k5 ", 0 },
	{ "k9 k8 k7", "k9 k8 k7 ", 0 }, { "k1 i1 k1 i1 k1", "k1 i1 k1 i1 k1 ", 0 },
	{ "k1 i2 c3 t4 r5", "k1 i2 c3 t4 r5 ", 0 }, { "k- d-", "k- d- ", 0 },
	/* It begins within a report. */
	{ "r1 r2 d3 k4 i5 c6", "r1 r2 d3 k4 i5 c6 ", 0 }, { "r- k- i- c-", "r- k- i- c- ", 0 },
	/* The order of the report is wrong, and that of the times is right. */
	{ "k1 d2 r3 t4 c5 i6", "", TURN_REFUSED },
};

static char got[512];

static int take(void *context, const struct oom_line *line)
{
	size_t length = strlen(got);

	snprintf(got + length, sizeof(got) - length, "%.*s ",
		 (int)line->stripped.message.length, line->stripped.message.at);
	return *(int *)context;
}

static enum oom_line_type type_of(char letter)
{
	static const enum oom_line_type types[] = {
		['i'] = OOM_LINE_INVOKED, ['c'] = OOM_LINE_CPU, ['t'] = OOM_LINE_TABLE,
		['r'] = OOM_LINE_ROW, ['d'] = OOM_LINE_DECISION, ['k'] = OOM_LINE_KILLED,
		['x'] = OOM_LINE_NONE,
	};

	return types[(unsigned char)letter];
}

static int take_word(struct turn *turn, struct strview word, int *fail)
{
	struct strview number = strview_from(word, 1);
	struct oom_line line = { .stripped.message = word, .type = type_of(word.at[0]) };
	struct log_prefix *stripped = &line.stripped;
	uint64_t seconds;
	int r;

	stripped->host = stripped->caller = strview_of("");
	if (strview_take_u64(&number, &seconds)) {
		stripped->timed = stripped->time.has_monotonic = true;
		stripped->time.monotonic_ns = (int64_t)seconds * 1000000000;
	}
	r = turn_take(turn, &line, take, fail);
	return r ? r : take(fail, &line);
}

static int read_log(const char *log, int fail)
{
	struct turn turn = { .order = TURN_UNKNOWN };
	struct strview rest = strview_of(log);
	int r = 0;

	got[0] = '\0';
	while (r >= 0 && rest.length) {
		r = take_word(&turn, strview_take_word(&rest), &fail);
		strview_skip_blanks(&rest);
	}
	if (r >= 0)
		r = turn_end(&turn, take, &fail);
	turn_free(&turn);
	return r;
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		tap_is(read_log(logs[i].log, 0), logs[i].error, "read");
		tap_is_text(got, logs[i].wanted, logs[i].log);
	}
	tap_is(read_log("i1 c1", -5), -5, "an error of the sink: as it comes");
	tap_is(read_log("k9 d8 r7 t6 c5 i4", -5), -5, "turned");
	tap_is(read_log("k1", -5), -5, "at the end");
	return tap_done();
}
