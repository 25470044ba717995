/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.h - messages whole again that a mailer or an issue form has wrapped */
#ifndef PT_UNWRAP_H
#define PT_UNWRAP_H

#include "kernlog/known-prefix.h"
#include "lib/strview.h"
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

struct unwrap {
	struct reassembler *reassembler;
	struct unwrap_style style;
	bool waiting;			/* a message waits for its rest, or for another line */
	enum oom_line_type type;		/* OOM_LINE_NONE: its rest may tell */
	bool typed;			/* the text so far is of a type, without its rest */
	bool whole;			/* it needs no rest */
	bool kmsg, timed;		/* its first line was a record of /dev/kmsg, had a time */
	unsigned lines;
	char *text;			/* owned; UNWRAP_MAX bytes, made at the first need */
	size_t length;
	size_t doubt;			/* where in it a blank may be none; 0: nowhere */
	size_t width, padding;		/* of its last line */
	size_t indent;			/* of its first line */
	struct oom_time time, last_time;
	bool kernels;			/* its first line alone is the kernel's, surely */
	bool message_timed;		/* last_time is that of a message */
	char caller[24], host[72], last_host[72];
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

void unwrap_free(struct unwrap *unwrap);

#endif
