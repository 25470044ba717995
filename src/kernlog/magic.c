/* SPDX-License-Identifier: GPL-2.0-or-later */
/* magic.c - know compressed files and binary journals by their first bytes */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "kernlog/magic.h"
#include "lib/macros.h"
#include "lib/strview.h"

static const struct {
	const char *bytes;
	const char *what;
	const char *command;	/* that prints it, and what follows the file's name */
	const char *options;
} magics[] = {
	{ "\x1f\x8b", "compressed with gzip", "zcat", "" },
	{ "\xfd" "7zXZ", "compressed with xz", "xzcat", "" },
	{ "\x28\xb5\x2f\xfd", "compressed with zstd", "zstdcat", "" },
	{ "BZh", "compressed with bzip2", "bzcat", "" },
	{ "\x04\x22\x4d\x18", "compressed with lz4", "lz4cat", "" },
	{ "LPKSHHRH", "a binary journal", "journalctl --file", " -o export" },
};

const char *magic_command_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+,:@-";

	return *name && *name != '-' && !name[strspn(name, plain)] && strlen(name) < 200
		? name : "FILE";
}

int magic_check(const char *name, const char *label, const char *data, size_t length,
		struct error *err)
{
	struct strview text = { data, length };

	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		if (!strview_starts(text, magics[i].bytes))
			continue;
		error_set(err, "%s is %s", label, magics[i].what);
		error_hint(err, "use: %s %s%s | oomwhy", magics[i].command,
			   magic_command_name(name), magics[i].options);
		return -EMEDIUMTYPE;
	}
	return 0;
}
