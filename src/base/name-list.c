/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name-list.c - the LIST of --output: which rows of a table of named things, and in which order */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/name-list.h"

static int complain_unknown(const struct name_table *table, const char *name, size_t length,
			    struct trouble *trouble)
{
	char word[64], escaped[128], known[768] = "";
	size_t used = 0;

	snprintf(word, sizeof(word), "%.*s", (int)(length < 60 ? length : 60), name);
	trouble_set(trouble, "--output: unknown column '%s'",
		    trouble_escape(escaped, sizeof(escaped), word));
	for (size_t i = 0; i < table->count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 i ? ", " : "", table->name(i));
	trouble_remedy(trouble, "the columns are %s", known);
	return -EINVAL;
}

static int find_name(const struct name_table *table, const char *name, size_t length)
{
	for (size_t i = 0; i < table->count; i++)
		if (strlen(table->name(i)) == length &&
		    ascii_same_head(table->name(i), name, length))
			return (int)i;
	return -ENOENT;
}

int name_list_append(const struct name_table *table, const char *list, unsigned char *index,
		     size_t max, size_t *count, struct trouble *trouble)
{
	if (!*list) {
		trouble_set(trouble, "--output: LIST '' is empty");
		trouble_remedy(trouble, "write column names with commas between them, as in -o %s",
			       table->example);
		return -EINVAL;
	}
	for (const char *name = list;; name++) {
		size_t length = strcspn(name, ",");
		int found = find_name(table, name, length);

		if (found < 0)
			return complain_unknown(table, name, length, trouble);
		if (*count == max) {
			trouble_set(trouble, "--output: more than %zu columns", max);
			trouble_remedy(trouble, "leave some of them out");
			return -EINVAL;
		}
		index[(*count)++] = (unsigned char)found;
		name += length;
		if (!*name)
			return 0;
	}
}
