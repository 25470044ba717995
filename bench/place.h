/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - who touches gets the fastest processor, alone; everybody else of a command the
 * others
 */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <sched.h>
#include <stdbool.h>

#include "tree.h"

/*
 * Processors of a virtual machine may differ in what it costs to map memory, and one process is
 * then placed by another chance than two. So those that have no children, who touch, go to the
 * fast processor, and those that have, who watch them, to the others.
 */
struct placement {
	bool active;
	cpu_set_t all, fast, others;
	struct tree on_fast, on_others;	/* who has been placed so */
};

/*
 * FAST is the number of a processor. Returns 0, or -1 if this process may not use it and another
 * one.
 */
static inline int placement_begin(struct placement *placement, int fast)
{
	if (fast < 0 || fast >= CPU_SETSIZE ||
	    sched_getaffinity(0, sizeof(placement->all), &placement->all) < 0 ||
	    !CPU_ISSET((size_t)fast, &placement->all) || CPU_COUNT(&placement->all) < 2)
		return -1;
	CPU_ZERO(&placement->fast);
	CPU_SET((size_t)fast, &placement->fast);
	CPU_XOR(&placement->others, &placement->all, &placement->fast);
	placement->active = true;
	return 0;
}

static inline void place_watcher(const struct placement *placement)
{
	if (placement->active)
		sched_setaffinity(0, sizeof(placement->others), &placement->others);
}

/*
 * Begins on the fast processor, where it stays if nobody disturbs it, but may use all: it may
 * count them before it forks.
 */
static inline void place_command(const struct placement *placement)
{
	if (!placement->active)
		return;
	sched_setaffinity(0, sizeof(placement->fast), &placement->fast);
	sched_setaffinity(0, sizeof(placement->all), &placement->all);
}

static inline bool tree_has(const struct tree *tree, pid_t pid)
{
	for (int i = 0; i < tree->count; i++)
		if (tree->pids[i] == pid)
			return true;
	return false;
}

static inline void place_on(struct tree *placed, pid_t pid, const cpu_set_t *set)
{
	if (tree_has(placed, pid) || placed->count == TREE_MAX)
		return;
	placed->pids[placed->count++] = pid;
	sched_setaffinity(pid, sizeof(*set), set);
}

/* Parents first, so that nobody waits for one. */
static inline void place_tree(struct placement *placement, const struct tree *tree)
{
	if (!placement->active)
		return;
	for (int i = 0; i < tree->count; i++) {
		if (tree_of(tree->pids[i]).count > 1)
			place_on(&placement->on_others, tree->pids[i], &placement->others);
		else
			place_on(&placement->on_fast, tree->pids[i], &placement->fast);
	}
}

#endif
