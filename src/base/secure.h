/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secure.h - programs that are not made to run with more privilege than who starts them */
#ifndef PT_SECURE_H
#define PT_SECURE_H

#include <stdbool.h>

/* Whether the environment is not to be trusted: getauxval(3), AT_SECURE. */
bool secure_execution(void);

/*
 * Whether the file gave us what the caller has not: set-user-ID, set-group-ID, or capabilities. A
 * security module's change of domain alone is AT_SECURE, too, and is none of these.
 */
bool secure_is_raised(void);

#endif
