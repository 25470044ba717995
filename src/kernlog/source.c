/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c - what all sources have in common */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "kernlog/source.h"
#include "oomreport/turn.h"

int oom_source_fail(const struct oom_source *source, int error, struct error *err)
{
	if (error == TURN_REFUSED) {
		error_set(err, "%s has its newest line first, and cannot be turned here",
			  source->label);
		error_hint(err, "turn it: tac FILE | oomwhy, or journalctl without -r");
		return error;
	}
	error_set(err, "cannot read %s: %s", source->label, strerror(-error));
	error_hint_errno(err, error);
	return error;
}

void oom_source_close(struct oom_source *source)
{
	source->close(source);
	source->state = NULL;
}
