/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.h - reports out of a log of any kind, read as a stream in constant memory */
#ifndef PT_PARSER_H
#define PT_PARSER_H

#include "oomreport/report.h"

/*
 * A line that is longer is cut: kmsg records have at most 8 KiB, with every byte escaped 4 times
 * that.
 */
#define OOM_LINE_MAX 65536

/* In so many bytes at the beginning and at the end a line with a time is looked for. */
#define SEEN_BYTES 4096

struct seen_line {
	bool has_time;		/* it has a time */
	struct oom_time time;
	char host[72];		/* "": not said */
};

/* How much of all logs was read, one after the other, and times and hosts of their lines. */
struct seen {
	uint64_t lines;
	struct seen_line first, last;	/* of those that have a time; when a log has ended */
	bool torn;			/* the last line has no newline so far */
	size_t head_length, tail_length;	/* of the log that is being read */
	char head[SEEN_BYTES], tail[SEEN_BYTES];
};

struct oom_parser;

/* NULL: out of memory. */
struct oom_parser *oom_parser_new(oom_report_fn *on_report, void *context);

/*
 * Takes the next LENGTH bytes of a log; lines may be torn between calls. What kind of log it is,
 * is seen by looking: bare, dmesg in any mode, syslog, journalctl in any format, raw /dev/kmsg,
 * JSON, newest line first. Returns 0 or a negative errno (of on_report, -ENOMEM, or TURN_REFUSED
 * of oomreport/stages.h).
 */
int oom_parser_feed(struct oom_parser *parser, const char *data, size_t length);

/*
 * Takes one record whose prefix the caller has taken off already; HOST may be NULL. Returns as
 * above.
 */
int oom_parser_record(struct oom_parser *parser, struct strview message,
		      const struct oom_time *time, const char *host);

/*
 * Says that nothing has come for a while: reports that have their kill are given out. Returns as
 * above.
 */
int oom_parser_pause(struct oom_parser *parser);

/*
 * The log has ended: gives out what is left. The parser can be fed another log. Returns as above.
 */
int oom_parser_end(struct oom_parser *parser);

/* What was read so far, of all logs; it belongs to the parser. */
const struct seen *oom_parser_seen(const struct oom_parser *parser);

void oom_parser_free(struct oom_parser *parser);

#endif
