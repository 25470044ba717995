/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known-prefix.h - what log programs put in front of the kernel's text, taken off by looking at it
 */
#ifndef PT_KNOWN_PREFIX_H
#define PT_KNOWN_PREFIX_H

#include <stdbool.h>
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

#endif
