/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry-lines.h - the lines in the message of a structured entry, and the entry's time */
#ifndef PT_ENTRY_LINES_H
#define PT_ENTRY_LINES_H

#include "kernlog/structured.h"

/*
 * The message of ENTRY. A serial console's line ends, as a cloud's log keeps them, written as
 * \\r\\n, become ones in place.
 */
struct strview entry_text(const struct structured_entry *entry);

/* Takes the first line of *text, which may end as those of a serial console do. */
struct strview entry_take_line(struct strview *text);

/*
 * Whether the lines of MESSAGE are so many of a log: one behind the first has a time of its own
 * or, where it is not known that the message is one RECORD, begins what is no part of another.
 * NOW_NS as in kernlog/line-timestamp.h.
 */
bool entry_holds_lines(struct strview message, bool record, int64_t now_ns);

/* Adds to *time what ENTRY says of a time that the line inside it does not. */
void entry_add_time(const struct structured_entry *entry, struct oom_time *time);

#endif
