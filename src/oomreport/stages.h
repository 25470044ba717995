/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stages.h - what a line passes on its way from a log to its report, the last stage first:
 * reassemble.c, unwrap.c, turn.c, text-line.c
 */
#ifndef PT_STAGES_H
#define PT_STAGES_H

#include "kernlog/structured.h"
#include "oomreport/partial.h"

/*
 * reassemble.c - which report a line belongs to: the lines of many hosts may stand mixed, and of
 * each several reports may be open, of several CPUs
 */

/* Reports of more hosts are not kept open at a time. */
#define REASSEMBLER_HOSTS_MAX 64

struct host_reports;

struct reassembler {
	oom_report_fn *on_report;
	void *context;
	struct host_reports *hosts[REASSEMBLER_HOSTS_MAX];	/* owned */
	size_t host_count;
	uint64_t clock;			/* lines of hosts so far */
};

/*
 * Takes LINE, whose type says what it is: also none. A report of its host that is open ends where
 * the line is of another boot, or comes after a minute in which none of a report's did. Returns 0
 * or a negative errno, of on_report too.
 */
int reassembler_take(struct reassembler *reassembler, const struct oom_line *line);

/* The log says that COUNT lines were lost where the last line was. */
void reassembler_miss(struct reassembler *reassembler, uint64_t count);

/* COUNT lines were left out that have no word of a report. */
void reassembler_skip(struct reassembler *reassembler, uint64_t count);

/* What the open reports make the next line be expected to be: enum oom_list. */
unsigned reassembler_expects(const struct reassembler *reassembler);

/* Whether a report of any host is open. */
bool reassembler_has_reports(const struct reassembler *reassembler);

/*
 * Gives out the reports that are done: those that have their kill, and what is older. With ALL
 * every one, and forgets what has been: another log may begin. Returns as reassembler_take().
 */
int reassembler_flush(struct reassembler *reassembler, bool all);

void reassembler_free(struct reassembler *reassembler);

/* unwrap.c - messages whole again that a mailer or an issue form has wrapped */

/* A wrapped message is not longer, and not of more lines. */
#define UNWRAP_MAX 8192
#define UNWRAP_LINES_MAX 12

/* What is known of how the lines of this log were broken. */
struct unwrap_style {
	bool prefixed;			/* its lines have times or tags */
	bool wrapped;			/* a message was in two lines */
	bool by_word;			/* one was broken off earlier than at the full width */
	bool by_byte;			/* one was broken inside a word, at the full width */
	size_t width;			/* where a line could have been broken at the latest */
	unsigned full;			/* lines that wide */
};

/* Zero, but for the reassembler, is the beginning of a log. */
struct unwrap {
	struct reassembler *reassembler;
	struct unwrap_style style;
	bool waiting;			/* a message waits for its rest, or for another line */
	/*
	 * That message: its texts are those below. Its prefix is of its first line, but for the
	 * width and padding, of its last. OOM_LINE_NONE: its rest may tell.
	 */
	struct oom_line line;
	char text[UNWRAP_MAX], caller[24], host[72];
	unsigned lines;			/* it is of so many */
	bool typed;			/* it is of a type without its rest */
	bool whole;			/* it needs no rest */
	bool kernels;			/* its first line alone is the kernel's, surely */
	size_t doubt;			/* where in it a blank may be none; 0: nowhere */
	struct oom_time last_time;	/* of the line before, for those that have none */
	bool message_timed;		/* it is that of a message */
	char last_host[72];
};

/* Another log begins, or another part of this one. A message that waits is forgotten. */
void unwrap_begin(struct unwrap *unwrap);

/*
 * Takes LINE, and says in its type what it was taken for (OOM_LINE_NONE: nothing of a report). A
 * message is handed on when the next line has shown that it has no rest. Returns 0 or a negative
 * errno.
 */
int unwrap_take(struct unwrap *unwrap, struct oom_line *line);

/* What the next line is expected to be, behind the message that waits. */
unsigned unwrap_expects(const struct unwrap *unwrap);

/* Hands on a message that waits: no line follows. Returns 0 or a negative errno. */
int unwrap_end(struct unwrap *unwrap);

/* turn.c - turn a log that has its newest line first, as journalctl -r and viewers have it */

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

/* text-line.c - lines of text and of entries, without what stands before the kernel's words */

/* What a line counts in struct text_lines, quiet. */
#define TEXT_LINE_QUIET 16

/*
 * The first line of a report begins with a process's name: what the name begins with, the prefix
 * of the next lines tells. So many of them, and so many bytes, are waited for.
 */
#define TEXT_LINES_HELD 8
#define TEXT_LINES_HELD_MAX 8192

/* A line that waits until the prefix is known. */
struct held_line {
	size_t length;			/* of its text */
	bool has_entry;			/* it was found in this one; its message has gone */
	struct structured_entry entry;
};

/* Where lines go. Zero, but for now_ns and the reassembler, is the beginning of a log. */
struct text_lines {
	int64_t now_ns;			/* as in kernlog/line-timestamp.h */
	unsigned quiet;			/* what came since the last line of a report */
	struct prefixes prefixes;
	bool escaped;			/* this log has "\\=" for '=' (CEF) */
	struct held_line held[TEXT_LINES_HELD];
	size_t held_count, held_length;
	char held_text[TEXT_LINES_HELD_MAX];
	struct turn turn;
	struct unwrap unwrap;
};

/*
 * Takes TEXT, a line without its newline, of memory that it may change. ENTRY, where not NULL, is
 * what it was found in. Returns 0 or a negative errno, of on_report too, or TURN_REFUSED.
 */
int text_lines_take(struct text_lines *lines, struct strview text,
		    const struct structured_entry *entry);

/* Takes the message of ENTRY; inside may be the log of something else. Returns as above. */
int text_lines_take_entry(struct text_lines *lines, const struct structured_entry *entry);

/* Takes LINE, which is stripped. Returns as above. */
int text_lines_take_stripped(struct text_lines *lines, struct oom_line *line);

/* Takes all that waits for the next line, but for what waits for its order. Returns as above. */
int text_lines_pause(struct text_lines *lines);

/* What is known of this log's prefixes and breaks is forgotten: another part of it may follow. */
void text_lines_begin(struct text_lines *lines);

/* The log has ended: takes all that waits for its order. Returns as above. */
int text_lines_end(struct text_lines *lines);

#endif
