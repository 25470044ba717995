/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured-entry.h - an entry as structured.c and structured-json.c fill it */
#ifndef PT_STRUCTURED_ENTRY_H
#define PT_STRUCTURED_ENTRY_H

#include "kernlog/structured.h"

/* What a field is for, by its name: the table in structured.c. */
enum structured_key {
	STRUCTURED_OTHER,
	STRUCTURED_RECORD,	/* the message as the journal and dmesg have it: a record */
	STRUCTURED_MESSAGE,	/* the message as anybody has it */
	STRUCTURED_PROGRAM,	/* whose words they are */
	STRUCTURED_CALLER,	/* the thread or CPU that printed: others have a "caller" too */
	STRUCTURED_HOST,
	STRUCTURED_TIME,	/* in any form */
	STRUCTURED_WALL_US,
	STRUCTURED_MONOTONIC_US,
	STRUCTURED_ARRIVAL_US,	/* the same, but when the message came to the journal */
};

enum structured_key structured_key_of(struct strview name);

/* Adds to the entry's message. Returns 0 or -ENOMEM. */
int structured_add(struct structured *structured, const char *bytes, size_t length);

/* A field that is not the message: a time, a host, or a sign that another program wrote it. */
void structured_take_value(struct structured *structured, enum structured_key key,
			   struct strview value);

/* Gives the entry's message out and begins a new entry. Returns 0 or a negative errno. */
int structured_flush(struct structured *structured);

/* Whether LINE, trimmed, is JSON, or goes on with a value that is. */
bool structured_is_json(const struct structured *structured, struct strview line);

/* Takes LINE, which is JSON. Returns as structured_take(). */
int structured_take_json(struct structured *structured, struct strview line);

/* Takes what there is of an array whose end has not come. Returns 0 or a negative errno. */
int structured_end_array(struct structured *structured);

#endif
