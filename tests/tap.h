/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap.h - the Test Anything Protocol for unit tests in C */
#ifndef PT_TAP_H
#define PT_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count, tap_failures;

/* Reports one test; FORMAT names it. Returns ok. */
static inline bool __attribute__((format(printf, 2, 3)))
tap_ok(bool ok, const char *format, ...)
{
	va_list arguments;

	printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	tap_failures += !ok;
	return ok;
}

/* Compares integers and shows both when they differ. */
static inline void tap_is(int64_t got, int64_t wanted, const char *name)
{
	if (!tap_ok(got == wanted, "%s", name))
		printf("#      got: %" PRId64 "\n#   wanted: %" PRId64 "\n", got, wanted);
}

/* Compares texts and shows both when they differ. */
static inline void tap_is_text(const char *got, const char *wanted, const char *name)
{
	if (!tap_ok(!strcmp(got, wanted), "%s", name))
		printf("#      got: %s\n#   wanted: %s\n", got, wanted);
}

/* Whether TEXT holds PIECE; shows the text when it does not. */
static inline void tap_has(const char *text, const char *piece, const char *name)
{
	if (!tap_ok(strstr(text, piece) != NULL, "%s", name))
		printf("#   in: %s\n#   no: %s\n", text, piece);
}

static inline void tap_skip(const char *name, const char *reason)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, name, reason);
}

/* Leaves a whole test file out. */
static inline _Noreturn void tap_skip_all(const char *reason)
{
	printf("1..0 # SKIP %s\n", reason);
	exit(0);
}

/* Prints the plan; the value that main() is to return. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures != 0;
}

#endif
