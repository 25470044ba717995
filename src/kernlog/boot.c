/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.c - parse which boot is meant, and find it */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "kernlog/boot.h"
#include "lib/number.h"

/* Copies the boot id that TEXT begins with. Returns what follows it; NULL: there is none. */
static const char *take_id(const char *text, char id[static BOOT_ID_SIZE])
{
	/* Where a UUID has its dashes. */
	bool dashed = strlen(text) >= 36 && text[8] == '-';
	size_t digits = 0;

	for (; digits < BOOT_ID_SIZE - 1; text++) {
		if (dashed && (digits == 8 || digits == 12 || digits == 16 || digits == 20) &&
		    *text == '-')
			text++;
		if (!isxdigit((unsigned char)*text))
			return NULL;
		id[digits++] = (char)tolower((unsigned char)*text);
	}
	id[digits] = '\0';
	return text;
}

/* "", "5", "+5", "-5" */
static int parse_offset(const char *text, int64_t *ret_offset)
{
	bool negative = *text == '-';
	uint64_t value = 0;

	if (!*text)
		return 0;
	text += *text == '-' || *text == '+';
	if (!*text || text[strspn(text, "0123456789")] || number_parse_u64(text, &value) < 0 ||
	    value > INT_MAX)
		return -EINVAL;
	*ret_offset = negative ? -(int64_t)value : (int64_t)value;
	return 0;
}

int boot_parse(const char *text, struct boot_choice *ret_choice)
{
	struct boot_choice choice = { 0 };
	const char *rest = take_id(text, choice.id);

	if (!rest) {
		choice = (struct boot_choice){ .all = !strcmp(text, "all") };
		rest = choice.all ? "" : text;
		if (!*text)
			return -EINVAL;
	} else if (*rest && *rest != '-' && *rest != '+') {
		return -EINVAL;
	}
	if (parse_offset(rest, &choice.offset) < 0)
		return -EINVAL;
	*ret_choice = choice;
	return 0;
}

int boot_find(const struct boot_choice *choice, const char (*ids)[BOOT_ID_SIZE], size_t count,
	      size_t here)
{
	int64_t index = (int64_t)here + choice->offset;

	if (choice->id[0]) {
		size_t i = 0;

		while (i < count && strcmp(ids[i], choice->id))
			i++;
		if (i == count)
			return -ENOENT;
		index = (int64_t)i + choice->offset;
	} else if (choice->offset > 0) {
		index = choice->offset - 1;
	}
	return index >= 0 && index < (int64_t)count && index <= INT_MAX ? (int)index : -ENOENT;
}
