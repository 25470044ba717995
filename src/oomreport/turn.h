/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.h - turn a log that has its newest line first, as journalctl -r and viewers have it */
#ifndef PT_TURN_H
#define PT_TURN_H

#include <stdbool.h>
#include <stddef.h>

#include "oomreport/line-type.h"

/* The text of more lines is not kept in memory to be turned. */
#define TURN_BYTES_MAX ((size_t)64 << 20)

/* A turn_take() or turn_end() that fails so: the log is newest first, and cannot be turned. */
#define TURN_REFUSED (-EILSEQ)

enum turn_order {
	TURN_UNKNOWN,
	TURN_FORWARD,
	TURN_BACKWARD,
};

/* Zero is the beginning of a log. */
struct turn {
	enum turn_order order;
	struct oom_line *lines;		/* owned, with their texts; those that wait */
	size_t count, bytes;
	int steps;			/* lines that belong before the last, less those behind */
	unsigned earlier, later;	/* lines whose time is so, seen from the last */
	bool placed;			/* a line was one of a report's */
	enum oom_line_type last;		/* what the last line was */
	struct oom_time last_time;	/* of the last line that has one */
	bool timed;			/* one of the lines begins with a time or a tag */
};

/* Called with each line, the oldest first. Returns 0 or a negative errno. */
typedef int turn_fn(void *context, const struct oom_line *line);

/*
 * Takes LINE, which has its type as far as it tells by itself. Returns 1 when it waits or has gone
 * to SINK, 0 when the caller may go on with it, or a negative errno.
 */
int turn_take(struct turn *turn, const struct oom_line *line, turn_fn *sink, void *context);

/*
 * There is no more for the present: gives out what waits, unless it is newest first. Returns 0 or
 * a negative errno.
 */
int turn_pause(struct turn *turn, turn_fn *sink, void *context);

/* The log has ended: gives out all that waits, and begins anew. Returns 0 or a negative errno. */
int turn_end(struct turn *turn, turn_fn *sink, void *context);

/* Forgets all. */
void turn_free(struct turn *turn);

#endif
