/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.h - what log programs put around the kernel's text: known-prefix.c takes off what it
 * knows beforehand, learned-prefix.c what it has learned from lines that are unmistakable
 */
#ifndef PT_PREFIX_H
#define PT_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/line-timestamp.h"
#include "lib/strview.h"

/* A line without its prefix. The texts lie in the line that was given. */
struct log_prefix {
	struct strview message;		/* the kernel's text, with its own blanks */
	struct strview host;		/* length 0: none */
	struct strview caller;		/* "T5241", "C1" (CONFIG_PRINTK_CALLER); length 0: none */
	struct oom_time time;		/* zero where the line has none */
	size_t indent;			/* blanks in front of all that is no quoting */
	size_t width;			/* of the line, without blanks at its end; 0: no line */
	size_t padding;			/* blanks at its end */
	uint64_t dropped;		/* the line says that so many before it were lost */
	bool timed;			/* the line has a time or a tag: it begins a message */
	bool foreign;			/* its tag is another program's; the message has the tag */
	bool kmsg;			/* raw /dev/kmsg: the text has \xNN escapes */
	bool syslog;			/* may have rsyslog's #NNN escapes */
};

/*
 * Strips LINE (without newline; unescape_line() has been there): quoting of mail and the bars of
 * tables, file names of grep(1), <N>, RFC 3164 and 5424, journalctl's and dmesg's forms, raw kmsg,
 * logcat, container runtimes; in any order and number. Once there is a time, only what may follow
 * one is taken, since names may look like prefixes. NOW_NS as in line-timestamp.h.
 */
void log_prefix_strip(struct strview line, int64_t now_ns, struct log_prefix *ret_log_prefix);

/*
 * Whether LINE is a record of /dev/kmsg, which is escaped: what looks like HTML there is a name.
 */
bool log_prefix_is_kmsg(struct strview line);

/* Takes what PATTERN, as known-prefix.c has it, says from the front of *text, if it is there. */
bool log_prefix_take(struct strview *text, const char *pattern);

/* Whether TEXT is the thread or CPU that printed: "T5241", "C1" (CONFIG_PRINTK_CALLER). */
bool log_prefix_is_caller(struct strview text);

/* More shapes are not kept: of logs of several sources, mixed. */
#define PREFIX_SHAPES 4

/* A longer prefix is none. */
#define PREFIX_MAX 512

/*
 * What a line's prefix and suffix are like: punctuation as it stands, words, blanks between words.
 * Blanks beside punctuation may be there or not.
 */
struct prefix_shape {
	size_t front, back;	/* so long are those that it was learned from last */
	char front_text[PREFIX_MAX], back_text[PREFIX_MAX];
	char quote;		/* the text is a string in these; NUL: it is none */
};

/* The shapes that this log has; zero is none. */
struct prefixes {
	struct prefix_shape shapes[PREFIX_SHAPES];
	size_t count, next;	/* how many there are; which is overwritten next */
};

/*
 * Where in LINE text of the kernel's begins that nothing else looks like: more of it than a
 * process's name can hold, and no path is in front of it. STRVIEW_NONE: nowhere. What begins
 * with a name ("%s invoked oom-killer") is not found.
 */
size_t prefix_find(struct strview line);

/*
 * Whether FRONT is that of no log: of source code, where a text is a comment or a string, or of a
 * mail's title.
 */
bool prefix_is_foreign(struct strview front);

/* Learns what stands in front of AT, as prefix_find() has it, and behind the text there. */
void prefix_learn(struct prefixes *prefixes, struct strview line, size_t at);

/*
 * Learns what stands behind the text of LINE, "%s invoked oom-killer: ...", for the shapes that it
 * has and that no other line has taught: where its text begins is not known, where it ends is.
 */
void prefix_learn_end(struct prefixes *prefixes, struct strview line);

/* A line's parts; without the quotes of a string. */
struct prefix_parts {
	struct strview front, text;
	char quote;		/* of the string that the text is; NUL: it is none */
};

/* Splits LINE by SHAPE. Returns false, with *ret_parts in any state, if it has another. */
bool prefix_split(const struct prefix_shape *shape, struct strview line,
		  struct prefix_parts *ret_parts);

/*
 * Whether FRONT has this SHAPE by no chance: there is much punctuation, or it is word by word the
 * one that was learned, a host's name.
 */
bool prefix_is_sure(const struct prefix_shape *shape, struct strview front);

/* Undoes the escapes of a string in QUOTE, in place. Returns the new length. */
size_t prefix_unquote(char *text, size_t length, char quote);

/*
 * Adds to *log_prefix what FRONT, which has nothing of the kernel's text, says of time, host and
 * caller. NOW_NS as in line-timestamp.h.
 */
void prefix_read(struct strview front, int64_t now_ns, struct log_prefix *log_prefix);

#endif
