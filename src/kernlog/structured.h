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
	int array_key;			/* the enum structured_key of its field */
};

/*
 * Takes LINE (with its newline gone) if it is one of these forms. Returns 1 when it was taken, 0
 * when it was not, or a negative errno of SINK or -ENOMEM. NOW_NS as in line-timestamp.h.
 */
int structured_take(struct structured *structured, struct strview line, int64_t now_ns,
		    structured_fn *sink, void *context);

/*
 * The log has ended: gives out the message of an entry without end. Returns 0 or a negative errno.
 */
int structured_end(struct structured *structured, structured_fn *sink, void *context);

void structured_free(struct structured *structured);

#endif
