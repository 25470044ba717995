/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-line.h - the two lines in which the kernel names its victim: mm/oom_kill.c */
#ifndef PT_KILL_LINE_H
#define PT_KILL_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define OOM_PATH_MAX 1024

/* "oom-kill:constraint=...,oom_memcg=...,task_memcg=...,task=...,pid=N,uid=U" (5.0 and later) */
struct oom_choice {
	long pid;			/* in the initial pid namespace */
	bool global;			/* global_oom: the machine ran out */
	char memcg[OOM_PATH_MAX];	/* whose limit ran out; "": no memcg's */
	char task_memcg[OOM_PATH_MAX];	/* where the victim lived */
};

/* "... Killed process N (comm) total-vm:..kB, anon-rss:..kB, ..." Sizes in bytes. */
struct oom_killed {
	long pid;
	bool memcg;			/* "Memory cgroup out of memory" */
	bool global;			/* "Out of memory"; up to 5.0 this line says neither */
	bool sized;			/* the sizes are valid */
	uint64_t total_vm, anon, file;
	uint64_t shmem;			/* 0 before 4.5, which had no such field */
	uint64_t pgtables;		/* 0 before 5.4 */
};

/* Each returns whether LINE, without its prefix or with one, is such a line. */
bool oom_parse_choice(const char *line, struct oom_choice *ret_choice);
bool oom_parse_killed(const char *line, struct oom_killed *ret_killed);

#endif
