/* SPDX-License-Identifier: GPL-2.0-or-later */
/* available.h - how much more memory a process may use before others are hurt */
#ifndef PT_AVAILABLE_H
#define PT_AVAILABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "proc/cgroup.h"
#include "proc/machine.h"
#include "proc/root.h"

#define AVAILABLE_NAME_MAX 256

/* The machine, or the cgroup that leaves the least. */
struct available_memory {
	uint64_t bytes;			/* what may still be used */
	uint64_t reserve;		/* what the guard leaves of it untouched */
	uint64_t limit;			/* of the cgroup; 0 for the machine */
	bool cgroup;			/* false: the machine's MemAvailable */
	char name[AVAILABLE_NAME_MAX];	/* the cgroup's path in its hierarchy, escaped */
};

/* Where it is read from; nothing in it is owned. */
struct available_memory_source {
	const struct root *root;
	const struct machine *machine;
	const struct cgroup_chain *chain;
};

/*
 * The reserve that the guard keeps of a machine with TOTAL bytes: the larger of 10 %
 * and 512 MiB, but never over half of TOTAL, so that a machine of 512 MiB can be used.
 */
uint64_t machine_memory_reserve(uint64_t total);

/*
 * The reserve within a cgroup of LIMIT bytes: the larger of 2 % and 4 MiB, for page
 * tables (1/512 of what is touched) and for charges in batches of 64 pages per CPU.
 */
uint64_t cgroup_memory_reserve(uint64_t limit);

/*
 * Reads below ROOT what a source consists of: the machine, and the memory cgroups that we are in.
 * With HEEDED it is an error (-EXDEV) that the cgroup file system which is mounted does not show
 * them. Returns 0, or a negative errno with *err set.
 */
int available_memory_prepare(const struct root *root, bool heeded, struct machine *ret_machine,
			     struct cgroup_chain *ret_chain, struct error *err);

/*
 * Reads MemAvailable and every level of the chain and returns in *ret_available the one that
 * leaves the least. With GUARDED each one's reserve is taken off first, and *ret_available
 * is the one with the least headroom. Returns 0, or a negative errno: then only cgroup and name
 * of *ret_available are set, to what could not be read.
 */
int available_memory_read(const struct available_memory_source *source, bool guarded,
			  struct available_memory *ret_available);

/* Sets *err to why available_memory_read() failed with ERROR, of which it left AVAILABLE. */
void available_memory_error(const struct available_memory *available, int error,
			    struct error *err);

/* What the guard lets be touched of AVAILABLE: bytes less reserve, not below 0. */
uint64_t available_headroom(const struct available_memory *available);

#endif
