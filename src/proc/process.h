/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h - a process's own limits and its address space: proc(5), getrlimit(2) */
#ifndef PT_PROCESS_H
#define PT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/root.h"

#define PROCESS_UNLIMITED UINT64_MAX

/* Sizes in bytes. */
struct process_space {
	uint64_t vm_size;	/* status VmSize */
	uint64_t vm_data;	/* status VmData */
	uint64_t maps;		/* lines of maps */
	uint64_t largest_hole;	/* the largest gap below a mapping */
	uint64_t limit_as;	/* RLIMIT_AS, soft; PROCESS_UNLIMITED */
	uint64_t limit_data;	/* RLIMIT_DATA, soft; PROCESS_UNLIMITED */
};

/* Reads all of it for PID below ROOT (the limits by prlimit(2)). Returns 0 or a negative errno. */
int process_space_read(const struct root *root, pid_t pid, struct process_space *ret_space);

/* Pure: counts the lines of maps(5) text and finds the largest hole. */
void process_parse_maps(const char *text, struct process_space *space);

/* Reads one field of /proc/PID/status in bytes. Returns 0 or a negative errno. */
int process_status_field(const struct root *root, pid_t pid, const char *key,
			 uint64_t *ret_bytes);

/* Pure: finds VmRSS and VmHWM in the TEXT of status, bytes. Returns 0 or -ENOENT: no memory. */
int process_parse_resident(const char *text, uint64_t *ret_rss, uint64_t *ret_peak);

/* Reads RSS (VmRSS) of PID, and the highest since VmHWM was reset. Returns 0 or negative errno. */
int process_resident_read(const struct root *root, pid_t pid, uint64_t *ret_rss,
			  uint64_t *ret_peak);

/*
 * Whether the first thread of PID has ended ("State: Z"): the process is over then, though others
 * of its threads may still be giving its memory back. False when that cannot be read.
 */
bool process_is_zombie(const struct root *root, pid_t pid);

/* Whether PID has a SIGKILL to die of, or is dying already. False when that cannot be read. */
bool process_is_dying(const struct root *root, pid_t pid);

/*
 * Reads what procps does not offer, bytes: page tables (status VmPTE) and pages that are merged
 * with equal ones (ksm_merging_pages, Linux 5.19); and oom_score, which procps takes for 0 where
 * it may not be read. What is NULL is not read, and these two stay as they are where they cannot
 * be read. Returns 0 or a negative errno.
 */
int process_extras_read(const struct root *root, pid_t pid, uint64_t *ret_pte, uint64_t *ret_ksm,
			uint64_t *ret_oom_score);

/*
 * Adds up Rss of the mappings of PID that lie in the BYTES from ADDRESS on (smaps, which walks all
 * of the process's page tables). Returns 0 or a negative errno.
 */
int process_region_rss(const struct root *root, pid_t pid, uint64_t address, uint64_t bytes,
		       uint64_t *ret_rss);

/* Pure: the same in the TEXT of smaps. */
uint64_t process_parse_smaps(const char *text, uint64_t address, uint64_t bytes);

/* What the OOM killer would choose by: /proc/PID/oom_score, proc(5). */
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
