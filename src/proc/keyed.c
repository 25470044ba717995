/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyed.c - look a number up in "key value" text */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc/keyed.h"

static const char *find_value(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, length))
			continue;
		if (line[length] == ':')
			return line + length + 1;
		if (line[length] == ' ' || line[length] == '\t')
			return line + length;
	}
	return NULL;
}

int keyed_u64(const char *text, const char *key, uint64_t *ret_value)
{
	const char *value = find_value(text, key);
	unsigned long long number;
	char *rest;

	if (!value)
		return -ENOENT;
	value += strspn(value, " \t");
	if (*value < '0' || *value > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(value, &rest, 10);
	if (errno)
		return -EINVAL;
	if (!strncmp(rest, " kB", 3) && __builtin_mul_overflow(number, 1024ULL, &number))
		return -EINVAL;
	*ret_value = number;
	return 0;
}
