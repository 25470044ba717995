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

/* Which limit an errno is of, and how it is raised. */
static const struct {
	int error;
	const char *remedy;
} limits[] = {
	{ EMFILE, "raise the limit of open files: ulimit -n (RLIMIT_NOFILE)" },
	{ ENFILE, "the whole system has too many files open: see fs.file-nr and fs.file-max" },
	{ ENOMEM, "raise the limits of address space and data: ulimit -v (RLIMIT_AS), "
		  "ulimit -d (RLIMIT_DATA)" },
	{ EFBIG, "raise the limit of file sizes: ulimit -f (RLIMIT_FSIZE)" },
	{ EAGAIN, "no more processes are allowed: see ulimit -u (RLIMIT_NPROC) and pids.max "
		  "of the cgroup" },
	{ EPERM, "a privilege is missing, or a filter (seccomp) or security module denies it" },
	{ ENOSYS, "this kernel lacks a system call, or a filter (seccomp) denies it; Linux 5.3 or "
		  "later is needed" },
};

bool trouble_remedy_errno(struct trouble *trouble, int error)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].error == -error) {
			trouble_remedy(trouble, "%s", limits[i].remedy);
			return true;
		}
	return false;
}

void trouble_set_errno(struct trouble *trouble, int error, const char *what)
{
	trouble_set(trouble, "%s: %s", what, strerror(-error));
	trouble_remedy_errno(trouble, error);
}

/* Writes one byte of untrusted text as 1 or 4 characters. Returns how many. */
static unsigned escape_byte(char piece[static 5], unsigned char byte)
{
	bool plain = byte >= ' ' && byte < 127 && byte != '\'' && byte != '\\';

	snprintf(piece, 5, plain ? "%c" : "\\x%02x", byte);
	return plain ? 1 : 4;
}

const char *trouble_escape(char *escaped, unsigned size, const char *text)
{
	static const char ellipsis[] = "...";
	unsigned used = 0, room = 0, length;
	char piece[5];

	for (; *text; text++, used += length) {
		length = escape_byte(piece, (unsigned char)*text);
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

void trouble_print(const struct trouble *trouble)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, trouble->what);
	if (trouble->remedy[0])
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, trouble->remedy);
}
