/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secure.h - refuse to run with more privilege than whoever starts the program */
#ifndef PT_SECURE_H
#define PT_SECURE_H

#include <stdbool.h>

#include "lib/error.h"

/* Whether the environment must not be trusted: getauxval(3), AT_SECURE. */
bool secure_execution(void);

/*
 * Returns 0, or -EPERM with *err set if the file gave us privilege that the caller
 * does not have: set-user-ID, set-group-ID, or capabilities.
 */
int secure_check(struct error *err);

#endif
