/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scope-none.c - built without libsystemd: there is no scope to be had */
#include <config.h>

#include <errno.h>

#include "sandbox/scope.h"

int scope_enter(const char *path)
{
	(void)path;
	return -ENOSYS;
}
