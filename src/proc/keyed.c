/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyed.c - lines of text, and the number that a key has in it */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc/keyed.h"

const char *keyed_next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line != '\0');
}

const char *keyed_find(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (*text && (strncmp(text, key, length) || !text[length] ||
			 !strchr(": \t", text[length])))
		text = keyed_next_line(text);
	if (!*text)
		return NULL;
	text += length + (text[length] == ':');
	return text + strspn(text, " \t");
}

int keyed_u64(const char *text, const char *key, uint64_t *ret_value)
{
	const char *value = keyed_find(text, key);
	unsigned long long number;
	char *rest;

	if (!value)
		return -ENOENT;
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
