/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-parse.c - find the memory controller in mountinfo and in /proc/PID/cgroup */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/strview.h"
#include "proc/cgroup.h"
#include "proc/keyed.h"

/* Takes the next word up to one of SEPARATORS or the end of the line. */
static struct strview take_word(const char **cursor, const char *separators)
{
	struct strview word = { *cursor, 0 };

	while (word.at[word.length] && word.at[word.length] != '\n' &&
	       !strchr(separators, word.at[word.length]))
		word.length++;
	*cursor = word.at + word.length;
	if (**cursor && **cursor != '\n')
		(*cursor)++;
	return word;
}

/* Copies a word, decoding the \040 escapes of mountinfo (proc(5)). */
static int copy_path(struct strview word, char path[static CGROUP_PATH_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < word.length; i++) {
		const char *c = word.at + i;

		if (used + 1 >= CGROUP_PATH_MAX)
			return -ENAMETOOLONG;
		if (*c == '\\' && i + 3 < word.length) {
			path[used++] = (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 |
					      (c[3] - '0'));
			i += 3;
		} else {
			path[used++] = *c;
		}
	}
	path[used] = '\0';
	return 0;
}

/* Whether LIST, separated by commas and ended by a space or a colon, holds ITEM. */
static bool list_has(struct strview list, const char *item)
{
	const char *cursor = list.at;

	while (cursor < list.at + list.length)
		if (strview_is(take_word(&cursor, ", :"), item))
			return true;
	return false;
}

/* "36 35 98:0 /root /point options [tags...] - type source super-options" */
static int parse_mount_line(const char *line, int version, struct cgroup_mount *ret_mount)
{
	struct strview top = { 0 }, point = { 0 }, word, super;
	int r;

	for (int field = 0; field < 6; field++) {
		word = take_word(&line, " ");
		if (field == 3)
			top = word;
		else if (field == 4)
			point = word;
	}
	do
		word = take_word(&line, " ");
	while (word.length && !strview_is(word, "-"));
	word = take_word(&line, " ");
	take_word(&line, " ");
	super = take_word(&line, " ");
	if (!strview_is(word, version == 2 ? "cgroup2" : "cgroup") ||
	    (version == 1 && !list_has(super, "memory")))
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
		const char *cursor = line;
		struct strview id = take_word(&cursor, ":");
		struct strview controllers = take_word(&cursor, ":");
		size_t length = strcspn(cursor, "\n");

		if (version == 2 ? !strview_is(id, "0") || controllers.length
				 : !list_has(controllers, "memory"))
			continue;
		if (length >= CGROUP_PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(path, cursor, length);
		path[length] = '\0';
		return 0;
	}
	return -ENOENT;
}
