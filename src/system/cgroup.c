/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.c - walk from a process's memory cgroup to the top and read each level */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "system/cgroup.h"
#include "system/keyed.h"

/* A v1 limit from here on is the kernel's way to say "none" (PAGE_COUNTER_MAX). */
#define V1_UNLIMITED (UINT64_C(1) << 62)

/* The path of the cgroup below the mount point, or NULL when the mount does not show it. */
static const char *below_top(const struct cgroup_mount *mount, const char *path)
{
	size_t length = strlen(mount->top);

	if (!strcmp(mount->top, "/"))
		return !strncmp(path, "/..", 3) && (!path[3] || path[3] == '/') ? NULL : path;
	if (strncmp(path, mount->top, length) || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

static char *join(const char *first, size_t first_length, const char *second, size_t second_length)
{
	char *joined = malloc(first_length + second_length + 2);

	if (!joined)
		return NULL;
	memcpy(joined, first, first_length);
	memcpy(joined + first_length, second, second_length);
	joined[first_length + second_length] = '\0';
	return joined;
}

static int append_level(struct cgroup_chain *chain, const struct cgroup_mount *mount,
			const char *path, size_t length)
{
	const char *top = strcmp(mount->top, "/") ? mount->top : "";
	struct cgroup_level level = { .version = mount->version };
	struct cgroup_level *grown;

	grown = reallocarray(chain->levels, chain->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	chain->levels = grown;
	level.directory = join(mount->point, strlen(mount->point), path, length);
	level.name = *top || length ? join(top, strlen(top), path, length) : strdup("/");
	if (!level.directory || !level.name) {
		free(level.directory);
		free(level.name);
		return -ENOMEM;
	}
	chain->levels[chain->count++] = level;
	return 0;
}

/* Appends the cgroup at PATH below the mount point and each of its ancestors. */
static int append_ancestry(struct cgroup_chain *chain, const struct cgroup_mount *mount,
			   const char *path)
{
	size_t length = strlen(path);

	for (;;) {
		int r;

		while (length && path[length - 1] == '/')
			length--;
		r = append_level(chain, mount, path, length);
		if (r < 0 || !length)
			return r;
		while (length && path[length - 1] != '/')
			length--;
	}
}

static int append_hierarchy(struct cgroup_chain *chain, int version, const char *mountinfo,
			    const char *membership)
{
	CLEANUP_FREE struct cgroup_mount *mount = malloc(sizeof(*mount));
	char path[CGROUP_PATH_MAX];
	const char *below;

	if (!mount)
		return -ENOMEM;
	if (cgroup_parse_mountinfo(mountinfo, version, mount) < 0 ||
	    cgroup_parse_membership(membership, version, path) < 0)
		return 0;
	below = below_top(mount, path);
	return append_ancestry(chain, mount, below ? below : "");
}

int cgroup_chain_read(const struct root *root, const char *process,
		      struct cgroup_chain *ret_chain)
{
	CLEANUP_FREE char *mountinfo = NULL, *membership = NULL;
	struct cgroup_chain chain = { 0 };
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%s/cgroup", process);
	r = root_read_all(root, path, &membership);
	if (r == 0)
		r = root_read_all(root, "/proc/self/mountinfo", &mountinfo);
	/* The controller is bound to one hierarchy: where v1 has it, v2 has not. */
	if (r == 0)
		r = append_hierarchy(&chain, 1, mountinfo, membership);
	if (r == 0 && !chain.count)
		r = append_hierarchy(&chain, 2, mountinfo, membership);
	if (r < 0) {
		cgroup_chain_free(&chain);
		return r;
	}
	*ret_chain = chain;
	return 0;
}

void cgroup_chain_free(struct cgroup_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		free(chain->levels[i].directory);
		free(chain->levels[i].name);
	}
	free(chain->levels);
	*chain = (struct cgroup_chain){ 0 };
}

int cgroup_level_read(const struct root *root, const struct cgroup_level *level, const char *file,
		      char *buffer, size_t size)
{
	char path[CGROUP_PATH_MAX + 64];

	if (snprintf(path, sizeof(path), "%s/%s", level->directory, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return root_read(root, path, buffer, size);
}

/* Reads a number; "max" and a missing file are CGROUP_UNLIMITED. */
static int read_number(const struct root *root, const struct cgroup_level *level,
		       const char *file, uint64_t *ret_value)
{
	char text[64];
	int r = cgroup_level_read(root, level, file, text, sizeof(text));

	if (r < 0 && r != -ENOENT)
		return r;
	if (r < 0 || !strcmp(text, "max\n") || !strcmp(text, "max")) {
		*ret_value = CGROUP_UNLIMITED;
		return 0;
	}
	return number_parse_u64(text, ret_value);
}

static int read_limit(const struct root *root, const struct cgroup_level *level,
		      uint64_t *ret_limit)
{
	uint64_t limit = CGROUP_UNLIMITED, high = CGROUP_UNLIMITED;
	int r;

	if (level->version == 1) {
		r = read_number(root, level, "memory.limit_in_bytes", &limit);
		*ret_limit = r == 0 && limit < V1_UNLIMITED ? limit : CGROUP_UNLIMITED;
		return r;
	}
	r = read_number(root, level, "memory.max", &limit);
	if (r == 0)
		r = read_number(root, level, "memory.high", &high);
	*ret_limit = limit < high ? limit : high;
	return r;
}

static void read_reclaimable(const struct root *root, const struct cgroup_level *level,
			     uint64_t *ret_reclaimable)
{
	char text[16384];

	if (cgroup_level_read(root, level, "memory.stat", text, sizeof(text)) > 0)
		keyed_u64(text, level->version == 1 ? "total_inactive_file" : "inactive_file",
			  ret_reclaimable);
}

int cgroup_figures_read(const struct root *root, const struct cgroup_level *level,
			struct cgroup_figures *ret_figures)
{
	struct cgroup_figures figures = { 0 };
	int r = read_limit(root, level, &figures.limit);

	if (r < 0)
		return r;
	if (figures.limit == CGROUP_UNLIMITED)
		return -ENOENT;
	r = read_number(root, level, level->version == 1 ? "memory.usage_in_bytes"
							 : "memory.current", &figures.usage);
	if (r < 0)
		return r;
	if (figures.usage == CGROUP_UNLIMITED)
		return -ENOENT;
	read_reclaimable(root, level, &figures.reclaimable);
	*ret_figures = figures;
	return 0;
}

uint64_t cgroup_room(const struct cgroup_figures *figures)
{
	uint64_t reclaimable = figures->reclaimable < figures->usage ? figures->reclaimable
								      : figures->usage;
	uint64_t held = figures->usage - reclaimable;

	if (figures->limit == CGROUP_UNLIMITED)
		return CGROUP_UNLIMITED;
	return held < figures->limit ? figures->limit - held : 0;
}
