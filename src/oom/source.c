/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c - what all sources have in common */
#include <config.h>

#include <string.h>

#include "oom/source.h"

int oom_source_fail(const struct oom_source *source, int error, struct trouble *trouble)
{
	trouble_set(trouble, "cannot read %s: %s", source->said, strerror(-error));
	return error;
}

void oom_source_close(struct oom_source *source)
{
	source->close(source);
	source->state = NULL;
}
