/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pid-namespace.h - whether /proc and our children speak of the same pids as we:
 * pid_namespaces(7)
 */
#ifndef PT_PID_NAMESPACE_H
#define PT_PID_NAMESPACE_H

#include "lib/error.h"

/*
 * Returns 0, also where there is no /proc, or -EXDEV with *err set: /proc shows the
 * processes of another pid namespace, or children of ours would be born in another one.
 */
int pid_namespace_check(struct error *err);

#endif
