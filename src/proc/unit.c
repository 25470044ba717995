/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit.c - find a cgroup by its path, or by the name of a systemd unit */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "proc/unit.h"

/* Deeper than systemd, container managers and kubelets nest them. */
#define DEPTH_MAX 16

/* What is looked for below a mount, and what was found. */
struct unit_search {
	const struct root *root;
	const char *name;	/* of a directory */
	char *found;		/* the first; owned */
	char *other;		/* another one; owned */
};

static int unit_search_below(struct unit_search *search, const char *directory, int depth)
{
	int fd = openat(search->root->fd, directory + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!stream) {
		cleanup_close_fd(&fd);
		return 0;
	}
	while (r == 0 && !search->other && (entry = readdir(stream)) != NULL) {
		CLEANUP_FREE char *path = NULL;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0) {
			r = -ENOMEM;
			break;
		}
		if (strcmp(entry->d_name, search->name)) {
			if (depth < DEPTH_MAX)
				r = unit_search_below(search, path, depth + 1);
			continue;
		}
		*(search->found ? &search->other : &search->found) = path;
		path = NULL;
	}
	closedir(stream);
	return r;
}

/* Where the memory controller of VERSION is mounted. */
static int unit_find_mount(const struct root *root, int version, struct cgroup_mount *ret_mount)
{
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(root, "/proc/self/mountinfo", &text);

	return r < 0 ? r : cgroup_parse_mountinfo(text, version, NULL, ret_mount);
}

static int unit_set_level(const struct cgroup_mount *mount, const char *directory,
			  struct cgroup_level *ret_level)
{
	const char *top = strcmp(mount->top, "/") ? mount->top : "";
	const char *name = directory + strlen(mount->point);
	size_t length = strlen(name);

	*ret_level = (struct cgroup_level){
		.version = mount->version, .directory = strdup(directory),
	};
	/* As the kernel has it, which puts nothing at the end. */
	while (length && name[length - 1] == '/')
		length--;
	if (asprintf(&ret_level->name, "%s%.*s", *top || length ? top : "/", (int)length, name) < 0)
		ret_level->name = NULL;
	return ret_level->directory && ret_level->name ? 0 : -ENOMEM;
}

static bool has_processes_file(const struct root *root, const char *directory)
{
	CLEANUP_FREE char *file = NULL;

	return asprintf(&file, "%s/cgroup.procs", directory) >= 0 &&
	       faccessat(root->fd, file + 1, F_OK, 0) == 0;
}

int unit_find_cgroup(const struct root *root, const char *path, const char *unit,
		     struct cgroup_level *ret_level, struct error *err)
{
	struct unit_search search = { .root = root };
	char name[256], escaped[512];
	/* Too large for the stack that some limit leaves. */
	static struct cgroup_mount mount;
	int r = -ENOENT;

	if (!path)
		snprintf(name, sizeof(name), "%s%s", unit, strchr(unit, '.') ? "" : ".service");
	search.name = name;
	for (int version = 2; r == -ENOENT && version >= 1; version--) {
		CLEANUP_FREE char *directory = NULL;
		size_t length;

		if (unit_find_mount(root, version, &mount) < 0)
			continue;
		length = strlen(mount.point);
		if (path && asprintf(&directory, "%s%s%s",
				     strncmp(path, mount.point, length) ? mount.point : "",
				     *path == '/' ? "" : "/", path) < 0)
			r = -ENOMEM;
		else if (path)
			r = has_processes_file(root, directory)
			    ? unit_set_level(&mount, directory, ret_level) : -ENOENT;
		else if (unit_search_below(&search, mount.point, 0) < 0)
			r = -ENOMEM;
		else if (search.other)
			r = -EEXIST;
		else if (search.found)
			r = unit_set_level(&mount, search.found, ret_level);
	}
	if (r == -EEXIST) {
		error_set(err, "there are several units '%s'",
			  error_escape(escaped, sizeof(escaped), name));
		error_hint(err, "name the cgroup of one, as in --cgroup %s",
			   error_escape(escaped, sizeof(escaped),
					search.found + strlen(mount.point)));
	} else if (r == -ENOENT) {
		error_set(err, "there is no memory cgroup of '%s' here",
			  error_escape(escaped, sizeof(escaped), path ? path : name));
		error_hint(err, path ? "see /proc/PID/cgroup, or systemd-cgls(1), for what there is"
				     : "a unit has one while it runs: see systemctl status");
	} else if (r < 0) {
		error_set_errno(err, r, "cannot look for the cgroup");
	}
	free(search.found);
	free(search.other);
	return r;
}
