/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tasks.h - which processes the OOM killer would choose: /proc/PID/oom_score, proc(5) */
#ifndef PT_TASKS_H
#define PT_TASKS_H

#include <stddef.h>
#include <stdint.h>

#include "proc/root.h"

struct task_score {
	long pid;
	uint64_t score;		/* oom_score */
	char comm[64];		/* escaped */
};

/*
 * Lists in SCORES, highest first, the COUNT processes with the highest oom_score. Returns how
 * many were found, or a negative errno.
 */
int tasks_by_oom_score(const struct root *root, struct task_score *scores, size_t count);

#endif
