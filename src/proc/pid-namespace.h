/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pid-namespace.h - whether /proc and our children are in our pid namespace: pid_namespaces(7) */
#ifndef PT_PID_NAMESPACE_H
#define PT_PID_NAMESPACE_H

#include "lib/error.h"

/*
 * Returns 0, also where there is no /proc, or -EXDEV with *err set: /proc shows the
 * processes of another pid namespace, or our children would be in another one.
 */
int pid_namespace_check(struct error *err);

#endif
