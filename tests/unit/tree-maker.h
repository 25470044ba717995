/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree-maker.h - recorded trees of tests/fixtures, and trees made at run time, as roots */
#ifndef PT_TREE_MAKER_H
#define PT_TREE_MAKER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/root.h"

/* Ends the test: what it needs cannot be had. */
static inline _Noreturn void bail_out(const char *what, const char *path)
{
	printf("Bail out! cannot %s %s\n", what, path);
	exit(99);
}

static inline struct root open_root(const char *path)
{
	struct root root = { .fd = -1 };

	if (root_open(path, &root) < 0)
		bail_out("open", path);
	return root;
}

/* The tree NAME of tests/fixtures; to be closed with root_close(). */
static inline struct root open_fixture(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fixtures/%s", srcdir ? srcdir : ".", name);
	return open_root(path);
}

/* A tree made at run time, for what no tarball can hold. */
struct tree {
	char path[256];
	struct root root;
};

static inline struct tree make_tree(void)
{
	const char *directory = getenv("TMPDIR");
	struct tree tree;

	snprintf(tree.path, sizeof(tree.path), "%s/pagetouch-unit.XXXXXX",
		 directory && *directory ? directory : "/tmp");
	if (!mkdtemp(tree.path))
		bail_out("make", tree.path);
	tree.root = open_root(tree.path);
	return tree;
}

static inline int remove_entry(const char *path, const struct stat *status, int type,
			       struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Whatever a faulty function may have done to TREE, nothing but a tree of ours is removed. */
static inline void remove_tree(struct tree *tree)
{
	const char *name = strstr(tree->path, "/pagetouch-unit.");

	if (!name || strlen(name) != strlen("/pagetouch-unit.XXXXXX") || strchr(name + 1, '/'))
		bail_out("remove", "a tree that is not ours");
	root_close(&tree->root);
	nftw(tree->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Writes SIZE bytes to PATH in TREE and makes its directories. */
static inline void put_bytes(const struct tree *tree, const char *path, const char *bytes,
			     size_t size)
{
	char whole[8192];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", tree->path, path);
	for (char *slash = whole + strlen(tree->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
		bail_out("write", whole);
}

/* The same of a text. */
static inline void put(const struct tree *tree, const char *path, const char *text)
{
	put_bytes(tree, path, text, strlen(text));
}

#endif
