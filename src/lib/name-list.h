/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name-list.h - the LIST of --output: which rows of a table of named things, and in which order */
#ifndef PT_NAME_LIST_H
#define PT_NAME_LIST_H

#include <stddef.h>

#include "lib/error.h"

/* What can be named. */
struct name_table {
	const char *(*name)(size_t index);	/* "": that row cannot be named here */
	size_t count;		/* at most 256 */
	const char *example;	/* of a list: "PID,RSS" */
};

/*
 * Appends the indices of what LIST names (separated by commas, in any case) to INDEX, which has
 * room for MAX and holds *count. Returns 0, or -EINVAL with *err set (an unknown name lists
 * the known ones); INDEX and *count may have changed then.
 */
int name_list_append(const struct name_table *table, const char *list, unsigned char *index,
		     size_t max, size_t *count, struct error *err);

#endif
