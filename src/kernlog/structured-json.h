/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured-json.h - entries as JSON */
#ifndef PT_STRUCTURED_JSON_H
#define PT_STRUCTURED_JSON_H

#include "kernlog/structured-entry.h"

/* Whether LINE, trimmed, is JSON, or goes on with a value that is. */
bool structured_is_json(const struct structured *structured, struct strview line);

/* Takes LINE, which is JSON. Returns as structured_take(). */
int structured_take_json(const struct structured_reading *reading, struct strview line);

#endif
