/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.h - the memory cgroups that a process lives in: cgroups(7), v1 and v2 */
#ifndef PT_CGROUP_H
#define PT_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc/root.h"

#define CGROUP_PATH_MAX 4096
#define CGROUP_UNLIMITED UINT64_MAX

/* Where a hierarchy that may hold the memory controller is mounted. */
struct cgroup_mount {
	int version;			/* 1 or 2 */
	char top[CGROUP_PATH_MAX];	/* the mount's root within the hierarchy, "/" or deeper */
	char point[CGROUP_PATH_MAX];	/* where it is mounted */
};

/* One memory cgroup, seen from the root prefix. */
struct cgroup_level {
	int version;		/* 1 or 2 */
	char *directory;	/* absolute, below the root prefix */
	char *name;		/* the path within the hierarchy, as in /proc/PID/cgroup */
};

/* A process's own memory cgroup and all its ancestors, the own one first. */
struct cgroup_chain {
	struct cgroup_level *levels;
	size_t count;
};

/* What a level allows, bytes. */
struct cgroup_figures {
	uint64_t limit;		/* v1 limit_in_bytes; v2 the smaller of max and high */
	uint64_t usage;		/* v1 usage_in_bytes; v2 current */
	uint64_t reclaimable;	/* inactive page cache, given back before anyone is killed */
};

/*
 * Reads /proc/PROCESS/cgroup and /proc/self/mountinfo below ROOT and lists the memory
 * cgroups of PROCESS ("self" or a pid) that can be seen. Having none is no error: a machine
 * may have no memory controller. Where the mount begins above our cgroup namespace, it is searched
 * for the process, and the names are those below the mount. The caller frees *ret_chain with
 * cgroup_chain_free().
 * Returns 0 or a negative errno (-EXDEV: what is mounted does not show PROCESS's cgroup).
 */
int cgroup_chain_read(const struct root *root, const char *process,
		      struct cgroup_chain *ret_chain);

void cgroup_chain_free(struct cgroup_chain *chain);

/*
 * Reads FILE of LEVEL into BUFFER and ends it with a NUL. Returns the length, or a negative errno
 * as of root_read().
 */
int cgroup_level_read(const struct root *root, const struct cgroup_level *level, const char *file,
		      char *buffer, size_t size);

/* The same into fresh memory, which the caller frees. Returns as root_read_all(). */
int cgroup_level_read_all(const struct root *root, const struct cgroup_level *level,
			  const char *file, char **ret_text);

/* Reads a number of bytes; "max", a missing file, and v1's most are CGROUP_UNLIMITED. */
int cgroup_level_read_number(const struct root *root, const struct cgroup_level *level,
			     const char *file, uint64_t *ret_value);

/* Reads what LEVEL allows. Returns 0, or a negative errno (-ENOENT: it has no limit). */
int cgroup_figures_read(const struct root *root, const struct cgroup_level *level,
			struct cgroup_figures *ret_figures);

/* Whether there may be a limit where that failed with ERROR: denied, or resources ran out. */
bool cgroup_may_limit(int error);

/* What FIGURES leave, in bytes; CGROUP_UNLIMITED where there is no limit. */
uint64_t cgroup_available(const struct cgroup_figures *figures);

/*
 * Pure parsers. The first finds in the text of mountinfo the mount of VERSION's memory controller
 * that shows the cgroup PATH (NULL: any); the second a process's path in the text of
 * /proc/PID/cgroup.
 * Return 0, -ENOENT, -ENAMETOOLONG, -ENOMEM, or the first -EXDEV: no mount shows it.
 */
int cgroup_parse_mountinfo(const char *text, int version, const char *path,
			   struct cgroup_mount *ret_mount);
int cgroup_parse_membership(const char *text, int version, char path[static CGROUP_PATH_MAX]);

/*
 * Where PATH is below a mount whose root is TOP, both as /proc shows them: relative to our cgroup
 * namespace, above which "/.." leads (cgroup_namespaces(7)). Returns in *ret_unknown how many
 * directories with names that cannot be known lead to *ret_rest, or -EXDEV: it is not below.
 */
int cgroup_place(const char *top, const char *path, size_t *ret_unknown, const char **ret_rest);

#endif
