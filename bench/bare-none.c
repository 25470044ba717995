/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare-none.c - for a build without libproc2: there is no call of its own to compare with */
#include <errno.h>

#include "bare.h"

int bare_open(pid_t pid)
{
	(void)pid;
	return -ENOTSUP;
}

bool bare_read(bool rollup)
{
	(void)rollup;
	return false;
}

void bare_close(void)
{
}
