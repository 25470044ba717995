/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured-entry.h - an entry of named fields, as far as it has been read */
#ifndef PT_STRUCTURED_ENTRY_H
#define PT_STRUCTURED_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/line-time.h"
#include "lib/strview.h"

/* A message longer than this is cut. */
#define STRUCTURED_MESSAGE_MAX 65536

/* A message with what else its entry says. */
struct structured_entry {
	char *message;			/* LENGTH bytes; may be with a prefix (a container's
					 * log) */
	size_t length;
	bool record;			/* of the journal or dmesg(1): just as the kernel's */
	struct oom_time time;
	char host[72];			/* "": not said */
	char caller[24];		/* "T5241", as dmesg -J has it; "": not said */
};

/* An entry as far as it has been read. Zero is none. */
struct structured {
	struct structured_entry entry;	/* its message is owned; made at the first need */
	bool has_message, foreign;
	bool open;			/* inside an entry of many lines */
	bool verbose;			/* it is one of journalctl -o verbose */
	bool in_message;		/* lines that begin no field go on with the message */
	size_t length_bytes;		/* of a binary field's length still to come */
	unsigned length_shift;
	uint64_t binary_left;		/* of a binary field still to come, with its newline */
	bool in_array, array_is_message;	/* a JSON array of bytes over many lines */
};

/* Called with each entry that has a message of the kernel's. May change the message in place. */
typedef int structured_fn(void *context, const struct structured_entry *entry);

/* Where the fields of a line go. */
struct structured_reading {
	struct structured *structured;
	int64_t now_ns;
	structured_fn *sink;
	void *context;
};

/* What a field is for, by its name. */
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
void structured_take_value(const struct structured_reading *reading, struct strview name,
			   struct strview value);

/* Gives the entry's message out and begins a new entry. Returns 0 or a negative errno. */
int structured_flush(const struct structured_reading *reading);

#endif
