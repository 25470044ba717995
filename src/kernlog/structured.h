/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * structured.h - messages out of logs of named fields: JSON, journal export, journalctl -o verbose
 */
#ifndef PT_STRUCTURED_H
#define PT_STRUCTURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernlog/line-timestamp.h"
#include "lib/strview.h"

/* A message longer than this is cut. */
#define STRUCTURED_MESSAGE_MAX 65536

/* A message with what else its entry says. */
struct structured_entry {
	char *message;		/* LENGTH bytes; may be with a prefix (a container's log) */
	size_t length;
	bool record;		/* of the journal or dmesg(1): just as the kernel's */
	struct oom_time time;
	char host[72];		/* "": not said */
	char caller[24];	/* "T5241", as dmesg -J has it; "": not said */
};

/* Called with each entry that has a message of the kernel's. May change the message in place. */
typedef int structured_fn(void *context, const struct structured_entry *entry);

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

/* An entry as far as it has been read. Zero is none. */
struct structured {
	structured_fn *sink;			/* of this call, as are the next two */
	void *context;
	int64_t now_ns;
	struct json_tokener *tokener;		/* owned; made at the first need */
	struct structured_entry entry;		/* its message is owned; made at the first need */
	bool has_message, foreign;
	bool open;			/* inside an entry of many lines */
	bool verbose;			/* it is one of journalctl -o verbose */
	bool in_message;		/* lines that begin no field go on with the message */
	unsigned length_bytes;		/* of a binary field's length still to come */
	uint64_t binary_left;		/* of a binary field still to come, with its newline */
	size_t array_left;		/* in a JSON array of many lines: so much may still come */
	enum structured_key array_key;	/* of the field that it is */
};

/*
 * Takes LINE (with its newline gone) if it is one of these forms. Returns 1 when it was taken, 0
 * when it was not, or a negative errno of SINK or -ENOMEM. NOW_NS as in line-timestamp.h.
 */
int structured_take(struct structured *structured, struct strview line, int64_t now_ns,
		    structured_fn *sink, void *context);

/* The log has ended: gives out an entry without end. Returns 0 or a negative errno. */
int structured_end(struct structured *structured, structured_fn *sink, void *context);

void structured_free(struct structured *structured);

/* What structured.c and structured-json.c, which it leaves JSON to, have of each other: */

enum structured_key structured_key_of(struct strview name);

/* Adds to the entry's message. That there is no memory for it, structured_give() says. */
void structured_add(struct structured *structured, struct strview text);

/* A field that is not the message: a time, a host, or a sign that another program wrote it. */
void structured_take_value(struct structured *structured, enum structured_key key,
			   struct strview value);

/* Gives the message out, whose entry goes on; or if there is one, and begins a new entry. */
int structured_give(struct structured *structured);
int structured_flush(struct structured *structured);

/* Takes LINE, which begins as JSON does. Returns as structured_take(). */
int structured_take_json(struct structured *structured, struct strview line);

/* Takes LINE if it goes on with an array over many lines, which it ends otherwise. As above. */
int structured_take_array(struct structured *structured, struct strview line);

#endif
