/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.c - find the memory cgroup of a process and those above it, and read each */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "proc/cgroup.h"
#include "proc/root.h"

/* A number from here on is the way of version 1 to say "none". */
#define PAGE_COUNTER_MAX (UINT64_C(1) << 62)

/* Whether LIST, separated by commas, holds the memory controller. */
static bool has_memory(char *list)
{
	return list && hasmntopt(&(struct mntent){ .mnt_opts = list }, "memory");
}

/* Copies a path, decoding the \040 escapes of mountinfo (proc(5)). */
static int copy_path(const char *escaped, char path[static CGROUP_PATH_MAX])
{
	size_t used = 0;

	for (; *escaped; escaped++) {
		if (used + 1 >= CGROUP_PATH_MAX)
			return -ENAMETOOLONG;
		path[used] = *escaped;
		if (*escaped == '\\' && strlen(escaped) > 3) {
			path[used] = (char)((escaped[1] - '0') << 6 | (escaped[2] - '0') << 3 |
					    (escaped[3] - '0'));
			escaped += 3;
		}
		used++;
	}
	path[used] = '\0';
	return 0;
}

/* "36 35 98:0 /root /point options [tags...] - type source super-options" */
static int parse_mount_line(const char *line, int version, struct cgroup_mount *ret_mount)
{
	CLEANUP_FREE char *copy = strndup(line, strcspn(line, "\n"));
	char *rest = copy, *word, *top = NULL, *point = NULL, *type, *super;
	int r;

	if (!copy)
		return -ENOMEM;
	for (int field = 0; (word = strsep(&rest, " ")); field++) {
		if (field == 3)
			top = word;
		else if (field == 4)
			point = word;
		else if (field > 5 && !strcmp(word, "-"))
			break;
	}
	type = strsep(&rest, " ");
	strsep(&rest, " ");
	super = strsep(&rest, " ");
	if (!type || strcmp(type, version == 2 ? "cgroup2" : "cgroup") != 0 ||
	    (version == 1 && !has_memory(super)))
		return -ENOENT;
	r = copy_path(top, ret_mount->top);
	if (r == 0)
		r = copy_path(point, ret_mount->point);
	ret_mount->version = version;
	return r;
}

/* Takes the "/.." off the beginning of *path. Returns how many there were. */
static size_t skip_ups(const char **path)
{
	size_t ups = 0;

	while (!strncmp(*path, "/..", 3) && (!(*path)[3] || (*path)[3] == '/')) {
		*path += 3;
		ups++;
	}
	return ups;
}

int cgroup_place(const char *top, const char *path, size_t *ret_unknown, const char **ret_rest)
{
	size_t top_ups = skip_ups(&top), path_ups = skip_ups(&path);
	size_t length = strcmp(top, "/") ? strlen(top) : 0;

	if (top_ups < path_ups || (top_ups > path_ups && length) || strncmp(path, top, length) ||
	    (path[length] && path[length] != '/'))
		return -EXDEV;
	*ret_unknown = top_ups - path_ups;
	*ret_rest = path + length;
	return 0;
}

/* The better a mount shows PATH; NULL: any does. */
enum view { VIEW_NONE, VIEW_OTHER, VIEW_UNKNOWN, VIEW_PLAIN };

int cgroup_parse_mountinfo(const char *text, int version, const char *path,
			   struct cgroup_mount *ret_mount)
{
	CLEANUP_FREE struct cgroup_mount *mount = malloc(sizeof(*mount));
	enum view best = VIEW_NONE;

	if (!mount)
		return -ENOMEM;
	for (const char *line = text; *line; line = keyed_next_line(line)) {
		int r = parse_mount_line(line, version, mount);
		enum view view = VIEW_PLAIN;
		const char *rest;
		size_t unknown;

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (path && cgroup_place(mount->top, path, &unknown, &rest) < 0)
			view = VIEW_OTHER;
		else if (path && unknown)
			view = VIEW_UNKNOWN;
		/* One that is mounted over another hides it. */
		if (view > best || (best && !strcmp(mount->point, ret_mount->point))) {
			best = view;
			*ret_mount = *mount;
		}
	}
	return best == VIEW_NONE ? -ENOENT : best == VIEW_OTHER ? -EXDEV : 0;
}

/* "4:memory:/path" (v1) or "0::/path" (v2); the path may hold anything but a newline. */
int cgroup_parse_membership(const char *text, int version, char path[static CGROUP_PATH_MAX])
{
	for (const char *line = text; *line; line = keyed_next_line(line)) {
		CLEANUP_FREE char *copy = strndup(line, strcspn(line, "\n"));
		char *rest = copy, *id = strsep(&rest, ":"), *controllers = strsep(&rest, ":");

		if (!copy)
			return -ENOMEM;
		if (version == 2 ? strcmp(id, "0") != 0 || (controllers && *controllers)
				 : !has_memory(controllers))
			continue;
		if (rest && strlen(rest) >= CGROUP_PATH_MAX)
			return -ENAMETOOLONG;
		snprintf(path, CGROUP_PATH_MAX, "%s", rest ? rest : "");
		return 0;
	}
	return -ENOENT;
}

/* Appends the cgroup at PATH below the mount point and each of its ancestors. */
static int append_ancestry(struct cgroup_chain *chain, const struct cgroup_mount *mount,
			   const char *path)
{
	const char *top = strcmp(mount->top, "/") ? mount->top : "";
	size_t length = strlen(path);

	for (;;) {
		struct cgroup_level level = { .version = mount->version };
		struct cgroup_level *grown;

		while (length && path[length - 1] == '/')
			length--;
		grown = reallocarray(chain->levels, chain->count + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		chain->levels = grown;
		if (asprintf(&level.directory, "%s%.*s", mount->point, (int)length, path) < 0)
			return -ENOMEM;
		if (asprintf(&level.name, "%s%.*s", *top || length ? top : "/", (int)length,
			     path) < 0) {
			free(level.directory);
			return -ENOMEM;
		}
		chain->levels[chain->count++] = level;
		if (!length)
			return 0;
		while (length && path[length - 1] != '/')
			length--;
	}
}

static bool is_want_of_resources(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/*
 * Looks for the cgroup that holds PID, UNKNOWN directories and then REST below PATH, and makes
 * PATH its directory. Returns 1 when it is found, 0 when not, or a negative errno: resources ran
 * out before it could be seen.
 */
static int search_cgroup(const struct root *root, char path[static CGROUP_PATH_MAX],
			 size_t unknown, const char *rest, const char *pid)
{
	size_t length = strlen(path), left = CGROUP_PATH_MAX - length, digits = strlen(pid);
	const struct cgroup_level level = { .directory = path };
	CLEANUP_FREE char *text = NULL;
	const struct dirent *entry;
	DIR *directory;
	int fd, r = 0;

	if (!unknown) {
		if (snprintf(path + length, left, "%s", rest) >= (int)left)
			return 0;
		r = cgroup_level_read_all(root, &level, "cgroup.procs", &text);
		for (const char *line = text; r == 0 && *line; line = keyed_next_line(line))
			r = !strncmp(line, pid, digits) && (line[digits] == '\n' || !line[digits]);
		return r < 0 && !is_want_of_resources(r) ? 0 : r;
	}
	fd = openat(root->fd, path + strspn(path, "/"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		r = -errno;
		cleanup_close_fd(&fd);
		return is_want_of_resources(r) ? r : 0;
	}
	while (r == 0 && (entry = readdir(directory)) != NULL)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    snprintf(path + length, left, "/%s", entry->d_name) < (int)left)
			r = search_cgroup(root, path, unknown - 1, rest, pid);
	closedir(directory);
	return r;
}

/* The mount begins above our namespace: its names are found by looking where PROCESS is. */
static int append_unknown(struct cgroup_chain *chain, const struct root *root,
			  struct cgroup_mount *mount, size_t unknown, const char *rest,
			  const char *process)
{
	CLEANUP_FREE char *path = malloc(CGROUP_PATH_MAX), *text = NULL;
	size_t length = strlen(mount->point);
	char pid[24];
	int r;

	if (!path)
		return -ENOMEM;
	/* Its pid as cgroup.procs would list it; PROCESS may be "self". */
	snprintf(path, CGROUP_PATH_MAX, "/proc/%s/stat", process);
	r = root_read_all(root, path, &text);
	if (r < 0)
		return r;
	if (sscanf(text, "%23[0-9]", pid) != 1)
		return -EINVAL;
	memcpy(path, mount->point, length + 1);
	r = search_cgroup(root, path, unknown, strcmp(rest, "/") ? rest : "", pid);
	if (r <= 0)
		return r < 0 ? r : -EXDEV;
	snprintf(mount->top, sizeof(mount->top), "/");
	return append_ancestry(chain, mount, path + length);
}

int cgroup_chain_read(const struct root *root, const char *process,
		      struct cgroup_chain *ret_chain)
{
	CLEANUP_FREE char *mountinfo = NULL, *membership = NULL, *path = malloc(CGROUP_PATH_MAX);
	CLEANUP_FREE struct cgroup_mount *mount = malloc(sizeof(*mount));
	struct cgroup_chain chain = { 0 };
	int r;

	if (!path || !mount)
		return -ENOMEM;
	snprintf(path, CGROUP_PATH_MAX, "/proc/%s/cgroup", process);
	r = root_read_all(root, path, &membership);
	if (r == 0)
		r = root_read_all(root, "/proc/self/mountinfo", &mountinfo);
	/* The controller is bound to one hierarchy: where v1 has it, v2 has not. */
	for (int version = 1; r == 0 && !chain.count && version <= 2; version++) {
		const char *rest;
		size_t unknown;

		if (cgroup_parse_membership(membership, version, path) < 0)
			continue;
		r = cgroup_parse_mountinfo(mountinfo, version, path, mount);
		if (r == 0)
			r = cgroup_place(mount->top, path, &unknown, &rest);
		else if (r != -EXDEV && r != -ENOMEM)
			r = 1;
		if (r == 0)
			r = unknown ? append_unknown(&chain, root, mount, unknown, rest, process)
				    : append_ancestry(&chain, mount, rest);
		r = MIN(r, 0);
	}
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
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", level->directory, file) < 0)
		return -ENOMEM;
	return root_read(root, path, buffer, size);
}

int cgroup_level_read_all(const struct root *root, const struct cgroup_level *level,
			  const char *file, char **ret_text)
{
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", level->directory, file) < 0)
		return -ENOMEM;
	return root_read_all(root, path, ret_text);
}

int cgroup_level_read_number(const struct root *root, const struct cgroup_level *level,
			     const char *file, uint64_t *ret_value)
{
	uint64_t value;
	char text[64];
	int r = cgroup_level_read(root, level, file, text, sizeof(text));

	if (r < 0 && r != -ENOENT)
		return r;
	if (r < 0 || !strcmp(text, "max\n") || !strcmp(text, "max")) {
		*ret_value = CGROUP_UNLIMITED;
		return 0;
	}
	r = number_parse_u64(text, &value);
	if (r == 0)
		*ret_value = value < PAGE_COUNTER_MAX ? value : CGROUP_UNLIMITED;
	return r;
}

int cgroup_figures_read(const struct root *root, const struct cgroup_level *level,
			struct cgroup_figures *ret_figures)
{
	bool v1 = level->version == 1;
	struct cgroup_figures figures = { 0 };
	uint64_t high = CGROUP_UNLIMITED;
	CLEANUP_FREE char *text = NULL;
	int r = cgroup_level_read_number(root, level, v1 ? "memory.limit_in_bytes" : "memory.max",
					 &figures.limit);

	if (r == 0 && !v1)
		r = cgroup_level_read_number(root, level, "memory.high", &high);
	if (r < 0)
		return r;
	figures.limit = MIN(figures.limit, high);
	if (figures.limit == CGROUP_UNLIMITED)
		return -ENOENT;
	r = cgroup_level_read_number(root, level,
				     v1 ? "memory.usage_in_bytes" : "memory.current",
				     &figures.usage);
	if (r < 0)
		return r;
	if (figures.usage == CGROUP_UNLIMITED)
		return -ENOENT;
	if (cgroup_level_read_all(root, level, "memory.stat", &text) == 0)
		keyed_u64(text, v1 ? "total_inactive_file" : "inactive_file",
			  &figures.reclaimable);
	*ret_figures = figures;
	return 0;
}

bool cgroup_may_limit(int error)
{
	/* None, or the cgroup has been removed, or it is what no kernel writes. */
	return error != -ENOENT && error != -ENODEV && error != -EINVAL && error != -ERANGE &&
	       error != -EFBIG;
}

uint64_t cgroup_available(const struct cgroup_figures *figures)
{
	uint64_t held = figures->usage - MIN(figures->reclaimable, figures->usage);

	if (figures->limit == CGROUP_UNLIMITED)
		return CGROUP_UNLIMITED;
	return held < figures->limit ? figures->limit - held : 0;
}
