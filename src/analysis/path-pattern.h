/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path-pattern.h - patterns of paths, with alternatives and captures */
#ifndef PT_PATH_PATTERN_H
#define PT_PATH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/strview.h"

/*
 * A pattern stands for whole names of a path, one or more. In it
 *	^	is the start: of the path, or of what the caller takes for one
 *	/	is one slash or several
 *	(a|b|)	is "a", or "b", or nothing: the first with which the rest matches, too
 *	{...}	marks a part of the text
 *	%x	is a piece of the class x, as short as the rest lets it be
 * and any other byte is itself.
 */
struct path_class {
	char letter;
	const char *bytes;		/* of which it consists, never '/' */
	size_t least, most;		/* how many of them */
	bool (*is)(struct strview piece);	/* and what else holds for it, or NULL */
	size_t offset, size;		/* the caller's: the text that takes it; 0, 0: none */
};

#define PATH_CLASSES_MAX 24

struct path_match {
	const struct path_class *classes;
	size_t class_count;		/* at most PATH_CLASSES_MAX */
	bool at_start;			/* whether "^" matches */
	struct strview pieces[PATH_CLASSES_MAX];	/* what stands for each class, or none */
	struct strview marked, rest;	/* what was in braces, and what is behind it all */
};

/* Whether TEXT begins with names that match. Sets pieces, marked and rest of *match if so. */
bool path_match(const char *pattern, struct strview text, struct path_match *match);

#endif
