/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seen.h - how much was read, and what the first and the last line say of time and host */
#ifndef PT_SEEN_H
#define PT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/line-timestamp.h"
#include "lib/strview.h"

/* In so many bytes at the beginning and at the end a line with a time is looked for. */
#define SEEN_BYTES 4096

struct seen_line {
	bool has_time;		/* it has a time */
	struct oom_time time;
	char host[72];		/* "": not said */
};

/* Of all logs that were read, one after the other. Zero is none. */
struct seen {
	uint64_t lines;
	struct seen_line first, last;	/* of those that have a time; valid behind seen_end() */
	bool torn;			/* the last line has no newline so far */
	size_t head_length, tail_length;	/* of the log that is being read */
	char head[SEEN_BYTES], tail[SEEN_BYTES];
};

/* DATA is the next piece of a log. */
void seen_bytes(struct seen *seen, struct strview data);

/* A record with TIME and HOST, "": none. */
void seen_record(struct seen *seen, const struct oom_time *time, const char *host);

/* A log has ended. NOW_NS as in kernlog/line-timestamp.h. */
void seen_end(struct seen *seen, int64_t now_ns);

#endif
