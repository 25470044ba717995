/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c - what all sources have in common */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "kernlog/source.h"

int oom_source_fail(const struct oom_source *source, int error, struct error *err)
{
	error_set(err, "cannot read %s: %s", source->label, strerror(-error));
	error_hint_errno(err, error);
	return error;
}

void oom_source_close(struct oom_source *source)
{
	source->close(source);
	source->state = NULL;
}
