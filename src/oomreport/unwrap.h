/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.h - messages whole again that a mailer or an issue form has wrapped */
#ifndef PT_UNWRAP_H
#define PT_UNWRAP_H

#include "oomreport/reassemble.h"

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

#endif
