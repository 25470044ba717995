/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unwrap.h - messages whole again that a mailer or an issue form has wrapped */
#ifndef PT_UNWRAP_H
#define PT_UNWRAP_H

#include "base/text.h"
#include "oom/assemble.h"
#include "log/clothing.h"

/* A wrapped message is not longer, and not of more lines. */
#define UNWRAP_MAX 8192
#define UNWRAP_LINES_MAX 12

struct unwrap {
	struct assembly *assembly;
	bool dressed;			/* the lines of this log have times or tags */
	bool waiting;			/* a message waits for its rest */
	enum oom_message class;
	unsigned lines;
	char *text;			/* owned; UNWRAP_MAX bytes, made at the first need */
	size_t length;
	struct oom_time time, last_time;
	char caller[24], host[72];
};

/*
 * Takes one undressed line. *ret_class is what it was taken for (OOM_MSG_NONE: nothing of a report).
 * Returns 0 or a negative errno.
 */
int unwrap_take(struct unwrap *unwrap, const struct clothing *line, enum oom_message *ret_class);

/* Hands on a message that waits for a rest: there is none. Returns 0 or a negative errno. */
int unwrap_end(struct unwrap *unwrap);

void unwrap_free(struct unwrap *unwrap);

#endif
