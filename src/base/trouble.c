/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trouble.c - two-line error messages */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/trouble.h"

void trouble_set(struct trouble *trouble, const char *format, ...)
{
	va_list arguments;

	trouble->remedy[0] = '\0';
	va_start(arguments, format);
	vsnprintf(trouble->what, sizeof(trouble->what), format, arguments);
	va_end(arguments);
}

void trouble_remedy(struct trouble *trouble, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(trouble->remedy, sizeof(trouble->remedy), format, arguments);
	va_end(arguments);
}

const char *trouble_escape(char *escaped, unsigned size, const char *text)
{
	static const char ellipsis[] = "...";
	unsigned used = 0;

	for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
		bool plain = *byte >= ' ' && *byte < 127 && *byte != '\'' && *byte != '\\';
		unsigned needed = plain ? 1 : 4;

		if (used + needed + sizeof(ellipsis) > size) {
			memcpy(escaped + used, ellipsis, sizeof(ellipsis));
			return escaped;
		}
		if (plain)
			escaped[used] = (char)*byte;
		else
			snprintf(escaped + used, needed + 1, "\\x%02x", *byte);
		used += needed;
	}
	escaped[used] = '\0';
	return escaped;
}

void trouble_print(const struct trouble *trouble)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, trouble->what);
	if (trouble->remedy[0])
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, trouble->remedy);
}
