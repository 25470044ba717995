/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text-line.h - lines of text and of entries, without what stands before the kernel's words */
#ifndef PT_TEXT_LINE_H
#define PT_TEXT_LINE_H

#include "kernlog/prefix.h"
#include "kernlog/structured.h"
#include "oomreport/turn.h"
#include "oomreport/unwrap.h"

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
