/* SPDX-License-Identifier: GPL-2.0-or-later */
/* magic.h - files that hold a log, but not as text */
#ifndef PT_MAGIC_H
#define PT_MAGIC_H

#include <stddef.h>

#include "lib/error.h"

/* So many bytes of a file's beginning are enough to know it by. */
#define MAGIC_SIZE 8

/*
 * Looks at the first LENGTH bytes of the file NAME, which messages call LABEL. Returns 0, or
 * -EMEDIUMTYPE with *err set, naming the command that makes text of it.
 */
int magic_check(const char *name, const char *label, const char *data, size_t length,
		struct error *err);

/* NAME if it can be part of a command as it is, else "FILE". */
const char *magic_command_name(const char *name);

#endif
