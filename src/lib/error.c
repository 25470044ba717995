/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error.c - two-line error messages */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/macros.h"

void error_set(struct error *err, const char *format, ...)
{
	va_list arguments;

	err->hint[0] = '\0';
	va_start(arguments, format);
	vsnprintf(err->message, sizeof(err->message), format, arguments);
	va_end(arguments);
}

void error_hint(struct error *err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(err->hint, sizeof(err->hint), format, arguments);
	va_end(arguments);
}

int error_return(struct error *err, int error, const char *format, ...)
{
	char lines[ERROR_MESSAGE_MAX + ERROR_HINT_MAX], *hint;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(lines, sizeof(lines), format, arguments);
	va_end(arguments);
	/* The last one: whatever the message quotes, the hint is ours. */
	hint = strrchr(lines, '\n');
	if (hint)
		*hint++ = '\0';
	error_set(err, "%s", lines);
	error_hint(err, "%s", hint ? hint : "");
	return error;
}

/* Which limit an errno is of, and how it is raised. */
static const struct {
	int error;
	const char *hint;
} limits[] = {
	{ EMFILE, "raise the limit of open files: ulimit -n (RLIMIT_NOFILE)" },
	{ ENFILE, "the whole system has too many files open: see fs.file-nr and fs.file-max" },
	{ ENOMEM, "raise the limits of address space and data: ulimit -v (RLIMIT_AS), "
		  "ulimit -d (RLIMIT_DATA)" },
	{ EFBIG, "raise the limit of file sizes: ulimit -f (RLIMIT_FSIZE)" },
	{ EAGAIN,
		  "no more processes are allowed: "
		  "see ulimit -u (RLIMIT_NPROC) and pids.max of the cgroup" },
	{ EPERM, "a privilege is missing, or a filter (seccomp) or security module denies it" },
	{ ENOSYS,
		  "this kernel lacks a system call, or a filter (seccomp) denies it; "
		  "Linux 5.3 or later is needed" },
};

bool error_hint_errno(struct error *err, int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].error == -error) {
			error_hint(err, "%s", limits[i].hint);
			return true;
		}
	return false;
}

void error_set_errno(struct error *err, int error, const char *what)
{
	error_set(err, "%s: %s", what, strerror(-error));
	error_hint_errno(err, error);
}

const char *error_escape(char *escaped, unsigned size, const char *text)
{
	static const char ellipsis[] = "...";
	unsigned used = 0, room = 0, length;
	char piece[5];

	for (; *text; text++, used += length) {
		bool plain = *text >= ' ' && *text < 127 && *text != '\'' && *text != '\\';

		length = plain ? 1 : 4;
		snprintf(piece, sizeof(piece), plain ? "%c" : "\\x%02x", (unsigned char)*text);
		if (used + length + 1 > size) {
			memcpy(escaped + room, ellipsis, sizeof(ellipsis));
			return escaped;
		}
		memcpy(escaped + used, piece, length);
		if (used + length + sizeof(ellipsis) <= size)
			room = used + length;
	}
	escaped[used] = '\0';
	return escaped;
}

int error_set_value(struct error *err, int error, const char *name, const char *text,
		    const char *why, const char *hint)
{
	char escaped[128];

	error_set(err, "%s '%s' %s", name, error_escape(escaped, sizeof(escaped), text), why);
	error_hint(err, "%s", hint);
	return error;
}

void error_print(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, err->message);
	if (err->hint[0])
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, err->hint);
}
