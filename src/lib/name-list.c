/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name-list.c - the LIST of --output: which rows of a table of named things, and in which order */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/macros.h"
#include "lib/name-list.h"

int name_list_append(const struct name_table *table, const char *list, unsigned char *index,
		     size_t max, size_t *count, struct error *err)
{
	if (!*list) {
		error_set(err, "--output: LIST '' is empty");
		error_hint(err, "write column names with commas between them, as in -o %s",
			   table->example);
		return -EINVAL;
	}
	for (const char *name = list;; name++) {
		char word[64], escaped[128], known[768] = "";
		size_t length = strcspn(name, ","), found = 0, used = 0;

		while (found < table->count &&
		       (!length || strlen(table->name(found)) != length ||
			!ascii_same_head(table->name(found), name, length)))
			found++;
		if (found == table->count) {
			snprintf(word, sizeof(word), "%.*s", (int)MIN(length, 60), name);
			error_set(err, "--output: unknown column '%s'",
				  error_escape(escaped, sizeof(escaped), word));
			for (size_t i = 0; i < table->count && used < sizeof(known); i++)
				if (*table->name(i))
					used += (size_t)snprintf(
						known + used, sizeof(known) - used, "%s%s",
						used ? ", " : "", table->name(i));
			error_hint(err, "the columns are %s", known);
			return -EINVAL;
		}
		if (*count == max) {
			error_set(err, "--output: more than %zu columns", max);
			error_hint(err, "leave some of them out");
			return -EINVAL;
		}
		index[(*count)++] = (unsigned char)found;
		name += length;
		if (!*name)
			return 0;
	}
}
