/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h - messages out of logs that are made of named fields: JSON, journal export, journalctl -o verbose */
#ifndef PT_FIELDS_H
#define PT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "log/time.h"

/* A message longer than this is cut. */
#define FIELDS_MESSAGE_MAX 65536

/* An entry as far as it has been read. */
struct fields {
	char *message;			/* owned; FIELDS_MESSAGE_MAX bytes, made at the first need */
	size_t length;
	bool has_message, foreign;
	struct oom_time time;
	char host[72];
	bool open;			/* inside an entry of many lines */
	bool in_message;		/* lines that begin no field go on with the message */
	size_t length_bytes;		/* of a binary field's length still to come */
	uint64_t binary_left;		/* bytes of a binary field still to come, with its newline */
	unsigned length_shift;
	bool in_array;			/* a JSON array of bytes over many lines */
};

/* Called with each message of an entry; it may be dressed once more (a container's log in JSON). */
typedef int fields_fn(void *context, char *message, size_t length, const struct oom_time *time,
		      const char *host);

/*
 * Takes LINE (with its newline gone) if it is one of these forms. Returns 1 when it was taken, 0 when
 * it was not, or a negative errno of SINK or -ENOMEM.
 */
int fields_take(struct fields *fields, struct text line, int64_t now_ns, fields_fn *sink,
		void *context);

/* The log has ended: gives out the message of an entry without end. Returns 0 or a negative errno. */
int fields_end(struct fields *fields, fields_fn *sink, void *context);

void fields_free(struct fields *fields);

#endif
