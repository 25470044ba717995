/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contradictions.h - what cannot be done to memory of a kind, found before anything is mapped */
#ifndef PT_CONTRADICTIONS_H
#define PT_CONTRADICTIONS_H

#include "pagetouch/plan.h"

/* What the memory is, or has come to by a step, and what cannot be asked of it then. */
struct contradiction {
	unsigned is;		/* bits of enum memory_state in contradictions.c; any of them */
	unsigned asked;		/* bits of enum memory_asked; the same */
	const char *why;
	const char *hint;	/* NULL: leave one of them out */
	const char *sample;	/* a command line that it is said of, or NULL */
	const char *option;	/* that asks for it; NULL: the step, or --access */
};

extern const struct contradiction contradictions[];
extern const size_t contradiction_count;

/*
 * Whether all that PLAN asks for can be done to the region as it has it, and each step after
 * the steps before it: the kernel would refuse it (madvise(2), mm/madvise.c), or it has no
 * meaning. Returns 0, or -EINVAL with *err naming the two that do not go together.
 */
int contradictions_check(const struct plan *plan, struct error *err);

#endif
