/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * structured.h - messages out of logs of named fields: JSON, journal export, journalctl -o verbose
 */
#ifndef PT_STRUCTURED_H
#define PT_STRUCTURED_H

#include <stdint.h>

#include "kernlog/structured-entry.h"

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
