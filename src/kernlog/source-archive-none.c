/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-archive-none.c - built without libarchive: what is compressed is refused */
#include <config.h>

#include <errno.h>

#include "kernlog/source.h"

const char source_archive_reader[] = "without compressed logs";

int source_archive_take(struct oom_source *source, struct strview beginning, struct error *err)
{
	(void)source;
	(void)beginning;
	(void)err;
	return -ENOSYS;
}
