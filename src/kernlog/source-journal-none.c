/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-journal-none.c - built without libsystemd: the journal cannot be read */
#include <config.h>

#include <errno.h>

#include "kernlog/source.h"

const char source_journal_reader[] = "without journal";

int source_journal_open(const char *directory, const struct boot_choice *boot, bool follow,
			struct oom_source *ret_source, struct error *err)
{
	(void)directory, (void)boot, (void)follow, (void)ret_source;
	error_set(err, "cannot read the journal: this oomwhy was built without libsystemd");
	error_hint(err, "use: journalctl -k -o export | oomwhy");
	return -ENOSYS;
}
