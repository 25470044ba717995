/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clothing.h - what log programs put in front of the kernel's text, taken off by looking at it */
#ifndef PT_CLOTHING_H
#define PT_CLOTHING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "log/time.h"

/* A line without its clothes. The texts lie in the line that was given. */
struct clothing {
	struct text message;		/* the kernel's text */
	struct text host;		/* length 0: none */
	struct text caller;		/* "T5241" or "C1" (CONFIG_PRINTK_CALLER); length 0: none */
	struct oom_time time;		/* zero where the line has none */
	bool timed;			/* the line has a time or a tag: it begins a message */
	bool foreign;			/* a syslog tag says that another program wrote it */
	bool kmsg;			/* raw /dev/kmsg: the text has \xNN escapes */
	bool syslog;			/* may have rsyslog's #NNN escapes */
};

/*
 * Undresses LINE (without newline; colours, carriage returns and HTML are gone already): quoting of mail,
 * file names of grep(1), <N>, RFC 3164 and 5424, journalctl's and dmesg's forms, raw kmsg, logcat, container
 * runtimes; in any order and number. NOW_NS as in stamp.h.
 */
void clothing_take_off(struct text line, int64_t now_ns, struct clothing *ret_clothing);

#endif
