/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contradictions.h - what cannot be done to memory of a kind, found before anything is mapped */
#ifndef PT_CONTRADICTIONS_H
#define PT_CONTRADICTIONS_H

#include "pagetouch/plan.h"

/*
 * Whether each step can be done to the region as REQUEST has it, after the steps before it: the
 * kernel would refuse it (madvise(2), mm/madvise.c), or it has no meaning. Returns 0, or -EINVAL
 * with *err naming the two that do not go together.
 */
int contradictions_check(const struct request *request, struct error *err);

#endif
