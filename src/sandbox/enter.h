/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enter.h - start a process in a cgroup, and as the OOM killer's choice: clone3(2), proc(5) */
#ifndef PT_ENTER_H
#define PT_ENTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/option-table.h"

/* oom_score_adj as it is inherited. */
#define OOM_SCORE_ADJ_KEEP 2000

/*
 * Forks into the directory CGROUP (-1: ours). Returns as fork(2), and in *ret_born whether the
 * child was born there: not on v1, and not on kernels before 5.7.
 */
pid_t cgroup_fork(int cgroup, bool *ret_born);

/*
 * Moves PID into the directory CGROUP; all that it has mapped so far stays charged where it was.
 * Returns 0 or a negative errno.
 */
int cgroup_move(int cgroup, pid_t pid);

/*
 * Gives this process oom_score_adj VALUE, unless it is OOM_SCORE_ADJ_KEEP: raising it needs no
 * privilege, lowering it CAP_SYS_RESOURCE (proc(5)). UNDO: only tries. Returns 0 or a negative
 * errno.
 */
int oom_score_adj_set(int value, bool undo);

/* Tries that only. Returns 0, or a negative errno with *err set. */
int oom_score_adj_try(int value, struct error *err);

/* For an option's row: fills an int from -1000 to 1000, or OOM_SCORE_ADJ_KEEP for "keep". */
int option_oom_score_adj(const struct option_row *row, const char *text, void *filled,
			 struct error *err);

#endif
