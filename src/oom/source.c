/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c - what all sources have in common */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "oom/source.h"
#include "oom/turn.h"

int oom_source_fail(const struct oom_source *source, int error, struct trouble *trouble)
{
	if (error == TURN_REFUSED) {
		trouble_set(trouble, "%s has its newest line first, and cannot be turned here",
			    source->said);
		trouble_remedy(trouble, "turn it: tac FILE | oomwhy, or journalctl without -r");
		return error;
	}
	trouble_set(trouble, "cannot read %s: %s", source->said, strerror(-error));
	trouble_remedy_errno(trouble, error);
	return error;
}

void oom_source_close(struct oom_source *source)
{
	source->close(source);
	source->state = NULL;
}
