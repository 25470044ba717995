/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack.h - the room below the calling thread's stack, which grows when it is touched */
#ifndef PT_STACK_H
#define PT_STACK_H

#include <stdint.h>

#include "workload/region.h"

/*
 * Finds SPEC->bytes right below what the stack of the calling (main) thread has got so far, and
 * touches none of them. They have to be touched from their end downwards, a page at a time. Each
 * fault there is let through only while RLIMIT_STACK allows it (mm/mmap.c, acct_stack_growth())
 * and the guard gap below stays free: so the soft limit is raised as far as is needed, and the
 * addresses are tried by mapping them for a moment.
 * How far mappings lie below the stack is decided when the program starts, by the soft limit of
 * that moment, 128 MiB at least (mm/util.c, mmap_base()).
 *
 * Returns 0 with the region, which has no mapping of its own, or a negative errno: -EPERM: the
 * hard limit is lower; -EEXIST: something is mapped there; -ENOMEM: no address is so low.
 */
int stack_find(const struct region_spec *spec, uint64_t page_size, struct region *ret_region);

#endif
