/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stepfail.h - why the kernel refused to lock, to populate or to carry out a step */
#ifndef PT_STEPFAIL_H
#define PT_STEPFAIL_H

#include "lib/error.h"

/*
 * Puts into *err what failed and the way out. STEP is the step's name ("" for the touching,
 * "lock" or "lock:onfault" for --lock), ACCESS that of the access, ERROR a negative errno.
 * A pure function.
 */
void stepfail_explain(const char *step, const char *access, int error, struct error *err);

#endif
