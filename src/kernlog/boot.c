/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.c - parse which boot is meant, and find it */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "kernlog/source.h"
#include "lib/number.h"

int boot_parse(const char *text, struct boot_choice *ret_choice)
{
	struct boot_choice choice = { .text = text, .all = !strcmp(text, "all") };
	/* Where a UUID has its dashes. */
	bool dashed = strlen(text) >= 36 && text[8] == '-', negative;
	const char *rest = text;
	uint64_t offset;

	for (size_t digits = 0; digits < BOOT_ID_SIZE - 1; rest++) {
		if (dashed && (digits == 8 || digits == 12 || digits == 16 || digits == 20) &&
		    *rest == '-')
			rest++;
		if (!isxdigit((unsigned char)*rest)) {
			/* No id: an offset alone. */
			choice.id[0] = '\0';
			rest = text;
			break;
		}
		choice.id[digits++] = (char)tolower((unsigned char)*rest);
	}
	if (!choice.all && !(choice.id[0] && !*rest)) {
		negative = *rest == '-';
		if (choice.id[0] && *rest != '-' && *rest != '+')
			return -EINVAL;
		rest += *rest == '-' || *rest == '+';
		if (!*rest || rest[strspn(rest, "0123456789")] ||
		    number_parse_u64(rest, &offset) < 0 || offset > INT_MAX)
			return -EINVAL;
		choice.offset = negative ? -(int64_t)offset : (int64_t)offset;
	}
	*ret_choice = choice;
	return 0;
}

int boot_find(const struct boot_choice *choice, const struct boot *boots, size_t count,
	      size_t here)
{
	int64_t index = (int64_t)here + choice->offset;

	if (choice->id[0]) {
		size_t i = 0;

		while (i < count && strcmp(boots[i].id, choice->id))
			i++;
		if (i == count)
			return -ENOENT;
		index = (int64_t)i + choice->offset;
	} else if (choice->offset > 0) {
		index = choice->offset - 1;
	}
	return index >= 0 && index < (int64_t)count && index <= INT_MAX ? (int)index : -ENOENT;
}
